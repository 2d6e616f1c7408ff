"""Every fault of a set-up file is told at once, with its place; and with one fault nothing is written."""

from datetime import datetime, time

import pytest
from hypothesis import HealthCheck, given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st

from accounts.models import AuditEvent, Department, Doctor, User
from accounts.tests.factories import DepartmentFactory, DoctorFactory, LocationFactory
from clinical.models import NoteTemplate
from hospital.setup_file.reading import read
from hospital.setup_file.writing import Meanwhile
from hospital.tests.setup_words import SMALL, applied, exported, faults, made
from scheduling.models import AvailabilityRule

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("frozen")]


@pytest.mark.parametrize(
    ("before", "after", "words"),
    [
        ("format = 1", "format = 2", "format: Begin the file with: format = 1"),
        (
            "[[departments]]",
            "[[departements]]",
            "departements: This name is not known. Is “departments” meant?",
        ),
        ('name = "Surgery"', 'title = "Surgery"', "line 4, departments 1: title: This name is not known"),
        ('name = "Surgery"', 'name = ""', "line 4, departments 1: name: This is needed."),
        ('name = "Surgery"', "name = 7", "name: “7” is not a text."),
        ("minutes = 20\n", "minutes = true\n", "minutes: “True” is not a whole number."),
        ("minutes = 20\n", "minutes = 9999999999\n", "minutes: This number is too large."),
        ("minutes = 20\n", "minutes = 0\n", "minutes: Ensure this value is greater than or equal to 1."),
        ('name = "Check"', 'name = "Check"\nmode = "letter"', "mode: Value 'letter' is not a valid choice."),
        (
            'part_of = "Surgery"',
            'part_of = "Surgeyr"',
            "part_of: Nothing in departments is called “Surgeyr”.",
        ),
        (
            'part_of = "Surgery"',
            'part_of = "Hand surgery"',
            "part_of: A department cannot be part of itself.",
        ),
        (
            'name = "Surgery"',
            'name = "Surgery"\npart_of = "Hand surgery"',
            "A department cannot be part of itself.",
        ),
        (
            'name = "Hand surgery"',
            'name = "Surgery"',
            "This row stands in the file already: line 4, departments 1",
        ),
        (
            "Europe/London",
            "Europe/Londno",
            "time_zone: Enter a time zone by its IANA name, like Europe/London.",
        ),
        ('"tuesday"', '"Tues"', "weekday: “Tues” is no day of the week"),
        ("2027-02-01", "2027-02-01T09:00:00", "date: “2027-02-01 09:00:00” is not a day."),
        ("13:00:00", '"13:00"', "start_time: “13:00” is not a time."),
        ("17:00:00", "13:00:00", "end_time: The rule is as long as a whole day: give it an end."),
        ('"tuesday"', '"tuesday"\nevery_weeks = 2', "Name a day in a week that counts."),
        ('types = ["check"]', 'types = ["chekc"]', "types: Nothing in appointment_types is called “chekc”."),
        ('types = ["check"]', 'types = "check"', "types: “check” is not a list."),
        ('kind = "close"', 'kind = "open"', "Say from when until when the doctor sees patients."),
        ('kind = "close"', 'kind = "shut"', "kind: Value 'shut' is not a valid choice."),
        (
            'location = "North wing"\n',
            "",
            "hours 1: location: This is needed: the doctor has none of their own.",
        ),
        ('name = "Surgery"', 'name = "Surgery"\nid = "7"', "id: This is not an id as an export writes it."),
        ('name = "Surgery"', 'name = "a\\u0000b"', "name: It holds a character that cannot be stored."),
        ('name = "Surgery"', f'name = "{"x" * 101}"', "name: Ensure this value has at most 100 characters"),
        (
            '[[locations]]\nname = "North wing"',
            "[locations]\nname = 1",
            "locations: Write each row under a heading",
        ),
        ("format = 1", "format = ", "This is not TOML: "),
    ],
)
def test_a_fault_is_told_with_its_place_and_nothing_is_written(
    now: datetime, before: str, after: str, words: str
) -> None:
    assert before in SMALL

    found = faults(SMALL.replace(before, after), now)

    assert [line for line in found if words in line], found
    assert [Department.objects.count(), Doctor.objects.count(), AuditEvent.objects.count()] == [0, 0, 0]


def test_all_faults_are_told_at_once(now: datetime) -> None:
    text = (
        SMALL.replace("Europe/London", "Mars")
        .replace("17:00:00", "13:00:00")
        .replace("\nminutes = 20", "\nminutes = 0")
    )
    text = text.replace('kind = "close"', 'kind = "open"')

    found = faults(text, now)

    assert [line.split(":")[0] for line in found] == [
        "line 12, locations 1 “North wing”",
        "line 16, appointment_types 1 “check”",
        "line 22, doctors 1 “Ida Berg, Hand surgery”, line 37, hours 2",
        "line 22, doctors 1 “Ida Berg, Hand surgery”, line 42, exceptions 1",
    ]


def test_hours_at_two_places_at_once_are_refused_in_words(now: datetime) -> None:
    made(SMALL, now)
    LocationFactory(name="South wing")
    hours = 'weekday = "monday"\nstart_time = 11:00:00\nend_time = 14:00:00\nlocation = "South wing"\n'
    text = SMALL.replace("[[doctors.exceptions]]", f"[[doctors.hours]]\n{hours}\n[[doctors.exceptions]]")

    (fault,) = faults(text, now)

    assert "hours 3: location: " in fault
    assert AvailabilityRule.objects.count() == 2


def test_hours_may_move_to_another_place_all_at_once(now: datetime, admin: User) -> None:
    """What is judged is the whole, not each step on the way."""
    made(SMALL.replace("13:00:00", "12:00:00").replace('"tuesday"', '"monday"'), now)
    LocationFactory(name="South wing")
    text = SMALL.replace('"tuesday"', '"monday"\nlocation = "South wing"').replace("13:00:00", "10:00:00")
    text = text.replace("end_time = 12:00:00", "end_time = 10:00:00")

    made(text, now, admin, removing=True)

    hours = {(rule.location.name, rule.start_time) for rule in AvailabilityRule.objects.all()}
    assert ("South wing", time(10)) in hours


def test_a_name_that_two_rows_have_is_not_guessed(now: datetime) -> None:
    made(SMALL, now)
    LocationFactory(name="North wing")

    found = faults(SMALL, now)

    assert "2 rows are called “North wing”: say which by its id." in "\n".join(found)
    text = exported(now)
    assert text.count('name = "North wing"') == 2
    assert [step for step in made(text, now).plan.shown if step.verb != "absent"] == []
    assert exported(now) == text


def test_two_doctors_of_one_name_are_told_apart_by_id(now: datetime) -> None:
    department = DepartmentFactory(name="Surgery")
    for _twin in range(2):
        DoctorFactory(given_name="Ida", family_name="Berg", department=department, location=None)

    text = exported(now)

    assert text.count("id = ") == 2
    assert made(text, now).plan.shown == []


def test_a_plan_that_was_looked_at_holds_only_while_nothing_changes(now: datetime) -> None:
    text = SMALL.replace("0199", "0111")
    made(SMALL, now)
    seen = applied(text, now, dry_run=True).plan.fingerprint
    Department.objects.filter(name="Hand surgery").update(phone="elsewhere")

    with pytest.raises(Meanwhile):
        applied(text, now, seen=seen)

    assert Department.objects.get(name="Hand surgery").phone == "elsewhere"


def test_lines_are_left_out_where_rows_have_no_headings_of_their_own(now: datetime) -> None:
    (fault,) = read('format = 1\ndepartments = [{ name = "A" }, { title = "B", name = "B" }]').faults

    assert fault.place == "departments 2 “B”"


@pytest.mark.parametrize("text", ["", "format = 1", "\n" * 3])
def test_a_file_without_rows_changes_nothing(now: datetime, text: str) -> None:
    made(SMALL, now)

    assert applied(text, now).plan.steps == []


TEXTS = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"), max_size=40)


@hypothesis_settings(
    max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(name=TEXTS.filter(str.strip), section=TEXTS)
def test_any_text_comes_back(now: datetime, name: str, section: str) -> None:
    NoteTemplate.objects.all().delete()
    NoteTemplate.objects.create(name=name, plan=section)

    text = exported(now)

    assert [step.verb for step in made(text, now).plan.steps] == ["same"]
    NoteTemplate.objects.all().delete()
    made(text, now)
    assert exported(now) == text
