"""One moment of the database, as both kinds of database give it."""

from collections.abc import Callable, Iterator
from typing import Any, NamedTuple

from hospital.backups.digests import Digests


class Snapshot(NamedTuple):
    tables: Digests
    server: str
    # The database itself, in the form that its kind can take back.
    blocks: Iterator[bytes]


# Reads an archive and hands the database in it on, block by block.
Read = Callable[[Callable[[bytes], Any]], None]
