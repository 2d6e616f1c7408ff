"""Every audited row read beside its trail: a value that no trigger saw change was changed behind its back."""

from collections.abc import Iterator
from datetime import date, datetime, time
from decimal import Decimal
from typing import Any
from uuid import UUID

from django.apps import apps
from django.db.models import BigIntegerField, Exists, Model, OuterRef
from django.db.models.functions import Cast
from django.utils.translation import gettext as _

from accounts.models import AuditEvent
from accounts.proofs import Finding, register
from accounts.triggers import AuditRows

CHUNK = 500


@register("rows")
def replay() -> Iterator[Finding | None]:
    for model in apps.get_models():
        for rule in model._meta.constraints:
            if isinstance(rule, AuditRows):
                yield from replay_model(model, set(rule.exclude))


def replay_model(model: type[Model], excluded: set[str]) -> Iterator[Finding | None]:
    rows = model._base_manager.order_by("pk").iterator(CHUNK)
    for chunk in in_chunks(rows):
        told = trails(model, chunk)
        for row in chunk:
            words = contradiction(row, told.get(str(row.pk)), excluded)
            yield Finding(model._meta.db_table, str(row.pk), words) if words else None
    for key in vanished(model):
        yield Finding(model._meta.db_table, key, _("it is gone without a trace"))


def vanished(model: type[Model]) -> Iterator[str]:
    """Rows that were made, as their trail says, and neither stand nor were deleted."""
    events = AuditEvent.objects.filter(target_table=model._meta.db_table, source=AuditEvent.Source.TRIGGER)
    key = Cast(OuterRef("target_id"), BigIntegerField())
    standing = model._base_manager.filter(pk=key)
    deleted = events.filter(action="delete", target_id=OuterRef("target_id"))
    gone = events.filter(~Exists(standing), ~Exists(deleted), action="create")
    return gone.values_list("target_id", flat=True).iterator()


def in_chunks(rows: Iterator[Any]) -> Iterator[list[Any]]:
    chunk: list[Any] = []
    for row in rows:
        chunk.append(row)
        if len(chunk) == CHUNK:
            yield chunk
            chunk = []
    yield chunk


def trails(model: type[Model], rows: list[Any]) -> dict[str, dict[str, Any]]:
    """By row, what each column was last told to be."""
    events = AuditEvent.objects.filter(
        target_table=model._meta.db_table,
        target_id__in=[str(row.pk) for row in rows],
        source=AuditEvent.Source.TRIGGER,
    )
    told: dict[str, dict[str, Any]] = {}
    for key, changes in events.order_by("pk").values_list("target_id", "changes").iterator():
        last = told.setdefault(key, {})
        last.update({column: pair[1] for column, pair in (changes or {}).items()})
    return told


def contradiction(row: Any, told: dict[str, Any] | None, excluded: set[str]) -> str:
    """In words, how the row differs from its trail; columns that came after the row are not in it."""
    if told is None:
        return _("nothing tells that it was made")
    fields = [field for field in row._meta.concrete_fields if field.name not in excluded]
    differing = [
        field.name
        for field in fields
        if field.column in told
        and not same(field.get_prep_value(getattr(row, field.attname)), told[field.column])
    ]
    return _("changed without a trace: %(names)s") % {"names": ", ".join(differing)} if differing else ""


def same(value: Any, told: Any) -> bool:
    """Whether a stored value and its spelling in the trail say the same."""
    match value:
        case None | bool() | int():
            return value == told and (value is None) == (told is None)
        case datetime():
            return isinstance(told, str) and datetime.fromisoformat(told) == value
        case date() | time():
            return bool(value.isoformat() == told)
        case Decimal():
            return told is not None and Decimal(str(told)) == value
        case UUID():
            return str(value) == told
    return bool(value == told)
