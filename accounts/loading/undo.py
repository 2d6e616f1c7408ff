"""A load taken back: what it made goes, what it changed becomes what it was; or nothing happens, with the reasons."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from django.db import IntegrityError
from django.db.models import F
from django.utils.translation import gettext as _

from accounts.audit import acting, record_event
from accounts.errors import CannotUndo
from accounts.loading import undo_obstacles
from accounts.loading.undo_obstacles import plural
from accounts.loading.undo_rows import Made
from accounts.models import LoadBatch, LoadChange, SourceReference, User
from accounts.rules import demand
from accounts.services.merging.journal import model_of, value_of
from accounts.services.spelling import batches

UNDO = "accounts.undo_load"


@dataclass
class Undoing:
    """What goes and what is given back its old values, as (kind of rows, how many); `obstacles` speak against it."""

    removed: list[tuple[str, int]] = field(default_factory=list)
    restored: list[tuple[str, int]] = field(default_factory=list)
    obstacles: list[str] = field(default_factory=list)


def preview_undo(*, batch: LoadBatch, actor: User | None, now: datetime) -> Undoing:
    """Reads all that the load made; writes nothing."""
    if actor is not None:
        demand(actor, UNDO)
    if words := undo_obstacles.of_state(batch, now):
        return Undoing(obstacles=[words])
    return told(Made(batch))


def undo_load(*, batch: LoadBatch, reason: str, actor: User | None, now: datetime) -> Undoing:
    """In one transaction, so that whatever ends it early leaves the load whole. Raises CannotUndo.

    On SQLite nobody else writes meanwhile.
    """
    if actor is not None:
        demand(actor, UNDO)
    try:
        with acting(actor, reason=reason or _("load undone"), batch=batch.pk, undo=batch.pk):
            batch = hold(batch)
            require_undoable(undo_obstacles.of_state(batch, now))
            made = Made(batch)
            lock(made)
            found = told(made)
            require_undoable("\n".join(found.obstacles))
            take_back(made)
            close(batch, actor, now)
            return found
    except IntegrityError as error:
        words = _(
            "Something came in between, or stands in the place of what would come back. Nothing was undone."
        )
        raise CannotUndo(words) from error


def hold(batch: LoadBatch) -> LoadBatch:
    """No load of the same system writes a chunk meanwhile: each takes the first of these locks."""
    batches_of = LoadBatch.objects.select_for_update(no_key=True, of=("self",)).order_by("pk")
    batches_of.filter(system=batch.system).first()
    return batches_of.get(pk=batch.pk)


def require_undoable(words: str) -> None:
    if words:
        raise CannotUndo(words)


def lock(made: Made) -> None:
    """Whoever would change a row now waits, and finds it gone or as it was."""
    for model, keys in [*made.rows.items(), *made.changed.items()]:
        rows = model._base_manager.select_for_update().order_by("pk")
        for some in batches(sorted(keys)):
            len(rows.filter(pk__in=some).values_list("pk", flat=True))


def told(made: Made) -> Undoing:
    shown = {model: keys for model, keys in made.changed.items() if model is not SourceReference}
    return Undoing(
        removed=sorted((plural(model), len(keys)) for model, keys in made.rows.items() if keys),
        restored=sorted((plural(model), len(keys)) for model, keys in shown.items() if keys),
        obstacles=list(dict.fromkeys(undo_obstacles.of_rows(made))),
    )


def take_back(made: Made) -> None:
    references = SourceReference.objects.filter(batch=made.batch)
    references._raw_delete(references.db)
    for model, keys in made.in_order():
        rows = model._base_manager.filter(pk__in=keys)
        rows._raw_delete(rows.db)
    # The last change first: a time must be left again before the visit that had it comes back.
    for change in LoadChange.objects.filter(batch=made.batch).exclude(before={}).order_by("-pk").iterator():
        restore(change)


def restore(change: LoadChange) -> None:
    """A count of edits goes on: whoever looked at the row while it was changed is told so when they save."""
    model: Any = model_of(change.model)
    columns = dict(restorable(model, change.before))
    if "version" in columns:
        columns["version"] = F("version") + 1
    model._base_manager.filter(pk=change.target_id).update(**columns)


def restorable(model: Any, before: dict[str, Any]) -> Iterator[tuple[str, Any]]:
    for name, value in before.items():
        yield name, value_of(model, model._meta.get_field(name).attname, value)


def close(batch: LoadBatch, actor: User | None, now: datetime) -> None:
    batch.status, batch.undone_by, batch.undone_at = LoadBatch.Status.UNDONE, actor, now
    batch.save(update_fields=["status", "undone_by", "undone_at"])
    record_event(actor=actor, action="undo-load", target=batch)
