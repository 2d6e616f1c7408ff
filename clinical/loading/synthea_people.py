"""Synthea's CSV tables: who and where."""

from collections.abc import Sequence
from typing import Any

from accounts.loading.cells import Cells
from accounts.loading.house import identifiers
from accounts.loading.house.contact import postal_code
from accounts.loading.house.identifiers import checked
from accounts.loading.house.names import LONGEST, plain_name, searched, split_name
from accounts.loading.house.people import People, birth_date, death
from accounts.loading.kinds import Kind, Parent, Row
from accounts.models import Department, Doctor, Gender, Location
from clinical.loading.alike import same_key

GENDERS = {"m": Gender.MALE, "f": Gender.FEMALE, "o": Gender.OTHER, "u": Gender.UNKNOWN}
GUARDED = ("SSN", "DRIVERS", "PASSPORT")
PLACE = ("ADDRESS", "CITY", "STATE", "ZIP")
# Those whom nobody calls doctor by their profession; the source gives no title.
WITHOUT_TITLE = frozenset(
    {
        "audiologist",
        "clinical social worker",
        "nurse practitioner",
        "physical therapy",
        "physician assistant",
        "registered nurse",
    }
)


def place(cells: Cells) -> dict[str, str]:
    return {
        "address": cells.text("ADDRESS", 200),
        "city": cells.text("CITY", 100),
        "state": cells.text("STATE", 100),
        "postal_code": postal_code(cells, "ZIP", american=True),
    }


class Organizations(Kind):
    name = table = "organizations"
    model = Location
    required = ("NAME",)
    optional = (*PLACE, "PHONE")
    ignored = ("LAT", "LON", "REVENUE", "UTILIZATION")

    def adopt(self, rows: Sequence[Row]) -> dict[str, int]:
        return same_key(rows, self.model, "Organization")

    def parse(self, cells: Cells) -> dict[str, Any]:
        return {"name": cells.text("NAME", 200, required=True), "phone": cells.text("PHONE", 40)} | place(
            cells
        )


class Departments(Kind):
    """Synthea has none: each specialty of its providers is one."""

    name, table = "departments", "providers"
    model = Department
    key = ("SPECIALITY",)
    distinct = True

    def parse(self, cells: Cells) -> dict[str, Any]:
        return {"name": cells.text("SPECIALITY", 100, required=True).title()}

    def adopt(self, rows: Sequence[Row]) -> dict[str, int]:
        """A department of that name serves, whoever made it."""
        own = {name.casefold(): pk for name, pk in Department.objects.values_list("name", "pk")}
        names = {row.key: row.values["name"].casefold() for row in rows}
        return {key: own[name] for key, name in names.items() if name in own}


class Providers(Kind):
    name = table = "providers"
    model = Doctor
    required = ("NAME", "GENDER")
    ignored = (*PLACE, "LAT", "LON", "UTILIZATION", "ENCOUNTERS", "PROCEDURES")
    parents = (
        Parent("department", "SPECIALITY", "departments"),
        Parent("location", "ORGANIZATION", "organizations", required=False),
    )

    def adopt(self, rows: Sequence[Row]) -> dict[str, int]:
        return same_key(rows, self.model, "Practitioner")

    def parse(self, cells: Cells) -> dict[str, Any]:
        given, family = plain_name(cells, "NAME", *split_name(cells.text("NAME", 100, required=True)))
        specialty = cells.text("SPECIALITY", 100)
        return {
            "title": "" if specialty.casefold() in WITHOUT_TITLE else "Dr",
            "given_name": given,
            "family_name": family,
            "search_name": searched(cells, "NAME", given, family),
            "gender": cells.choice("GENDER", GENDERS, Gender.UNKNOWN),
            "specialty": specialty.title(),
        }


class Patients(People):
    """Names stay as they are written, digits and all, unless the load was told to take those away."""

    name = table = "patients"
    required = ("BIRTHDATE", "FIRST", "LAST", "GENDER")
    optional = ("DEATHDATE", *PLACE)
    ignored = (
        *(
            "PREFIX",
            "MIDDLE",
            "SUFFIX",
            "MAIDEN",
            "MARITAL",
            "RACE",
            "ETHNICITY",
            "BIRTHPLACE",
            "COUNTY",
            "FIPS",
        ),
        *("LAT", "LON", "HEALTHCARE_EXPENSES", "HEALTHCARE_COVERAGE", "INCOME"),
    )

    def adopt(self, rows: Sequence[Row]) -> dict[str, int]:
        return same_key(rows, self.model, "Patient")

    def parse(self, cells: Cells) -> dict[str, Any]:
        first, last = cells.text("FIRST", LONGEST, required=True), cells.text("LAST", LONGEST)
        given, family = plain_name(cells, "FIRST", first, last)
        born = birth_date(cells, "BIRTHDATE", required=True)
        checked(cells, GUARDED)
        return {
            "given_name": given,
            "family_name": family,
            "search_name": searched(cells, "FIRST", given, family),
            "gender": cells.choice("GENDER", GENDERS, Gender.UNKNOWN),
            "birth_date": born,
            "deceased_at": death(cells, "DEATHDATE", born),
            **place(cells),
        }


class DriversLicences(identifiers.DriversLicences):
    optional = ("DRIVERS",)
