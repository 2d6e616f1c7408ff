"""Files as real exports have them: packed, piped, damaged, in older layouts, with the same row many times."""

import csv
import tarfile
import zipfile
from pathlib import Path

import pytest

from accounts.models import Doctor, Patient
from accounts.tests.house_files import pipe
from clinical.models import Allergy, Encounter, LabResult, VitalSign
from clinical.tests.synthea_folder import (
    ANA,
    BEN,
    Ran,
    charts,
    healthy,
    observation,
    patient,
    ran_twice,
    write,
)

pytestmark = pytest.mark.django_db

TWO_OF_EACH = {"patients": 2, "encounters": 2, "conditions": 2, "medications": 2, "providers": 2}
EVERYTHING = TWO_OF_EACH | {"organizations": 1, "departments": 2}


def packed(kind: str, folder: Path, room: Path) -> Path:
    """The folder itself, or an archive of it."""
    if kind == "folder":
        return folder
    path = room / f"export.{kind}"
    if kind == "zip":
        with zipfile.ZipFile(path, "w") as parts:
            for one in folder.iterdir():
                parts.write(one, f"csv/{one.name}")
    else:
        with tarfile.open(path, "w:xz") as parts:
            parts.add(folder, "csv")
    return path


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    found = tmp_path / "csv"
    found.mkdir()
    return write(found, healthy())


@pytest.mark.parametrize("kind", ["folder", "zip", "tar.xz"])
def test_an_export_is_the_same_however_it_is_packed(folder: Path, tmp_path: Path, kind: str) -> None:
    ran = ran_twice(packed(kind, folder, tmp_path))

    assert (ran.code, ran.told("created")) == (0, EVERYTHING)
    again = Ran(folder, "--json")
    assert (again.told("created"), again.told("updated")) == ({}, {})


@pytest.mark.parametrize("kind", ["zip", "tar.xz"])
def test_an_archive_may_come_through_standard_input(
    folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, kind: str
) -> None:
    pipe(monkeypatch, packed(kind, folder, tmp_path).read_bytes())

    ran = Ran(Path("-"), "--json")

    assert (ran.code, ran.told("created")) == (0, EVERYTHING)


def test_one_table_through_standard_input_is_told_to_be_too_little(monkeypatch: pytest.MonkeyPatch) -> None:
    pipe(monkeypatch, b"Id,BIRTHDATE,FIRST,LAST,GENDER\n1,1990-01-01,Ana,Silva,F\n")

    ran = Ran(Path("-"), "--json")

    assert (ran.code, Patient.objects.count()) == (2, 0)
    assert "There is no patients.csv" in ran.err


def rewritten(folder: Path, table: str, old: str, new: str) -> Path:
    path = folder / f"{table}.csv"
    text = path.read_text(encoding="utf-8")
    assert old in text
    path.write_text(text.replace(old, new), encoding="utf-8")
    return folder


def test_a_nul_byte_refuses_its_row_only(folder: Path) -> None:
    ran = ran_twice(rewritten(folder, "patients", "Ben", "B\0n"), "--keep-going")

    assert "patients.csv, row 3: The row holds a NUL byte." in ran.err
    assert (ran.code, Patient.objects.get().given_name) == (1, "Jerónimo599")


@pytest.mark.parametrize(("row", "words"), [("rao,clinic", "has 2 cells"), ("a,b,c,d,e,f", "has 6 cells")])
def test_a_ragged_row_is_refused_and_the_others_are_loaded(folder: Path, row: str, words: str) -> None:
    path = folder / "providers.csv"
    path.write_text(path.read_text() + f"{row}\n")

    ran = ran_twice(folder, "--keep-going")

    assert f"providers.csv, row 4: The row {words}, the header has 5." in ran.err
    assert (ran.code, Doctor.objects.count()) == (1, 2)


def test_a_name_of_a_column_may_hold_a_line_end(folder: Path) -> None:
    ran = ran_twice(rewritten(folder, "patients", "BIRTHDATE", '"BIRTH\nDATE"'))

    assert (ran.code, ran.told("created")) == (0, EVERYTHING)


def test_a_column_without_a_name_before_all_others_is_told_and_not_read(folder: Path) -> None:
    """As data frames write their row numbers."""
    path = folder / "patients.csv"
    lines = path.read_text(encoding="utf-8").splitlines()
    path.write_text("\n".join(f"{n or ''},{line}" for n, line in enumerate(lines)), encoding="utf-8")

    ran = ran_twice(folder)

    assert (ran.code, ran.told("created")) == (0, EVERYTHING)
    assert "patients.csv: column 1 has no name" in ran.err


def test_semicolons_and_decimal_commas_are_read_and_told(folder: Path) -> None:
    rows = [
        observation(ANA, "visit-ana", "8302-2", "171,5", "cm"),
        observation(ANA, "visit-ana", "4548-4", "6,1", "%", CATEGORY="laboratory"),
    ]
    with (folder / "observations.csv").open("w", encoding="utf-8", newline="") as stream:
        writer = csv.DictWriter(stream, rows[0], delimiter=";")
        writer.writeheader()
        writer.writerows(rows)

    ran = ran_twice(folder)

    assert "observations.csv: UTF-8, columns separated by “;”." in ran.err
    assert "observations.csv: VALUE has a comma, which was read as the decimal point" in ran.err
    assert (str(VitalSign.objects.get().value), str(LabResult.objects.get().value_quantity)) == (
        "171.500",
        "6.1000",
    )


def test_every_table_may_be_utf_16(folder: Path) -> None:
    for path in folder.iterdir():
        path.write_text(path.read_text(encoding="utf-8"), encoding="utf-16")

    ran = ran_twice(folder)

    assert (ran.code, ran.told("created")) == (0, EVERYTHING)
    assert Patient.objects.filter(given_name="Jerónimo599").count() == 1
    assert ran.err.count("UTF-16") == 6


def test_a_row_that_stands_84_times_is_loaded_once_and_83_are_told(folder: Path) -> None:
    once = observation(ANA, "visit-ana", "8302-2", "171.5", "cm")
    write(folder, {"observations": [once] * 84})

    ran = ran_twice(folder)

    assert (ran.code, ran.told("created")["vitals"], ran.told("skipped")) == (0, 1, {"vitals": 83})
    words = "the same row stands in the file more than once; only the first counts (83×, first in row 3)"
    assert f"observations.csv: {words}" in ran.err


def test_observations_without_a_visit_are_loaded_without_one(folder: Path) -> None:
    write(
        folder,
        {
            "observations": [
                observation(ANA, "", "8302-2", "171.5", "cm"),
                observation(BEN, "", "4548-4", "6.1", "%", CATEGORY="laboratory"),
            ]
        },
    )

    ran = ran_twice(folder)

    assert (ran.code, ran.told("skipped")) == (0, {})
    assert (VitalSign.objects.get().encounter, LabResult.objects.get().encounter) == (None, None)


def test_the_older_layouts_of_allergies_procedures_and_people(folder: Path) -> None:
    """Six columns, a DATE in place of START and STOP, and people without a town of their own column."""
    columns = ("START", "STOP", "PATIENT", "ENCOUNTER", "CODE", "DESCRIPTION")
    allergies = [{name: row[name] for name in columns} for row in charts()["allergies"]]
    people = [
        {name: text for name, text in row.items() if name not in ("CITY", "STATE", "ZIP")}
        for row in healthy()["patients"]
    ]
    old = {"DATE": "2011-05-13", "PATIENT": ANA, "ENCOUNTER": "visit-ana", "CODE": "428191000124101"}
    procedures = [
        old | {"DESCRIPTION": "Documentation", "COST": "500", "REASONCODE": "", "REASONDESCRIPTION": ""}
    ]

    ran = ran_twice(write(folder, {"allergies": allergies, "patients": people, "procedures": procedures}))

    assert (ran.code, ran.told("refused"), ran.told("skipped")) == (0, {}, {"procedures": 1})
    assert (Allergy.objects.count(), Patient.objects.filter(city="").count()) == (2, 2)
    assert Encounter.objects.count() == 2


def test_what_is_not_loaded_is_told_with_its_rows(sample_data: Path) -> None:
    """More than half of the bytes of a real export are of no use here."""
    ran = Ran(sample_data / "synthea_ca59_csv.tar.xz", "--json", "--dry-run")

    skipped = ran.told("skipped")
    assert skipped.pop("results") == 7  # the same row twice
    assert skipped.pop("observations") > 10_000
    assert skipped == {
        "careplans": 179,
        "claims": 4362,
        "devices": 47,
        "imaging_studies": 22,
        "payer_transitions": 2732,
        "payers": 10,
        "procedures": 4637,
        "supplies": 504,
    }


def test_a_patient_who_stands_twice_in_other_words_is_refused_the_second_time(folder: Path) -> None:
    write(folder, {"patients": [*healthy()["patients"], patient(BEN, "Benjamin")]})

    ran = ran_twice(folder, "--keep-going")

    assert "patients.csv, row 4, ID “patient-ben”: Another row of this file has the same key" in ran.err
    assert (ran.code, Patient.objects.filter(given_name="Ben").count()) == (1, 1)
