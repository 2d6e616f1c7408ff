"""Allergies, and the word that there are none: never both at once."""

from collections.abc import Iterable, Mapping
from datetime import date, datetime
from typing import Any
from uuid import UUID

from django.utils.translation import gettext as _

from accounts.audit import acting
from accounts.models import Patient, User
from accounts.rules import demand
from clinical.errors import NoSubstance, ReasonMissing, StillAllergic
from clinical.models import Allergy, AllergyReaction, Encounter
from clinical.models.allergy import NONE_KNOWN, SNOMED
from clinical.services.drafts import check
from clinical.services.listed import (
    AGAIN,
    change,
    in_letters,
    is_active,
    lock,
    refuse_other_words,
    refuse_twin,
    require_past,
    twin_of,
)
from clinical.services.rows import add_once, hold_patient, require_open_visit
from scheduling.services.calendar import patiently

Reaction = tuple[str, str]  # what happened, and how bad it was
# What people write into the box for a substance when there is none.
NEGATIONS = {
    "none",
    "nil",
    "no",
    "nka",
    "nkda",
    "n/a",
    "unknown",
    "none known",
    "no allergies",
    "no allergy",
    "no known allergies",
    "no known allergy",
    "no known drug allergies",
}
# SNOMED CT's statements of none for one kind; FHIR R4 lists them beside the one for all.
NONE_CODES = {NONE_KNOWN, "409137002", "428607008", "428197003", "429625007"}


@patiently
def add_allergy(
    *,
    patient: Patient,
    display: str,
    actor: User,
    now: datetime,
    key: UUID | None = None,
    system: str = "",
    code: str = "",
    category: str = Allergy.Category.MEDICATION,
    criticality: str = Allergy.Criticality.UNABLE,
    verification: str = Allergy.Verification.CONFIRMED,
    onset_date: date | None = None,
    reactions: Iterable[Reaction] = (),
    encounter: Encounter | None = None,
    twin: str = "",
) -> Allergy:
    """Record an allergy, which ends “no known allergies”; one `key` is one allergy.

    Raises ListedAlready for one that is active, and ListedBefore for one that is over, unless `twin` says what
    to do about it.
    """
    demand(actor, "clinical.add_allergy", patient)
    refuse_negation(display, code)
    said = {"category": category, "criticality": criticality, "verification": verification}
    named = {"system": system, "code": code, "display": display.strip()}
    with acting(actor, reason="allergy recorded"):
        patient = hold_patient(patient)
        require_past(onset_date, patient, now)
        earlier = twin_of(Allergy(patient=patient, **named)) if twin == AGAIN else None
        if earlier:
            row = take_up_again(earlier, said)
        else:
            facts = {**named, **said, "onset_date": onset_date, "encounter": encounter}
            row = put_on_the_list(patient, facts, actor=actor, now=now, key=key, twin=twin)
        add_reactions(row, reactions, now)
        end_none_known(patient)
    return row


def refuse_negation(display: str, code: str) -> None:
    if code in NONE_CODES or in_letters(display).strip(" .!") in NEGATIONS:
        raise NoSubstance


def put_on_the_list(
    patient: Patient, facts: dict[str, Any], *, twin: str, now: datetime, **order: Any
) -> Allergy:
    def judge(row: Allergy) -> None:
        require_open_visit(row)
        refuse_twin(row, twin)

    return add_once(Allergy, patient, now=now, happened_at=now, judge=judge, **order, **facts)


def take_up_again(row: Allergy, said: Mapping[str, Any]) -> Allergy:
    row = lock(row)
    refuse_other_words(row, said)
    change(row, row.version, {"clinical_status": Allergy.ClinicalStatus.ACTIVE, "status_reason": "", **said})
    check(row)
    row.save()
    return row


def add_reactions(row: Allergy, reactions: Iterable[Reaction], now: datetime) -> None:
    """Those that do not stand there yet, so that an order sent twice adds nothing."""
    there = {(in_letters(known.manifestation), known.severity) for known in row.reactions.all()}
    for manifestation, severity in reactions:
        if (in_letters(manifestation), severity) not in there:
            there.add((in_letters(manifestation), severity))
            reaction = AllergyReaction(
                allergy=row, manifestation=manifestation.strip(), severity=severity, recorded_at=now
            )
            check(reaction)
            reaction.save()


def end_none_known(patient: Patient) -> None:
    """Call it with the patient held."""
    if Allergy.objects.active().filter(patient=patient).exists():
        put_away(Allergy.objects.none_known().filter(patient=patient), _("An allergy was recorded."))


def put_away(statements: Iterable[Allergy], reason: str) -> None:
    for statement in statements:
        statement.clinical_status, statement.status_reason = Allergy.ClinicalStatus.INACTIVE, reason
        statement.version += 1
        statement.save(update_fields=["clinical_status", "status_reason", "version"])


@patiently
def record_none_known(*, patient: Patient, actor: User, now: datetime, key: UUID | None = None) -> Allergy:
    """Note that the patient was asked now and knows of none; the answer of another day is put away.

    Raises StillAllergic while an allergy is active.
    """
    demand(actor, "clinical.add_allergy", patient)
    with acting(actor, reason="asked about allergies"):
        return add_once(
            Allergy,
            hold_patient(patient),
            actor=actor,
            now=now,
            key=key,
            judge=make_room,
            system=SNOMED,
            code=NONE_KNOWN,
            display=_("No known allergies"),
            happened_at=now,
        )


def make_room(statement: Allergy) -> None:
    if Allergy.objects.active().filter(patient=statement.patient).exists():
        raise StillAllergic
    put_away(Allergy.objects.none_known().filter(patient=statement.patient), _("Asked again."))


@patiently
def change_allergy(
    *, allergy: Allergy, version: int, values: Mapping[str, Any], actor: User, now: datetime
) -> Allergy:
    """Set status, certainty, danger or first day; one that no longer warns says why.

    `values` are fields of the row, status_reason among them. Raises StaleVersion with both sides.
    """
    demand(actor, "clinical.change_allergy", allergy)
    with acting(actor, reason="allergy changed"):
        patient = hold_patient(allergy.patient)
        row = lock(allergy)
        if row.says_none_known:
            raise NoSubstance
        if change(row, version, values):
            require_sense(row, now)
            check(row)
            row.save()
            end_none_known(patient)
    return row


def require_sense(row: Allergy, now: datetime) -> None:
    require_past(row.onset_date, row.patient, now)
    if is_active(row):
        refuse_active_twin(row)
    elif not row.status_reason:
        raise ReasonMissing(_("Say why it no longer warns."))


def refuse_active_twin(row: Allergy) -> None:
    twin = twin_of(row)
    if twin and is_active(twin):
        refuse_twin(row)


@patiently
def add_reaction(
    *, allergy: Allergy, manifestation: str, severity: str, actor: User, now: datetime
) -> Allergy:
    """Note what else happened; said twice, it stands there once."""
    demand(actor, "clinical.change_allergy", allergy)
    with acting(actor, reason="reaction recorded"):
        hold_patient(allergy.patient)
        row = lock(allergy)
        if row.says_none_known:
            raise NoSubstance
        add_reactions(row, [(manifestation, severity)], now)
    return row
