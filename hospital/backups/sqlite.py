"""SQLite: a copy by its own backup interface, never of the file; put back the same way, in one transaction."""

import os
import sqlite3
import time
import zlib
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, BinaryIO

from django.db.backends.base.base import BaseDatabaseWrapper
from django.utils.translation import gettext as _

from accounts.errors import DomainError
from hospital.backups.digests import of_sqlite
from hospital.backups.errors import BadArchive, NotRestored, NotTaken
from hospital.backups.leftovers import sweep
from hospital.backups.sealing import BLOCK
from hospital.backups.snapshots import Read, Snapshot

GZIP = 31  # zlib's word for: with the head and the foot of a .gz file
APART = ".backup-"
PATIENCE_SECONDS = 20
BUSY = (sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED)


@contextmanager
def snapshot(connection: BaseDatabaseWrapper) -> Iterator[Snapshot]:
    """One moment of the database; people go on writing meanwhile."""
    with folder_beside(connection) as folder:
        copy = folder / "copy.sqlite3"
        connection.ensure_connection()
        with closing(sqlite3.connect(copy)) as target:
            # In one step: a copy in several begins anew whenever somebody writes.
            connection.connection.backup(target, progress=patience(NotTaken))
            target.execute("PRAGMA journal_mode=DELETE")
            if [verdict := row[0] for row in target.execute("PRAGMA quick_check")] != ["ok"]:
                raise NotTaken(_("The database itself is damaged: %(words)s") % {"words": verdict})
            tables = of_sqlite(target)
        yield Snapshot(tables, sqlite3.sqlite_version, zipped(copy))


@contextmanager
def folder_beside(connection: Any) -> Iterator[Path]:
    """Where there is room for the database there is room for its copy, which is as secret."""
    home = None if connection.is_in_memory_db() else Path(connection.settings_dict["NAME"]).resolve().parent
    if home is not None:
        sweep(home, f"{APART}*")
    with TemporaryDirectory(prefix=APART, dir=home) as name:
        yield Path(name)


def zipped(path: Path) -> Iterator[bytes]:
    packer = zlib.compressobj(level=3, wbits=GZIP)
    with path.open("rb") as file:
        while block := file.read(BLOCK):
            yield packer.compress(block)
    yield packer.flush()


@contextmanager
def restored(connection: BaseDatabaseWrapper, read: Read) -> Iterator[None]:
    """The restored rows in a file of their own, shown to Django; they go live when nobody objects to them."""
    with folder_beside(connection) as folder:
        staged = folder / "restored.sqlite3"
        with os.fdopen(os.open(staged, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600), "wb") as file:
            unzip(read, file)
        with pointed_at(connection, staged):
            yield
        go_live(staged, connection.settings_dict["NAME"])


def unzip(read: Read, file: BinaryIO) -> None:
    unpacker = zlib.decompressobj(wbits=GZIP)
    try:
        read(lambda block: file.write(unpacker.decompress(block)))
    except zlib.error as error:
        raise BadArchive from error


@contextmanager
def pointed_at(connection: BaseDatabaseWrapper, path: Path) -> Iterator[None]:
    settings = connection.settings_dict
    live, settings["NAME"] = settings["NAME"], str(path)
    connection.close()
    try:
        yield
    finally:
        connection.close()
        settings["NAME"] = live


def go_live(staged: Path, live: str) -> None:
    """In one transaction of the live database: whoever reads it sees the old rows or the new ones."""
    with closing(sqlite3.connect(staged)) as source, closing(sqlite3.connect(live)) as target:
        source.backup(target, progress=patience(NotRestored))


def patience(refusal: type[DomainError]) -> Callable[[int, int, int], None]:
    """Left alone, a copy waits for a lock for ever."""
    until = time.monotonic() + PATIENCE_SECONDS

    def wait(status: int, _remaining: int, _total: int) -> None:
        if status in BUSY and time.monotonic() > until:
            raise refusal(_("Somebody else holds the database. Stop the site, then try again."))

    return wait
