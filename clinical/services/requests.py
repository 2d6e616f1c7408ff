"""A patient asks for a correction; the doctor who wrote answers. The record changes only by its own services."""

from datetime import datetime
from uuid import UUID

from accounts.audit import acting
from accounts.models import User
from accounts.outbox import enqueue
from accounts.rules import demand
from clinical.errors import AlreadyAnswered, ReasonMissing
from clinical.models import CorrectionRequest, MedicalRecord
from clinical.models.correction import ANSWERED
from clinical.services.drafts import check
from clinical.services.rows import add_once, hold_patient
from scheduling.services.calendar import patiently


@patiently
def request_correction(
    *, record: MedicalRecord, text: str, actor: User, now: datetime, key: UUID | None = None
) -> CorrectionRequest:
    """Note what the patient finds wrong; one `key` is one request."""
    demand(actor, "clinical.request_correction", record)
    if not text.strip():
        raise ReasonMissing
    with acting(actor, reason="correction asked for"):
        patient = hold_patient(record.patient)
        return add_once(
            CorrectionRequest,
            patient,
            actor=actor,
            now=now,
            key=key,
            encounter=record.encounter,
            record=record,
            text=text.strip(),
            happened_at=now,
        )


@patiently
def answer_correction(
    *, request: CorrectionRequest, status: str, answer: str, actor: User, now: datetime
) -> CorrectionRequest:
    """Close the request in words that the patient reads; `status` is completed or rejected."""
    demand(actor, "clinical.answer_correctionrequest", request)
    if not answer.strip():
        raise ReasonMissing
    with acting(actor, reason="correction answered"):
        request = CorrectionRequest.objects.select_for_update(of=("self",)).get(pk=request.pk)
        if request.status in ANSWERED:
            raise AlreadyAnswered
        request.status, request.answer = status, answer.strip()
        request.answered_by, request.answered_at = actor, now
        check(request)
        request.save()
        if request.recorded_by:
            enqueue("correction-answered", request, recipient=request.recorded_by, at=now)
    return request
