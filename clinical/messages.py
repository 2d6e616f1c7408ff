"""The messages that this app sends."""

from typing import Any

from django.urls import reverse
from django.utils import timezone

from accounts.models import Message
from accounts.outbox import absolute, register
from clinical.models import CorrectionRequest, LabResult, MedicalRecord
from clinical.models.correction import ANSWERED
from clinical.models.record import SIGNED


def record_link(message: Message, record: MedicalRecord) -> dict[str, Any]:
    return {"record_url": absolute(record.get_absolute_url())}


def may_be_read(record: MedicalRecord) -> bool:
    """Signed, released, and not struck out in the meantime."""
    released = record.released_at is not None and record.released_at <= timezone.now()
    return released and record.status in SIGNED


register("record-ready", template="clinical/record_ready", context=record_link, still_true=may_be_read)


def request_link(message: Message, request: CorrectionRequest) -> dict[str, Any]:
    return {"record_url": absolute(request.record.get_absolute_url())}


def is_answered(request: CorrectionRequest) -> bool:
    return request.status in ANSWERED


register(
    "correction-answered", template="clinical/record_ready", context=request_link, still_true=is_answered
)


def own_record_link(message: Message, result: LabResult) -> dict[str, Any]:
    """To the record as a whole: an address that says what there is to read would say too much."""
    return {"record_url": absolute(reverse("clinical:record-list"))}


def may_be_seen(result: LabResult) -> bool:
    """Its time has come, and it was neither corrected nor struck out in the meantime."""
    rows = LabResult.objects.all()
    return rows.filter(rows.released(), pk=result.pk).exists()


register("result-ready", template="clinical/record_ready", context=own_record_link, still_true=may_be_seen)
