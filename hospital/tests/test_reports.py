"""Every report's numbers, reckoned by hand for a small house in October 2026."""

from datetime import datetime, timedelta
from typing import Any

import pytest
from django.test import Client

from accounts.models import Department, Doctor, SourceReference, User
from accounts.models.loading import LoadBatch
from accounts.services.archiving import deactivate_doctor
from accounts.tests.factories import DepartmentFactory, DoctorFactory, LocationFactory
from clinical.models import MedicalRecord
from clinical.tests.factories import EncounterFactory
from hospital.tests.reports_world import at, sheet, visit, waited
from scheduling.models import Status
from scheduling.services.moving import move
from scheduling.tests.factories import (
    AppointmentTypeFactory,
    open_every_day,
)

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("frozen")]


@pytest.fixture
def office(client: Client, admin: User) -> Client:
    client.force_login(admin)
    return client


# Visits


def test_visits_are_counted_by_department_and_doctor_in_the_hospitals_month(
    office: Client, dr_rao: Doctor, dr_lee: Doctor
) -> None:
    visit(dr_rao, "2026-09-30T22:59")  # 23:59 on 30 September in London
    visit(dr_rao, "2026-09-30T23:30")  # 00:30 on 1 October
    visit(dr_rao, "2026-10-31T23:30", Status.FULFILLED)
    visit(dr_rao, "2026-11-01T00:00", Status.FULFILLED)
    visit(dr_lee, "2026-10-25T00:30", Status.NOSHOW)
    visit(dr_lee, "2026-10-12T09:00", Status.CANCELLED)
    visit(dr_lee, "2026-10-12T10:00", Status.PENDING, department=dr_rao.department)
    for number, status in enumerate([Status.HELD, Status.EXPIRED, Status.ENTERED_IN_ERROR]):
        visit(dr_lee, f"2026-10-1{number + 3}T09:00", status)
    visit(DoctorFactory(location=LocationFactory()), "2026-10-12T09:00", Status.HELD)

    assert sheet(office, "visits")[1:] == [
        ["Cardiology", "Dr Min Lee", "1", "0", "0", "0", "0", "0", "0", "1"],
        ["Cardiology", "Dr Asha Rao", "0", "1", "0", "0", "1", "0", "0", "2"],
        ["Dermatology", "Dr Min Lee", "0", "0", "0", "0", "0", "1", "1", "2"],
        ["All", "", "1", "1", "0", "0", "1", "1", "1", "5"],
    ]


def test_a_department_brings_its_parts_and_a_doctor_stands_alone(
    office: Client, dr_rao: Doctor, dr_lee: Doctor, cardiology: Department
) -> None:
    part = DepartmentFactory(name="Heart rhythm", parent=cardiology)
    visit(dr_rao, "2026-10-12T09:00")
    visit(dr_rao, "2026-10-12T10:00", department=part)
    visit(dr_lee, "2026-10-12T09:00")

    by_department = sheet(office, "visits", department=cardiology.pk)
    by_doctor = sheet(office, "visits", doctor=dr_lee.pk)

    assert [row[0] for row in by_department[1:]] == ["Cardiology", "Heart rhythm", "All"]
    assert [row[1] for row in by_doctor[1:]] == ["Dr Min Lee", ""]


def test_a_doctor_who_has_left_is_in_the_reports_of_their_time(
    office: Client, admin: User, dr_rao: Doctor, now: datetime
) -> None:
    visit(dr_rao, "2026-10-12T09:00", Status.FULFILLED)
    deactivate_doctor(doctor=dr_rao, actor=admin, now=now)

    assert [row[1] for row in sheet(office, "visits", doctor=dr_rao.pk)[1:]] == ["Dr Asha Rao", ""]


def test_a_visit_that_was_moved_counts_at_its_new_time_only(
    office: Client, admin: User, dr_rao: Doctor, now: datetime
) -> None:
    open_every_day(dr_rao)
    moved = visit(dr_rao, "2027-01-12T09:00", recorded_at=now)
    move(
        appointment=moved,
        doctor=dr_rao,
        start=at("2027-02-02T09:00"),
        version=moved.version,
        actor=admin,
        now=now,
        reason="Asked for",
    )

    in_january = sheet(office, "visits", **{"from": "2027-01-01", "to": "2027-01-31"})
    in_february = sheet(office, "lead-time", **{"from": "2027-02-01", "to": "2027-02-28"})

    assert in_january[1:] == []
    assert in_february[1] == ["Dr Asha Rao", "1", "22.0", "22", "22"]


# No-shows


def test_no_shows_are_held_against_those_who_came(office: Client, dr_rao: Doctor, dr_lee: Doctor) -> None:
    for number, status in enumerate([Status.FULFILLED, Status.CHECKED_IN, Status.ARRIVED, Status.NOSHOW]):
        visit(dr_rao, f"2026-10-12T0{number + 1}:00", status)  # a Monday
    left_out = [Status.BOOKED, Status.PENDING, Status.CANCELLED, Status.HELD, Status.EXPIRED]
    for number, status in enumerate([*left_out, Status.ENTERED_IN_ERROR]):
        visit(dr_lee, f"2026-10-13T0{number + 1}:00", status)
    # 23:30 by UTC is half past midnight on Wednesday 14 October.
    visit(dr_lee, "2026-10-13T23:30", Status.NOSHOW)

    assert sheet(office, "no-shows")[1:] == [
        ["Dr Min Lee", "0", "1", "100.0", "2"],
        ["Dr Asha Rao", "3", "1", "25.0", "0"],
        ["All", "3", "2", "40.0", "2"],
    ]
    assert sheet(office, "no-shows", by="weekday")[1:] == [
        ["Monday", "3", "1", "25.0", "0"],
        ["Tuesday", "0", "0", "–", "2"],
        ["Wednesday", "0", "1", "100.0", "0"],
        ["All", "3", "2", "40.0", "2"],
    ]


def test_no_shows_by_type_and_department(office: Client, dr_rao: Doctor, dr_lee: Doctor) -> None:
    check_up = AppointmentTypeFactory(code="check-up", name="Check-up")
    visit(dr_rao, "2026-10-12T09:00", Status.NOSHOW, type=check_up)
    visit(dr_lee, "2026-10-12T09:00", Status.FULFILLED, type=check_up)
    visit(dr_lee, "2026-10-12T10:00", Status.FULFILLED)

    by_type, by_department = (sheet(office, "no-shows", by=by) for by in ("type", "department"))

    assert [row[:4] for row in by_type[1:-1]] == [
        ["Check-up", "1", "1", "50.0"],
        ["Visit", "1", "0", "0.0"],
    ]
    assert [row[:4] for row in by_department[1:-1]] == [
        ["Cardiology", "0", "1", "100.0"],
        ["Dermatology", "2", "0", "0.0"],
    ]


def test_a_visit_still_to_come_is_no_visit_without_a_word(
    office: Client, dr_rao: Doctor, dr_lee: Doctor
) -> None:
    visit(dr_rao, "2027-01-11T07:40")  # ends at this very moment
    visit(dr_lee, "2027-01-11T07:41")
    today = {"from": "2027-01-11", "to": "2027-01-11"}

    assert sheet(office, "no-shows", **today)[1:] == [
        ["Dr Asha Rao", "0", "0", "–", "1"],
        ["All", "0", "0", "–", "1"],
    ]


# Lead time


def test_lead_time_is_counted_in_days_of_the_hospital(office: Client, dr_rao: Doctor, dr_lee: Doctor) -> None:
    booked = "2026-10-01T10:00"
    for days in (0, 1, 4, 9):
        start = (at(booked) + timedelta(days=days, hours=1)).strftime("%Y-%m-%dT%H:%M")
        visit(dr_rao, start, Status.FULFILLED, recorded_at=at(booked))
    # Booked at 23:50 on Friday and held at 00:10 on Saturday, by the hospital's clock: one day.
    visit(dr_lee, "2026-10-09T23:10", Status.NOSHOW, recorded_at=at("2026-10-09T22:50"))

    assert sheet(office, "lead-time")[1:] == [
        ["Dr Min Lee", "1", "1.0", "1", "1"],
        ["Dr Asha Rao", "4", "2.5", "9", "9"],
        ["All", "5", "1.0", "9", "9"],
    ]


def test_what_was_not_booked_ahead_or_is_not_known_has_no_lead_time(office: Client, dr_rao: Doctor) -> None:
    visit(dr_rao, "2026-10-12T09:00", Status.CANCELLED)
    visit(dr_rao, "2026-10-12T10:00", Status.PENDING)
    visit(dr_rao, "2026-10-12T11:00", Status.FULFILLED, recorded_at=at("2026-10-13T10:00"))
    loaded = visit(dr_rao, "2026-10-12T12:00", Status.FULFILLED)
    SourceReference.objects.create(
        system="old",
        kind="appointment",
        value="1",
        digest="d",
        target_id=loaded.pk,
        batch=LoadBatch.objects.create(kind="appointments", source="file"),
    )

    assert sheet(office, "lead-time")[1:] == []


# Waiting time


def test_waiting_time_runs_from_the_arrival_to_the_start(
    office: Client, dr_rao: Doctor, dr_lee: Doctor
) -> None:
    for hour, minutes in enumerate([0, 4.99, 10, 15.5], 1):
        waited(dr_rao, f"2026-10-12T0{hour}:00", minutes)
    waited(dr_lee, "2026-10-12T09:00", 40, Status.CHECKED_IN)
    waited(dr_lee, "2026-10-12T10:00", -3)
    waited(dr_lee, "2026-10-12T11:00", 90, Status.ENTERED_IN_ERROR)
    visit(dr_lee, "2026-10-12T12:00", Status.ARRIVED, arrived_at=at("2026-10-12T11:55"))
    waited(dr_lee, "2026-11-01T00:00", 60)

    # 0, 4, 10 and 15 whole minutes: 7 lies between the two in the middle.
    assert sheet(office, "waiting-time")[1:] == [
        ["Dr Min Lee", "1", "40", "40", "40"],
        ["Dr Asha Rao", "4", "7", "15", "15"],
        ["All", "5", "10", "40", "40"],
    ]


def test_a_wait_over_the_change_of_the_clocks_is_as_long_as_it_was(office: Client, dr_rao: Doctor) -> None:
    arrived = at("2026-10-25T00:50")  # 01:50 in London; at 02:00 the clocks go back to 01:00
    started = at("2026-10-25T01:10")
    visit(dr_rao, "2026-10-25T01:00", Status.FULFILLED, arrived_at=arrived, started_at=started)

    assert sheet(office, "waiting-time", by="weekday")[1] == ["Sunday", "1", "20", "20", "20"]


# Unsigned notes


def draft(doctor: Doctor, age: timedelta, now: datetime, **fields: Any) -> None:
    encounter = EncounterFactory(doctor=doctor, started_at=now)
    MedicalRecord.objects.create(
        encounter=encounter,
        patient=encounter.patient,
        author=doctor.user,
        complaint="canary of the text",
        recorded_at=now - age,
        **fields,
    )


def test_unsigned_notes_are_told_by_doctor_without_a_word_of_theirs(
    office: Client, dr_rao: Doctor, dr_lee: Doctor, now: datetime
) -> None:
    draft(dr_rao, timedelta(hours=48), now)
    draft(dr_rao, timedelta(hours=48, seconds=1), now)
    draft(dr_lee, timedelta(hours=47), now)
    signed = {"status": "final", "signed_by": dr_lee.user, "signed_at": now}
    draft(dr_lee, timedelta(days=9), now, **signed)
    draft(dr_lee, timedelta(days=9), now, status="entered-in-error")

    assert sheet(office, "unsigned-notes")[1:] == [
        ["Cardiology", "Dr Asha Rao", "2", "1", "2027-01-09", "2"],
        ["Dermatology", "Dr Min Lee", "1", "0", "2027-01-09", "1"],
        ["All", "", "3", "1", "2027-01-09", "2"],
    ]
    assert "canary" not in office.get("/admin/reports/unsigned-notes/").content.decode()
