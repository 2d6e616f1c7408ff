"""A merge taken back: exactly what it moved goes back, and what it changed, unless somebody changed it since."""

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from django.db import IntegrityError, transaction
from django.utils.text import capfirst
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.audit import acting, record_event
from accounts.errors import CannotUndo
from accounts.models import Patient, PatientMerge, PossibleTwin, SourceReference, User
from accounts.models.merging import name_of, relations
from accounts.rules import demand
from accounts.services.merging.holding import hold_against_new_rows, hold_patients, hold_rows, patiently
from accounts.services.merging.journal import model_of, value_of
from accounts.services.merging.preview import MERGE
from accounts.services.spelling import batches, spelled

CLASH = gettext_lazy("What came since stands in the way of a row that would go back. Nothing was changed.")

# What a row was and became, by column; the rows by model and key.
Pending = dict[tuple[Any, str], dict[str, list[Any]]]


@dataclass
class Return:
    """What goes back: (kind of rows, how many), and in sentences what stays because it changed since."""

    counts: list[tuple[str, int]] = field(default_factory=list)
    kept: list[str] = field(default_factory=list)


def preview_undo(*, merge: PatientMerge, actor: User, now: datetime) -> Return:
    """Raises CannotUndo where the undoing itself would; writes nothing."""
    demand(actor, MERGE)
    check(merge, now)
    found = Return()
    for relation, keys in moved(merge):
        count(found, relation, len(theirs(relation, keys, merge)))
    for model, key, columns in changed(merge):
        restorable(model, key, columns, found)
    return found


@patiently
def undo(*, merge: PatientMerge, actor: User, now: datetime) -> Return:
    """Within 30 days. Rows that came or went since stay where they are, and so does a value changed since.

    What stays is told in the answer. CannotUndo when the survivor was itself merged meanwhile.
    """
    demand(actor, MERGE)
    check(merge, now)
    try:
        with acting(actor, reason=_("merge undone"), merge=True):
            survivor, loser = hold(merge)
            merge = PatientMerge.objects.select_for_update(of=("self",)).get(pk=merge.pk)
            check(merge, now)
            hold_against_new_rows(survivor, loser)
            found = take_back(merge, Return())
            for patient in (survivor, loser):
                patient.claim_version(patient.version)
            merge.undone_by, merge.undone_at = actor, now
            merge.save(update_fields=["undone_by", "undone_at"])
            record_event(actor=actor, action="unmerge", target=loser, patient=survivor)
            return found
    except IntegrityError as error:
        raise CannotUndo(CLASH) from error


def hold(merge: PatientMerge) -> list[Patient]:
    """Whatever version the two have by now: undoing asks for each value whether it changed."""
    patients = [Patient._base_manager.get(pk=key) for key in (merge.survivor_id, merge.loser_id)]
    return hold_patients(*patients, versions=[patient.version for patient in patients])


def check(merge: PatientMerge, now: datetime) -> None:
    if merge.undone_at is not None:
        raise CannotUndo(_("This merge was undone already."))
    if now > merge.undo_until:
        raise CannotUndo(_("A merge can be undone for 30 days. This one is older."))
    survivor = Patient._base_manager.get(pk=merge.survivor_id)
    if survivor.merged_into_id is not None:
        words = _("%(name)s was merged into another file later. Undo that merge first.")
        raise CannotUndo(words % {"name": survivor})


def take_back(merge: PatientMerge, found: Return) -> Return:
    """New rows first, then rows with their columns, then values that changed in place: none stands in another's way."""
    remove_created(merge, found)
    pending: Pending = {(model, str(key)): columns for model, key, columns in changed(merge)}
    for relation, keys in moved(merge):
        count(found, relation, move_back(relation, keys, merge, pending, found))
    references = SourceReference.objects.filter(pk__in=merge.snapshot["references"])
    references.filter(target_id=merge.survivor_id).update(target_id=merge.loser_id)
    for (model, key), columns in pending.items():
        restore(model, key, columns, found)
    return found


def move_back(relation: Any, keys: list[Any], merge: PatientMerge, pending: Pending, found: Return) -> int:
    """Rows that changed on their way change back with the patient, in one UPDATE each."""
    rows, home = relation.model._base_manager, {relation.attname: merge.loser_id}
    held = [
        key
        for batch in batches(theirs(relation, keys, merge))
        for key in hold_rows(rows.filter(pk__in=batch))
    ]
    special = [key for key in held if (relation.model, str(key)) in pending]
    for batch in batches(set(held) - set(special)):
        rows.filter(pk__in=batch).update(**home)
    for key in special:
        columns = restorable(relation.model, key, pending.pop((relation.model, str(key))), found)
        rows.filter(pk=key).update(**columns, **home)
    return len(held)


def moved(merge: PatientMerge) -> list[tuple[Any, list[Any]]]:
    kept = merge.snapshot["moved"]
    return [(one, kept[name_of(one)]) for one in relations() if name_of(one) in kept]


def theirs(relation: Any, keys: list[Any], merge: PatientMerge) -> list[Any]:
    """Those of the moved rows that are still the survivor's."""
    rows = relation.model._base_manager.filter(**{relation.name: merge.survivor_id})
    return [key for batch in batches(keys) for key in rows.filter(pk__in=batch).values_list("pk", flat=True)]


def changed(merge: PatientMerge) -> list[tuple[Any, str, dict[str, list[Any]]]]:
    kept = merge.snapshot["changed"].items()
    return [(model_of(label), key, columns) for label, rows in kept for key, columns in rows.items()]


def restorable(model: Any, key: Any, columns: dict[str, list[Any]], found: Return) -> dict[str, Any]:
    """The columns that stand as the merge left them, with their old values; the others are told."""
    row = model._base_manager.filter(pk=key).values(*columns).first() if columns else None
    back = {}
    for name, (old, new) in columns.items():
        if row is not None and spelled(row[name]) == new:
            back[name] = value_of(model, name, old)
        else:
            found.kept.append(changed_since(model, name))
    return back


def changed_since(model: Any, attname: str) -> str:
    field = next(one for one in model._meta.concrete_fields if one.attname == attname)
    words = {"kind": capfirst(str(model._meta.verbose_name)), "field": field.verbose_name}
    return _("%(kind)s: “%(field)s” was changed since and stays.") % words


def restore(model: Any, key: Any, columns: dict[str, list[Any]], found: Return) -> None:
    back = restorable(model, key, columns, found)
    try:
        with transaction.atomic():
            require_place(model, key, back)
            model._base_manager.filter(pk=key).update(**back)
    except IntegrityError:
        words = _("%(kind)s: something else stands in its place, so it stays as it is.")
        found.kept.append(words % {"kind": capfirst(str(model._meta.verbose_name))})


def require_place(model: Any, key: Any, back: dict[str, Any]) -> None:
    """What no constraint says, the model does: `has_place(key, columns)`, where it has such a rule."""
    has_place = getattr(model, "has_place", None)
    if back and has_place and not has_place(key, back):
        raise IntegrityError(f"{model._meta.label} {key}")


def remove_created(merge: PatientMerge, found: Return) -> None:
    """Links and pairs that only the merge made, as long as nobody changed them."""
    for label, keys in merge.snapshot["created"].items():
        model = model_of(label)
        rows = model._base_manager.filter(pk__in=keys)
        untouched = (
            rows.filter(status=PossibleTwin.Status.OPEN)
            if model is PossibleTwin
            else rows.filter(ends_at=None)
        )
        untouched.delete()


def count(found: Return, relation: Any, number: int) -> None:
    if number:
        found.counts.append((capfirst(str(relation.model._meta.verbose_name_plural)), number))
