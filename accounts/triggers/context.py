"""Who acts, as the triggers see it: transaction-local settings on PostgreSQL, SQL functions on SQLite."""

from dataclasses import dataclass
from typing import Any, cast

from django.db.backends.base.base import BaseDatabaseWrapper

from .base import is_postgresql


@dataclass(frozen=True)
class Context:
    actor: int | None = None
    role: str = ""
    reason: str = ""
    batch: int | None = None


NOBODY = Context()


def current(connection: BaseDatabaseWrapper) -> Context:
    return getattr(connection, "_hospital_context", NOBODY)


def keep(connection: BaseDatabaseWrapper, context: Context) -> None:
    """Remember the context in this process, without telling the database."""
    cast(Any, connection)._hospital_context = context


def tell(connection: BaseDatabaseWrapper, context: Context) -> None:
    """Costs one query on PostgreSQL; holds until the transaction or savepoint is undone, at most its end."""
    keep(connection, context)
    if is_postgresql(connection):
        values = [context.actor, context.role, context.reason, context.batch]
        with connection.cursor() as cursor:
            cursor.execute(
                "SELECT set_config('hospital.actor', %s, true), set_config('hospital.role', %s, true),"
                " set_config('hospital.reason', %s, true), set_config('hospital.batch', %s, true)",
                ["" if value is None else str(value) for value in values],
            )


def register_functions(*, connection: BaseDatabaseWrapper, **kwargs: object) -> None:
    """Receiver of `connection_created`: gives SQLite the functions that its triggers call."""
    if connection.vendor != "sqlite":
        return
    for part in ("actor", "role", "reason", "batch"):

        def value(part: str = part) -> int | str | None:
            return getattr(current(connection), part)

        connection.connection.create_function(f"hospital_{part}", 0, value)


def value_sql(part: str, connection: BaseDatabaseWrapper) -> str:
    if not is_postgresql(connection):
        return f"hospital_{part}()"
    setting = f"current_setting('hospital.{part}', true)"
    if part in ("actor", "batch"):
        return f"NULLIF({setting}, '')::bigint"
    return f"COALESCE({setting}, '')"


def no_batch_sql(connection: BaseDatabaseWrapper) -> str:
    return f"{value_sql('batch', connection)} IS NULL"
