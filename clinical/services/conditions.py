"""The problem list: what the patient has, since when, and what is over."""

from collections.abc import Mapping
from datetime import date, datetime
from typing import Any
from uuid import UUID

from django.utils.translation import gettext as _

from accounts.audit import acting
from accounts.models import Patient, User
from accounts.rules import demand
from clinical.errors import DayDoesNotFit
from clinical.models import Condition, Encounter
from clinical.services.drafts import check
from clinical.services.listed import (
    ACTIVE,
    AGAIN,
    change,
    is_active,
    lock,
    refuse_other_words,
    refuse_twin,
    require_past,
    twin_of,
)
from clinical.services.rows import add_once, hold_patient, require_open_visit
from scheduling.services.calendar import patiently

Status = Condition.ClinicalStatus
BACK: dict[str, Any] = {"clinical_status": Status.ACTIVE, "abatement_date": None, "status_reason": ""}


@patiently
def add_condition(
    *,
    patient: Patient,
    display: str,
    actor: User,
    now: datetime,
    key: UUID | None = None,
    encounter: Encounter | None = None,
    twin: str = "",
    **facts: Any,
) -> Condition:
    """Put a problem on the list; `facts` are further fields of the row, and one `key` is one problem.

    Raises ListedAlready for one that is active, and ListedBefore for one that is over, unless `twin` says what
    to do about it.
    """
    demand(actor, "clinical.add_condition", patient)
    with acting(actor, reason="problem recorded"):
        patient = hold_patient(patient)
        wanted = Condition(patient=patient, display=display.strip(), **facts)
        if wanted.clinical_status == ACTIVE:
            wanted.abatement_date = None
        require_days(wanted, now)
        earlier = twin_of(wanted) if twin == AGAIN else None
        if earlier:
            return take_up_again(earlier, wanted.verification)
        return add_once(
            Condition,
            patient,
            actor=actor,
            now=now,
            key=key,
            encounter=encounter,
            judge=lambda row: judge(row, twin),
            **{name: getattr(wanted, name) for name in ("display", "abatement_date", *facts)},
        )


def judge(row: Condition, twin: str) -> None:
    require_open_visit(row)
    if is_active(row):
        refuse_twin(row, twin)


def require_days(row: Condition, now: datetime) -> None:
    for day in (row.onset_date, row.abatement_date):
        require_past(day, row.patient, now)
    if row.onset_date and row.abatement_date and row.abatement_date < row.onset_date:
        raise DayDoesNotFit(_("It cannot have ended before it began. Check the two days."))


def take_up_again(row: Condition, verification: str) -> Condition:
    row = lock(row)
    refuse_other_words(row, {"verification": verification})
    change(row, row.version, {**BACK, "verification": verification})
    check(row)
    row.save()
    return row


@patiently
def change_condition(
    *, condition: Condition, version: int, values: Mapping[str, Any], actor: User, now: datetime
) -> Condition:
    """Set status, certainty or days; what is active has no last day. Raises StaleVersion with both sides."""
    demand(actor, "clinical.change_condition", condition)
    with acting(actor, reason="problem changed"):
        hold_patient(condition.patient)
        row = lock(condition)
        if values.get("clinical_status", row.clinical_status) == ACTIVE:
            values = {**values, "abatement_date": None}
        if change(row, version, values):
            require_days(row, now)
            refuse_active_twin(row)
            check(row)
            row.save()
    return row


def refuse_active_twin(row: Condition) -> None:
    twin = twin_of(row) if is_active(row) else None
    if twin and is_active(twin):
        refuse_twin(row)


def resolve_condition(
    *, condition: Condition, version: int, on: date, reason: str = "", actor: User, now: datetime
) -> Condition:
    """It is over since that day."""
    values = {"clinical_status": Status.RESOLVED, "abatement_date": on, "status_reason": reason.strip()}
    return change_condition(condition=condition, version=version, values=values, actor=actor, now=now)


def reactivate_condition(*, condition: Condition, version: int, actor: User, now: datetime) -> Condition:
    """The patient has it again, or still."""
    return change_condition(condition=condition, version=version, values=BACK, actor=actor, now=now)
