"""Synthea's CSV tables: who and where."""

import datetime as dt
from collections.abc import Iterable, Sequence
from typing import Any

from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.loading.cells import Cells
from accounts.loading.kinds import Kind, Parent, Row
from accounts.models import Department, Doctor, Gender, Location, MrnCounter, Patient
from accounts.names import search_key, sound_key
from accounts.services.loaded_twins import queue_loaded

GENDERS = {"m": Gender.MALE, "f": Gender.FEMALE, "o": Gender.OTHER, "u": Gender.UNKNOWN}
OLDEST_AGE_YEARS = 130
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
        "postal_code": cells.text("ZIP", 20),
    }


class Organizations(Kind):
    name = table = "organizations"
    model = Location
    required = ("NAME",)

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
    parents = (
        Parent("department", "SPECIALITY", "departments"),
        Parent("location", "ORGANIZATION", "organizations", required=False),
    )

    def parse(self, cells: Cells) -> dict[str, Any]:
        given, family = split_name(cells.text("NAME", 100, required=True))
        specialty = cells.text("SPECIALITY", 100)
        return {
            "title": "" if specialty.casefold() in WITHOUT_TITLE else "Dr",
            "given_name": given,
            "family_name": family,
            "search_name": search_key(given, family),
            "gender": cells.choice("GENDER", GENDERS, Gender.UNKNOWN),
            "specialty": specialty.title(),
        }


def split_name(name: str) -> tuple[str, str]:
    """The last word is the family name; a single word is a given name."""
    given, _space, family = name.rpartition(" ")
    return (given.strip(), family) if given else (family, "")


class Patients(Kind):
    """Names stay as they are written, digits and all; SSN, driver's licence and passport are not stored."""

    name = table = "patients"
    model = Patient
    required = ("BIRTHDATE", "FIRST", "LAST", "GENDER")

    def parse(self, cells: Cells) -> dict[str, Any]:
        given, family = cells.text("FIRST", 100, required=True), cells.text("LAST", 100)
        return {
            "given_name": given,
            "family_name": family,
            "search_name": search_key(given, family),
            "gender": cells.choice("GENDER", GENDERS, Gender.UNKNOWN),
            **self._life(cells),
            **place(cells),
        }

    def _life(self, cells: Cells) -> dict[str, Any]:
        birth_date = cells.day("BIRTHDATE", required=True)
        deceased_at = cells.start_of_day("DEATHDATE")
        today = cells.now.date()
        if birth_date and birth_date > today:
            cells.refuse("BIRTHDATE", _("This date lies in the future."))
        elif birth_date and today.year - birth_date.year > OLDEST_AGE_YEARS:
            cells.warnings.append(_("born more than %(years)d years ago") % {"years": OLDEST_AGE_YEARS})
        if birth_date and deceased_at and deceased_at.date() < birth_date - dt.timedelta(days=1):
            cells.refuse("DEATHDATE", _("The end lies before the start."))
        return {"birth_date": birth_date, "deceased_at": deceased_at}

    def fact(self, values: dict[str, Any]) -> Any:
        return values["deceased_at"]

    def heirs(self, targets: Iterable[int]) -> dict[int, int]:
        merged = Patient.objects.filter(pk__in=set(targets), merged_into__isnull=False)
        return {patient.pk: patient.survivor().pk for patient in merged}

    def create(self, rows: Sequence[Row]) -> list[int]:
        """The chunk takes its block of record numbers with one lock."""
        for row, mrn in zip(rows, MrnCounter.take(len(rows)), strict=True):
            row.values["mrn"] = mrn
        self.set_sounds(rows)
        made = super().create(rows)
        queue_loaded(dict(zip(made, (row.key for row in rows), strict=True)), now=timezone.now())
        return made

    def update(self, rows: Sequence[Row]) -> None:
        self.set_sounds(rows)
        super().update(rows)

    def set_sounds(self, rows: Sequence[Row]) -> None:
        """Here and not in `parse`: what we compute of a name is nothing that the source said."""
        for row in rows:
            row.values["name_sounds"] = sound_key(row.values["given_name"], row.values["family_name"])
