"""Numbers that others gave a patient: rows of their own beside the patient's, and only when that is asked for."""

from collections.abc import Sequence
from typing import Any, ClassVar

from django.utils import timezone

from accounts.loading.cells import Cells
from accounts.loading.kinds import Kind, Parent, Row
from accounts.loading.options import Options
from accounts.loading.tables import Table
from accounts.models import PatientIdentifier
from accounts.services.loaded_twins import queue_sharing

LONGEST = 100


class Identifiers(Kind):
    """One column of the patients' table; what is wrong with it refuses the patient, who asks `checked`."""

    name, table = "identifiers", "patients"
    model = PatientIdentifier
    distinct = partial = True
    parents = (Parent("patient", "ID", "patients"),)
    owner = "patient"
    type: ClassVar[PatientIdentifier.Type]
    # Who gives such numbers, as FHIR names it.
    system: ClassVar[str] = ""

    @property
    def column(self) -> str:
        return self.optional[0]

    @property
    def columns(self) -> tuple[str, ...]:
        return ()

    def is_asked_of(self, table: Table, options: Options) -> bool:
        return options.keep_identifiers and self.column in table.columns

    def takes(self, cells: Cells) -> bool:
        return bool(cells.get(self.column))

    def key_text(self, cells: Cells) -> str:
        return f"{self.type}|{super().key_text(cells)}"

    def parse(self, cells: Cells) -> dict[str, Any]:
        return {"type": self.type, "system": self.system, "value": cells.get(self.column)[:LONGEST]}

    def adopt(self, rows: Sequence[Row]) -> dict[str, int]:
        """The patient has this number already, whoever says that it was given."""
        patients = {row.parent_ids["patient"] for row in rows} - {None}
        held = PatientIdentifier.objects.filter(patient__in=patients, type=self.type)
        known = {(patient, value): pk for pk, patient, value in held.values_list("pk", "patient_id", "value")}
        wanted = {row.key: (row.parent_ids["patient"], row.values["value"]) for row in rows}
        return {key: known[number] for key, number in wanted.items() if number in known}

    def create(self, rows: Sequence[Row]) -> list[int]:
        made = super().create(rows)
        queue_sharing(made, now=timezone.now())
        return made


class SocialSecurity(Identifiers):
    optional = ("SSN",)
    type = PatientIdentifier.Type.SOCIAL_SECURITY
    system = "http://hl7.org/fhir/sid/us-ssn"
    synonyms = {
        "SSN": ("SOCIAL SECURITY NUMBER", "SOCIAL SECURITY NO", "SOCIAL SECURITY", "SOC SEC NO", "SS NUMBER")
    }


class DriversLicences(Identifiers):
    optional = ("DRIVERS_LICENCE",)
    type = PatientIdentifier.Type.DRIVERS_LICENSE
    synonyms = {
        "DRIVERS_LICENCE": ("DRIVERS LICENSE", "DRIVER'S LICENCE", "DRIVING LICENCE", "DRIVERS", "DL NUMBER")
    }


class Passports(Identifiers):
    optional = ("PASSPORT",)
    type = PatientIdentifier.Type.PASSPORT
    synonyms = {"PASSPORT": ("PASSPORT NUMBER", "PASSPORT NO")}


class NationalIds(Identifiers):
    optional = ("NATIONAL_ID",)
    type = PatientIdentifier.Type.NATIONAL
    synonyms = {"NATIONAL_ID": ("NATIONAL IDENTIFIER", "NATIONAL NUMBER", "NHS NUMBER", "NHS NO", "ID CARD")}


class RecordNumbers(Identifiers):
    optional = ("MRN",)
    type = PatientIdentifier.Type.MEDICAL_RECORD
    synonyms = {
        "MRN": (
            "MEDICAL RECORD NUMBER",
            "RECORD NUMBER",
            "RECORD NO",
            "HOSPITAL NUMBER",
            "CHART NUMBER",
            "UR NUMBER",
        )
    }


def checked(cells: Cells, columns: Sequence[str]) -> None:
    """Refuses a number that is too long, and warns of one that a spreadsheet rewrote."""
    if cells.options.keep_identifiers:
        for column in columns:
            cells.code(column, LONGEST)
