"""Codes and keys as real exports have them: all their digits, leading noughts, what a spreadsheet made of them."""

from pathlib import Path

import pytest

from accounts.models import PatientIdentifier
from clinical.models import Condition, Immunization, LabResult, PrescriptionItem
from clinical.tests.synthea_folder import (
    ANA,
    Ran,
    condition,
    healthy,
    immunization,
    medication,
    observation,
    patient,
    ran_twice,
    write,
)

pytestmark = pytest.mark.django_db

LONG, REWRITTEN = "157141000119108", ("2.98725E+13", "9377952927E-5")


def test_15_digits_stay_text(tmp_path: Path) -> None:
    rows = healthy() | {"conditions": [condition(ANA, "visit-ana", LONG)]}

    ran = ran_twice(write(tmp_path, rows))

    assert (ran.code, "spreadsheet" in ran.err, Condition.objects.get().code) == (0, False, LONG)


def test_a_vaccine_keeps_its_nought_and_is_not_the_one_without(tmp_path: Path) -> None:
    rows = healthy() | {"immunizations": [immunization(ANA, "visit-ana", code) for code in ("08", "8")]}

    ran = ran_twice(write(tmp_path, rows))

    assert (ran.code, ran.told("created")["immunizations"]) == (0, 2)
    assert set(Immunization.objects.values_list("code", flat=True)) == {"08", "8"}


@pytest.mark.parametrize("code", REWRITTEN)
def test_a_code_that_a_spreadsheet_rewrote_is_told_and_kept_as_text(tmp_path: Path, code: str) -> None:
    tables = healthy() | {
        "conditions": [condition(ANA, "visit-ana", code)],
        "medications": [medication(ANA, "visit-ana", code)],
        "observations": [observation(ANA, "visit-ana", code, "1", "mg", CATEGORY="laboratory")],
    }

    ran = ran_twice(write(tmp_path, tables))

    kept = [model.objects.get().code for model in (Condition, PrescriptionItem, LabResult)]
    assert (ran.code, kept) == (0, [code, code, code])
    for table in ("conditions", "medications", "observations"):
        words = "CODE looks rewritten by a spreadsheet; kept as it is (1×, first in row 2)"
        assert f"{table}.csv: {words}" in ran.err


@pytest.mark.parametrize("number", REWRITTEN)
def test_a_number_of_a_person_that_a_spreadsheet_rewrote_is_told_and_kept(
    tmp_path: Path, number: str
) -> None:
    rows = [patient(ANA, "Ana", SSN=number, DRIVERS="", PASSPORT="")]

    ran = ran_twice(write(tmp_path, {"patients": rows}), "--keep-identifiers")

    assert "patients.csv: SSN looks rewritten by a spreadsheet; kept as it is (1×, first in row 2)" in ran.err
    assert PatientIdentifier.objects.get().value == number


def test_keys_that_a_spreadsheet_made_alike_are_told_and_refused_but_for_the_first(tmp_path: Path) -> None:
    rows = [patient("2.98725E+13", name) for name in ("Ana", "Ben")]

    ran = Ran(write(tmp_path, {"patients": rows}), "--json", "--keep-going")

    assert "patients.csv: ID looks rewritten by a spreadsheet; kept as it is (1×, first in row 2)" in ran.err
    assert "row 3, ID “2.98725E+13”: Another row of this file has the same key" in ran.err
    assert (ran.code, ran.told("created"), ran.told("refused")) == (1, {"patients": 1}, {"patients": 1})
