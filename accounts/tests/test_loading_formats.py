"""The same people in every form that a file may have; strings that break programs; a list of errors, mended."""

import csv
import json
import subprocess
import sys
import zipfile
from collections.abc import Iterable
from pathlib import Path
from typing import Any
from unicodedata import is_normalized, normalize

import pytest
from openpyxl import Workbook
from openpyxl.cell.cell import ILLEGAL_CHARACTERS_RE

from accounts.loading.readers import open_source
from accounts.models import LoadBatch, Patient
from accounts.tests.house_files import Ran, pipe

PEOPLE = [
    ["Id", "Given name", "Family name", "Date of birth", "Sex", "Postcode"],
    ["P1", "José", "Núñez", "1980-05-17", "male", "02138"],
    ["P2", "Zoë", "O'Neil", "1931-02-03", "female", "BA1 1AA"],
]


def lined(rows: Iterable[list[str]], delimiter: str = ",") -> str:
    return "".join(delimiter.join(row) + "\r\n" for row in rows)


def book(path: Path, rows: Iterable[list[Any]]) -> Path:
    made = Workbook(write_only=True)
    sheet = made.create_sheet()
    for row in rows:
        sheet.append(row)
    made.save(path)
    return path


def people_as(kind: str, folder: Path) -> Path:
    path = folder / f"people.{kind}"
    if kind == "xlsx":
        return book(path, PEOPLE)
    if kind == "zip":
        with zipfile.ZipFile(path, "w") as archive:
            archive.writestr("export/people.csv", lined(PEOPLE))
        return path
    encoding, delimiter = {"utf16": ("utf-16", "\t"), "windows": ("cp1252", ";"), "bar": ("utf-8", "|")}[kind]
    path.write_bytes(lined(PEOPLE, delimiter).encode(encoding))
    return path


def here() -> list[tuple[str, ...]]:
    names = ("given_name", "family_name", "gender", "postal_code")
    return sorted((*row[:-1], str(row[-1])) for row in Patient.objects.values_list(*names, "birth_date"))


EXPECTED = [
    ("José", "Núñez", "male", "02138", "1980-05-17"),
    ("Zoë", "O'Neil", "female", "BA1 1AA", "1931-02-03"),
]


@pytest.mark.django_db
@pytest.mark.parametrize("kind", ["utf16", "windows", "bar", "xlsx", "zip"])
def test_the_same_people_arrive_from_every_form_and_are_known_again(tmp_path, kind):
    plain = tmp_path / "plain.csv"
    plain.write_text(lined(PEOPLE), encoding="utf-8")

    first = Ran("load_patients", people_as(kind, tmp_path), "--json")
    second = Ran("load_patients", plain, "--json")

    assert (first.code, first.summary, second.summary) == (0, (2, 0, 0, 0), (0, 0, 2, 0))
    assert here() == EXPECTED


@pytest.mark.django_db
def test_the_same_people_arrive_through_standard_input(monkeypatch):
    pipe(monkeypatch, lined(PEOPLE, ";").encode("utf-16"))

    ran = Ran("load_patients", "-", "--json")

    assert (ran.code, ran.summary, here()) == (0, (2, 0, 0, 0), EXPECTED)
    assert "UTF-16, columns separated by “;”." in ran.err
    assert LoadBatch.objects.get().source == "standard input"


@pytest.mark.django_db
@pytest.mark.parametrize("option", ["--dry-run", "--keep-going"])
def test_refused_rows_are_mended_in_their_list_and_loaded_without_doubling_anybody(tmp_path, option):
    path, errors = tmp_path / "people.csv", tmp_path / "refused.csv"
    spoilt = [*PEOPLE, ["P3", "=Cy", "Dent", "31/02/1990", "robot", ""]]
    path.write_text(lined(spoilt), encoding="utf-8")

    Ran("load_patients", path, option, "--errors", str(errors))
    with errors.open(encoding="utf-8-sig", newline="") as stream:
        header, row = csv.reader(stream)
    assert (header[:6], row[:6]) == (spoilt[0], ["P3", "'=Cy", "Dent", "31/02/1990", "robot", ""])
    assert row[6:10] == ["people.csv", "4", "Date of birth; Sex", "31/02/1990; robot"]

    errors.write_text(errors.read_text(encoding="utf-8-sig").replace("31/02/1990,robot", "1990-02-28,male"))
    again = Ran("load_patients", errors, "--json")

    assert (again.code, again.summary, "_FILE" in again.err) == (0, (1, 0, 0, 0), False)
    assert Patient.objects.get(family_name="Dent").given_name == "=Cy"


@pytest.mark.django_db
def test_a_list_of_errors_is_not_replaced_while_it_is_loaded(tmp_path):
    path = tmp_path / "refused.csv"
    path.write_text(
        lined([[*PEOPLE[0], "_FILE", "_ROW", "_COLUMN", "_VALUE", "_REASON"], ["P1", *[""] * 10]])
    )
    before = path.read_bytes()

    ran = Ran("load_patients", path, "--errors", str(path))

    assert (ran.code, path.read_bytes()) == (2, before)
    assert "is what is to be loaded" in ran.err


@pytest.fixture
def naughty(sample_data: Path) -> list[str]:
    return json.loads((sample_data / "blns.json").read_text(encoding="utf-8"))


def read(path: Path) -> list[list[str]]:
    with open_source(path) as source:
        (name,) = source.names
        return [record.cells for record in source.open(name).records()]


def test_naughty_strings_come_through_csv_as_they_went_in(naughty, tmp_path):
    path = tmp_path / "naughty.csv"
    with path.open("w", encoding="utf-8", newline="") as stream:
        csv.writer(stream).writerows([["Id", "TEXT"], *([str(n), text] for n, text in enumerate(naughty))])

    assert read(path) == [[str(number), text] for number, text in enumerate(naughty)]


def test_naughty_strings_come_through_spreadsheets_as_they_went_in(naughty, tmp_path):
    """But for those that XML has no place for, which no spreadsheet can hold."""
    kept = [text for text in naughty if not ILLEGAL_CHARACTERS_RE.search(text) and "\ufffe" not in text]
    plain = [text for text in kept if not text.startswith("=")]

    found = read(
        book(tmp_path / "naughty.xlsx", [["Id", "TEXT"], *([f"n{n}", text] for n, text in enumerate(plain))])
    )

    assert len(naughty) - len(plain) < 10
    assert found == [[f"n{number}", text.replace("\r", "\n")] for number, text in enumerate(plain)]


def test_people_of_the_world_are_read_as_they_are_written(sample_data):
    path = sample_data / "names_world_faker.csv"
    with path.open(encoding="utf-8", newline="") as stream:
        people = list(csv.reader(stream))[1:]

    found = read(path)

    assert (found, len(found)) == (people, 856)
    assert sum("\n" in row[6] for row in found) == 681


@pytest.mark.django_db
def test_the_two_names_that_are_in_parts_are_put_together_and_told(sample_data, tmp_path):
    mapping = tmp_path / "world.toml"
    mapping.write_text('[columns]\nGIVEN_NAME = ""\nFAMILY_NAME = ""\nNAME = "full_name"\nPHONE = ""\n')
    path = sample_data / "names_world_faker.csv"
    in_parts = [row[1] for row in read(path) if not is_normalized("NFC", row[1])]

    ran = Ran("load_patients", path, "--mapping", str(mapping))

    whole = {
        f"{given} {family}".strip()
        for given, family in Patient.objects.values_list("given_name", "family_name")
    }
    assert len(in_parts) == 2
    assert {normalize("NFC", " ".join(name.split())) for name in in_parts} <= whole
    assert "NAME held letters in parts (not NFC); they were put together (2×" in ran.err


MEASURED = """
import resource, sys, django
django.setup()
from accounts.loading.readers import open_source
def peak():
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
with open_source(sys.argv[1]) as source:
    before = peak()
    (name,) = source.names
    rows = sum(1 for record in source.open(name).records() if not record.problem)
print(rows, (peak() - before) // 1024)
"""


@pytest.mark.parametrize(("kind", "rows"), [("csv", 200_000), ("xlsx", 20_000)])
def test_memory_stays_flat_however_long_the_file(tmp_path, kind, rows):
    path = tmp_path / f"people.{kind}"
    lines = ([f"P{number}", "José", "Núñez", "1980-05-17", "x" * 40] for number in range(rows))
    if kind == "csv":
        with path.open("w", encoding="utf-8", newline="") as stream:
            csv.writer(stream).writerows([["Id", "A", "B", "C", "D"], *lines])
    else:
        book(path, [["Id", "A", "B", "C", "D"], *lines])

    ran = subprocess.run(
        [sys.executable, "-c", MEASURED, str(path)], capture_output=True, text=True, check=True, timeout=200
    )

    read_rows, grown_mb = map(int, ran.stdout.split())
    assert (read_rows, grown_mb < 16) == (rows, True), grown_mb
