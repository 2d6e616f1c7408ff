"""Databases of the run: made, copied, and gone when it ends."""

import os
import shutil
import sqlite3
from contextlib import ExitStack
from pathlib import Path
from typing import Any, Protocol
from urllib.parse import urlsplit

import psycopg
from psycopg import sql


class Databases(Protocol):
    kind: str

    def make(self, name: str, source: str = "") -> str:
        """The address of a new database, empty or like the source, in which nobody may be at that moment."""

    def backends(self, name: str) -> list[int]:
        """Processes on this machine that serve the database and nothing else."""


class SQLite:
    kind = "sqlite"

    def __init__(self, folder: Path) -> None:
        """Files go with the folder, which is for whoever made it to remove."""
        self.folder = folder

    def make(self, name: str, source: str = "") -> str:
        path = self.folder / f"{name}.sqlite3"
        if source:
            self.fold(self.folder / f"{source}.sqlite3")
            shutil.copyfile(self.folder / f"{source}.sqlite3", path)
        return f"sqlite:///{path}"

    def fold(self, path: Path) -> None:
        """Bring what stands in the write-ahead log into the file."""
        connection = sqlite3.connect(path)
        connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        connection.close()

    def backends(self, name: str) -> list[int]:
        return []


class PostgreSQL:
    kind = "postgresql"

    def __init__(self, address: str, stack: ExitStack) -> None:
        self.address = urlsplit(address)
        self.admin = stack.enter_context(psycopg.connect(self.url("postgres"), autocommit=True))
        self.stack = stack

    def url(self, name: str) -> str:
        return self.address._replace(path=f"/{name}").geturl()

    def full(self, name: str) -> str:
        """Two runs at once do not meet."""
        return f"bench_{os.getpid()}_{name}"

    def make(self, name: str, source: str = "") -> str:
        self.stack.callback(self.drop, name)
        template = sql.Identifier(self.full(source) if source else "template1")
        made = sql.SQL("CREATE DATABASE {} TEMPLATE {}").format(sql.Identifier(self.full(name)), template)
        self.admin.execute(made)
        return self.url(self.full(name))

    def drop(self, name: str) -> None:
        name_of = sql.Identifier(self.full(name))
        self.admin.execute(sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(name_of))

    def backends(self, name: str) -> list[int]:
        """None when the server runs on another machine."""
        rows: list[Any] = self.admin.execute(
            "SELECT pid FROM pg_stat_activity WHERE datname = %s", [self.full(name)]
        ).fetchall()
        return [pid for (pid,) in rows if is_postgres(pid)]


def is_postgres(pid: int) -> bool:
    try:
        return Path(f"/proc/{pid}/comm").read_text().strip() == "postgres"
    except OSError:
        return False
