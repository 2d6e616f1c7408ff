"""What the rows read so far have told, as short digests so that memory stays small."""

import hashlib
from collections import defaultdict
from typing import Any


def mark(text: str) -> bytes:
    return hashlib.blake2b(text.encode(), digest_size=12).digest()


class Known:
    """By kind and key: who accepted rows belong to, which row was refused, and facts for rows below."""

    def __init__(self) -> None:
        self.owners: dict[str, dict[bytes, bytes]] = defaultdict(dict)
        self.refused: dict[str, dict[bytes, int]] = defaultdict(dict)
        self.facts: dict[str, dict[bytes, Any]] = defaultdict(dict)
        # What a kind keeps for itself from chunk to chunk, by the kind's name.
        self.kept: dict[str, Any] = {}

    def accept(self, kind: str, key: str, owner: str, fact: Any) -> None:
        self.owners[kind][mark(key)] = mark(owner)
        if fact is not None:
            self.facts[kind][mark(key)] = fact

    def refuse(self, kind: str, key: str, row: int) -> None:
        if key:
            self.refused[kind][mark(key)] = row

    def accepted(self, kind: str, key: str) -> bool:
        return mark(key) in self.owners[kind]

    def owner_is(self, kind: str, key: str, owner: str) -> bool:
        return self.owners[kind][mark(key)] == mark(owner)

    def refused_row(self, kind: str, key: str) -> int | None:
        return self.refused[kind].get(mark(key))

    def fact(self, kind: str, key: str) -> Any:
        return self.facts[kind].get(mark(key))
