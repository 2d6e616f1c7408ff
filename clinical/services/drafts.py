"""What stands in a draft: compared with what was typed, and written row by row."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import datetime
from decimal import Decimal
from itertools import zip_longest
from typing import Any

from django.core.exceptions import ValidationError
from django.db.models import Model
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from accounts.errors import DomainError
from clinical.models import Diagnosis, Encounter, MedicalRecord, Prescription, PrescriptionItem
from clinical.models.icd10 import ICD10CM
from clinical.services.dosage import frequency_words, objections, settled

Values = Mapping[str, Any]
DIAGNOSIS_FIELDS = ["display", "code", "kind", "verification"]
ITEM_FIELDS = [
    "medicine",
    "strength",
    "form",
    "dose_quantity",
    "dose_unit",
    "route",
    "frequency_code",
    "frequency",
    "as_needed",
    "as_needed_for",
    "max_dose",
    "start_on",
    "duration_days",
    "quantity",
    "refills",
    "is_substitutable",
    "indication",
    "instructions",
]
# How a value is said where two people's texts stand side by side, when it does not speak for itself.
SAID: dict[str, Callable[[Any], str]] = {
    "frequency_code": frequency_words,
    "as_needed": lambda _said: _("only when needed"),
    "start_on": lambda day: _("from %(day)s") % {"day": date_format(day, "j F Y")},
    "duration_days": lambda days: _("for %(days)s days") % {"days": days},
    "quantity": lambda number: _("quantity %(number)s") % {"number": number},
    "refills": lambda number: _("refills %(number)s") % {"number": number},
}


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
    mine = [settled(item) for item in items]
    rows.append((_("Medicines"), as_lines(mine, ITEM_FIELDS, PrescriptionItem()), stored_items(encounter)))
    return [(label, mine, theirs) for label, mine, theirs in rows if mine != theirs]


def stored_diagnoses(encounter: Encounter) -> str:
    return as_lines(encounter.diagnoses.order_by("pk").values(), DIAGNOSIS_FIELDS, Diagnosis())


def stored_items(encounter: Encounter) -> str:
    items = PrescriptionItem.objects.filter(prescription__encounter=encounter).order_by("pk")
    return as_lines(items.values(), ITEM_FIELDS, PrescriptionItem())


def as_lines(rows: Iterable[Values], names: list[str], blank: Model) -> str:
    told = (zip(names, whole(row, names, blank), strict=True) for row in rows)
    return "\n".join(", ".join(filter(None, (in_words(*pair) for pair in row))) for row in told)


def whole(row: Values, names: list[str], blank: Model) -> list[Any]:
    """The row's values in the order of the names; what it does not mention takes the field's default."""
    return [row.get(name, getattr(blank, name)) for name in names]


def in_words(name: str, value: Any) -> str:
    if name == "is_substitutable":
        return "" if value else _("this maker's product only")
    if not value:
        return ""
    if name in SAID:
        return SAID[name](value)
    return f"{value.normalize():f}" if isinstance(value, Decimal) else str(value)


def write_diagnoses(encounter: Encounter, diagnoses: Sequence[Values], now: datetime) -> None:
    def new() -> Diagnosis:
        return Diagnosis(encounter=encounter, happened_at=now, recorded_at=now)

    there = list(encounter.diagnoses.order_by("pk"))
    # A code that stands there already keeps its system; people type codes of ICD-10-CM.
    systems = {row.code: row.system for row in there}
    coded = [
        {"system": systems.get(row["code"], ICD10CM) if row.get("code") else "", **row} for row in diagnoses
    ]
    replace(there, coded, ["system", *DIAGNOSIS_FIELDS], new)


def write_items(encounter: Encounter, items: Sequence[Values], now: datetime) -> None:
    """A visit's medicines stand on one prescription, which is there as long as it has items.

    Raises DomainError in words for what cannot be meant.
    """
    items = [possible(item) for item in items]
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
    there = list(prescription.items.order_by("pk"))
    # A code stays with the name that it was stored for; people type names.
    codes = {row.medicine: {"system": row.system, "code": row.code} for row in there}
    coded = [{**codes.get(item["medicine"], {}), **item} for item in items]
    replace(
        there, coded, ["system", "code", *ITEM_FIELDS], lambda: PrescriptionItem(prescription=prescription)
    )
    if not items:
        prescription.delete()


def possible(item: Values) -> dict[str, Any]:
    """The medicine as it is stored."""
    told = settled(item)
    refused = objections(told)
    if refused:
        raise DomainError(" ".join([f"{told.get('medicine', '')}:", *refused.values()]))
    return told


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
