"""Two files become one: every row that points at the loser is moved, or ends, or stays, as its model says."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.db import IntegrityError
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.audit import acting, record_event
from accounts.errors import CannotMerge
from accounts.models import Patient, PatientAccess, PatientMerge, PossibleTwin, SourceReference, User
from accounts.models.merging import Change, name_of, relations
from accounts.rules import demand
from accounts.services.merging import journal
from accounts.services.merging.holding import hold_against_new_rows, hold_patients, hold_rows, patiently
from accounts.services.merging.journal import Snapshot, set_columns
from accounts.services.merging.preview import (
    LOSER,
    MERGE,
    SURVIVOR,
    changes_of,
    check,
    moving,
    rows_of,
    settled,
)

CLASH = gettext_lazy("A row of one file cannot stand beside a row of the other. Nothing was changed.")


@patiently
def merge(
    *,
    survivor: Patient,
    loser: Patient,
    versions: tuple[int, int],
    choices: Mapping[str, str],
    reason: str,
    actor: User,
    now: datetime,
    keeps_account: bool = False,
) -> PatientMerge:
    """Move all that the loser has to the survivor; StaleVersion when either file changed since it was looked at.

    `choices` names for a field whose value stands, "survivor" or "loser". `keeps_account` gives the loser's own
    account to a survivor who has none; else every link to the loser ends.
    """
    demand(actor, MERGE, survivor)
    demand(actor, MERGE, loser)
    check_words(choices, reason)
    check(survivor, loser)
    try:
        with acting(actor, reason=reason.strip(), merge=True):
            survivor, loser = hold_patients(survivor, loser, versions=versions)
            check(survivor, loser)
            hold_against_new_rows(survivor, loser)
            chosen = settled(survivor, loser, choices)
            snapshot = unite(survivor, loser, chosen, now)
            if keeps_account:
                hand_over_account(snapshot, survivor, actor, now)
            settle_twins(survivor, loser, actor, now, snapshot)
            record_event(actor=actor, action="merge", target=loser, patient=survivor)
            facts = {"choices": chosen, "snapshot": snapshot, "reason": reason.strip()}
            return PatientMerge.objects.create(
                survivor=survivor, loser=loser, merged_by=actor, merged_at=now, **facts
            )
    except IntegrityError as error:
        raise CannotMerge(CLASH) from error


def check_words(choices: Mapping[str, str], reason: str) -> None:
    if not reason.strip():
        raise CannotMerge(_("Say why these two files are one person's."))
    if not set(choices.values()) <= {SURVIVOR, LOSER}:
        raise CannotMerge(_("Choose one of the two values for each field."))


def unite(survivor: Patient, loser: Patient, chosen: Mapping[str, str], now: datetime) -> Snapshot:
    """What changes is planned before anything moves: then the rows still tell whose they are."""
    snapshot = journal.empty()
    plan = {name_of(one): changes_of(one, survivor, loser, now) for one in relations()}
    for relation in relations():
        change_in_place(relation, plan[name_of(relation)], loser, snapshot)
    for relation in moving():
        move(relation, plan[name_of(relation)], survivor, loser, snapshot)
    move_references(survivor, loser, snapshot)
    choose_values(survivor, loser, chosen, snapshot)
    set_columns(loser, {"merged_into": survivor, "archived_at": now}, snapshot)
    for patient in (survivor, loser):
        patient.claim_version(patient.version)
    return snapshot


def change_in_place(relation: Any, changes: list[Change], loser: Patient, snapshot: Snapshot) -> None:
    """Rows that end, and rows of the survivor that give way; those that move change on their way."""
    goes = relation in moving()
    for change in changes:
        row = relation.model._base_manager.get(pk=change.row)
        if change.columns and not (goes and getattr(row, relation.attname) == loser.pk):
            set_columns(row, change.columns, snapshot)


def move(relation: Any, changes: list[Change], survivor: Patient, loser: Patient, snapshot: Snapshot) -> None:
    """One UPDATE for all rows that change nothing but the patient, one for each other."""
    special = {change.row: change.columns for change in changes}
    keys = hold_rows(rows_of(relation, loser))
    plain = [key for key in keys if key not in special]
    rows_of(relation, loser).exclude(pk__in=special).update(**{relation.name: survivor})
    changing = [key for key in keys if special.get(key) is not None]
    for row in relation.model._base_manager.filter(pk__in=changing):
        move_and_change(row, relation, special[row.pk] or {}, survivor, snapshot)
    if plain or changing:
        snapshot["moved"][name_of(relation)] = sorted([*plain, *changing])


def move_and_change(
    row: Any, relation: Any, columns: Mapping[str, Any], survivor: Patient, snapshot: Snapshot
) -> None:
    """Together, so that no constraint sees the one without the other."""
    set_columns(row, {relation.name: survivor, **columns}, snapshot)
    del snapshot["changed"][row._meta.label_lower][str(row.pk)][relation.attname]


def move_references(survivor: Patient, loser: Patient, snapshot: Snapshot) -> None:
    """So that what another system says of the loser from now on reaches the survivor."""
    references = SourceReference.objects.filter(kind="patient", target_id=loser.pk)
    snapshot["references"] = list(references.order_by("pk").values_list("pk", flat=True))
    references.update(target_id=survivor.pk)


def choose_values(survivor: Patient, loser: Patient, chosen: Mapping[str, str], snapshot: Snapshot) -> None:
    taken = [name for name, whose in chosen.items() if whose == LOSER]
    if not taken:
        return
    for name in taken:
        setattr(survivor, name, getattr(loser, name))
    survivor.set_keys()
    names = [*taken, "search_name", "name_sounds"]
    set_columns(survivor, {name: getattr(survivor, name) for name in names}, snapshot)


def hand_over_account(snapshot: Snapshot, survivor: Patient, actor: User, now: datetime) -> None:
    """The account whose link has just ended becomes the survivor's own, with the same scopes."""
    ended = snapshot["changed"].get(PatientAccess._meta.label_lower, {})
    own = PatientAccess.objects.filter(pk__in=ended, kind=PatientAccess.Kind.SELF).select_related("user")
    taken = PatientAccess.objects.filter(patient=survivor, kind=PatientAccess.Kind.SELF, ends_at__isnull=True)
    link = own.first()
    if link is None or taken.exists():
        raise CannotMerge(_("The file that stays has an account already, or the other has none."))
    facts = {"kind": link.kind, "scopes": link.scopes, "granted_by": actor, "starts_at": now}
    row = PatientAccess.objects.create(patient=survivor, user=link.user, **facts)
    journal.created(row, snapshot)


def settle_twins(survivor: Patient, loser: Patient, actor: User, now: datetime, snapshot: Snapshot) -> None:
    """The pair is decided; whoever may be the loser's twin may now be the survivor's."""
    merged = {"status": PossibleTwin.Status.MERGED, "decided_by": actor, "decided_at": now}
    for pair in PossibleTwin.objects.of_pair(survivor, loser):
        set_columns(pair, merged, snapshot)
    for pair in PossibleTwin.objects.waiting_for(loser):
        other = pair.second if pair.first_id == loser.pk else pair.first
        first, second = sorted([survivor, other], key=lambda patient: patient.pk)
        told = {"reasons": pair.reasons, "source": pair.source, "recorded_at": now}
        row, is_new = PossibleTwin.objects.get_or_create(first=first, second=second, defaults=told)
        if is_new:
            journal.created(row, snapshot)
