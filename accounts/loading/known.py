"""What the rows read so far have told, as short digests so that memory stays small."""

import hashlib
from collections import defaultdict
from collections.abc import Iterable
from typing import Any


def mark(text: str) -> bytes:
    return hashlib.blake2b(text.encode(), digest_size=12).digest()


NOBODY = mark("")


class Known:
    """By kind and key: who accepted rows belong to, which row was refused, and facts for rows below."""

    def __init__(self) -> None:
        self.owners: dict[str, dict[bytes, bytes]] = defaultdict(dict)
        self.refused: dict[str, dict[bytes, int]] = defaultdict(dict)
        self.facts: dict[str, dict[bytes, Any]] = defaultdict(dict)
        self.orphans: dict[str, set[bytes]] = defaultdict(set)
        self.adopted: dict[str, dict[bytes, int]] = defaultdict(dict)
        # What a kind keeps for itself from chunk to chunk, by the kind's name.
        self.kept: dict[str, Any] = {}

    def accept(self, kind: str, key: str, owner: str, fact: Any) -> None:
        short = mark(key)
        self.owners[kind][short] = mark(owner) if owner else NOBODY
        if fact is not None:
            self.facts[kind][short] = fact

    def refuse(self, kind: str, key: str, row: int) -> None:
        if key:
            self.refused[kind][mark(key)] = row

    def leave_out(self, kind: str, key: str) -> None:
        """What hangs on this row has lost it."""
        self.orphans[kind].add(mark(key))

    def adopt(self, kind: str, key: str, target: int) -> None:
        """Until its reference is written, only this run knows which row of the house the key means."""
        self.adopted[kind][mark(key)] = target

    def is_orphan(self, kind: str, key: str) -> bool:
        return mark(key) in self.orphans[kind]

    def targets(self, kind: str, keys: Iterable[str]) -> dict[str, int]:
        own = self.adopted.get(kind)
        return {key: own[short] for key in keys if (short := mark(key)) in own} if own else {}

    def accepted(self, kind: str, key: str) -> bool:
        return mark(key) in self.owners[kind]

    def owner_is(self, kind: str, key: str, owner: str) -> bool:
        return self.owners[kind][mark(key)] == mark(owner)

    def refused_row(self, kind: str, key: str) -> int | None:
        return self.refused[kind].get(mark(key))

    def fact(self, kind: str, key: str) -> Any:
        return self.facts[kind].get(mark(key))
