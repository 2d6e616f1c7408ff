"""What tests with processes of their own share."""

import sqlite3
from contextlib import closing
from pathlib import Path

from django.db import connection


def copied(path: Path) -> Path:
    """SQLite's rows of this test, out of the memory of one process into a file that others open."""
    with closing(sqlite3.connect(path)) as copy:
        connection.connection.backup(copy)
        copy.execute("PRAGMA journal_mode=WAL")
    return path


def database_url(folder: Path) -> str:
    """Where another process finds the rows of this test."""
    if connection.vendor == "sqlite":
        return f"sqlite:///{copied(folder / 'copy.sqlite3')}"
    parts = connection.settings_dict
    return f"postgres://{parts['USER']}:{parts['PASSWORD']}@{parts['HOST']}:{parts['PORT']}/{parts['NAME']}"
