"""What `verify_audit` walks: proofs that nothing was changed behind the application's back, told by each app."""

from collections.abc import Callable, Iterator
from typing import NamedTuple


class Finding(NamedTuple):
    """A row that is not what it was, and how that shows."""

    table: str
    row: str
    words: str

    def __str__(self) -> str:
        return f"{self.table} {self.row}: {self.words}"


# A proof yields None for every row that is whole, and a Finding for every one that is not.
Proof = Callable[[], Iterator[Finding | None]]
PROOFS: dict[str, Proof] = {}


def register(name: str) -> Callable[[Proof], Proof]:
    def keep(proof: Proof) -> Proof:
        PROOFS[name] = proof
        return proof

    return keep
