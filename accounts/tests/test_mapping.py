"""Files of another layout: what the headers mean, what a mapping file says, what is wrong with it."""

from pathlib import Path
from typing import Any

import pytest

from accounts.loading import mapping_file, templates
from accounts.loading.date_formats import reader
from accounts.loading.faults import Unreadable
from accounts.loading.mapping import Mapping
from accounts.loading.registry import LAYOUTS
from accounts.models import LoadBatch, Patient
from accounts.tests.house_files import Ran

PATIENTS = LAYOUTS["patients"]
GERMAN = """\
time_zone = "Europe/Berlin"
[columns]
ID = "PatNr"
GIVEN_NAME = "Vorname"
FAMILY_NAME = "Nachname"
birth_date = "Geburtsdatum"
GENDER = "Geschl."
[defaults]
CITY = "Ulm"
[fixed]
STATE = "Baden-Württemberg"
[formats]
BIRTH_DATE = "DD.MM.YYYY"
[values.GENDER]
"W" = "female"
"M" = "male"
"D" = "other"
"""
GERMAN_FILE = """\
PatNr;Vorname;Nachname;Geburtsdatum;Geschl.;City;Kasse
1;Änne;Groß;17.05.1980;w;;AOK
2;Jo;Beck;1.1.1990;m;Bonn;
"""


@pytest.fixture
def mapping(tmp_path: Path) -> Any:
    def write(text: str) -> Path:
        path = tmp_path / "clinic.toml"
        path.write_text(text)
        return path

    return write


@pytest.fixture
def german(tmp_path: Path) -> Path:
    path = tmp_path / "export.csv"
    path.write_text(GERMAN_FILE)
    return path


@pytest.mark.parametrize(
    ("theirs", "ours"),
    [
        ("DOB", "BIRTH_DATE"),
        ("Date of birth", "BIRTH_DATE"),
        ("birth-date", "BIRTH_DATE"),
        ("Surname", "FAMILY_NAME"),
        ("Last name", "FAMILY_NAME"),
        ("First  Name", "GIVEN_NAME"),
        ("Sex", "GENDER"),
        ("Tel.", "PHONE"),
        ("Mobile", "PHONE"),
        ("Zip", "POSTAL_CODE"),
        ("patient_id", "ID"),
    ],
)
def test_headers_are_known_by_many_names(theirs, ours):
    guessed = Mapping.guess([theirs.upper(), "KASSE"], PATIENTS)

    assert guessed.columns == {ours: " ".join(theirs.upper().split())}
    assert guessed.unknown([theirs.upper(), "KASSE"], PATIENTS) == ["KASSE"]


def test_an_own_name_goes_before_another_and_each_column_stands_for_one():
    guessed = Mapping.guess(["MOBILE", "PHONE", "NAME", "FULL NAME"], PATIENTS)

    assert guessed.columns == {"PHONE": "PHONE", "NAME": "NAME"}


@pytest.mark.django_db
def test_a_foreign_layout_loads_by_its_mapping(mapping, german):
    ran = Ran("load_patients", german, "--json", "--mapping", str(mapping(GERMAN)), "--keep-going")

    anne = Patient.objects.get()
    assert (ran.code, ran.summary) == (1, (1, 0, 0, 1))
    assert (anne.full_name, str(anne.birth_date), anne.gender) == ("Änne Groß", "1980-05-17", "female")
    assert (anne.city, anne.state) == ("Ulm", "Baden-Württemberg")
    assert "row 3, Geburtsdatum “1.1.1990”" in ran.err
    assert "the column KASSE is not known here and is not read" in ran.err
    assert LoadBatch.objects.get().options["mapping"]["formats"] == {"BIRTH_DATE": "DD.MM.YYYY"}


@pytest.mark.django_db
def test_a_second_run_by_a_mapping_changes_nothing(mapping, german):
    options = ("--json", "--mapping", str(mapping(GERMAN)), "--keep-going")
    Ran("load_patients", german, *options)

    assert Ran("load_patients", german, *options).summary == (0, 0, 1, 1)


@pytest.mark.django_db
def test_missing_columns_are_told_with_those_that_are_there(tmp_path):
    path = tmp_path / "people.csv"
    path.write_text("Prénom,Kasse\nAna,AOK\n")

    ran = Ran("load_patients", path)

    assert ran.code == 2
    assert "GIVEN_NAME: This column is missing" in ran.err
    assert "BIRTH_DATE: This column is missing" in ran.err
    assert "The file has these columns: PRÉNOM, KASSE" in ran.err
    assert "--mapping" in ran.err and "--template" in ran.err


@pytest.mark.parametrize(
    ("text", "place", "words"),
    [
        ("[columns", "clinic.toml", "not a mapping in TOML"),
        ('[columns]\nSHOE = "x"', "columns “SHOE”", "There is no such column here"),
        ('[fixed]\nSHOE = "x"', "fixed “SHOE”", "There is no such column here"),
        ('[columns]\nID = "Nr"', "columns.ID “Nr”", "The file has no such column. It has: PATNR"),
        ('[columns]\nID = "PatNr"\nMRN = "PatNr"', "columns.MRN “PatNr”", "cannot stand for two"),
        ('[columns]\nID = "PatNr"\n[fixed]\nID = "1"', "fixed.ID “1”", "either taken from the file"),
        ('[formats]\nBIRTH_DATE = "dd.mm.yy"', "formats.BIRTH_DATE", "Write how dates look"),
        ('time_zone = "Mars/Base"', "time_zone “Mars/Base”", "IANA name"),
        ("[fixed]\nID = 1", "fixed.ID “1”", "between quotes"),
        ('columns = "x"', "columns “x”", "write [columns] above"),
        ('[values]\nGENDER = "x"', "values.GENDER “x”", "write [values.GENDER] above"),
        ('[colums]\nID = "x"', "colums", "There is no such section"),
    ],
)  # fmt: skip
@pytest.mark.django_db
def test_what_is_wrong_with_a_mapping_is_told(mapping, german, text, place, words):
    ran = Ran("load_patients", german, "--mapping", str(mapping(text)))

    assert ran.code == 2
    assert place in ran.err
    assert words in ran.err
    assert not Patient.objects.exists()


def test_all_that_is_wrong_is_told_at_once(mapping):
    with pytest.raises(Unreadable) as refusal:
        mapping_file.read(mapping('time_zone = "x"\n[columns]\nA = "1"\n[fixed]\nB = "2"\n'), PATIENTS)

    assert len(refusal.value.faults) == 3


def test_a_mapping_comes_back_from_json_and_from_its_own_template(mapping):
    read = mapping_file.read(mapping(GERMAN), PATIENTS)
    text = templates.as_toml(read, ["PATNR", "VORNAME"], PATIENTS)

    assert Mapping.from_json(read.as_json()) == read
    assert mapping_file.read(mapping(text), PATIENTS) == read


@pytest.mark.django_db
def test_a_template_of_a_file_is_a_mapping_to_be_filled_in(german, mapping):
    ran = Ran("load_patients", german, "--template")

    assert '# GIVEN_NAME = ""  # needed' in ran.out
    assert 'CITY = "CITY"' in ran.out
    assert "# The file has: PATNR, VORNAME, NACHNAME" in ran.out
    assert mapping_file.read(mapping(ran.out), PATIENTS).columns == {"CITY": "CITY"}
    assert not LoadBatch.objects.exists()


@pytest.mark.django_db
@pytest.mark.parametrize("kind", ["departments", "doctors", "patients", "availability", "appointments"])
def test_a_sample_is_a_file_that_the_command_reads(kind, tmp_path):
    path = tmp_path / "sample.csv"
    path.write_text(templates.sample_csv(LAYOUTS[kind]))

    ran = Ran(f"load_{kind}", path, "--dry-run", "--json")

    assert sum(ran.counts[kind].values()) == 2
    assert "not known here" not in ran.err
    assert "missing" not in ran.err


@pytest.mark.parametrize(
    ("pattern", "text", "iso"),
    [
        ("DD.MM.YYYY", "17.05.1980", "1980-05-17"),
        ("D.M.YYYY", "7.5.1980", "1980-05-07"),
        ("MM/DD/YYYY", "05/17/1980", "1980-05-17"),
        ("YYYYMMDD", "19800517", "1980-05-17"),
        ("DD-MMM-YY", "17-May-80", "1980-05-17"),
        ("D MMM YYYY", "7 September 1980", "1980-09-07"),
        ("DD.MM.YYYY HH:mm", "17.05.1980 09:30", "1980-05-17T09:30"),
        ("H:mm", "9:05", "09:05"),
        ("DD.MM.YYYY", "31.02.1980", "31.02.1980"),
        ("DD.MM.YYYY", "BAD_DATA", "BAD_DATA"),
        ("DD.MM.YYYY", "1980-05-17", "1980-05-17"),
    ],
)
def test_dates_of_other_houses(pattern, text, iso):
    assert reader(pattern)(text) == iso


@pytest.mark.parametrize("pattern", ["", "dd.mm.yyyy", "DD.MM", "YYYY", "%d.%m.%Y", "DD.DD.YYYY", "MM.YYYY"])
def test_what_is_no_form_of_a_date(pattern):
    with pytest.raises(ValueError):
        reader(pattern)


@pytest.mark.parametrize("text", ["a = " + "[" * 5000, "a = " + "9" * 5000])
def test_a_mapping_that_no_reader_can_hold_is_refused_in_words(tmp_path, text):
    path = tmp_path / "mapping.toml"
    path.write_text(text)

    with pytest.raises(Unreadable, match="not a mapping in TOML"):
        mapping_file.read(path, LAYOUTS["patients"])
