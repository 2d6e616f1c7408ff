"""A tiny Synthea export that a test may spoil: two people, one clinic, a few visits."""

import csv
import json
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from django.core.management import call_command
from django.db import IntegrityError

from clinical.loading.synthea_history import Conditions

Rows = list[dict[str, str]]
ANA, BEN = "patient-ana", "patient-ben"


def healthy() -> dict[str, Rows]:
    return {
        "organizations": [
            {
                "Id": "clinic",
                "NAME": "RIVER CLINIC",
                "ADDRESS": "1 Quay",
                "CITY": "BATH",
                "STATE": "MA",
                "ZIP": "02138",
            }
            | {"PHONE": "5082225200"}
        ],
        "providers": [
            {"Id": "rao", "ORGANIZATION": "clinic", "NAME": "Asha884 Rao698", "GENDER": "F"}
            | {"SPECIALITY": "GENERAL PRACTICE"},
            {"Id": "lee", "ORGANIZATION": "clinic", "NAME": "Min Lee", "GENDER": "M"}
            | {"SPECIALITY": "NURSE PRACTITIONER"},
        ],
        "patients": [patient(ANA, "Jerónimo599"), patient(BEN, "Ben", DEATHDATE="2020-05-05")],
        "encounters": [
            encounter("visit-ana", ANA),
            encounter("visit-ben", BEN, ENCOUNTERCLASS="snf"),
        ],
        "conditions": [
            condition(ANA, "visit-ana", "195662009", STOP="2019-02-09"),
            condition(BEN, "visit-ben", "53741008"),
        ],
        "medications": [
            medication(ANA, "visit-ana", "665078", STOP="2019-03-01T09:00:00Z"),
            medication(BEN, "visit-ben", "705129"),
        ],
    }


def charts() -> dict[str, Rows]:
    """The tables that may stand beside the healthy ones."""
    return {
        "allergies": [
            allergy(ANA, "visit-ana", "7984", SYSTEM="RxNorm", DESCRIPTION="Penicillin V")
            | {"CATEGORY": "medication", "REACTION1": "271807003", "DESCRIPTION1": "Eruption of skin"}
            | {"SEVERITY1": "MODERATE", "REACTION2": "49727002", "DESCRIPTION2": "Cough"},
            allergy(BEN, "visit-ben", "762952008", DESCRIPTION="Peanut (substance)", STOP="2019-06-01"),
        ],
        "immunizations": [immunization(ANA, "visit-ana", "08"), immunization(BEN, "visit-ben", "140")],
        "observations": [
            observation(ANA, "visit-ana", "8462-4", "82.0", "mm[Hg]", DESCRIPTION="Diastolic"),
            observation(ANA, "visit-ana", "8302-2", "171.5", "cm", DESCRIPTION="Body Height"),
            observation(ANA, "visit-ana", "8480-6", "128.0", "mm[Hg]", DESCRIPTION="Systolic"),
            observation(ANA, "visit-ana", "39156-5", "24.1", "kg/m2"),
            observation(BEN, "visit-ben", "4548-4", "6.1", "%", CATEGORY="laboratory"),
            observation(BEN, "visit-ben", "94531-1", "Not detected", "", CATEGORY="laboratory", TYPE="text"),
            observation(BEN, "", "QOLS", "0.9", "{score}", CATEGORY=""),
        ],
    }


def allergy(whose: str, visit: str, code: str, **changes: str) -> dict[str, str]:
    row = {"START": "2019-01-27", "STOP": "", "PATIENT": whose, "ENCOUNTER": visit, "CODE": code}
    row |= {"SYSTEM": "SNOMED-CT", "DESCRIPTION": f"Substance {code}", "TYPE": "allergy", "CATEGORY": "food"}
    kinds = ("REACTION", "DESCRIPTION", "SEVERITY")
    return row | {f"{kind}{number}": "" for number in "12" for kind in kinds} | changes


def immunization(whose: str, visit: str, code: str, **changes: str) -> dict[str, str]:
    row = {"DATE": "2019-01-27T16:17:47Z", "PATIENT": whose, "ENCOUNTER": visit, "CODE": code}
    return row | {"DESCRIPTION": f"Vaccine {code}", "BASE_COST": "140.52"} | changes


def observation(whose: str, visit: str, code: str, value: str, unit: str, **changes: str) -> dict[str, str]:
    row = {"DATE": "2019-01-27T16:17:47Z", "PATIENT": whose, "ENCOUNTER": visit, "CODE": code}
    row |= {"CATEGORY": "vital-signs", "DESCRIPTION": f"Observation {code}", "TYPE": "numeric"}
    return row | {"VALUE": value, "UNITS": unit} | changes


def patient(key: str, first: str, **changes: str) -> dict[str, str]:
    row = {
        "Id": key,
        "BIRTHDATE": "1964-12-06",
        "DEATHDATE": "",
        "SSN": "999-17-5017",
        "DRIVERS": "S99994942",
    }
    row |= {"PASSPORT": "X79835501X", "FIRST": first, "LAST": "O'Neil958", "GENDER": "M"}
    return (
        row
        | {"ADDRESS": "784 Stamm Lock", "CITY": "Somerville", "STATE": "Massachusetts", "ZIP": "02155"}
        | changes
    )


def encounter(key: str, whose: str, **changes: str) -> dict[str, str]:
    row = {"Id": key, "START": "2019-01-27T16:17:47Z", "STOP": "2019-01-27T16:32:47Z", "PATIENT": whose}
    row |= {"ORGANIZATION": "clinic", "PROVIDER": "rao", "ENCOUNTERCLASS": "ambulatory", "CODE": "185345009"}
    return row | {"DESCRIPTION": "Encounter for symptom", "REASONDESCRIPTION": "Acute pharyngitis"} | changes


def condition(whose: str, visit: str, code: str, **changes: str) -> dict[str, str]:
    row = {"START": "2019-01-27", "STOP": "", "PATIENT": whose, "ENCOUNTER": visit, "CODE": code}
    return row | {"DESCRIPTION": f"Finding {code}"} | changes


def medication(whose: str, visit: str, code: str, **changes: str) -> dict[str, str]:
    row = {"START": "2019-01-27T16:17:47Z", "STOP": "", "PATIENT": whose, "ENCOUNTER": visit, "CODE": code}
    return (
        row | {"DESCRIPTION": f"Medicine {code}", "DISPENSES": "6", "REASONDESCRIPTION": "Angina"} | changes
    )


def write(folder: Path, tables: dict[str, Rows]) -> Path:
    for name, rows in tables.items():
        columns = dict.fromkeys(column for row in rows for column in row)
        with (folder / f"{name}.csv").open("w", encoding="utf-8", newline="") as stream:
            writer = csv.DictWriter(stream, columns)
            writer.writeheader()
            writer.writerows(rows)
    return folder


def failing(monkeypatch: pytest.MonkeyPatch, times: int) -> None:
    """The database refuses the next attempts to write conditions, after it took them."""
    write_conditions, failures = Conditions.create, iter(range(times))

    def create(self: Conditions, rows: Any) -> list[int]:
        made = write_conditions(self, rows)
        if next(failures, None) is not None:
            raise IntegrityError("another load was first")
        return made

    monkeypatch.setattr(Conditions, "create", create)


class Ran:
    """What a run of the command said and how it ended."""

    def __init__(self, folder: Path, *options: str) -> None:
        out, err = StringIO(), StringIO()
        self.code: Any = 0
        try:
            call_command("load_synthea", str(folder), *options, stdout=out, stderr=err)
        except SystemExit as ended:
            self.code = ended.code
        self.out, self.err = out.getvalue(), err.getvalue()

    @property
    def counts(self) -> dict[str, dict[str, int]]:
        return json.loads(self.out)

    def told(self, outcome: str) -> dict[str, int]:
        return {kind: counts[outcome] for kind, counts in self.counts.items() if counts[outcome]}


def ran_twice(folder: Path, *options: str) -> Ran:
    """The first of two runs; the second one changed nothing."""
    first, second = Ran(folder, "--json", *options), Ran(folder, "--json", *options)
    assert (second.code, second.told("created"), second.told("updated")) == (first.code, {}, {})
    return first
