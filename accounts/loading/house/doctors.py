"""Doctors: known by their key, else by licence number, else by name and department."""

import re
from collections.abc import Sequence
from typing import Any

from django.utils.translation import gettext as _

from accounts.loading.cells import Cells
from accounts.loading.house.keys import Get, name_of
from accounts.loading.house.kinds import HouseKind
from accounts.loading.house.known import TITLES
from accounts.loading.house.names import searched, whole_name
from accounts.loading.house.people import GENDERS
from accounts.loading.kinds import Kind, Parent, Row
from accounts.loading.tables import Table
from accounts.models import Doctor, Gender

# American numbers that carry a check digit: the national provider identifier and the one for controlled drugs.
NPI, DEA = re.compile(r"[12]\d{9}", re.ASCII), re.compile(r"[A-Z][A-Z9]\d{7}", re.ASCII)
NPI_PREFIX = "80840"


class Doctors(HouseKind):
    """None gets an account: that comes with the invitation."""

    name = table = "doctors"
    model = Doctor
    required = ("GIVEN_NAME", "SPECIALTY")
    optional = ("FAMILY_NAME", "NAME", "TITLE", "GENDER", "LICENCE_NUMBER")
    instead = {"GIVEN_NAME": ("NAME",)}
    parents = (
        Parent("department", "DEPARTMENT", "departments"),
        Parent("location", "LOCATION", "locations", required=False),
    )
    synonyms = {
        "ID": ("DOCTOR ID", "DOCTOR NO", "PROVIDER ID", "STAFF ID", "STAFF NO", "EMPLOYEE NUMBER", "CODE"),
        "GIVEN_NAME": ("FIRST NAME", "FIRST", "FORENAME", "GIVEN NAMES", "GIVEN"),
        "FAMILY_NAME": ("LAST NAME", "LAST", "SURNAME", "FAMILY"),
        "NAME": ("FULL NAME", "DOCTOR", "DOCTOR NAME", "PROVIDER", "PHYSICIAN"),
        "TITLE": ("PREFIX", "SALUTATION"),
        "GENDER": ("SEX",),
        "LICENCE_NUMBER": (
            "LICENCE",
            "LICENSE",
            "LICENSE NUMBER",
            "LICENCE NO",
            "LICENSE NO",
            "REG NO",
            "NPI",
            "GMC",
        ),
        "SPECIALTY": ("SPECIALITY", "SPECIALISATION", "SPECIALIZATION", "DISCIPLINE"),
        "DEPARTMENT": ("DEPT", "DEPARTMENT NAME", "UNIT", "WARD"),
        "LOCATION": ("SITE", "BUILDING", "CLINIC", "PLACE"),
    }
    samples = (
        {"ID": "D1", "TITLE": "Dr", "GIVEN_NAME": "Asha", "FAMILY_NAME": "Rao", "GENDER": "female"}
        | {"LICENCE_NUMBER": "7654321", "SPECIALTY": "Cardiology", "DEPARTMENT": "Cardiology"},
        {"ID": "D2", "TITLE": "Dr", "GIVEN_NAME": "Min", "FAMILY_NAME": "Lee", "SPECIALTY": "Dermatology"}
        | {"DEPARTMENT": "Dermatology"},
    )

    def over(self, table: Table) -> Kind:
        return Reading()

    def parse(self, cells: Cells) -> dict[str, Any]:
        given, family = whole_name(cells)
        values = {
            "given_name": given,
            "family_name": family,
            "search_name": searched(cells, "GIVEN_NAME", given, family),
            "specialty": cells.text("SPECIALTY", 100, required=True),
        }
        if "TITLE" in cells.columns:
            values["title"] = cells.text("TITLE", 20)
        if "GENDER" in cells.columns:
            values["gender"] = cells.choice("GENDER", GENDERS, Gender.UNKNOWN)
        if "LICENCE_NUMBER" in cells.columns:
            values["licence_number"] = licence(cells)
        return values

    def adopt(self, rows: Sequence[Row]) -> dict[str, int]:
        """A doctor with the same licence number; without one, the only one of that name in the department."""
        names = {row.values["search_name"] for row in rows}
        licences = {row.values.get("licence_number", "") for row in rows} - {""}
        here = Doctor.objects.all()
        known = dict(here.filter(licence_number__in=licences).values_list("licence_number", "pk"))
        found = here.filter(search_name__in=names).values_list(
            "pk", "search_name", "department_id", "licence_number"
        )
        alike: dict[tuple[str, Any], list[tuple[int, str]]] = {}
        for pk, name, department, number in found:
            alike.setdefault((name, department), []).append((pk, number))
        chosen = {row.key: self._same(row, known, alike) for row in rows}
        return {key: pk for key, pk in chosen.items() if pk}

    def _same(self, row: Row, known: dict[str, int], alike: dict[Any, list[tuple[int, str]]]) -> int | None:
        own = row.values.get("licence_number", "")
        if own in known:
            return known[own]
        others = alike.get((row.values["search_name"], row.parent_ids["department"]), [])
        if len(others) == 1 and not (own and others[0][1]):
            return others[0][0]
        return None


class Reading(Doctors):
    """One reading of the table: it refuses a licence number that two rows have."""

    def __init__(self) -> None:
        self.licences: set[str] = set()

    def parse(self, cells: Cells) -> dict[str, Any]:
        values = super().parse(cells)
        number = values.get("licence_number", "")
        if number and number in self.licences:
            cells.refuse("LICENCE_NUMBER", _("Another row of this file has this licence number."))
        self.licences.add(number)
        return values


def licence(cells: Cells) -> str:
    """As it stands: a number that fails its check digit is told and kept."""
    number = cells.code("LICENCE_NUMBER", 40)
    if fails_check(number):
        cells.warnings.append(_("a licence number fails its check digit; kept as it is"))
    return number


def fails_check(number: str) -> bool:
    """Whether it looks like one of those with a check digit and its own is wrong."""
    return bool(NPI.fullmatch(number) and not is_luhn(NPI_PREFIX + number)) or fails_dea(number)


def fails_npi(number: str) -> bool:
    """Of a number that is said to be one, whatever it looks like."""
    is_shaped = number.isascii() and number.isdigit() and len(number) == 10
    return not (is_shaped and is_luhn(NPI_PREFIX + number))


def is_luhn(digits: str) -> bool:
    """ISO/IEC 7812: every second digit from the right counts twice."""
    doubled = (2 * int(digit) if place % 2 else int(digit) for place, digit in enumerate(reversed(digits)))
    return sum(number - 9 if number > 9 else number for number in doubled) % 10 == 0


def fails_dea(number: str) -> bool:
    if not DEA.fullmatch(number.upper()):
        return False
    digits = [int(digit) for digit in number[2:]]
    return (sum(digits[0:6:2]) + 2 * sum(digits[1:6:2])) % 10 != digits[6]


def doctor(get: Get) -> str:
    """The natural key of a row without key and licence number."""
    name = " ".join(word for word in name_of(get).split() if word not in TITLES)
    return f"{name}|{get('DEPARTMENT')}"
