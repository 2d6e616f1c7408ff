"""What speaks against undoing a load: work that came later and stands on it."""

from collections import Counter
from collections.abc import Collection, Iterator
from datetime import datetime
from typing import Any

from django.db.models import Q
from django.utils.text import capfirst
from django.utils.translation import gettext as _

from accounts.loading.undo_rows import Made, is_audited, standing
from accounts.models import AuditEvent, LoadBatch, LoadChange, SourceReference
from accounts.services.spelling import batches

# What counts edits and is no edit itself.
COUNTERS = frozenset({"version"})


def of_state(batch: LoadBatch, now: datetime) -> str:
    status = LoadBatch.Status
    if batch.status == status.UNDONE:
        return _("This load was undone already.")
    if batch.status == status.RUNNING and not LoadBatch.objects.abandoned(now).filter(pk=batch.pk).exists():
        return _("This load is still running. Wait until it ends.")
    if batch.status in (status.DRAFT, status.WAITING, status.REFUSED) and not batch.has_written:
        return _("This load has written nothing: there is nothing to undo.")
    return ""


def of_rows(made: Made) -> Iterator[str]:
    """In sentences; each kind of row is told once."""
    for model, keys in made.later.items():
        yield from hanging(model, keys, made.batch)
    for model, keys in made.rows.items():
        yield from edited(model, keys, made.batch)
        yield from known_elsewhere(model, keys, made.batch)
    for model, keys in made.changed.items():
        yield from changed_since(model, keys, made.batch)


def hanging(model: Any, keys: Collection[Any], batch: LoadBatch) -> Iterator[str]:
    """Rows that point at what the load made."""
    if not keys:
        return
    words = _("%(kind)s that came later and depend on this load: %(number)d.")
    yield words % {"kind": plural(model), "number": len(keys)}
    loads: set[int] = set()
    for events in events_of(model, keys):
        made = events.filter(action="create", batch_id__isnull=False).exclude(batch_id=batch.pk)
        loads |= set(made.values_list("batch_id", flat=True))
    yield from undo_first(loads)


def edited(model: Any, keys: Collection[Any], batch: LoadBatch) -> Iterator[str]:
    found: set[str] = set()
    loads: set[int] = set()
    for events in events_of(model, keys):
        later = list(others(events, batch).filter(action="update").values_list("target_id", "batch_id"))
        found |= {target for target, _batch in later}
        loads |= {load for _target, load in later if load}
    if found:
        words = _("%(kind)s of this load that were changed since: %(number)d.")
        yield words % {"kind": plural(model), "number": len(found)}
    yield from undo_first(loads)


def known_elsewhere(model: Any, keys: Collection[Any], batch: LoadBatch) -> Iterator[str]:
    """Another load took a row for its own."""
    loads: set[int] = set()
    for some in batches(keys):
        same = SourceReference.objects.filter(kind=model._meta.model_name, target_id__in=some)
        loads |= set(same.exclude(batch=batch).values_list("batch", flat=True))
    yield from undo_first(loads)


def changed_since(model: Any, keys: Collection[Any], batch: LoadBatch) -> Iterator[str]:
    """Rows that the load changed, and somebody after it in the same columns; or that are gone."""
    if not is_audited(model):
        yield from changed_by_loads(model, keys, batch)
        return
    gone = len(keys) - len(standing(model, keys))
    if gone:
        words = _("%(kind)s that this load changed and that are gone since: %(number)d.")
        yield words % {"kind": plural(model), "number": gone}
    found = Counter(target for some in batches(keys) for target in overwritten(model, some, batch))
    if found:
        words = _("%(kind)s that this load changed and that were changed again since: %(number)d.")
        yield words % {"kind": plural(model), "number": len(found)}


def overwritten(model: Any, keys: Collection[Any], batch: LoadBatch) -> Iterator[str]:
    columns = {
        str(change.target_id): columns_of(model, change.before) for change in changes(model, keys, batch)
    }
    (events,) = events_of(model, keys)
    mine: set[str] = set()
    said = events.filter(action="update").order_by("pk")
    theirs = set(others(said, batch).values_list("pk", flat=True))
    for pk, target, load, told in said.values_list("pk", "target_id", "batch_id", "changes"):
        if load == batch.pk:
            mine.add(target)
        elif pk in theirs and target in mine and columns[target] & set(told):
            yield target


def changed_by_loads(model: Any, keys: Collection[Any], batch: LoadBatch) -> Iterator[str]:
    """Of rows that no audit follows the journals of later loads tell."""
    loads: set[int] = set()
    for some in batches(keys):
        later = LoadChange.objects.filter(model=model._meta.label_lower, target_id__in=some)
        later = later.filter(batch__gt=batch.pk).exclude(batch__status=LoadBatch.Status.UNDONE)
        loads |= set(later.values_list("batch", flat=True))
    yield from undo_first(loads)


def changes(model: Any, keys: Collection[Any], batch: LoadBatch) -> Any:
    return LoadChange.objects.filter(batch=batch, model=model._meta.label_lower, target_id__in=keys)


def columns_of(model: Any, before: dict[str, Any]) -> set[str]:
    named = {
        name: field.column for field in model._meta.concrete_fields for name in (field.name, field.attname)
    }
    return {named[name] for name in before} - COUNTERS


def events_of(model: Any, keys: Collection[Any]) -> Iterator[Any]:
    for some in batches(keys):
        named = {"target_table": model._meta.db_table, "target_id__in": [str(key) for key in some]}
        yield AuditEvent.objects.filter(source=AuditEvent.Source.TRIGGER, **named)


def others(events: Any, batch: LoadBatch) -> Any:
    """What was done outside this load; loads that were undone have left nothing."""
    undone = LoadBatch.objects.filter(status=LoadBatch.Status.UNDONE).values("pk")
    later = Q(batch_id__isnull=True) | ~Q(batch_id=batch.pk) & ~Q(batch_id__in=undone)
    return events.filter(later)


def undo_first(loads: Collection[int]) -> Iterator[str]:
    for load in LoadBatch.objects.filter(pk__in=loads).order_by("pk"):
        yield _("A later load stands on it: undo “%(load)s” first.") % {"load": load}


def plural(model: Any) -> str:
    return str(capfirst(str(model._meta.verbose_name_plural)))
