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
def acting(actor: Any, reason: str = "", batch: int | None = None, merge: bool = False) -> Iterator[None]:
    """Opens a transaction in which every row written is noted as this person's; nested, the inner one counts.

    Inside a `merge` signed rows change their patient, and nothing else of theirs.

    Leaving gives the outer context back; an exception undoes the savepoint and with it PostgreSQL's setting.
    """
    connection = transaction.get_connection()
    before, nested = current(connection), connection.in_atomic_block
    with transaction.atomic():
        try:
            role = getattr(actor, "role", "")
            tell(connection, Context(getattr(actor, "pk", None), role, reason, batch, merge))
            yield
        finally:
            keep(connection, before)
        if nested and not connection.needs_rollback:
            tell(connection, before)


def record_event(
    *,
    actor: Any,
    action: str,
    target: Model | None = None,
    patient: Model | None = None,
    reason: str = "",
    happened_at: datetime | None = None,
) -> None:
    """Notes a read or an intent in one query; raises KeyError when no app has registered the action."""
    if action not in ACTIONS:
        raise KeyError(f"Unregistered audit action: {action}")
    context = current(transaction.get_connection())
    AuditEvent.objects.create(
        actor_id=getattr(actor, "pk", None),
        role=getattr(actor, "role", ""),
        action=action,
        target_table=target._meta.db_table if target else "",
        target_id=str(target.pk) if target else "",
        patient_id=patient.pk if patient else None,
        reason=reason or context.reason,
        happened_at=happened_at,
        source=AuditEvent.Source.EVENT,
        batch_id=context.batch,
        db_role=DatabaseRole(),
    )
