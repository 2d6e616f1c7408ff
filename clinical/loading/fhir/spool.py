"""What was read, on disk: one row a resource, and the addresses under which others name it."""

import json
import re
import sqlite3
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import unquote

from django.utils.translation import gettext as _

# The address of a resource on a server: the server's own, then type and id, perhaps of one version.
ABSOLUTE = re.compile(
    r"(?P<base>https?://\S+?)/(?P<rest>[A-Z][A-Za-z]+/[A-Za-z0-9.-]{1,64})(?:/_history/[A-Za-z0-9.-]{1,64})?"
)
RELATIVE = re.compile(r"(?P<rest>[A-Z][A-Za-z]+/[A-Za-z0-9.-]{1,64})(?:/_history/[A-Za-z0-9.-]{1,64})?")
URN = re.compile(r"urn:(?:uuid|oid):(?P<id>\S+)")
# Not one row but several: nobody can say which is meant.
SEVERAL = 0
TABLES = """
    PRAGMA journal_mode=OFF;
    PRAGMA synchronous=OFF;
    CREATE TABLE resource (
        id INTEGER PRIMARY KEY, type TEXT, key TEXT, base TEXT, file TEXT, number INTEGER,
        skip TEXT, faults TEXT, refs TEXT, body TEXT
    );
    CREATE TABLE address (address TEXT PRIMARY KEY, resource INTEGER) WITHOUT ROWID;
    CREATE INDEX by_key ON resource (type, key);
    CREATE TABLE role (practitioner TEXT PRIMARY KEY, resource INTEGER) WITHOUT ROWID;
"""
COLUMNS = "id, type, key, base, file, number, skip, faults, refs, body"


@dataclass(slots=True)
class Spooled:
    """`skip` says why it is not loaded, `faults` what is wrong with it, `refs` whom it names, by role."""

    id: int
    type: str
    key: str
    base: str
    file: str
    number: int
    skip: str = ""
    faults: str = ""
    refs: str = ""
    body: str = ""


class Spool:
    """A private database that is thrown away with the source."""

    def __init__(self, path: Path, *, system: str) -> None:
        self.system = system
        self.rows = sqlite3.connect(path, isolation_level=None)
        self.rows.executescript(TABLES)
        self.rows.execute("BEGIN")
        self.last = 0

    def close(self) -> None:
        self.rows.close()

    def open_document(self) -> int:
        """What comes from here on can be taken back until the next document begins."""
        return self.last

    def take_back(self, mark: int) -> int:
        """A bundle that turned out to be none: its rows go, and with them their addresses."""
        self.rows.execute("DELETE FROM address WHERE resource > ?", [mark])
        gone = self.rows.execute("DELETE FROM resource WHERE id > ?", [mark]).rowcount
        self.last = mark
        return gone

    def add(self, row: Spooled, addresses: Sequence[str]) -> None:
        """The last of several under one key counts; those before it are kept as words only."""
        before = self.of_key(row.type, row.key) if row.key and not row.faults else None
        if before:
            self._supersede(before, row)
        self.last += 1
        row.id = self.last
        values = [getattr(row, name) for name in COLUMNS.split(", ")]
        self.rows.execute(f"INSERT INTO resource VALUES ({', '.join('?' * len(values))})", values)  # noqa: S608
        for address in addresses:
            self._address(address, row.id, before.id if before else -1)

    def _supersede(self, before: Spooled, row: Spooled) -> None:
        if before.base != row.base:
            words = _(
                "Two servers have a resource of this key. Load them one by one, each with a --system of its own."
            )
            row.faults = json.dumps([[row.type, row.key, words]])
            return
        same = before.body == row.body
        words = (
            _("the same resource stands there again")
            if same
            else _("it stands there again with other content; the last counts")
        )
        self.rows.execute(
            "UPDATE resource SET skip = ?, body = '', refs = '', key = '' WHERE id = ?", [words, before.id]
        )

    def _address(self, address: str, row: int, before: int) -> None:
        known = self.at(address)
        if known not in (None, row, before):
            row = SEVERAL
        self.rows.execute("INSERT OR REPLACE INTO address VALUES (?, ?)", [address, row])

    def at(self, address: str) -> int | None:
        found = self.rows.execute("SELECT resource FROM address WHERE address = ?", [address]).fetchone()
        return found and found[0]

    def of_key(self, kind: str, key: str) -> Spooled | None:
        return self._one("type = ? AND key = ?", [kind, key])

    def get(self, number: int) -> Spooled | None:
        return self._one("id = ?", [number])

    def _one(self, where: str, values: list[Any]) -> Spooled | None:
        found = self.rows.execute(f"SELECT {COLUMNS} FROM resource WHERE {where}", values).fetchone()  # noqa: S608
        return Spooled(*found) if found else None

    def of_types(self, *types: str) -> Iterator[Spooled]:
        for kind in types:
            found = self.rows.execute(f"SELECT {COLUMNS} FROM resource WHERE type = ? ORDER BY id", [kind])  # noqa: S608
            for row in found:
                yield Spooled(*row)

    def key_of(self, base: str, rest: str) -> str:
        """The key under which a resource is kept: where the source is named, one server is as good as another."""
        return rest if self.system or not base else f"{base}/{rest}"

    def find(self, text: str, row: Spooled) -> Spooled | None | int:
        """The row that a reference of `row` names; None when nothing here has that address, SEVERAL when many have."""
        for address in self._addresses(text, row):
            if (found := self.at(address)) is not None:
                return self.get(found) or SEVERAL
        return None

    def _addresses(self, text: str, row: Spooled) -> Iterator[str]:
        if text.startswith("#"):
            yield f"{row.key.partition('#')[0]}{text}"
        elif found := ABSOLUTE.fullmatch(text):
            yield f"{found['base']}/{found['rest']}"
            yield f"~{found['rest']}"
        elif found := RELATIVE.fullmatch(text):
            if row.base:
                yield f"{row.base}/{found['rest']}"
            yield found["rest"]
            yield f"~{found['rest']}"
        else:
            yield unquote(text)

    def outside(self, text: str, row: Spooled, kind: str) -> str:
        """The key that a resource has which an earlier load may have brought."""
        if found := ABSOLUTE.fullmatch(text):
            return self.key_of(found["base"], found["rest"])
        if found := RELATIVE.fullmatch(text):
            return self.key_of(row.base, found["rest"])
        if found := URN.fullmatch(text):
            return f"{kind}/{found['id']}"
        return unquote(text)
