"""Medicines, allergies and warnings for tests."""

from datetime import datetime
from typing import Any

from accounts.models import Patient
from clinical.models import Allergy, AllergyReaction, Encounter, PrescriptionItem
from clinical.services.prescribing import cautions, override, unresolved
from clinical.tests.factories import drafted

AMOXICILLIN = {
    "medicine": "Amoxicillin",
    "strength": "500 mg",
    "form": "capsule",
    "dose_quantity": 1,
    "dose_unit": "capsule",
    "route": "by mouth",
    "frequency_code": "TID",
    "duration_days": 7,
}
PARACETAMOL = AMOXICILLIN | {"medicine": "Paracetamol", "form": "tablet", "dose_unit": "tablet"}


def allergy(patient: Patient, display: str = "Penicillin", reaction: str = "", **fields: Any) -> Allergy:
    row = Allergy.objects.create(patient=patient, display=display, **fields)
    if reaction:
        AllergyReaction.objects.create(allergy=row, manifestation=reaction, severity="severe")
    return row


def written(encounter: Encounter, now: datetime, *items: dict[str, Any]) -> Encounter:
    """The visit with these medicines in its draft."""
    drafted(encounter, now, items=list(items), diagnoses=[])
    return encounter


def warned(encounter: Encounter, now: datetime) -> list[tuple[str, str]]:
    return [(caution.rule, caution.medicine) for caution in cautions(encounter=encounter, now=now)]


def passed_over(encounter: Encounter, now: datetime, code: str = "23", words: str = "") -> list[Any]:
    reasons = {caution.mark: (code, words) for caution in unresolved(encounter=encounter, now=now)}
    return override(encounter=encounter, reasons=reasons, actor=encounter.doctor.user, now=now)


def the_item() -> PrescriptionItem:
    return PrescriptionItem.objects.get()
