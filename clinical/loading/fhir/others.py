"""Numbers of patients, types that are judged but not loaded, and what is no resource at all."""

import json
from collections.abc import Sequence
from typing import Any

from accounts.loading.cells import Cells
from accounts.loading.house import identifiers
from accounts.loading.kinds import Parent, Row
from accounts.models import Location, PatientIdentifier
from clinical.loading.fhir.intake import NO_RESOURCE
from clinical.loading.fhir.kinds import FromFhir
from clinical.loading.fhir.naming import listed
from clinical.loading.fhir.told import Told

TYPES = {kind.value: kind for kind in PatientIdentifier.Type}
SOCIAL_SECURITY = "http://hl7.org/fhir/sid/us-ssn"


class Identifiers(FromFhir):
    """Record numbers of other houses; whatever else identifies a person only when that is asked for."""

    name = table = "identifiers"
    model = PatientIdentifier
    key = ("KEY",)
    natural = distinct = True
    parents = (Parent("patient", "PATIENT", "patients"),)
    owner = "patient"

    def takes(self, cells: Cells) -> bool:
        kind = type_of(body(cells))
        return kind == "MR" or (bool(kind) and cells.options.keep_identifiers)

    def left_out(self, cells: Cells) -> str:
        return ""

    def key_text(self, cells: Cells) -> str:
        one = body(cells)
        return f"{cells.get('KEY')}|{type_of(one)}|{one.get('system', '')}|{one.get('value', '')}"

    def read(self, told: Told) -> dict[str, Any]:
        return {
            "type": TYPES[type_of(told.body)],
            "system": told.text("identifier.system", told.body.get("system"), 200),
            "value": told.text("identifier.value", told.body.get("value"), 100),
        }

    def adopt(self, rows: Sequence[Row]) -> dict[str, int]:
        patients = {row.parent_ids["patient"] for row in rows} - {None}
        held = PatientIdentifier.objects.filter(patient__in=patients)
        known = {tuple(rest): pk for pk, *rest in held.values_list("pk", "patient_id", "type", "value")}
        wanted = {r.key: (r.parent_ids["patient"], r.values["type"], r.values["value"]) for r in rows}
        return {key: known[number] for key, number in wanted.items() if number in known}

    def create(self, rows: Sequence[Row]) -> list[int]:
        made = super().create(rows)
        identifiers.queue_sharing(made, now=identifiers.timezone.now())
        return made


def body(cells: Cells) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(cells.get("BODY") or "{}")
    return found


def type_of(one: dict[str, Any]) -> str:
    """A code of HL7's table 0203; without a number there is nothing to keep."""
    if not one.get("value"):
        return ""
    said = [str(c.get("code")) for c in listed(one.get("type", {}).get("coding"))]
    if one.get("system") == SOCIAL_SECURITY:
        said.append("SS")
    return next((code for code in said if code in TYPES), "")


class Judged(FromFhir):
    """Counted as skipped with the reason, or refused for its faults; none is ever written."""

    model = Location

    def __init__(self, name: str) -> None:
        self.name = self.table = name  # type: ignore[misc]

    def read(self, told: Told) -> dict[str, Any]:
        return {}


JUDGED = tuple(
    Judged(name)
    for name in (NO_RESOURCE, "Appointment", "Medication", "PractitionerRole", "Schedule", "Slot")
)
