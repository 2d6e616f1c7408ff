"""The messages that this app sends."""

from typing import Any

from django.utils import timezone

from accounts.models import Message
from accounts.outbox import absolute, register
from clinical.models import MedicalRecord
from clinical.models.record import SIGNED


def record_link(message: Message, record: MedicalRecord) -> dict[str, Any]:
    return {"record_url": absolute(record.get_absolute_url())}


def may_be_read(record: MedicalRecord) -> bool:
    """Signed, released, and not struck out in the meantime."""
    released = record.released_at is not None and record.released_at <= timezone.now()
    return released and record.status in SIGNED


register("record-ready", template="clinical/record_ready", context=record_link, still_true=may_be_read)
