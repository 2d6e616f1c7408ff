"""Who acts and what was intended; the rows themselves are noted by triggers."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from typing import Any

from django.db import transaction
from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.models import Func, Model, TextField

from accounts.models.audit import ACTIONS, AuditEvent
from accounts.triggers.context import Context, current, keep, tell


class DatabaseRole(Func):
    """The role that opened the session, as the triggers write it."""

    template = "session_user"
    arity = 0
    output_field = TextField()

    def as_sqlite(self, compiler: Any, connection: BaseDatabaseWrapper, **extra: Any) -> Any:
        return super().as_sql(compiler, connection, template="'sqlite'")


@contextmanager
def acting(
    actor: Any, reason: str = "", batch: int | None = None, merge: bool = False, undo: int | None = None
) -> Iterator[None]:
    """Opens a transaction in which every row written is noted as this person's; nested, the inner one counts.

    Inside a `merge` signed rows change their patient, and nothing else of theirs. While a load is undone, closed
    rows go that it made.

    Leaving gives the outer context back; an exception undoes the savepoint and with it PostgreSQL's setting.
    """
    connection = transaction.get_connection()
    before, nested = current(connection), connection.in_atomic_block
    with transaction.atomic():
        try:
            role = getattr(actor, "role", "")
            words = told(actor, reason)
            tell(connection, Context(getattr(actor, "pk", None), role, words, batch, merge, undo))
            yield
        finally:
            keep(connection, before)
        if nested and not connection.needs_rollback:
            tell(connection, before)


def told(actor: Any, reason: str) -> str:
    """The reason; of whoever looks on as another role, that too."""
    seen = getattr(actor, "seen_role", "")
    return f"{reason} (seen as {seen})".strip() if seen else reason


def record_event(
    *,
    actor: Any,
    action: str,
    target: Model | None = None,
    patient: Model | None = None,
    reason: str = "",
    happened_at: datetime | None = None,
) -> None:
    """Notes a read or an intent in one query; raises KeyError when no app has registered the action.

    A target without a key stands for all rows of its kind.
    """
    if action not in ACTIONS:
        raise KeyError(f"Unregistered audit action: {action}")
    context = current(transaction.get_connection())
    AuditEvent.objects.create(
        actor_id=getattr(actor, "pk", None),
        role=getattr(actor, "role", ""),
        action=action,
        target_table=target._meta.db_table if target else "",
        target_id=str(target.pk) if target and target.pk else "",
        patient_id=patient.pk if patient else None,
        reason=told(actor, reason) if reason else context.reason or told(actor, ""),
        happened_at=happened_at,
        source=AuditEvent.Source.EVENT,
        batch_id=context.batch,
        db_role=DatabaseRole(),
    )
