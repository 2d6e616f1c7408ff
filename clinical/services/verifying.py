"""Whoever holds a printed prescription asks whether it is ours; the answer names neither patient nor medicine."""

from dataclasses import dataclass
from datetime import datetime

from django.db.models import Count, Exists, F, OuterRef, Q, QuerySet
from django.utils.crypto import constant_time_compare

from clinical.models import MedicalRecord, Prescription, PrescriptionItem
from clinical.models.encounter import EncounterStatus

Status = PrescriptionItem.Status
OVER = [Status.STOPPED, Status.CANCELLED, Status.ENTERED_IN_ERROR]
NOT_NOW = [*OVER, Status.ON_HOLD]


@dataclass(frozen=True)
class Confirmation:
    prescriber: str
    issued_at: datetime
    medicines: int
    stopped: int


def confirm(*, number: str, code: str) -> Confirmation | None:
    """What may be told about a prescription, or None: for an unknown number, a wrong code and one that fell alike.

    One query for every number, and the codes are compared in constant time.
    """
    found = issued().filter(number=plain(number)).first()
    stored = found.verification_code if found else None
    is_ours = constant_time_compare(stored or "", plain(code))
    if found is None or not is_ours:
        return None
    return Confirmation(
        prescriber=str(found.prescriber),
        issued_at=found.happened_at,
        medicines=found.medicines,  # type: ignore[attr-defined]
        stopped=found.stopped,  # type: ignore[attr-defined]
    )


def issued() -> QuerySet[Prescription]:
    """Those whose record is signed and stands, with a medicine that was no mistake."""
    signed = MedicalRecord.objects.signed().filter(encounter=OuterRef("encounter"))
    rows = Prescription.objects.filter(Exists(signed), number__isnull=False)
    counted = rows.exclude(encounter__status=EncounterStatus.ENTERED_IN_ERROR).annotate(
        medicines=Count("items"),
        stopped=Count("items", filter=Q(items__status__in=NOT_NOW)),
        mistakes=Count("items", filter=Q(items__status=Status.ENTERED_IN_ERROR)),
    )
    return counted.filter(medicines__gt=0).exclude(medicines=F("mistakes")).select_related("prescriber")


def plain(typed: str) -> str:
    """As people copy it from paper: small letters, spaces and dashes are taken for what they mean."""
    return "".join(letter for letter in typed.upper() if letter.isalnum())
