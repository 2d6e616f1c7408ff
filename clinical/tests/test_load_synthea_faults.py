"""What is refused, in which words, with which exit code; and that nothing is written then."""

import pytest
from django.apps import apps

from accounts.loading.readers.sources import FileSource
from accounts.models import Doctor, LoadBatch, Patient
from clinical.models import Condition, Encounter
from clinical.tests.synthea_folder import ANA, BEN, Ran, charts, condition, encounter, failing, healthy, write

pytestmark = pytest.mark.django_db


def all_rows() -> dict[str, int]:
    return {model._meta.label: model._base_manager.count() for model in apps.get_models()}


FAULTS = [
    ("organizations", 0, {"NAME": ""}, "organizations.csv, row 2, NAME"),
    ("providers", 0, {"NAME": ""}, "providers.csv, row 2, NAME"),
    ("providers", 0, {"SPECIALITY": ""}, "providers.csv, row 2, SPECIALITY"),
    ("providers", 0, {"ORGANIZATION": "gone"}, "providers.csv, row 2, ORGANIZATION “gone”"),
    ("patients", 0, {"Id": ""}, "patients.csv, row 2, ID"),
    ("patients", 0, {"BIRTHDATE": ""}, "patients.csv, row 2, BIRTHDATE: A value is needed."),
    ("patients", 0, {"BIRTHDATE": "BAD_DATA"}, "patients.csv, row 2, BIRTHDATE “BAD_DATA”"),
    ("patients", 0, {"BIRTHDATE": "2999-01-01"}, "BIRTHDATE “2999-01-01”: This date lies in the future."),
    ("patients", 0, {"DEATHDATE": "1900-01-01"}, "patients.csv, row 2, DEATHDATE “1900-01-01”"),
    ("patients", 0, {"GENDER": "X"}, "patients.csv, row 2, GENDER “X”"),
    ("patients", 0, {"FIRST": "x" * 5000}, "longer than 100 characters"),
    ("patients", 0, {"FIRST": "A\0na"}, "patients.csv, row 2: The row holds a NUL byte."),
    ("patients", 1, {"Id": ANA}, "patients.csv, row 3, ID “patient-ana”: Another row of this file"),
    ("encounters", 0, {"STOP": "2019-01-27T16:00:00Z"}, "encounters.csv, row 2, STOP"),
    ("encounters", 0, {"STOP": ""}, "encounters.csv, row 2, STOP: A value is needed."),
    ("encounters", 0, {"STOP": "2999-01-01T00:00:00Z"}, "A visit that is not over"),
    ("encounters", 0, {"START": "yesterday"}, "encounters.csv, row 2, START “yesterday”"),
    ("encounters", 0, {"ENCOUNTERCLASS": "spa"}, "encounters.csv, row 2, ENCOUNTERCLASS “spa”"),
    ("encounters", 0, {"PATIENT": "gone"}, "encounters.csv, row 2, PATIENT “gone”: patients has no such row"),
    ("encounters", 0, {"PROVIDER": ""}, "encounters.csv, row 2, PROVIDER"),
    ("conditions", 0, {"STOP": "2018-01-01"}, "conditions.csv, row 2, STOP “2018-01-01”: The end"),
    ("conditions", 0, {"ENCOUNTER": "visit-ben"}, "belongs to another patient"),
    ("conditions", 0, {"CODE": ""}, "conditions.csv, row 2, CODE"),
    ("medications", 0, {"STOP": "2018-01-01T00:00:00Z"}, "medications.csv, row 2, STOP"),
    ("medications", 0, {"ENCOUNTER": ""}, "medications.csv, row 2, ENCOUNTER"),
    ("allergies", 0, {"CODE": ""}, "allergies.csv, row 2, CODE: A value is needed."),
    ("allergies", 0, {"START": "long ago"}, "allergies.csv, row 2, START “long ago”"),
    ("allergies", 0, {"STOP": "2018-01-01"}, "allergies.csv, row 2, STOP “2018-01-01”: The end lies"),
    ("allergies", 0, {"SYSTEM": "ATC"}, "allergies.csv, row 2, SYSTEM “ATC”: Use one of these: rxnorm"),
    ("allergies", 0, {"CATEGORY": "metal"}, "allergies.csv, row 2, CATEGORY “metal”"),
    ("allergies", 0, {"SEVERITY1": "AWFUL"}, "allergies.csv, row 2, SEVERITY1 “AWFUL”"),
    ("allergies", 0, {"DESCRIPTION1": ""}, "allergies.csv, row 2, DESCRIPTION1: A value is needed."),
    ("allergies", 0, {"ENCOUNTER": "visit-ben"}, "belongs to another patient"),
    ("immunizations", 0, {"DATE": "2999-01-01"}, "DATE “2999-01-01”: This date lies in the future."),
    ("immunizations", 0, {"CODE": "12345678901"}, "CODE “12345678901”: This is longer than 10"),
    ("immunizations", 0, {"PATIENT": "gone"}, "immunizations.csv, row 2, PATIENT “gone”"),
    ("observations", 0, {"VALUE": "low"}, "observations.csv, row 4, VALUE “low”: This is not a number"),
    ("observations", 0, {"VALUE": "130"}, "row 4, VALUE “128.0”: The upper number must be higher"),
    ("observations", 1, {"VALUE": "17150"}, "observations.csv, row 3, VALUE “17150”: Height of"),
    (
        "observations",
        1,
        {"VALUE": "171.55555"},
        "There is room for 6 digits before the point and 3 after it.",
    ),
    ("observations", 1, {"VALUE": "1.7e2"}, "observations.csv, row 3, VALUE “1.7e2”: This is not a number"),
    ("observations", 1, {"UNITS": "ell"}, "row 3, UNITS “ell”: Use one of these: cm, [in_i]."),
    ("observations", 1, {"DATE": ""}, "observations.csv, row 3, DATE: A value is needed."),
    ("observations", 4, {"VALUE": "NaN"}, "observations.csv, row 6, VALUE “NaN”: This is not a number"),
    ("observations", 4, {"VALUE": ""}, "observations.csv, row 6, VALUE: This is not a number"),
    ("observations", 4, {"TYPE": "picture"}, "observations.csv, row 6, TYPE “picture”"),
    ("observations", 5, {"VALUE": "x" * 501}, "This is longer than 500 characters."),
    ("observations", 6, {"VALUE": "A\0"}, "observations.csv, row 8: The row holds a NUL byte."),
]


@pytest.mark.parametrize(("table", "index", "spoilt", "words"), FAULTS)
def test_one_faulty_row_is_named_and_nothing_is_written(tmp_path, table, index, spoilt, words):
    tables = healthy() | charts()
    tables[table][index] |= spoilt
    before = all_rows()

    ran = Ran(write(tmp_path, tables), "--json")

    assert words in ran.err
    assert "Nothing was written" in ran.err
    assert (ran.code, ran.told("created"), all_rows()) == (2, {}, before)


def test_with_keep_going_the_good_rows_are_written(tmp_path):
    tables = healthy()
    tables["conditions"][0]["STOP"] = "2018-01-01"

    ran = Ran(write(tmp_path, tables), "--json", "--keep-going")

    assert (ran.code, ran.told("refused")) == (1, {"conditions": 1})
    assert (Patient.objects.count(), Condition.objects.count()) == (2, 1)
    assert LoadBatch.objects.get().counts["conditions"]["refused"] == 1


def test_rows_below_a_refused_row_are_refused_too(tmp_path):
    tables = healthy()
    tables["patients"][0]["BIRTHDATE"] = ""

    ran = Ran(write(tmp_path, tables), "--json", "--keep-going")

    below = {"patients": 1, "encounters": 1, "conditions": 1, "medications": 1}
    assert (ran.code, ran.told("refused")) == (1, below)
    assert (
        "encounters.csv, row 2, PATIENT “patient-ana”: The row of patients that it names was refused (row 2)"
        in ran.err
    )
    assert Encounter.objects.get().patient == Patient.objects.get()


def test_a_condition_without_a_visit_is_loaded(tmp_path):
    tables = healthy()
    tables["conditions"] = [condition(ANA, "", "1")]

    Ran(write(tmp_path, tables))

    assert Condition.objects.get().encounter is None


def test_a_visit_loaded_before_cannot_be_given_to_another_patient(tmp_path):
    tables = healthy()
    Ran(write(tmp_path, tables))
    (tmp_path / "encounters.csv").unlink()
    rows = {"conditions": [condition(ANA, "visit-ben", "1")]}

    ran = Ran(write(tmp_path, rows))

    assert (ran.code, "belongs to another patient" in ran.err) == (2, True)


def test_all_faults_of_a_row_and_of_all_tables_are_told(tmp_path):
    tables = healthy()
    tables["patients"][0] |= {"BIRTHDATE": "BAD", "GENDER": "X"}
    tables["organizations"][0]["NAME"] = ""

    err = Ran(write(tmp_path, tables)).err

    assert all(words in err for words in ("BIRTHDATE “BAD”", "GENDER “X”", "organizations.csv, row 2"))


def test_the_first_twenty_faults_are_shown_and_the_others_counted(tmp_path):
    tables = healthy()
    tables["encounters"] += [encounter(f"v{n}", BEN, STOP="") for n in range(30)]

    ran = Ran(write(tmp_path, tables))

    assert ran.err.count("encounters.csv, row") == 20
    assert "… and 10 more." in ran.err
    assert "Rows refused: 30." in ran.err


def test_a_dry_run_counts_and_writes_nothing(tmp_path):
    before = all_rows()

    ran = Ran(write(tmp_path, healthy()), "--json", "--dry-run")

    assert (ran.code, ran.told("created")["patients"], all_rows()) == (0, 2, before)
    assert "Dry run: nothing was written." in ran.err


def test_nothing_but_faulty_rows_is_nothing_done(tmp_path):
    tables = {"patients": [healthy()["patients"][0] | {"BIRTHDATE": ""}]}

    assert Ran(write(tmp_path, tables), "--keep-going").code == 2


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"", "patients.csv: The file is empty."),
        (b"name,colour\nAna,blue\n", "patients.csv, row 1, ID: This column is missing."),
        (b"Id;BIRTHDATE;FIRST\n1;1990-01-01;Ana\n", "patients.csv, row 1, LAST: This column is missing."),
        (b"%PDF-1.7\n%rest", "patients.csv: This is PDF, not a table. Save it as CSV or XLSX."),
        (b"\xd0\xcf\x11\xe0rest", "patients.csv: This is XLS, the old form of spreadsheets."),
    ],
)
def test_a_wrong_file_is_refused_in_words_even_with_keep_going(tmp_path, content, words):
    write(tmp_path, healthy())
    (tmp_path / "patients.csv").write_bytes(content)
    before = all_rows()

    ran = Ran(tmp_path, "--keep-going")

    assert words in ran.err
    assert (ran.code, ran.out, all_rows()) == (2, "", before)


@pytest.mark.parametrize(
    ("encoding", "told"), [("cp1252", "Windows-1252"), ("utf-16", "UTF-16"), ("utf-16-le", "UTF-16")]
)
def test_a_file_in_another_encoding_is_loaded_and_that_is_told(tmp_path, encoding, told):
    write(tmp_path, healthy())
    text = (tmp_path / "patients.csv").read_text(encoding="utf-8").replace(",", ";")
    (tmp_path / "patients.csv").write_bytes(text.encode(encoding))

    ran = Ran(tmp_path, "--json")

    assert f"patients.csv: {told}, columns separated by “;”." in ran.err
    assert (ran.code, Patient.objects.filter(given_name="Jerónimo599").count()) == (0, 1)


def test_a_folder_of_other_tables_is_refused_in_words(tmp_path):
    ran = Ran(write(tmp_path, {"sales": [{"month": "May", "sum": "3"}]}))

    assert "There is no patients.csv in this folder; it holds sales.csv." in ran.err
    assert ran.code == 2


def test_a_row_that_cannot_be_read_is_counted_once_where_three_kinds_share_a_table(tmp_path):
    path = write(tmp_path, healthy() | charts()) / "observations.csv"
    path.write_text(path.read_text() + "only,three,cells\n")

    ran = Ran(tmp_path, "--json", "--keep-going")

    assert ran.told("refused") == {"observations": 1}
    assert ran.err.count("observations.csv, row 9") == 1


def test_a_ragged_row_is_named(tmp_path):
    path = write(tmp_path, healthy()) / "providers.csv"
    path.write_text(path.read_text() + "only,three,cells\n")

    ran = Ran(tmp_path, "--keep-going")

    assert "providers.csv, row 4: The row has 3 cells, the header has 5." in ran.err
    assert (ran.code, Doctor.objects.count()) == (1, 2)


@pytest.mark.parametrize("email", ["nobody@example.org", "reception@example.org"])
def test_only_an_administrator_may_be_named_as_the_actor(tmp_path, reception, email):
    ran = Ran(write(tmp_path, healthy()), "--actor", email)

    assert (ran.code, Patient.objects.count()) == (2, 0)
    assert ran.err.strip()


def test_a_chunk_that_lost_a_race_is_tried_again(tmp_path, monkeypatch):
    failing(monkeypatch, 2)

    ran = Ran(write(tmp_path, healthy()), "--json")

    assert (ran.code, ran.told("created")["conditions"], Condition.objects.count()) == (0, 2, 2)


def test_a_load_that_stops_half_way_leaves_whole_chunks_and_is_completed_by_the_next(tmp_path, monkeypatch):
    with monkeypatch.context() as patch:
        failing(patch, 99)
        stopped = Ran(write(tmp_path, healthy()))
        left = (Encounter.objects.count(), Condition.objects.count(), LoadBatch.objects.get().status)

    ran = Ran(tmp_path, "--json")

    assert (stopped.code, left) == (2, (2, 0, "stopped"))
    assert "run it again" in stopped.err
    assert ran.told("created") == {"conditions": 2, "medications": 2}


def test_files_that_change_while_they_are_read_are_not_loaded(tmp_path, monkeypatch):
    digests = iter("ab")
    monkeypatch.setattr(FileSource, "digest", lambda source: next(digests))

    ran = Ran(write(tmp_path, healthy()))

    assert (ran.code, Patient.objects.count()) == (2, 0)
    assert "changed while they were read" in ran.err
