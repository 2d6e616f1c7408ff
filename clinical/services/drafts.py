"""What stands in a draft: compared with what was typed, and written row by row."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import datetime
from decimal import Decimal
from itertools import zip_longest
from typing import Any

from django.core.exceptions import ValidationError
from django.db.models import Model
from django.utils.translation import gettext as _

from accounts.errors import DomainError
from clinical.models import Diagnosis, Encounter, MedicalRecord, Prescription, PrescriptionItem
from clinical.models.diagnosis import ICD10CM

Values = Mapping[str, Any]
DIAGNOSIS_FIELDS = ["display", "code", "kind", "verification"]
ITEM_FIELDS = [
    "medicine",
    "strength",
    "form",
    "dose_quantity",
    "dose_unit",
    "route",
    "frequency",
    "as_needed",
    "duration_days",
    "quantity",
    "refills",
    "indication",
    "instructions",
]


def differences(
    encounter: Encounter,
    record: MedicalRecord | None,
    sections: Mapping[str, str],
    diagnoses: Sequence[Values],
    items: Sequence[Values],
) -> list[tuple[Any, str, str]]:
    """What was typed beside what is stored, as (label, mine, theirs), where they differ."""
    rows = []
    for name in MedicalRecord.SECTIONS:
        theirs = getattr(record, name) if record else ""
        rows.append((MedicalRecord.heading(name), sections.get(name, ""), theirs))
    rows.append(
        (_("Diagnoses"), as_lines(diagnoses, DIAGNOSIS_FIELDS, Diagnosis()), stored_diagnoses(encounter))
    )
    rows.append((_("Medicines"), as_lines(items, ITEM_FIELDS, PrescriptionItem()), stored_items(encounter)))
    return [(label, mine, theirs) for label, mine, theirs in rows if mine != theirs]


def stored_diagnoses(encounter: Encounter) -> str:
    return as_lines(encounter.diagnoses.order_by("pk").values(), DIAGNOSIS_FIELDS, Diagnosis())


def stored_items(encounter: Encounter) -> str:
    items = PrescriptionItem.objects.filter(prescription__encounter=encounter).order_by("pk")
    return as_lines(items.values(), ITEM_FIELDS, PrescriptionItem())


def as_lines(rows: Iterable[Values], names: list[str], blank: Model) -> str:
    return "\n".join(
        ", ".join(in_words(value) for value in whole(row, names, blank) if value) for row in rows
    )


def whole(row: Values, names: list[str], blank: Model) -> list[Any]:
    """The row's values in the order of the names; what it does not mention takes the field's default."""
    return [row.get(name, getattr(blank, name)) for name in names]


def in_words(value: Any) -> str:
    if isinstance(value, Decimal):
        return f"{value.normalize():f}"
    return _("only when needed") if value is True else str(value)


def write_diagnoses(encounter: Encounter, diagnoses: Sequence[Values], now: datetime) -> None:
    def new() -> Diagnosis:
        return Diagnosis(encounter=encounter, happened_at=now, recorded_at=now)

    coded = [{"system": ICD10CM if row.get("code") else "", **row} for row in diagnoses]
    replace(list(encounter.diagnoses.order_by("pk")), coded, ["system", *DIAGNOSIS_FIELDS], new)


def write_items(encounter: Encounter, items: Sequence[Values], now: datetime) -> None:
    """A visit's medicines stand on one prescription, which is there as long as it has items."""
    prescription = encounter.prescriptions.order_by("pk").first()
    if prescription is None:
        if not items:
            return
        prescription = Prescription.objects.create(
            encounter=encounter,
            patient_id=encounter.patient_id,
            prescriber_id=encounter.doctor_id,
            happened_at=now,
            recorded_at=now,
        )
    replace(
        list(prescription.items.order_by("pk")),
        items,
        ["system", "code", *ITEM_FIELDS],
        lambda: PrescriptionItem(prescription=prescription),
    )
    if not items:
        prescription.delete()


def replace(
    stored: Sequence[Model], wanted: Sequence[Values], names: list[str], new: Callable[[], Model]
) -> None:
    """Make the stored rows equal the wanted ones, in their order, touching only what differs."""
    blank = new()
    for row, values in zip_longest(stored, wanted):
        if values is None:
            row.delete()
            continue
        told = dict(zip(names, whole(values, names, blank), strict=True))
        if row is None or any(getattr(row, name) != value for name, value in told.items()):
            fill(row or new(), told)


def fill(row: Model, values: Values) -> None:
    for name, value in values.items():
        setattr(row, name, value)
    check(row)
    row.save()


def check(row: Model) -> None:
    """Raise a DomainError in words where a value does not fit its field; asks the database nothing."""
    relations = {field.name for field in row._meta.fields if field.is_relation}
    try:
        row.clean_fields(exclude=relations)
        row.validate_constraints(exclude=relations)
    except ValidationError as error:
        raise DomainError(" ".join(error.messages)) from error
