"""Loads as the commands do them, in a process of their own; and the loaded rows written once more without the house."""

import json
import sqlite3
import time
from collections.abc import Callable
from contextlib import closing, redirect_stderr
from io import StringIO
from tempfile import TemporaryFile
from typing import IO, Any, Self

import psycopg
from django.contrib.auth.hashers import make_password
from django.core.management import call_command
from django.db import connection
from django.db.models import Model

from accounts.audit import acting
from accounts.loading.readers import open_source
from accounts.loading.registry import LAYOUTS
from accounts.models import LoadBatch, Patient, SourceReference, User
from accounts.roles import Role
from benchmarks.seeding.filling import BATCH, analyze
from benchmarks.seeding.people import RECEPTION
from benchmarks.servers import resident_kb

BLOCK = 1 << 18  # bytes of COPY that are handed over at once
PARTLY = 1  # how a load ends that refused some rows and wrote the others


class Clock:
    """Seconds by the wall and CPU seconds of this process, of all that is done while it runs."""

    def __init__(self) -> None:
        self.seconds = self.cpu = 0.0

    def __enter__(self) -> Self:
        self.add(-1)
        return self

    def __exit__(self, *error: object) -> None:
        self.add(1)

    def add(self, sign: int) -> None:
        self.seconds += sign * time.perf_counter()
        self.cpu += sign * time.process_time()

    def aside(self, work: Callable[[], Any]) -> Any:
        """Done while the clock stands still."""
        self.add(1)
        try:
            return work()
        finally:
            self.add(-1)

    def told(self) -> dict[str, Any]:
        """Memory is the most that this process has held so far."""
        peak = resident_kb("self", "VmHWM:") / 1024
        return {"seconds": self.seconds, "application": self.cpu, "memory_mb": peak}


def load(command: str, path: str) -> dict[str, Any]:
    """What the command counted is summed over all kinds; a load that wrote nothing ends the run in its own words."""
    said, clock = StringIO(), Clock()
    with redirect_stderr(StringIO()) as remarks, clock:
        try:
            call_command(command, path, json=True, keep_going=True, stdout=said, stderr=remarks)
        except SystemExit as ended:
            if ended.code != PARTLY:
                raise RuntimeError(f"{command}: {remarks.getvalue()}") from ended
    return clock.told() | sums(json.loads(said.getvalue()))


def sums(kinds: dict[str, dict[str, int]]) -> dict[str, int]:
    names = dict.fromkeys(name for counts in kinds.values() for name in counts)
    return {name: sum(counts.get(name, 0) for counts in kinds.values()) for name in names}


def count_rows(layout: str, path: str) -> int:
    """Of the tables that the layout takes."""
    taken = {kind.table for kind in LAYOUTS[layout].kinds}
    with open_source(path) as source:
        return sum(source.row_count(name) for name in taken.intersection(source.names))


def pour_again(source: str) -> dict[str, Any]:
    """The patients of that database and their keys, with the indexes and triggers that stand; reading costs nothing."""
    pour = copy_in if connection.vendor == "postgresql" else insert
    pour(LoadBatch, source, Clock())
    clock = Clock()
    for model in (Patient, SourceReference):
        pour(model, source, clock)
    return clock.told()


def columns_of(model: type[Model]) -> str:
    fields = [field for field in model._meta.concrete_fields if not field.generated]
    return ", ".join(connection.ops.quote_name(field.column) for field in fields)


def copy_in(model: type[Model], source: str, clock: Clock) -> None:
    table, columns = model._meta.db_table, columns_of(model)
    said = f"COPY (SELECT {columns} FROM {table} ORDER BY id) TO STDOUT"
    with TemporaryFile() as kept:
        with psycopg.connect(source) as other, other.cursor().copy(said) as rows:
            kept.writelines(rows)
        kept.seek(0)
        with clock, acting(None, reason="benchmark"), connection.cursor() as cursor:
            write(cursor, f"COPY {table} ({columns}) FROM STDIN", kept)


def write(cursor: Any, copying: str, kept: IO[bytes]) -> None:
    with cursor.copy(copying) as copy:
        while block := kept.read(BLOCK):
            copy.write(block)


def insert(model: type[Model], source: str, clock: Clock) -> None:
    table, columns = model._meta.db_table, columns_of(model)
    marks = ", ".join(["%s"] * (columns.count(",") + 1))
    with closing(sqlite3.connect(source.removeprefix("sqlite:///"))) as other:
        rows = other.execute(f"SELECT {columns} FROM {table} ORDER BY id")
        with clock, acting(None, reason="benchmark"), connection.cursor() as cursor:
            while batch := clock.aside(lambda: rows.fetchmany(BATCH)):
                cursor.executemany(f"INSERT INTO {table} ({columns}) VALUES ({marks})", batch)


def open_reception() -> None:
    """Someone who may see the list, once the database has its statistics."""
    with acting(None, reason="benchmark"):
        secret = make_password("a password that nobody uses")
        User(email=RECEPTION, role=Role.RECEPTION, given_name="Ada", password=secret).save()
    analyze()
