"""Synthea's CSV table of observations: what its kinds have in common, and results of the laboratory."""

from collections.abc import Sequence
from typing import Any, ClassVar

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy

from accounts.loading.cells import Cells
from accounts.loading.kinds import Parent, Row
from clinical.loading.alike import Facts
from clinical.loading.synthea_history import PATIENT, Timed
from clinical.loading.synthea_times import past
from clinical.measures import BLOOD_PRESSURE, MEASURES
from clinical.models import LabResult

LOINC = "http://loinc.org"
LABORATORY = "laboratory"
SYSTOLIC, DIASTOLIC = "8480-6", "8462-4"
# The code under which a measurement is kept here, where the source has another one or two.
HOUSE_CODES = {
    SYSTOLIC: BLOOD_PRESSURE,
    DIASTOLIC: BLOOD_PRESSURE,
    "8287-5": "9843-4",  # the head's circumference, by tape
    "59408-5": "2708-6",  # the oxygen saturation, by pulse oximeter
}
# Synthea files the question for the address under laboratory.
NO_TESTS = frozenset({"56799-0"})
IS_NUMERIC = {"numeric": True, "text": False}
# How the source writes that there is no unit.
UNITLESS = frozenset({"null", "n/a"})


class Observation(Timed):
    """What its kinds have in common: a row that was loaded stays as it is."""

    table = "observations"
    key: ClassVar[tuple[str, ...]] = ("PATIENT", "ENCOUNTER", "DATE", "CODE")
    partial = True
    time = "DATE"
    required: ClassVar[tuple[str, ...]] = ("DESCRIPTION", "VALUE", "UNITS", "TYPE")
    parents = (PATIENT, Parent("encounter", "ENCOUNTER", "encounters", required=False))
    owner = "patient"
    stays = True
    unchangeable: ClassVar[Promise]
    # Nothing is adopted by a kind that writes nothing.
    adopted: ClassVar[Facts | None] = None

    def adopt(self, rows: Sequence[Row]) -> dict[str, int]:
        return self.adopted.adopt(rows, self.noun) if self.adopted else {}

    def objections(self, rows: Sequence[Row]) -> dict[str, tuple[str, str]]:
        return {row.key: ("VALUE", str(self.unchangeable)) for row in rows}


class Results(Observation):
    """Reviewed and released when they were reported: history is nobody's work any more. No range is told."""

    name = "results"
    model = LabResult
    unchangeable = gettext_lazy("This result was loaded before and cannot change.")
    adopted = Facts(LabResult, "patient_id", "taken_at", "code", near=["encounter_id"])

    def takes(self, cells: Cells) -> bool:
        return is_test(cells)

    def parse(self, cells: Cells) -> dict[str, Any]:
        unit, taken_at = cells.text("UNITS", 40), past(cells, "DATE")
        return {
            "system": LOINC,
            "code": cells.code("CODE", 40, required=True),
            "display": cells.text("DESCRIPTION", 300, required=True),
            "unit": "" if unit in UNITLESS else unit,
            **result(cells),
            "status": LabResult.Status.FINAL,
            "release_policy": LabResult.Release.AT_ONCE,
            **dict.fromkeys(("taken_at", "reported_at", "reviewed_at", "released_at"), taken_at),
        }


def house_code(cells: Cells) -> str:
    code = cells.get("CODE")
    return HOUSE_CODES.get(code, code)


def is_vital(cells: Cells) -> bool:
    return house_code(cells) in MEASURES


def is_test(cells: Cells) -> bool:
    is_told = cells.get("CATEGORY") == LABORATORY and cells.get("CODE") not in NO_TESTS
    return is_told and not is_vital(cells)


def result(cells: Cells) -> dict[str, Any]:
    """A number or words, as the source says which of them it is."""
    if cells.choice("TYPE", IS_NUMERIC, False):
        return {"value_quantity": cells.number_of("VALUE", **room_of(LabResult, "value_quantity"))}
    return {"value_text": cells.text("VALUE", 500, required=True)}


def room_of(model: Any, name: str) -> dict[str, int]:
    """How many digits the column holds, and how many of them after the point."""
    field = model._meta.get_field(name)
    return {"digits": field.max_digits, "places": field.decimal_places}
