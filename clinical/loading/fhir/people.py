"""Organizations, places, practitioners and patients."""

import datetime as dt
from collections.abc import Sequence
from typing import Any

from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.db.models import Model
from django.utils import timezone
from django.utils.translation import gettext as _
from phonenumber_field.phonenumber import to_python

from accounts.loading.cells import Cells
from accounts.loading.house.doctors import fails_check, fails_npi
from accounts.loading.house.names import LONGEST, plain_name, searched, split_name
from accounts.loading.house.people import OLDEST_AGE_YEARS, People
from accounts.loading.kinds import Parent, Row
from accounts.models import Department, Doctor, Gender, Location
from clinical.loading.alike import same_key
from clinical.loading.fhir.kinds import FromFhir
from clinical.loading.fhir.naming import listed
from clinical.loading.fhir.rows import NO_SPECIALTY, UNNAMED
from clinical.loading.fhir.told import DAY, Told

NAME_USES = ("official", "usual", None, "temp", "nickname", "anonymous", "maiden", "old")
PHONE_USES = ("mobile", "home", None, "temp", "work")
PLACE_USES = ("home", None, "work", "temp", "billing")
NPI = "http://hl7.org/fhir/sid/us-npi"
LICENCES = ("MD", "LN", "RN", "DN", "NPI")


class Locations(FromFhir):
    """Organizations too: here both are places where people are seen."""

    name = table = "locations"
    model = Location

    def read(self, told: Told) -> dict[str, Any]:
        return {
            "name": told.text("name", told.body["name"], 200),
            "phone": told.text("telecom", contact(told, "phone", PHONE_USES), 40),
            **place(told),
        }

    def adopt(self, rows: Sequence[Row]) -> dict[str, int]:
        return same_key(rows, self.model, "Organization")


class Departments(FromFhir):
    """FHIR has none: each specialty is one, and those who tell none share one."""

    name, table = "departments", "practitioners"
    model = Department
    key = ("DEPARTMENT",)
    distinct = True

    def takes(self, cells: Cells) -> bool:
        return not cells.get("SKIP")

    def parse(self, cells: Cells) -> dict[str, Any]:
        return {"name": cells.get("SPECIALTY") or NO_SPECIALTY}

    def adopt(self, rows: Sequence[Row]) -> dict[str, int]:
        """A department of that name serves, whoever made it."""
        own = {name.casefold(): pk for name, pk in Department.objects.values_list("name", "pk")}
        names = {row.key: row.values["name"].casefold() for row in rows}
        return {key: own[name] for key, name in names.items() if name in own}


class Practitioners(FromFhir):
    name = table = "practitioners"
    model = Doctor
    parents = (
        Parent("department", "DEPARTMENT", "departments"),
        Parent("location", "LOCATION", "locations", required=False),
    )

    def read(self, told: Told) -> dict[str, Any]:
        specialty = told.cells.get("SPECIALTY")
        if told.cells.get("KEY") == UNNAMED:
            return unnamed()
        if not specialty:
            told.warn(
                _("a practitioner without a specialty; put into the department “%(name)s”")
                % {"name": NO_SPECIALTY}
            )
        given, family = human_name(told)
        return {
            "title": told.text("name.prefix", prefix(told), 20),
            "given_name": given,
            "family_name": family,
            "search_name": searched(told.cells, "KEY", given, family),
            "gender": told.body.get("gender", Gender.UNKNOWN),
            "specialty": told.text("PractitionerRole.specialty", specialty, 100),
            "licence_number": checked_licence(told),
            "is_over": told.body.get("active") is False,
        }

    def adopt(self, rows: Sequence[Row]) -> dict[str, int]:
        return same_key(rows, self.model, "Practitioner")

    def create(self, rows: Sequence[Row]) -> list[int]:
        """Whoever works here no more, or has no name, can be found in history but not be booked."""
        for row in rows:
            row.values["archived_at"] = timezone.now() if row.values.pop("is_over", False) else None
        return super().create(rows)

    def before(self, rows: Sequence[Row]) -> list[tuple[type[Model], int, list[str]]]:
        return without(super().before(rows), "is_over")

    def update(self, rows: Sequence[Row]) -> None:
        for row in rows:
            row.values.pop("is_over", None)
        super().update(rows)


def unnamed() -> dict[str, Any]:
    """Stands for whoever saw a patient and is not named; the same in every language, because it is stored."""
    said = {"title": "", "given_name": "Not named", "family_name": "", "search_name": "not named"}
    rest = {"gender": Gender.UNKNOWN, "specialty": "", "licence_number": "", "is_over": True}
    return said | rest


class Patients(People, FromFhir):
    name = table = "patients"

    def read(self, told: Told) -> dict[str, Any]:
        given, family = human_name(told)
        born = birth(told)
        return {
            "given_name": given,
            "family_name": family,
            "search_name": searched(told.cells, "KEY", given, family),
            "gender": told.body.get("gender", Gender.UNKNOWN),
            "birth_date": born,
            "phone": phone(told),
            "email": email(told),
            "deceased_at": death(told, born),
            "is_deceased": told.body.get("deceasedBoolean") is True,
            **place(told),
        }

    def adopt(self, rows: Sequence[Row]) -> dict[str, int]:
        return same_key(rows, self.model, "Patient")

    def create(self, rows: Sequence[Row]) -> list[int]:
        settle_deaths(rows, {})
        return super().create(rows)

    def before(self, rows: Sequence[Row]) -> list[tuple[type[Model], int, list[str]]]:
        return without(super().before(rows), "is_deceased")

    def update(self, rows: Sequence[Row]) -> None:
        known = self.model._base_manager.filter(pk__in=[row.target_id for row in rows])
        settle_deaths(rows, dict(known.values_list("pk", "deceased_at")))
        super().update(rows)


def without(
    changing: list[tuple[type[Model], int, list[str]]], name: str
) -> list[tuple[type[Model], int, list[str]]]:
    """What is about to change, but for a word of the source that is no column."""
    return [(model, target, [one for one in names if one != name]) for model, target, names in changing]


def settle_deaths(rows: Sequence[Row], before: dict[int, Any]) -> None:
    """Who died on a day that nobody tells counts as dead from the day of loading on."""
    for row in rows:
        if row.values.pop("is_deceased", False) and row.values["deceased_at"] is None:
            row.values["deceased_at"] = before.get(row.target_id) or timezone.now()


def human_name(told: Told) -> tuple[str, str]:
    """The official name before any other; one word is a given name."""
    name = best(listed(told.body.get("name")), NAME_USES)
    given = told.text("name.given", " ".join(n for n in name.get("given", []) if n), LONGEST)
    family = told.text("name.family", name.get("family"), LONGEST)
    if not given and not family:
        given, family = split_name(told.text("name.text", name.get("text"), 2 * LONGEST))
    if not given and not family:
        told.refuse("name", "", _("A name is needed."))
    if not given:
        given, family = family, ""
    return plain_name(told.cells, "KEY", given, family)


def prefix(told: Told) -> str:
    name = best(listed(told.body.get("name")), NAME_USES)
    return " ".join(p for p in name.get("prefix", []) if p).removesuffix(".")


def best(several: Sequence[dict[str, Any]], uses: Sequence[str | None]) -> dict[str, Any]:
    ranked = sorted(several, key=lambda one: uses.index(u) if (u := one.get("use")) in uses else len(uses))
    return ranked[0] if ranked else {}


def contact(told: Told, system: str, uses: Sequence[str | None]) -> str:
    found = [
        t for t in listed(told.body.get("telecom")) if t.get("system") == system and t.get("use") != "old"
    ]
    return str(best([t for t in found if t.get("value")], uses).get("value", ""))


def phone(told: Told) -> str:
    text = contact(told, "phone", PHONE_USES)
    number = to_python(text) if text else None
    if text and (number is None or not number.is_valid()):
        told.warn(_("a telephone number that nobody could dial; not kept"))
        return ""
    return str(number.as_e164) if number else ""


def email(told: Told) -> str:
    text = contact(told, "email", PHONE_USES)
    try:
        validate_email(text or "ana@example.org")
    except ValidationError:
        told.warn(_("an e-mail address that is none; not kept"))
        return ""
    return text[:254]


def place(told: Told) -> dict[str, str]:
    said = told.body.get("address")
    one = (
        said
        if isinstance(said, dict)
        else best([a for a in listed(said) if a.get("use") != "old"], PLACE_USES)
    )
    lines = ", ".join(line for line in one.get("line", []) if line) or (
        "" if one.get("city") else one.get("text")
    )
    return {
        "address": told.text("address.line", lines, 200),
        "city": told.text("address.city", one.get("city"), 100),
        "state": told.text("address.state", one.get("state"), 100),
        "postal_code": told.text("address.postalCode", one.get("postalCode"), 20),
    }


def birth(told: Told) -> dt.date | None:
    found = told.day("birthDate")
    today = timezone.localdate(told.cells.now)
    if found and found > today:
        told.refuse("birthDate", found, _("This date lies in the future."))
    elif found and today.year - found.year > OLDEST_AGE_YEARS:
        told.warn(_("born more than %(years)d years ago") % {"years": OLDEST_AGE_YEARS})
    elif "birthDate" not in told.body:
        told.warn(_("no date of birth"))
    return found


def death(told: Told, born: dt.date | None) -> dt.datetime | None:
    text = told.body.get("deceasedDateTime", "")
    if told.body.get("deceasedBoolean") is True or 0 < len(text) < DAY:
        told.body["deceasedBoolean"] = True
        told.warn(_("died, but the day is not told; dead from the day of loading on"))
    found = told.instant("deceasedDateTime", text)
    if born and found and found.date() < born - dt.timedelta(days=1):
        told.refuse("deceasedDateTime", text, _("The end lies before the start."))
    return found


def checked_licence(told: Told) -> str:
    """As it stands: one that fails its check digit is told and kept."""
    one = licence(told.body)
    number = told.text("identifier", one.get("value"), 40)
    if number and (fails_npi(number) if one.get("system") == NPI else fails_check(number)):
        told.warn(_("a licence number fails its check digit; kept as it is"))
    return number


def licence(body: dict[str, Any]) -> dict[str, Any]:
    """A licence, or the number by which a country knows those who treat people."""
    for one in listed(body.get("identifier")):
        kinds = {c.get("code") for c in listed(one.get("type", {}).get("coding"))}
        if kinds & {*LICENCES} or one.get("system") == NPI:
            return one
    return {}
