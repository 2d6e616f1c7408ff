"""New rows by the fastest way that each database has: COPY on PostgreSQL, one prepared INSERT on SQLite.

Constraints, triggers and the audit see such rows like any others. What a model does in `save` is not done.
"""

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from typing import Any, NamedTuple

from django.core.exceptions import FieldDoesNotExist
from django.db import connection
from django.db.models import CharField, Field, IntegerField, Model, TextField
from django.db.transaction import TransactionManagementError
from django.utils import timezone

Values = Mapping[str, Any]
# What such fields hold already, both drivers take as it is.
AS_IT_IS: tuple[tuple[type[Field], type], ...] = ((CharField, str), (TextField, str), (IntegerField, int))


class Column(NamedTuple):
    """How a value is spelt for the database, and what stands there when a row says nothing."""

    name: str
    column: str
    spell: Callable[[Any], Any]
    default: Callable[[], Any]


def pour(model: type[Model], rows: Iterable[Values]) -> list[int]:
    """Each row by its fields, rows that it names by their keys (`patient_id`); the new keys in the same order.

    Text goes in as it stands: a telephone number must have the form in which it is kept.
    """
    if not connection.in_atomic_block:
        raise TransactionManagementError("Keys are given out inside the transaction that writes their rows.")
    rows = list(rows)
    columns = columns_of(model, set().union(*rows))
    keys = next_keys(model, len(rows)) if rows else []
    lines = ([key, *spelt(row, columns)] for key, row in zip(keys, rows, strict=True))
    names = ", ".join(map(quoted, [pk_of(model), *(column.column for column in columns)]))
    write = copy_in if connection.vendor == "postgresql" else insert
    if rows:
        write(f"{quoted(model._meta.db_table)} ({names})", 1 + len(columns), lines)
    return keys


def spelt(row: Values, columns: Sequence[Column]) -> list[Any]:
    return [spell(row[name]) if name in row else default() for name, _column, spell, default in columns]


def columns_of(model: type[Model], named: Collection[str]) -> list[Column]:
    """All but the key, which is given out here, and what the database says itself."""
    fields = [field for field in model._meta.concrete_fields if not (field.primary_key or field.generated)]
    if strange := set(named) - {field.attname for field in fields}:
        raise FieldDoesNotExist(f"{model.__name__} has no fields {sorted(strange)} that can be written.")
    said = (field for field in fields if field.attname in named or not field.has_db_default())
    return [column_of(model, field) for field in said]


def column_of(model: type[Model], field: Field) -> Column:
    kept: Any = field
    while kept.remote_field:
        kept = kept.target_field
    taken = {type(None), *(kind for of, kind in AS_IT_IS if isinstance(kept, of))}

    def spell(value: Any) -> Any:
        return value if type(value) in taken else kept.get_db_prep_save(value, connection)

    return Column(field.attname, str(field.column), spell, default_of(model, field, spell))


def default_of(model: type[Model], field: Any, spell: Callable[[Any], Any]) -> Callable[[], Any]:
    if getattr(field, "auto_now", False) or getattr(field, "auto_now_add", False):
        return lambda: spell(field.pre_save(model(), add=True))
    # Rows that are written together come to be at one moment; whatever else is made is each row's own.
    if field.has_default() and callable(field.default) and field.default is not timezone.now:
        return lambda: spell(field.default())
    same = spell(field.get_default())
    return lambda: same


def next_keys(model: type[Model], count: int) -> list[int]:
    """From the table's own sequence; SQLite's cannot move meanwhile, because the transaction holds the write lock."""
    table, column = model._meta.db_table, pk_of(model)
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            drawn = "SELECT nextval(pg_get_serial_sequence(%s, %s)) FROM generate_series(1, %s)"
            cursor.execute(drawn, [quoted(table), column, count])
            return [key for (key,) in cursor.fetchall()]
        cursor.execute("SELECT seq FROM sqlite_sequence WHERE name = %s", [table])
        last = (cursor.fetchone() or (0,))[0]
    return list(range(last + 1, last + 1 + count))


def copy_in(target: str, _width: int, lines: Any) -> None:
    copying = f"COPY {target} FROM STDIN"
    with connection.cursor() as cursor, connection.wrap_database_errors, cursor.copy(copying) as copy:
        for line in lines:
            copy.write_row(line)


def insert(target: str, width: int, lines: Any) -> None:
    marks = ", ".join(["%s"] * width)
    with connection.cursor() as cursor:
        cursor.executemany(f"INSERT INTO {target} VALUES ({marks})", lines)  # noqa: S608


def pk_of(model: type[Model]) -> str:
    return str(model._meta.pk.column)


def quoted(name: str) -> str:
    return connection.ops.quote_name(name)
