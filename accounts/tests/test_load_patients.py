"""Patients from elsewhere: what arrives, what is refused and told, what a second run does."""

from datetime import date
from typing import Any

import pytest
from django.test import override_settings

from accounts.models import AuditEvent, LoadBatch, Patient, PatientIdentifier, PossibleTwin
from accounts.services.twins import MOST
from accounts.tests.house_files import Ran, pipe, write

pytestmark = pytest.mark.django_db
ANA = {"ID": "P1", "GIVEN_NAME": "Ana", "FAMILY_NAME": "Silva", "BIRTH_DATE": "1980-05-17"}


@pytest.fixture
def load(tmp_path: Any) -> Any:
    """Each row is Ana unless it says otherwise."""

    def run(*rows: dict[str, str], options: tuple[str, ...] = ()) -> Ran:
        path = write(tmp_path / "people.csv", [ANA | row for row in rows])
        return Ran("load_patients", path, "--json", *options)

    return run


def test_all_that_a_row_says_arrives(load):
    ran = load(
        {"GENDER": "F", "PHONE": "020 7946 0123", "EMAIL": "ana@example.org", "ADDRESS": "1 River Street"}
        | {"CITY": "Bath", "STATE": "Somerset", "POSTAL_CODE": "BA1 1AA", "DECEASED": "2020-05-05"}
    )

    ana = Patient.objects.get()
    assert (ran.code, ran.summary) == (0, (1, 0, 0, 0))
    assert (ana.full_name, ana.birth_date, ana.gender) == ("Ana Silva", date(1980, 5, 17), "female")
    assert (str(ana.phone), ana.email) == ("+442079460123", "ana@example.org")
    assert (ana.address, ana.city, ana.state, ana.postal_code) == (
        "1 River Street",
        "Bath",
        "Somerset",
        "BA1 1AA",
    )
    assert (ana.deceased_at.isoformat(), ana.search_name) == ("2020-05-04T23:00:00+00:00", "ana silva")


@pytest.mark.parametrize(
    ("row", "column", "words"),
    [
        ({"ID": ""}, "ID", "A value is needed"),
        ({"ID": "x" * 201}, "ID", "longer than 200"),
        ({"GIVEN_NAME": "", "FAMILY_NAME": ""}, "GIVEN_NAME", "A value is needed"),
        ({"GIVEN_NAME": "x" * 101}, "GIVEN_NAME", "longer than 100"),
        ({"GIVEN_NAME": "Ana\nMaria"}, "GIVEN_NAME", "control characters"),
        ({"GIVEN_NAME": "ﷺ" * 20}, "GIVEN_NAME", "too long to be searched"),
        ({"BIRTH_DATE": "BAD_DATA"}, "BIRTH_DATE", "not a date like"),
        ({"BIRTH_DATE": "2199-01-01"}, "BIRTH_DATE", "lies in the future"),
        ({"BIRTH_DATE": "17.05.1980"}, "BIRTH_DATE", "not a date like"),
        ({"GENDER": "W"}, "GENDER", "Use one of these"),
        ({"PHONE": "123"}, "PHONE", "No such phone number exists. Write it in full, like +44"),
        ({"PHONE": "5.08222E+09"}, "PHONE", "A spreadsheet has rewritten this number"),
        ({"EMAIL": "ana at example"}, "EMAIL", "not an e-mail address"),
        ({"ADDRESS": "x" * 201}, "ADDRESS", "longer than 200"),
        ({"DECEASED": "yes"}, "DECEASED", "not a date like"),
        ({"DECEASED": "1970-01-01"}, "DECEASED", "before the start"),
        ({"DECEASED": "2199-01-01"}, "DECEASED", "lies in the future"),
    ],
)
def test_a_fault_is_told_in_words(load, row, column, words):
    ran = load(row)

    assert (ran.code, Patient.objects.count()) == (2, 0)
    assert f"people.csv, row 2, {column}" in ran.err
    assert words in ran.err


@pytest.mark.parametrize(
    ("row", "words"),
    [
        ({"BIRTH_DATE": ""}, "no date of birth"),
        ({"BIRTH_DATE": "1890-01-01"}, "born more than 130 years ago"),
        ({"GIVEN_NAME": "", "FAMILY_NAME": "Madonna"}, "a single name, kept as the given name"),
        ({"PHONE": "2079460123"}, "PHONE has no leading nought; taken for a number of this country"),
        ({"PHONE": "+44 20 7946 0123 ext 12"}, "the extension of PHONE is not kept"),
        ({"ADDRESS": "1 River Street\nBath"}, "the lines of ADDRESS were joined by commas"),
    ],
)
def test_an_oddity_is_told_and_loaded(load, row, words):
    ran = load(row)

    assert (ran.code, Patient.objects.count()) == (0, 1)
    assert f"{words} (1×, first in row 2)" in ran.err


@override_settings(PHONENUMBER_DEFAULT_REGION="US")
def test_an_american_postal_code_that_lost_its_nought_is_told_and_kept(load):
    ran = load({"POSTAL_CODE": "2138"})

    assert "POSTAL_CODE seems to have lost its leading nought" in ran.err
    assert Patient.objects.get().postal_code == "2138"


def test_the_oldest_person_of_a_town_is_no_oddity(load):
    assert load({"BIRTH_DATE": "1912-01-01"}).err.count("Warning") == 0


def test_a_second_run_changes_nothing_and_a_changed_row_keeps_its_history(load):
    rows = [{"CITY": "Bath"}, {"ID": "P2", "GIVEN_NAME": "Ben", "CITY": "Bath"}]
    load(*rows)
    before = list(Patient.objects.order_by("pk").values())
    assert load(*rows).summary == (0, 0, 2, 0)
    assert list(Patient.objects.order_by("pk").values()) == before

    ran = load(rows[0] | {"CITY": "Wells"}, rows[1])

    ana = Patient.objects.get(given_name="Ana")
    assert (ran.summary, ana.city, ana.version) == ((0, 1, 1, 0), "Wells", 2)
    changes = AuditEvent.objects.filter(target_table="accounts_patient", target_id=ana.pk)
    changes = changes.order_by("pk").last().changes
    assert changes["city"] == ["Bath", "Wells"]


def test_a_column_that_the_file_does_not_have_leaves_what_is_here(load):
    load({})
    Patient.objects.update(phone="+442079460123", city="Bath")

    load({"FAMILY_NAME": "Santos"})

    ana = Patient.objects.get()
    assert (ana.family_name, str(ana.phone), ana.city) == ("Santos", "+442079460123", "Bath")


def test_without_keys_the_record_number_is_the_key_else_name_and_birth_date(tmp_path):
    people = [{key: value for key, value in ANA.items() if key != "ID"}]
    numbered = [people[0] | {"GIVEN_NAME": "Ben", "Hospital number": "H-7"}]
    for rows in (people, numbered):
        path = write(tmp_path / "people.csv", rows)
        assert Ran("load_patients", path, "--json").summary == (1, 0, 0, 0)
        assert Ran("load_patients", path, "--json").summary == (0, 0, 1, 0)

    ran = Ran(
        "load_patients", write(tmp_path / "p.csv", [numbered[0] | {"GIVEN_NAME": "Benjamin"}]), "--json"
    )

    assert ran.summary == (0, 1, 0, 0)


def test_two_people_of_one_name_and_birth_date_are_two_but_one_row_twice_is_one(tmp_path):
    row = {key: value for key, value in ANA.items() if key != "ID"}
    path = write(
        tmp_path / "people.csv", [row | {"CITY": "Bath"}, row | {"CITY": "Wells"}, row | {"CITY": "Bath"}]
    )

    first, second = Ran("load_patients", path, "--json"), Ran("load_patients", path, "--json")

    assert (first.summary, first.told("skipped")) == ((2, 0, 0, 0), {"patients": 1})
    assert (second.summary, Patient.objects.count()) == ((0, 0, 2, 0), 2)
    assert PossibleTwin.objects.get().reasons == ["name", "birth-date"]


def test_a_dry_run_writes_nothing_and_says_what_the_load_would(load):
    ran = load({}, {"ID": "P2", "PHONE": "123"}, options=("--dry-run", "--keep-going"))

    assert (ran.code, ran.summary) == (1, (1, 0, 0, 1))
    assert not Patient.objects.exists() and not LoadBatch.objects.exists()


def test_with_a_fault_nothing_is_written_unless_it_is_told_to_keep_going(load, tmp_path):
    rows = [{}, {"ID": "P2", "PHONE": "123"}, {"ID": "P1"}]
    assert load(*rows).code == 2
    assert not Patient.objects.exists()

    refused = tmp_path / "refused.csv"
    ran = load(*rows, options=("--keep-going", "--errors", str(refused)))

    assert (ran.code, ran.summary) == (1, (1, 0, 0, 1))
    assert "No such phone number exists" in refused.read_text()


def test_standard_input(monkeypatch):
    pipe(monkeypatch, b"Patient ID;Forename;Surname;DOB\nP1;Ana;Silva;1980-05-17\n")

    ran = Ran("load_patients", "-", "--json")

    assert (ran.code, Patient.objects.get().full_name) == (0, "Ana Silva")


def test_numbers_of_the_state_are_kept_only_when_asked_for(load):
    row = {"SSN": "999-17-5017", "PASSPORT": "X79835501X", "MRN": "H-7"}

    assert "SSN, PASSPORT, MRN are not kept" in load(row).err
    assert not PatientIdentifier.objects.exists()
    ran = load(row, options=("--keep-identifiers",))

    kept = set(PatientIdentifier.objects.values_list("type", "value"))
    assert (ran.told("created"), ran.told("unchanged")) == ({"identifiers": 3}, {"patients": 1})
    assert kept == {("SS", "999-17-5017"), ("PPN", "X79835501X"), ("MR", "H-7")}
    assert load(row, options=("--keep-identifiers",)).told("created") == {}
    assert "999-17-5017" not in str(list(AuditEvent.objects.values_list("changes", flat=True)))


def test_a_changed_number_is_changed(load):
    load({"SSN": "999-17-5017"}, options=("--keep-identifiers",))

    ran = load({"SSN": "999-17-5018"}, options=("--keep-identifiers",))

    assert ran.told("updated") == {"identifiers": 1}
    assert PatientIdentifier.objects.get().value == "999-17-5018"


def test_a_number_that_is_too_long_refuses_the_patient_once(load):
    ran = load({"SSN": "9" * 101}, options=("--keep-identifiers",))

    assert (ran.code, ran.told("refused")) == (2, {"patients": 1})


def test_one_number_of_many_people_loads_and_waits_for_the_desk(load):
    given = [
        f"{first}{second}"
        for first in ("An", "Be", "Ca", "Do", "Ed")
        for second in ("a", "ri", "mu", "lo", "go", "x")
    ]
    rows = [
        {
            "ID": str(n),
            "GIVEN_NAME": name,
            "FAMILY_NAME": name[::-1],
            "BIRTH_DATE": f"19{40 + n}-01-{n + 1:02}",
        }
        | {"SSN": "999-99-9999"}
        for n, name in enumerate(given[:26])
    ]

    ran = load(*rows, options=("--keep-identifiers",))

    assert (ran.code, ran.told("created")) == (0, {"patients": 26, "identifiers": 26})
    assert Patient.objects.filter(merged_into__isnull=False).count() == 0
    pairs = list(PossibleTwin.objects.waiting().values_list("first", "second", "reasons"))
    assert {pk for first, second, _reasons in pairs for pk in (first, second)} == set(
        Patient.objects.values_list("pk", flat=True)
    )
    assert {reason for *_pair, reasons in pairs for reason in reasons} >= {"identifier"}
    assert len(pairs) <= 26 * MOST


def test_digits_at_the_end_of_names_are_told_when_they_are_taken_away(load):
    load({"GIVEN_NAME": "Jerónimo599", "FAMILY_NAME": "R2D2"})
    assert Patient.objects.get().full_name == "Jerónimo599 R2D2"

    ran = load({"GIVEN_NAME": "Jerónimo599", "FAMILY_NAME": "R2D2"}, options=("--strip-name-digits",))

    assert (ran.summary, Patient.objects.get().full_name) == ((0, 1, 0, 0), "Jerónimo R2D")
    assert "digits at the end of a name were taken away (2×, first in row 2)" in ran.err


def test_another_system_has_keys_of_its_own(load):
    load({})
    ran = load({}, options=("--system", "old-house"))

    assert ran.summary == (1, 0, 0, 0)
    assert PossibleTwin.objects.get().reasons == ["name", "birth-date", "identifier"]
