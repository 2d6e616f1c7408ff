"""Vital signs in Synthea's table of observations; the two numbers of a blood pressure stand in two rows."""

from collections import defaultdict
from collections.abc import Mapping
from decimal import Decimal
from itertools import zip_longest
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.loading.cells import Cells, exact
from accounts.loading.known import mark
from accounts.loading.tables import Table
from clinical.loading.alike import Facts
from clinical.loading.synthea_observations import (
    DIASTOLIC,
    SYSTOLIC,
    Observation,
    house_code,
    is_vital,
    room_of,
)
from clinical.loading.synthea_times import key_of, past
from clinical.measures import MEASURES, Reading
from clinical.models import VitalSign

# A row's number in the file, and the value as it stands there.
Numbered = tuple[int, str]


class Vitals(Observation):
    """Systolic and diastolic of one time and visit are one row; a number without the other is left out."""

    name = "vitals"
    model = VitalSign
    unchangeable = gettext_lazy("This measurement was loaded before and cannot change.")
    adopted = Facts(VitalSign, "patient_id", "taken_at", "code", near=["encounter_id"])

    def __init__(
        self, partners: Mapping[int, str] | None = None, alone: frozenset[int] = frozenset()
    ) -> None:
        """Diastolic values by the number of the systolic's row, and the numbers of rows without partner."""
        self.partners, self.alone = partners or {}, alone

    def over(self, table: Table) -> "Vitals":
        return Vitals(*paired(table))

    def takes(self, cells: Cells) -> bool:
        """A diastolic that has its systolic is part of that row."""
        return is_vital(cells) and (cells.get("CODE") != DIASTOLIC or cells.number in self.alone)

    def left_out(self, cells: Cells) -> str:
        return _("a blood pressure with one number only; skipped") if cells.number in self.alone else ""

    def parse(self, cells: Cells) -> dict[str, Any]:
        value, second = self._numbers(cells)
        return {
            "code": house_code(cells),
            "value": value,
            "second_value": second,
            "unit": MEASURES[house_code(cells)].unit.code,
            "taken_at": past(cells, "DATE"),
            "status": VitalSign.Status.FINAL,
        }

    def _numbers(self, cells: Cells) -> tuple[Decimal | None, Decimal | None]:
        """In the house's unit; what cannot be is refused, as it is to those who type."""
        measure, unit = MEASURES[house_code(cells)], cells.get("UNITS")
        if unit not in {known.code for known in measure.units}:
            units = ", ".join(known.code for known in measure.units)
            cells.refuse("UNITS", _("Use one of these: %(values)s.") % {"values": units})
            return None, None
        value = cells.number_of("VALUE", **room_of(VitalSign, "value"))
        second = self._partner(cells)
        if value is None or cells.faults:
            return None, None
        return in_house_unit(cells, Reading(measure.code, value, second, unit))

    def _partner(self, cells: Cells) -> Decimal | None:
        """The diastolic number; its fault is told of the systolic's row."""
        if cells.number not in self.partners:
            return None
        try:
            return exact(self.partners[cells.number], **room_of(VitalSign, "second_value"))
        except ValueError as error:
            cells.faults.append(("VALUE", self.partners[cells.number], str(error)))
            return None


def in_house_unit(cells: Cells, reading: Reading) -> tuple[Decimal, Decimal | None]:
    """As it was written where the units agree, else reckoned and rounded."""
    if objection := reading.objection():
        cells.refuse("VALUE", objection)
    if reading.unit == reading.measure.unit.code:
        return reading.value, reading.second
    numbers = reading.numbers()
    return numbers[0], numbers[1] if len(numbers) > 1 else None


def paired(table: Table) -> tuple[dict[int, str], frozenset[int]]:
    """The n-th systolic of a time and visit belongs with the n-th diastolic, wherever in the file they stand."""
    partners: dict[int, str] = {}
    alone: set[int] = set()
    for rows in pressures(table).values():
        for systolic, diastolic in zip_longest(rows[SYSTOLIC], rows[DIASTOLIC]):
            if systolic and diastolic:
                partners[systolic[0]] = diastolic[1]
            else:
                alone.add((systolic or diastolic)[0])
    return partners, frozenset(alone)


def pressures(table: Table) -> Mapping[bytes, Mapping[str, list[Numbered]]]:
    """By patient, visit and time; a row that cannot be read has no part in it."""
    found: dict[bytes, dict[str, list[Numbered]]] = defaultdict(lambda: {SYSTOLIC: [], DIASTOLIC: []})
    patient, visit, date, code, value = (table.columns[name] for name in (*Vitals.key, "VALUE"))
    for record in table.records():
        cells = [cell.strip() for cell in record.cells]
        if not record.problem and cells[code] in (SYSTOLIC, DIASTOLIC):
            whose = mark("|".join((cells[patient], cells[visit], key_of(cells[date]))))
            found[whose][cells[code]].append((record.number, cells[value]))
    return found
