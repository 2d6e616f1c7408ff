"""Rows by the hundred thousand: COPY on PostgreSQL, executemany on SQLite."""

from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime
from functools import cache
from itertools import islice
from typing import Any

from django.core.management.color import no_style
from django.db import connection, transaction
from django.db.models import Model

BATCH = 10_000

Row = tuple[Any, ...]


def fill(model: type[Model], names: Sequence[str], rows: Iterable[Row]) -> None:
    """Values as the model's fields take them."""
    fields = [model._meta.get_field(name) for name in names]
    pour(model, names, (tuple(map(prepared, fields, row)) for row in rows))


def prepared(field: Any, value: Any) -> Any:
    return field.get_db_prep_save(value, connection)


def pour(model: type[Model], names: Sequence[str], rows: Iterable[Row]) -> None:
    """Values as the database takes them; columns that are not named get the model's default, the same in each row."""
    named = [model._meta.get_field(name) for name in names]
    others = [field for field in model._meta.concrete_fields if field not in named and not field.primary_key]
    constants = tuple(prepared(field, field.get_default()) for field in others)
    columns = ", ".join(connection.ops.quote_name(field.column) for field in (*named, *others))
    write = copy_in if connection.vendor == "postgresql" else insert
    write(model._meta.db_table, columns, (row + constants for row in rows))


def copy_in(table: str, columns: str, rows: Iterator[Row]) -> None:
    with connection.cursor() as cursor, cursor.copy(f"COPY {table} ({columns}) FROM STDIN") as copy:
        for row in rows:
            copy.write_row(row)


def insert(table: str, columns: str, rows: Iterator[Row]) -> None:
    """In batches, because Django's cursor keeps all the rows that it was handed at once."""
    marks = ", ".join(["%s"] * (columns.count(",") + 1))
    with transaction.atomic(), connection.cursor() as cursor:
        while batch := list(islice(rows, BATCH)):
            cursor.executemany(f"INSERT INTO {table} ({columns}) VALUES ({marks})", batch)


def reset_sequences(*models: type[Model]) -> None:
    """Rows came with their keys; the next must not get the same."""
    run(*connection.ops.sequence_reset_sql(no_style(), models))


def run(*statements: str) -> None:
    with connection.cursor() as cursor:
        for sql in statements:
            cursor.execute(sql)


def analyze() -> None:
    run("VACUUM ANALYZE" if connection.vendor == "postgresql" else "ANALYZE")


@cache
def stored(moment: datetime) -> Any:
    """The instant as the database takes it."""
    return connection.ops.adapt_datetimefield_value(moment)
