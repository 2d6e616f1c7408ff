"""What all rows of a chart share: added once whatever the browser sends, struck through and never deleted."""

from collections.abc import Callable
from datetime import datetime
from typing import Any, TypeVar, cast
from uuid import UUID, uuid4, uuid5

from accounts.audit import acting, record_event
from accounts.errors import DomainError
from accounts.models import Patient, User
from accounts.models.base import PublicModel
from accounts.rules import demand
from clinical.errors import AlreadyInError, EncounterNotOpen, OtherPatient, ReasonMissing
from clinical.models import Encounter
from clinical.models.patient_rows import ENTERED_IN_ERROR, PatientRow
from clinical.services.drafts import check
from clinical.services.encounters import lock
from scheduling.services.calendar import patiently

Row = TypeVar("Row", bound=PatientRow)


def hold_patient(patient: Patient) -> Patient:
    """The patient as they stand now, and no other write to the chart's lists before the transaction ends."""
    return Patient.objects.held(patient)


def identity(owner: PublicModel, actor: User, key: UUID | None) -> UUID:
    """The id of the row that one order makes: sent twice, it is the same."""
    return uuid5(owner.public_id, f"{actor.pk} {key or uuid4()}")


def add_once(
    model: type[Row],
    patient: Patient,
    *,
    actor: User,
    now: datetime,
    key: UUID | None,
    encounter: Encounter | None = None,
    judge: Callable[[Row], None] | None = None,
    **values: Any,
) -> Row:
    """The row of this order, made now or before; call it with the patient held.

    `judge` may refuse the new row, once its values fit their fields. Raises DomainError in words.
    """
    if encounter is not None and encounter.patient_id != patient.pk:
        raise OtherPatient
    public_id = identity(patient, actor, key)
    known = model._default_manager.filter(public_id=public_id).first()
    if known:
        return known
    row = model(
        public_id=public_id,
        patient=patient,
        encounter=encounter,
        recorded_by=actor,
        recorded_at=now,
        **values,
    )
    check(row)
    if judge:
        judge(row)
    row.save(force_insert=True)
    return row


def require_open_visit(row: PatientRow) -> None:
    """Nothing is added to a visit that is closed; call it with the patient held."""
    if row.encounter is not None and not lock(row.encounter).is_open:
        raise EncounterNotOpen


@patiently
def mark_in_error(*, row: PatientRow, reason: str, actor: User, now: datetime) -> PatientRow:
    """Strike the row through: staff still see it, the patient does not. It cannot be taken back."""
    model = type(row)
    demand(actor, f"clinical.change_{model._meta.model_name}", row)
    if not reason.strip():
        raise ReasonMissing
    with acting(actor, reason=reason.strip()):
        struck: Any = model._default_manager.select_for_update(of=("self",)).get(pk=row.pk)
        if struck.is_in_error:
            raise AlreadyInError
        if words := struck.why_it_stays():
            raise DomainError(words)
        setattr(struck, model.error_field, ENTERED_IN_ERROR)
        struck.status_reason = reason.strip()[:200]
        struck.save(update_fields=[model.error_field, "status_reason"])
        record_event(actor=actor, action="entered-in-error", target=struck, patient=struck.patient)
    return cast(PatientRow, struck)
