"""One chain over all signed records: whoever changes a signed text, or takes a link out, breaks it."""

import json
from collections.abc import Iterator
from datetime import UTC, date, datetime
from decimal import Decimal
from hashlib import sha256
from typing import Any, cast
from uuid import UUID

from django.db import connection
from django.db.models import Field

from clinical.models import MedicalRecord, PrescriptionItem, Seal
from clinical.models.prescription import PrescriptionItemQuerySet

GENESIS = "0" * 64
# Any fixed number will do: it only has to be this chain's own.
CHAIN_LOCK = 5_342_617_001
OVERRIDE_COLUMNS = ["rule", "medicine", "subject", "message", "override_code", "override_reason"]
DIAGNOSIS_COLUMNS = ["system", "code", "display", "kind", "verification"]
# What may change after signing is no part of what was signed.
ITEM_COLUMNS = [
    field.name
    for field in PrescriptionItem._meta.concrete_fields
    if field.name not in {"id", "prescription"} | PrescriptionItemQuerySet.still_open
]
# Columns that came after the first seals: they count where they say something, so that old seals still hold.
LATER_COLUMNS = {
    name: cast(Field, PrescriptionItem._meta.get_field(name)).get_default()
    for name in ("frequency_code", "as_needed_for", "max_dose", "start_on", "is_substitutable")
}


def seal(record: MedicalRecord, now: datetime) -> Seal:
    """Add the link of a record that has just been signed; call it in the transaction that signs."""
    previous = hold_head()
    links: dict[str, Any] = {
        "content_digest": digest_of(content(record)),
        "patient_public_id": record.patient.public_id,
        "previous": previous,
    }
    return Seal.objects.create(record=record, digest=link_digest(record, **links), recorded_at=now, **links)


def hold_head() -> str:
    """The digest at the end of the chain; nobody else adds a link before this transaction ends.

    A row lock would not do: who waited for the old head would still take it for the head afterwards.
    SQLite has one writer at a time in any case.
    """
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_xact_lock(%s)", [CHAIN_LOCK])
    head = Seal.objects.order_by("-pk").values_list("digest", flat=True).first()
    return head or GENESIS


def content(record: MedicalRecord) -> dict[str, Any]:
    """What was signed, in words and values that no later merge or release changes."""
    encounter = record.encounter
    items = PrescriptionItem.objects.filter(prescription__encounter=encounter).order_by("pk")
    signed = {
        "record": record.public_id,
        "revision": record.revision,
        "encounter": encounter.public_id,
        "started_at": encounter.started_at,
        "signed_by": record.signed_by.public_id,  # type: ignore[union-attr]
        "signed_at": record.signed_at,
        "sections": {name: getattr(record, name) for name in record.SECTIONS},
        "diagnoses": list(encounter.diagnoses.order_by("pk").values(*DIAGNOSIS_COLUMNS)),
        "items": [without_silence(item) for item in items.values(*ITEM_COLUMNS)],
    }
    later = {
        "correction": record.correction_reason,
        "overrides": list(encounter.prescription_checks.order_by("pk").values(*OVERRIDE_COLUMNS)),
    }
    return signed | {name: value for name, value in later.items() if value}


def without_silence(item: dict[str, Any]) -> dict[str, Any]:
    return {
        name: value
        for name, value in item.items()
        if name not in LATER_COLUMNS or value != LATER_COLUMNS[name]
    }


def link_digest(record: MedicalRecord, *, content_digest: str, patient_public_id: UUID, previous: str) -> str:
    return digest_of([record.public_id, content_digest, patient_public_id, previous])


def digest_of(value: Any) -> str:
    """SHA-256 of the canonical JSON: sorted keys, no spaces, UTF-8."""
    text = json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=False, default=plain)
    return sha256(text.encode()).hexdigest()


def plain(value: Any) -> str:
    """Spelt the same for a value just typed and for one read back from either database."""
    match value:
        case datetime():
            return value.astimezone(UTC).isoformat()
        case Decimal():
            return f"{value.normalize():f}"
        case UUID():
            return str(value)
        case date():
            return value.isoformat()
    raise TypeError(f"No canonical spelling for {type(value).__name__}")


def broken_seals() -> Iterator[Seal]:
    """Links whose record, or whose place in the chain, is not what it was."""
    previous = GENESIS
    for link in (
        Seal.objects.select_related("record__encounter", "record__signed_by").order_by("pk").iterator()
    ):
        if link.previous != previous or not is_whole(link):
            yield link
        previous = link.digest


def is_whole(link: Seal) -> bool:
    """The record reads as it was signed, and the link as it was made."""
    links = {name: getattr(link, name) for name in ("content_digest", "patient_public_id", "previous")}
    same_content = digest_of(content(link.record)) == link.content_digest
    return same_content and link_digest(link.record, **links) == link.digest
