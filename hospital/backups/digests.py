"""The rows of every table in one SHA-256 each: equal before and after, or something was lost."""

import hashlib
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import psycopg
from django.db.backends.base.base import BaseDatabaseWrapper
from psycopg import sql

Digests = dict[str, dict[str, Any]]
AT_ONCE = 2000

SQLITE_TABLES = "SELECT name FROM sqlite_master WHERE type = 'table' ORDER BY name"
POSTGRESQL_TABLES = """
    SELECT c.relname FROM pg_class c
    WHERE c.relkind IN ('r', 'p') AND c.relnamespace = current_schema()::regnamespace ORDER BY 1
"""
COLUMNS = """
    SELECT attname FROM pg_attribute
    WHERE attrelid = to_regclass(%s) AND attnum > 0 AND NOT attisdropped ORDER BY attname
"""
KEY = """
    SELECT a.attname, a.attcollation <> 0 FROM pg_index i
    JOIN pg_attribute a ON a.attrelid = i.indrelid AND a.attnum = ANY (i.indkey)
    WHERE i.indrelid = to_regclass(%s) AND i.indisprimary ORDER BY a.attnum
"""
# How PostgreSQL spells values, whatever the server's own settings are.
SPELLING = {"timezone": "UTC", "datestyle": "ISO, YMD", "intervalstyle": "postgres", "bytea_output": "hex"}


def digests_of(connection: BaseDatabaseWrapper) -> Digests:
    """What the connection sees now; on PostgreSQL inside its transaction."""
    if connection.vendor == "sqlite":
        with closing(sqlite3.connect(connection.settings_dict["NAME"])) as rows:
            return of_sqlite(rows)
    connection.ensure_connection()
    return of_postgresql(connection.connection)


def of_sqlite(connection: sqlite3.Connection) -> Digests:
    return {name: rows_of_sqlite(connection, name) for (name,) in connection.execute(SQLITE_TABLES)}


def rows_of_sqlite(connection: sqlite3.Connection, table: str) -> dict[str, Any]:
    """Columns in the order of their names: a table that a migration made anew may have them in another."""
    name = quoted(table)
    columns = sorted(row[1] for row in connection.execute(f"PRAGMA table_info({name})"))
    listed = ", ".join(quoted(column) for column in columns)
    digest, number = hashlib.sha256(), 0
    rows = connection.execute(f"SELECT {listed} FROM {name} ORDER BY rowid")  # noqa: S608  names of the catalogue
    while chunk := rows.fetchmany(AT_ONCE):
        digest.update("\n".join(map(repr, chunk)).encode())
        digest.update(b"\n")
        number += len(chunk)
    return {"rows": number, "sha256": digest.hexdigest()}


def quoted(name: str) -> str:
    return '"{}"'.format(name.replace('"', '""'))


def of_postgresql(connection: psycopg.Connection) -> Digests:
    """The server spells the rows, in the order of their keys, and sends them as one stream."""
    with connection.cursor() as cursor:
        before = {name: spelt(cursor, f"SHOW {name}") for name in SPELLING}
        settle(cursor, SPELLING)
        cursor.execute(POSTGRESQL_TABLES)
        tables = [name for (name,) in cursor.fetchall()]
        found = {name: rows_of_postgresql(cursor, name) for name in tables}
        settle(cursor, before)
    return found


def spelt(cursor: psycopg.Cursor, question: str) -> str:
    cursor.execute(question.encode())
    return str((cursor.fetchone() or ("",))[0])


def settle(cursor: psycopg.Cursor, values: dict[str, str]) -> None:
    for name, value in values.items():
        cursor.execute("SELECT set_config(%s, %s, false)", [name, value])


def rows_of_postgresql(cursor: psycopg.Cursor, table: str) -> dict[str, Any]:
    digest, number = hashlib.sha256(), 0
    with cursor.copy(ordered(cursor, table)) as rows:
        for row in rows:
            digest.update(row)
            number += 1
    return {"rows": number, "sha256": digest.hexdigest()}


def ordered(cursor: psycopg.Cursor, table: str) -> sql.Composed:
    name = sql.Identifier(table)
    cursor.execute(COLUMNS, [quoted(table)])
    columns = sql.SQL(", ").join(sql.Identifier(column) for (column,) in cursor.fetchall())
    cursor.execute(KEY, [quoted(table)])
    keys = [key_order(*key) for key in cursor.fetchall()]
    order = sql.SQL(", ").join(keys or [sql.SQL('{}::text COLLATE "C"').format(name)])
    return sql.SQL("COPY (SELECT {} FROM {} ORDER BY {}) TO STDOUT").format(columns, name, order)


def key_order(column: str, is_text: bool) -> sql.Composable:
    """By bytes: how a server sorts letters differs from machine to machine."""
    return sql.SQL('{} COLLATE "C"' if is_text else "{}").format(sql.Identifier(column))


def difference(expected: Digests, found: Digests) -> Iterator[str]:
    """The tables that are not as they were."""
    return (name for name in sorted(expected.keys() | found.keys()) if expected.get(name) != found.get(name))


def digest_of_file(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
