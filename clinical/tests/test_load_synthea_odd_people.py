"""People as real exports have them: odd names, lost noughts, no date of birth, the dead, numbers that many share."""

import csv
from collections import Counter
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest
from django.utils import timezone

from accounts.models import Doctor, Location, Patient, PatientIdentifier, PossibleTwin, SourceReference, User
from clinical.models import Encounter
from clinical.tests.synthea_folder import ANA, BEN, Ran, encounter, healthy, patient, ran_twice, write
from scheduling.errors import PolicyForbids
from scheduling.models import Appointment
from scheduling.services.booking import book
from scheduling.tests.factories import AppointmentTypeFactory, open_every_day
from scheduling.tests.refusal import refused

pytestmark = pytest.mark.django_db


def loaded(key: str) -> Patient:
    return Patient.objects.get(pk=SourceReference.objects.get(kind="patient", value=key).target_id)


@pytest.mark.parametrize(
    ("first", "last", "given", "family"),
    [
        ("Jerónimo599", "O'Keefe54", "Jerónimo599", "O'Keefe54"),
        ("Madonna12", "", "Madonna12", ""),
        ("مريم", "الفارسي", "مريم", "الفارسي"),
        ("Zoe\u0308", "Nu\u0301n\u0303ez", "Zoë", "Núñez"),
    ],
)
def test_a_name_arrives_as_it_is_written(
    tmp_path: Path, first: str, last: str, given: str, family: str
) -> None:
    ran = ran_twice(write(tmp_path, {"patients": [patient(ANA, first, LAST=last)]}))

    assert (ran.code, loaded(ANA).given_name, loaded(ANA).family_name) == (0, given, family)
    assert ("not NFC" in ran.err) is (first == "Zoe\u0308")


def test_blank_cells_of_a_real_export_stay_blank(sample_data: Path) -> None:
    folder = sample_data / "synthea_ma27_csv"
    with (
        (folder / "patients.csv").open(newline="") as people,
        (folder / "organizations.csv").open() as places,
    ):
        zips = Counter(row["ZIP"] for row in csv.DictReader(people))
        phones = Counter(row["PHONE"] for row in csv.DictReader(places))

    ran = Ran(folder, "--json")

    assert ran.code == 0
    assert Counter(Patient.objects.values_list("postal_code", flat=True)) == zips
    assert Counter(Location.objects.values_list("phone", flat=True)) == phones
    assert (zips[""], phones[""]) == (12, 5)


def test_the_dead_of_a_real_export_are_dead_on_the_day_that_was_written(sample_data: Path) -> None:
    folder = sample_data / "synthea_ma27_csv"
    with (folder / "patients.csv").open(newline="") as people:
        dead = sorted(row["DEATHDATE"] for row in csv.DictReader(people) if row["DEATHDATE"])

    ran = Ran(folder, "--json")

    days = [timezone.localdate(p.deceased_at) for p in Patient.objects.filter(deceased_at__isnull=False)]
    assert sorted(map(str, days)) == dead
    assert "encounters.csv: visit after the patient's death; loaded (2×" in ran.err


def test_who_was_loaded_as_dead_keeps_the_visits_and_gets_no_new_one(
    tmp_path: Path, dr_rao: Doctor, reception: User, now: datetime
) -> None:
    tables = healthy()
    tables["encounters"].append(
        encounter("late", BEN, START="2020-05-06T10:00:00Z", STOP="2020-05-06T11:00:00Z")
    )
    ran = ran_twice(write(tmp_path, tables))
    open_every_day(dr_rao)
    order = {"doctor": dr_rao, "type": AppointmentTypeFactory(), "start": now + timedelta(days=1, hours=1)}

    with refused(PolicyForbids, "The patient has died."):
        book(**order, patient=loaded(BEN), actor=reception, now=now)

    assert "visit after the patient's death; loaded (1×, first in row 4)" in ran.err
    assert (Encounter.objects.filter(patient=loaded(BEN)).count(), Appointment.objects.count()) == (2, 0)
    assert book(**order, patient=loaded(ANA), actor=reception, now=now).status == "booked"


@pytest.mark.parametrize(
    ("age", "code", "words"),
    [(-1, 2, "This date lies in the future."), (115, 0, ""), (131, 0, "born more than 130 years ago")],
)
def test_ages_that_nobody_has_and_those_that_somebody_has(
    tmp_path: Path, age: int, code: int, words: str
) -> None:
    born = date(timezone.localdate().year - age, 12 if age < 0 else 1, 1)

    ran = Ran(write(tmp_path, {"patients": [patient(ANA, "Ana", BIRTHDATE=str(born))]}), "--json")

    assert (ran.code, Patient.objects.filter(birth_date=born).count()) == (code, 0 if code else 1)
    assert words in ran.err
    assert ("years ago" in ran.err) is (age == 131)


@pytest.mark.parametrize("born", ["", "BAD_DATA"])
def test_without_a_date_of_birth_the_patient_is_refused_and_all_others_are_loaded(
    tmp_path: Path, born: str
) -> None:
    people = [patient(ANA, "Ana", BIRTHDATE=born), patient(BEN, "Ben")]

    ran = ran_twice(write(tmp_path, {"patients": people}), "--keep-going")

    assert (ran.code, ran.told("created"), ran.told("refused")) == (1, {"patients": 1}, {"patients": 1})
    assert loaded(BEN).given_name == "Ben"


def test_one_number_of_26_people_is_kept_26_times_and_nobody_is_merged(tmp_path: Path) -> None:
    letters = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
    people = [
        patient(f"p{n}", f"{letter}na{n}", LAST=f"{letter}ovak{n}", BIRTHDATE=f"19{40 + n}-03-0{1 + n % 9}")
        for n, letter in enumerate(letters)
    ]
    people = [row | {"SSN": "999-99-9999", "DRIVERS": "", "PASSPORT": ""} for row in people]

    ran = ran_twice(write(tmp_path, {"patients": people}), "--keep-identifiers")

    assert (ran.code, ran.told("created")) == (0, {"patients": 26, "identifiers": 26})
    kept = PatientIdentifier.objects.filter(value="999-99-9999")
    assert (kept.count(), kept.values("patient").distinct().count()) == (26, 26)
    assert not Patient.objects.filter(merged_into__isnull=False).exists()
    assert {reason for twin in PossibleTwin.objects.waiting() for reason in twin.reasons} >= {"identifier"}


def test_a_birthday_does_not_move_with_the_zone_of_the_house(tmp_path: Path, settings) -> None:
    settings.TIME_ZONE = "America/New_York"
    rows = [patient(ANA, "Ana", BIRTHDATE="1980-01-01", DEATHDATE="2020-02-29")]

    Ran(write(tmp_path, {"patients": rows}))

    assert loaded(ANA).birth_date == date(1980, 1, 1)
    assert loaded(ANA).deceased_at == datetime(2020, 2, 29, 5, tzinfo=UTC)
