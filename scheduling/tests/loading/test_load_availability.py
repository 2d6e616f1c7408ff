"""Weekly hours from elsewhere."""

from datetime import date, time
from typing import Any

import pytest

from accounts.models import Doctor, LoadBatch
from accounts.tests.factories import DoctorFactory, LocationFactory
from accounts.tests.house_files import Ran, write
from scheduling.models import AvailabilityRule
from scheduling.tests.factories import AvailabilityRuleFactory

pytestmark = pytest.mark.django_db
MONDAY = {"DOCTOR": "Asha Rao", "WEEKDAY": "Monday", "START": "09:00", "END": "12:30"}


@pytest.fixture
def load(tmp_path: Any, dr_rao: Doctor, visit_type: Any) -> Any:
    def run(*rows: dict[str, str], options: tuple[str, ...] = ()) -> Ran:
        path = write(tmp_path / "hours.csv", [MONDAY | row for row in rows])
        return Ran("load_availability", path, "--json", *options)

    return run


def test_hours_are_the_doctors_own_place_and_department(load, dr_rao):
    ran = load({})

    rule = AvailabilityRule.objects.get()
    assert (ran.code, ran.summary) == (0, (1, 0, 0, 0))
    assert (rule.doctor, rule.location, rule.department) == (dr_rao, dr_rao.location, dr_rao.department)
    assert (rule.weekday, rule.start_time, rule.end_time) == (0, time(9), time(12, 30))


@pytest.mark.parametrize(
    ("said", "weekday"), [("Mon", 0), ("1", 0), ("tue.", 1), ("WEDNESDAY", 2), ("7", 6), ("Su", 6)]
)
def test_weekdays_are_counted_from_monday(load, said, weekday):
    load({"WEEKDAY": said})

    assert AvailabilityRule.objects.get().weekday == weekday


@pytest.mark.parametrize(
    ("said", "meant"),
    [("9:00", time(9)), ("09.00", time(9)), ("9h00", time(9)), ("9 am", time(9)), ("09:00:00", time(9))],
)
def test_times_are_read_as_people_write_them(load, said, meant):
    load({"START": said})

    assert AvailabilityRule.objects.get().start_time == meant


def test_all_that_a_rule_says_is_loaded(load, visit_type, dermatology):
    LocationFactory(name="Annexe")
    load(
        {"LOCATION": "annexe", "DEPARTMENT": "Dermatology", "TYPES": "consultation", "END": "24:00"}
        | {"VALID_FROM": "2027-01-04", "VALID_UNTIL": "2027-06-30", "EVERY_WEEKS": "2"}
    )

    rule = AvailabilityRule.objects.get()
    assert (rule.location.name, rule.department, list(rule.types.all())) == (
        "Annexe",
        dermatology,
        [visit_type],
    )
    assert (rule.end_time, rule.every_weeks, rule.anchor_date) == (time(0), 2, date(2027, 1, 4))
    assert (rule.valid_from, rule.valid_until) == (date(2027, 1, 4), date(2027, 6, 30))


def test_a_second_run_changes_nothing_however_the_day_is_written(load):
    load({}, {"WEEKDAY": "Tuesday"})

    ran = load({"WEEKDAY": "mon", "START": "9:00"}, {"WEEKDAY": "2"})

    assert (ran.summary, AvailabilityRule.objects.count()) == ((0, 0, 2, 0), 2)


def test_hours_that_somebody_entered_here_are_those(load, dr_rao):
    AvailabilityRuleFactory(doctor=dr_rao, end_time=time(12, 30))

    ran = load({})

    assert (ran.summary, AvailabilityRule.objects.count()) == ((0, 0, 1, 0), 1)


def test_a_changed_row_changes_the_rule(load):
    load({})

    ran = load({"END": "13:00"})

    rule = AvailabilityRule.objects.get()
    assert (ran.summary, rule.end_time, rule.version) == ((0, 1, 0, 0), time(13), 2)


def test_the_types_of_a_rule_do_not_change_by_a_load(load):
    load({"TYPES": ""})

    ran = load({"TYPES": "consultation"})

    assert (ran.code, AvailabilityRule.objects.get().types.count()) == (2, 0)
    assert "changed in the back office" in ran.err


@pytest.mark.parametrize(
    ("row", "column", "words"),
    [
        ({"WEEKDAY": "Someday"}, "WEEKDAY", "Use Monday to Sunday"),
        ({"WEEKDAY": "0"}, "WEEKDAY", "Use Monday to Sunday"),
        ({"WEEKDAY": "8"}, "WEEKDAY", "Use Monday to Sunday"),
        ({"WEEKDAY": "Mon-Fri"}, "WEEKDAY", "Use Monday to Sunday"),
        ({"WEEKDAY": ""}, "WEEKDAY", "A value is needed"),
        ({"START": "9"}, "START", "not a time like 09:00"),
        ({"START": "25:00"}, "START", "not a time like 09:00"),
        ({"START": "13 pm"}, "START", "not a time like 09:00"),
        ({"END": "09:00"}, "END", "give it an end"),
        ({"VALID_FROM": "BAD_DATA"}, "VALID_FROM", "not a date"),
        ({"VALID_FROM": "2027-02-01", "VALID_UNTIL": "2027-01-01"}, "VALID_UNTIL", "last day is before"),
        ({"EVERY_WEEKS": "2"}, "ANCHOR_DATE", "Name a day in a week"),
        ({"EVERY_WEEKS": "53"}, "EVERY_WEEKS", "from 1 to 52"),
        ({"EVERY_WEEKS": "-1"}, "EVERY_WEEKS", "from 1 to 52"),
        ({"TYPES": "consultation; spa"}, "TYPES", "no type of visit “spa”"),
        ({"DOCTOR": "Nobody"}, "DOCTOR", "no doctor with this key"),
        ({"LOCATION": "Moon"}, "LOCATION", "no location of this name"),
        ({"DEPARTMENT": "Moon"}, "DEPARTMENT", "no department of this name"),
    ],
)
def test_a_fault_is_told_in_words(load, row, column, words):
    ran = load(row)

    assert (ran.code, AvailabilityRule.objects.count()) == (2, 0)
    assert f"hours.csv, row 2, {column}" in ran.err
    assert words in ran.err


def test_a_doctor_cannot_be_at_two_places_within_a_file(load):
    LocationFactory(name="Annexe")

    there = {"LOCATION": "Annexe"}
    rows = [{}, there | {"START": "11:00"}, there | {"START": "12:30", "END": "14:00"}]

    ran = load(*rows, options=("--keep-going",))

    assert (ran.code, ran.summary) == (1, (2, 0, 0, 1))
    assert "row 3, START" in ran.err
    assert "A doctor is in one place at a time" in ran.err


def test_nor_at_two_places_beside_hours_of_the_house(load, dr_rao):
    LocationFactory(name="Annexe")
    AvailabilityRuleFactory(doctor=dr_rao)

    ran = load({"LOCATION": "Annexe"})

    assert (ran.code, AvailabilityRule.objects.count()) == (2, 1)
    assert "A doctor is in one place at a time" in ran.err


def test_hours_of_one_place_may_overlap(load):
    ran = load({}, {"START": "10:00"})

    assert (ran.code, AvailabilityRule.objects.count()) == (0, 2)


def test_a_doctor_without_a_place_needs_one(load, cardiology):
    DoctorFactory(given_name="Una", family_name="Homeless", department=cardiology, location=None)

    assert "Give the doctor a location first" in load({"DOCTOR": "Una Homeless"}).err


def test_ambiguous_names_are_refused_in_words(load, dr_rao):
    LocationFactory(name="main building")
    DoctorFactory(given_name="Asha", family_name="Rao", licence_number="L1")

    ran = load({"DOCTOR": "L1", "LOCATION": "Main building"})
    assert "Several locations have this name" in ran.err
    assert "Several doctors have this name" in load({}).err


def test_a_dry_run_writes_nothing(load):
    ran = load({}, options=("--dry-run",))

    assert ran.summary == (1, 0, 0, 0)
    assert not AvailabilityRule.objects.exists() and not LoadBatch.objects.exists()
