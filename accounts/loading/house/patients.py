"""Patients of a house's own file: known by their key, else by record number, else by name and date of birth."""

from typing import Any

from django.conf import settings
from django.utils.translation import gettext as _

from accounts.loading.cells import Cells
from accounts.loading.house.contact import email, one_line, phone, postal_code
from accounts.loading.house.identifiers import checked
from accounts.loading.house.kinds import HouseKind
from accounts.loading.house.names import searched, whole_name
from accounts.loading.house.people import GENDERS, People, birth_date, death
from accounts.models import Gender

GUARDED = ("SSN", "DRIVERS_LICENCE", "PASSPORT", "NATIONAL_ID", "MRN")
LINES = {"address": ("ADDRESS", 200), "city": ("CITY", 100), "state": ("STATE", 100)}


class Patients(People, HouseKind):
    name = table = "patients"
    required = ("GIVEN_NAME", "BIRTH_DATE")
    optional = (
        "FAMILY_NAME",
        "NAME",
        "GENDER",
        "PHONE",
        "EMAIL",
        "ADDRESS",
        "CITY",
        "STATE",
        "POSTAL_CODE",
        "DECEASED",
    )
    instead = {"GIVEN_NAME": ("NAME", "FAMILY_NAME")}
    synonyms = {
        "ID": ("PATIENT ID", "PATIENT NO", "PATIENT NUMBER", "PAT ID", "PID", "KEY", "UUID"),
        "GIVEN_NAME": ("FIRST NAME", "FIRST", "FORENAME", "GIVEN NAMES", "GIVEN", "FNAME"),
        "FAMILY_NAME": ("LAST NAME", "LAST", "SURNAME", "FAMILY", "LNAME"),
        "NAME": ("FULL NAME", "PATIENT", "PATIENT NAME"),
        "BIRTH_DATE": ("DATE OF BIRTH", "DOB", "D.O.B.", "BIRTHDAY", "BORN", "BIRTHDATE", "BIRTH"),
        "GENDER": ("SEX", "M/F"),
        "PHONE": (
            "TEL",
            "TEL NO",
            "TELEPHONE",
            "PHONE NUMBER",
            "MOBILE",
            "MOBILE PHONE",
            "CELL",
            "CELL PHONE",
            "GSM",
        ),
        "EMAIL": ("E-MAIL", "E-MAIL ADDRESS", "EMAIL ADDRESS", "MAIL"),
        "ADDRESS": ("STREET", "STREET ADDRESS", "ADDRESS LINE 1", "ADDRESS 1", "ADDR"),
        "CITY": ("TOWN", "TOWN OR CITY", "PLACE", "MUNICIPALITY"),
        "STATE": ("REGION", "PROVINCE", "COUNTY", "CANTON"),
        "POSTAL_CODE": ("ZIP", "ZIP CODE", "POSTCODE", "POST CODE", "PLZ"),
        "DECEASED": ("DATE OF DEATH", "DOD", "DEATH DATE", "DEATHDATE", "DIED", "DIED ON"),
    }
    samples = (
        {
            "ID": "P1",
            "GIVEN_NAME": "Ana",
            "FAMILY_NAME": "Silva",
            "BIRTH_DATE": "1980-05-17",
            "GENDER": "female",
        }
        | {
            "PHONE": "+44 20 7946 0123",
            "EMAIL": "ana@example.org",
            "ADDRESS": "1 River Street",
            "CITY": "Bath",
        }
        | {"POSTAL_CODE": "BA1 1AA"},
        {
            "ID": "P2",
            "GIVEN_NAME": "Ben",
            "FAMILY_NAME": "Okafor",
            "BIRTH_DATE": "1931-02-03",
            "GENDER": "male",
        }
        | {"DECEASED": "2020-05-05"},
    )

    def parse(self, cells: Cells) -> dict[str, Any]:
        given, family = whole_name(cells)
        born = birth_date(cells, "BIRTH_DATE")
        if born is None and not cells.get("BIRTH_DATE"):
            cells.warnings.append(_("no date of birth"))
        checked(cells, GUARDED)
        return {
            "given_name": given,
            "family_name": family,
            "search_name": searched(cells, "GIVEN_NAME", given, family),
            "birth_date": born,
            **told(cells, born),
        }


def told(cells: Cells, born: Any) -> dict[str, Any]:
    """Of columns that the file does not have, nothing is said: what stands here stays."""
    there = cells.columns
    values: dict[str, Any] = {
        field: one_line(cells, column, limit) for field, (column, limit) in LINES.items() if column in there
    }
    if "GENDER" in there:
        values["gender"] = cells.choice("GENDER", GENDERS, Gender.UNKNOWN)
    if "PHONE" in there:
        values["phone"] = phone(cells)
    if "EMAIL" in there:
        values["email"] = email(cells)
    if "POSTAL_CODE" in there:
        american = settings.PHONENUMBER_DEFAULT_REGION == "US"
        values["postal_code"] = postal_code(cells, "POSTAL_CODE", american=american)
    if "DECEASED" in there:
        values["deceased_at"] = death(cells, "DECEASED", born)
    return values
