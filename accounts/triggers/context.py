"""Who acts, as the triggers see it: transaction-local settings on PostgreSQL, SQL functions on SQLite."""

from dataclasses import dataclass, fields
from typing import Any, cast

from django.db.backends.base.base import BaseDatabaseWrapper

from .base import is_postgresql


@dataclass(frozen=True)
class Context:
    actor: int | None = None
    role: str = ""
    reason: str = ""
    batch: int | None = None
    merge: bool = False
    # The load that is being taken back: what it made may go, where a rule says so.
    undo: int | None = None


NOBODY = Context()
PARTS = tuple(field.name for field in fields(Context))
# The parts that are keys of rows, and NULL where there is none.
KEYS = ("actor", "batch", "undo")


def current(connection: BaseDatabaseWrapper) -> Context:
    return getattr(connection, "_hospital_context", NOBODY)


def keep(connection: BaseDatabaseWrapper, context: Context) -> None:
    """Remember the context in this process, without telling the database."""
    cast(Any, connection)._hospital_context = context


def tell(connection: BaseDatabaseWrapper, context: Context) -> None:
    """Costs one query on PostgreSQL; holds until the transaction or savepoint is undone, at most its end."""
    keep(connection, context)
    if is_postgresql(connection):
        settings = ", ".join(f"set_config('hospital.{part}', %s, true)" for part in PARTS)
        values = [getattr(context, part) for part in PARTS]
        with connection.cursor() as cursor:
            # Every part is one of ours; the values go as parameters.
            cursor.execute(f"SELECT {settings}", [str(value or "") for value in values])


def register_functions(*, connection: BaseDatabaseWrapper, **kwargs: object) -> None:
    """Receiver of `connection_created`: gives SQLite the functions that its triggers call."""
    if connection.vendor != "sqlite":
        return
    for part in PARTS:

        def value(part: str = part) -> int | str | None:
            return getattr(current(connection), part)

        connection.connection.create_function(f"hospital_{part}", 0, value)


def value_sql(part: str, connection: BaseDatabaseWrapper) -> str:
    if not is_postgresql(connection):
        return f"hospital_{part}()"
    setting = f"current_setting('hospital.{part}', true)"
    if part in KEYS:
        return f"NULLIF({setting}, '')::bigint"
    return f"COALESCE({setting}, '')"


def no_batch_sql(connection: BaseDatabaseWrapper) -> str:
    return f"{value_sql('batch', connection)} IS NULL"


def no_merge_sql(connection: BaseDatabaseWrapper) -> str:
    """Whether no merge of patients is under way in this transaction."""
    if is_postgresql(connection):
        return f"{value_sql('merge', connection)} = ''"
    return "NOT hospital_merge()"
