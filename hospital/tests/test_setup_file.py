"""The set-up in one file: what goes out comes in again; what differs is changed under the rules of the house."""

import tomllib
from datetime import date, datetime, time
from typing import Any

import pytest
import tomli_w
from django.core.management import call_command

from accounts.errors import NotAllowed
from accounts.models import AuditEvent, Department, Doctor, Location, User
from accounts.tests.factories import DepartmentFactory, DoctorFactory, LocationFactory
from clinical.models import NoteTemplate
from hospital.tests.setup_words import SMALL, applied, exported, faults, made, told
from hospital.tests.test_demo import _short_list, debug  # noqa: F401
from scheduling.models import AppointmentType, AvailabilityOverride, AvailabilityRule
from scheduling.tests.factories import AppointmentFactory, open_every_day

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("frozen")]


@pytest.fixture
def small(now: datetime) -> None:
    made(SMALL, now)


def emptied() -> None:
    User.objects.filter(department__isnull=False).delete()
    for model in (NoteTemplate, AvailabilityOverride, AvailabilityRule):
        model.objects.all().delete()
    Doctor.objects.all().delete()
    Department.objects.filter(parent__isnull=False).delete()
    for model in (AppointmentType, Location, Department):
        model.objects.all().delete()


@pytest.mark.usefixtures("debug")
def test_the_demos_set_up_comes_back_byte_for_byte(now: datetime, monkeypatch: Any) -> None:
    """Built beside it with other keys, as on another machine; a second time nothing changes."""
    monkeypatch.setattr("hospital.management.commands.load_demo.build_visits", lambda *_: None)
    monkeypatch.setattr("hospital.management.commands.load_demo.build_charts", lambda *_: None)
    monkeypatch.setattr("hospital.management.commands.load_demo.build_absences", lambda *_: None)
    call_command("load_demo", verbosity=0)
    doctor = Doctor.objects.first()
    AvailabilityOverride.objects.create(
        doctor=doctor, department=doctor.department, location=doctor.location, date=now.date(), kind="close"
    )
    before = exported(now)
    assert all(f"[[{name}]]" in before for name in ("departments", "locations", "doctors"))

    again = made(before, now)
    emptied()
    first = made(before, now)
    after = exported(now)
    second = made(before, now)

    assert (told(again), told(second)) == ([], [])
    assert after == before
    assert sum(one["created"] for one in first.plan.counts().values()) > 100


def test_the_same_set_up_makes_the_same_file_however_it_came_about(now: datetime) -> None:
    held = tomllib.loads(SMALL + '[[locations]]\nname = "Annexe"\n')
    made(tomli_w.dumps(held), now)
    first = exported(now)
    emptied()
    for rows in (held["departments"], held["locations"], held["doctors"][0]["hours"]):
        rows.reverse()

    made(tomli_w.dumps(held), now)

    assert exported(now) == first


def test_a_small_file_builds_a_hospital(small: None) -> None:
    doctor = Doctor.objects.get(licence_number="L-1")
    hours = [
        (rule.weekday, rule.start_time, rule.end_time, [kind.code for kind in rule.types.all()])
        for rule in AvailabilityRule.objects.filter(doctor=doctor)
    ]
    closed = AvailabilityOverride.objects.get(doctor=doctor)
    template = NoteTemplate.objects.get(name="Hand")

    assert Department.objects.get(name="Hand surgery").parent.name == "Surgery"
    assert (doctor.department.name, doctor.location.name) == ("Hand surgery", "North wing")
    assert hours == [(0, time(9), time(12), ["check"]), (1, time(13), time(17), [])]
    assert (closed.date, closed.kind, closed.location) == (date(2027, 2, 1), "close", doctor.location)
    assert (template.appointment_type.code, template.examination) == ("check", "Left:\nRight:")
    assert (doctor.user, AppointmentType.objects.get().lead_minutes) == (None, 60)


def test_a_change_is_told_from_old_to_new_and_made(small: None, now: datetime, admin: User) -> None:
    text = SMALL.replace("0199", "0111").replace("end_time = 12:00:00", "end_time = 13:00:00")
    version = Department.objects.get(name="Hand surgery").version

    outcome = made(text, now, admin)

    assert told(outcome) == [
        ("departments", "changed", "Hand surgery", ["phone: “020 7946 0199” → “020 7946 0111”"]),
        ("hours", "changed", "Dr Ida Berg, Monday 09:00–12:00", ["until: 12:00 → 13:00"]),
    ]
    department, rule = Department.objects.get(name="Hand surgery"), AvailabilityRule.objects.get(weekday=0)
    assert (department.phone, department.version) == ("020 7946 0111", version + 1)
    assert (rule.end_time, rule.version, AvailabilityRule.objects.count()) == (time(13), 2, 2)
    event = AuditEvent.objects.get(
        target_table="scheduling_availabilityrule", action="update", changes__has_key="end_time"
    )
    assert (event.actor, event.reason, event.changes["end_time"]) == (
        admin,
        "set-up file",
        ["12:00:00", "13:00:00"],
    )
    assert AuditEvent.objects.filter(action="load", actor=admin).count() == 1


def test_a_dry_run_keeps_nothing(now: datetime) -> None:
    outcome = applied(SMALL, now, dry_run=True)

    assert sum(one["created"] for one in outcome.plan.counts().values()) == 9
    assert [Department.objects.count(), Doctor.objects.count(), AuditEvent.objects.count()] == [0, 0, 0]


def test_what_a_row_does_not_say_stays(small: None, now: datetime) -> None:
    made('format = 1\n[[departments]]\nname = "Hand surgery"\ndescription = "Hands."\n', now)

    department = Department.objects.get(name="Hand surgery")
    assert (department.phone, department.description) == ("020 7946 0199", "Hands.")
    assert department.parent.name == "Surgery"


@pytest.mark.parametrize(
    ("line", "field"),
    [('part_of = ""', "parent"), ('phone = ""', "phone")],
)
def test_nothing_can_be_said_too(small: None, now: datetime, line: str, field: str) -> None:
    made(f'format = 1\n[[departments]]\nname = "Hand surgery"\n{line}\n', now)

    assert not getattr(Department.objects.get(name="Hand surgery"), field)


def test_a_row_is_renamed_by_its_id(small: None, now: datetime) -> None:
    text = exported(now, ids=True).replace('name = "Surgery"', 'name = "General surgery"')
    text = text.replace('part_of = "Surgery"', 'part_of = "General surgery"')

    outcome = made(text, now)

    assert [step[:3] for step in told(outcome)] == [("departments", "changed", "General surgery")]
    assert Department.objects.get(name="Hand surgery").parent.name == "General surgery"
    assert Department.objects.count() == 2


def test_a_doctor_without_a_licence_is_known_by_name_and_department(small: None, now: datetime) -> None:
    text = SMALL.replace('licence_number = "L-1"\n', "")
    Doctor.objects.update(licence_number="")

    assert told(made(text.replace('"English"', '"English, Norse"'), now))[0][:3] == (
        "doctors",
        "changed",
        "Dr Ida Berg",
    )
    assert told(made(SMALL, now))[0][3][0] == "licence number: nothing → “L-1”"
    assert Doctor.objects.count() == 1


def test_what_the_file_does_not_name_is_left_alone(small: None, now: datetime) -> None:
    DepartmentFactory(name="Cardiology")
    AvailabilityRule.objects.create(
        **place(Doctor.objects.get()), weekday=4, start_time=time(8), end_time=time(9)
    )

    outcome = made(SMALL, now)

    assert [step[:3] for step in told(outcome)] == [
        ("hours", "absent", "Dr Ida Berg, Friday 08:00–09:00"),
        ("departments", "absent", "Cardiology"),
    ]
    assert AvailabilityRule.objects.count() == 3
    assert not Department.objects.get(name="Cardiology").is_archived


def place(doctor: Doctor) -> dict[str, Any]:
    return {"doctor": doctor, "department": doctor.department, "location": doctor.location}


def test_removing_archives_and_ends_and_deletes_nothing_that_was(
    small: None, now: datetime, admin: User
) -> None:
    doctor = Doctor.objects.get()
    left = DoctorFactory(
        department=DepartmentFactory(name="Cardiology"), location=LocationFactory(name="Hut")
    )
    begun = AvailabilityRule.objects.create(**place(doctor), weekday=4, start_time=time(8), end_time=time(9))
    kind = AppointmentType.objects.create(name="Old", code="old", minutes=10, step_minutes=10)
    NoteTemplate.objects.create(name="Old")

    outcome = made(SMALL, now, admin, removing=True)

    assert {step[:2] for step in told(outcome)} == {
        (name, "absent")
        for name in ("hours", "departments", "locations", "appointment_types", "doctors", "note_templates")
    }
    for row in (left, left.department, left.location, kind, begun):
        row.refresh_from_db()
    assert [row.is_archived for row in (left, left.department, left.location, kind)] == [True] * 4
    assert begun.valid_until == date(2027, 1, 10)
    assert NoteTemplate.objects.get(name="Old").is_active is False
    assert told(made(SMALL, now, admin, removing=True)) == []


def test_tables_that_the_file_leaves_out_are_not_spoken_of(small: None, now: datetime, admin: User) -> None:
    text = 'format = 1\n[[locations]]\nname = "North wing"\n'

    assert told(made(text, now, admin, removing=True)) == []
    text = SMALL[: SMALL.index("[[doctors.hours]]")] + SMALL[SMALL.index("[[note_templates]]") :]
    assert told(made(text, now, admin, removing=True)) == []


def test_no_hours_is_said_by_an_empty_list(small: None, now: datetime, admin: User) -> None:
    text = (
        SMALL[: SMALL.index("[[doctors.hours]]")]
        + "hours = []\n"
        + SMALL[SMALL.index("[[note_templates]]") :]
    )

    made(text, now, admin, removing=True)

    assert AvailabilityRule.objects.current(now.date()).count() == 0
    assert AvailabilityOverride.objects.count() == 1


def test_removing_and_bringing_back_want_a_name(small: None, now: datetime, admin: User) -> None:
    DepartmentFactory(name="Cardiology")
    assert faults(SMALL, now, removing=True) == [
        "Cardiology: This is done in somebody's name only: say --actor EMAIL."
    ]

    made(SMALL, now, admin, removing=True)
    text = SMALL + '[[departments]]\nname = "Cardiology"\nphone = "1"\n'
    assert len(faults(text, now)) == 1

    outcome = made(text, now, admin)

    assert told(outcome) == [("departments", "back", "Cardiology", ["phone: nothing → “1”"])]
    department = Department.objects.get(name="Cardiology")
    assert (department.is_archived, department.phone) == (False, "1")


def test_a_place_with_doctors_is_not_archived(small: None, now: datetime, admin: User) -> None:
    DoctorFactory(department=DepartmentFactory(name="Cardiology"), location=Location.objects.get())
    text = "\n".join(SMALL.replace("[[doctors.", "[[x.").split("[[doctors]]")[:1])

    told_faults = faults(text, now, admin, removing=True)

    assert told_faults == ["Cardiology: Move its doctors and departments to another department first."]
    assert not Department.objects.get(name="Cardiology").is_archived


def test_booked_visits_outside_the_new_hours_are_counted_and_stay(
    now: datetime, admin: User, dr_rao: Doctor, ana: Any
) -> None:
    open_every_day(dr_rao)
    Doctor.objects.update(licence_number="R-1")
    visit = AppointmentFactory(doctor=dr_rao, patient=ana, start_at=now.replace(day=13, hour=10))
    text = exported(now)
    monday = text[: text.index("hours = [")] + "hours = []\nexceptions = []\n"

    outcome = made(monday, now, admin, removing=True)

    assert outcome.outside == 1
    visit.refresh_from_db()
    assert visit.status == "booked"


def test_only_who_may_load_data_applies_a_file(now: datetime, reception: User) -> None:
    with pytest.raises(NotAllowed):
        applied(SMALL, now, reception)
    assert Department.objects.count() == 0


def test_hours_of_last_year_are_over(small: None, now: datetime) -> None:
    text = SMALL.replace('weekday = "tuesday"', 'weekday = "friday"\nvalid_until = 2026-12-31')
    text = text.replace("2027-02-01", "2026-02-01")

    outcome = made(text, now)

    assert [step[:2] for step in told(outcome) if step[1] == "over"] == [
        ("hours", "over"),
        ("exceptions", "over"),
    ]
    assert AvailabilityRule.objects.filter(weekday=4).count() == 0
    assert 'weekday = "friday"' not in exported(now)
