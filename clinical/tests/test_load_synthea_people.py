"""Synthea's people: numbers of the state, digits in names, postal codes, archives."""

import csv
import tarfile
from pathlib import Path

import pytest

from accounts.models import Doctor, Patient, PatientIdentifier
from clinical.tests.synthea_folder import ANA, BEN, Ran, healthy, patient, write

pytestmark = pytest.mark.django_db


def test_numbers_of_the_state_are_rows_of_their_own_and_only_when_asked_for(tmp_path: Path) -> None:
    write(tmp_path, healthy())
    assert "SSN, DRIVERS, PASSPORT are not kept" in Ran(tmp_path, "--json").err
    assert not PatientIdentifier.objects.exists()

    ran = Ran(tmp_path, "--json", "--keep-identifiers")

    assert (ran.code, ran.told("created")) == (0, {"identifiers": 6})
    kept = set(PatientIdentifier.objects.values_list("type", "value"))
    assert kept == {("SS", "999-17-5017"), ("DL", "S99994942"), ("PPN", "X79835501X")}
    assert Ran(tmp_path, "--json", "--keep-identifiers").told("created") == {}


def test_digits_go_from_names_when_asked_for_and_are_counted(tmp_path: Path) -> None:
    ran = Ran(write(tmp_path, healthy()), "--json", "--strip-name-digits")

    assert set(Patient.objects.values_list("given_name", "family_name")) == {
        ("Jerónimo", "O'Neil"),
        ("Ben", "O'Neil"),
    }
    assert set(Doctor.objects.values_list("given_name", "family_name")) == {("Asha", "Rao"), ("Min", "Lee")}
    assert "patients.csv: digits at the end of a name were taken away (3×" in ran.err


def test_a_shortened_postal_code_is_told_and_kept(tmp_path: Path) -> None:
    tables = healthy()
    tables["patients"][0]["ZIP"] = "2155"

    ran = Ran(write(tmp_path, tables), "--json")

    assert "ZIP seems to have lost its leading nought; kept as it is (1×, first in row 2)" in ran.err
    assert Patient.objects.filter(postal_code="2155").count() == 1


def test_an_unknown_column_is_told_once(tmp_path: Path) -> None:
    tables = healthy()
    tables["patients"] = [row | {"SHOE_SIZE": "42"} for row in tables["patients"]]

    ran = Ran(write(tmp_path, tables), "--json")

    assert (ran.code, ran.err.count("SHOE_SIZE")) == (0, 1)


@pytest.mark.parametrize(
    ("changes", "column", "words"),
    [
        ({"BIRTHDATE": ""}, "BIRTHDATE", "A value is needed"),
        ({"BIRTHDATE": "BAD_DATA"}, "BIRTHDATE", "not a date like"),
        ({"BIRTHDATE": "2199-01-01"}, "BIRTHDATE", "lies in the future"),
        ({"DEATHDATE": "1900-01-01"}, "DEATHDATE", "before the start"),
        ({"FIRST": ""}, "FIRST", "A value is needed"),
    ],
)
def test_a_patient_who_is_refused(tmp_path: Path, changes: dict[str, str], column: str, words: str) -> None:
    ran = Ran(
        write(tmp_path, {"patients": [patient(ANA, "Ana", **changes), patient(BEN, "Ben")]}), "--keep-going"
    )

    assert (ran.code, Patient.objects.count()) == (1, 1)
    assert f"patients.csv, row 2, {column}" in ran.err
    assert words in ran.err


def test_the_people_of_a_real_export_with_all_their_numbers(sample_data: Path, tmp_path: Path) -> None:
    with tarfile.open(sample_data / "synthea_ca59_csv.tar.xz") as parts:
        name = next(name for name in parts.getnames() if name.endswith("patients.csv"))
        parts.extract(name, tmp_path, filter="data")
    with (tmp_path / name).open(encoding="utf-8", newline="") as stream:
        people = list(csv.DictReader(stream))
    options = ("--json", "--keep-identifiers", "--strip-name-digits")

    first = Ran((tmp_path / name).parent, *options)
    second = Ran((tmp_path / name).parent, *options)

    numbers = sum(bool(row[column]) for row in people for column in ("SSN", "DRIVERS", "PASSPORT"))
    assert (first.code, first.told("created")) == (0, {"patients": 59, "identifiers": numbers})
    assert (second.told("created"), second.told("updated")) == ({}, {})
    assert not Patient.objects.filter(given_name__regex=r"\d$").exists()
