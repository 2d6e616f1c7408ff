"""How much of the offered time was booked, reckoned by hand for October 2026."""

from datetime import date, time

import pytest
from django.test import Client

from accounts.models import Department, Doctor, Location, User
from accounts.services.archiving import deactivate_doctor
from accounts.tests.factories import LocationFactory
from hospital.tests.reports_world import at, hours, sheet, visit
from scheduling.models import AvailabilityOverride, Status
from scheduling.tests.factories import AvailabilityOverrideFactory, ClinicClosureFactory, TimeOffFactory

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("frozen")]


@pytest.fixture
def office(client: Client, admin: User) -> Client:
    client.force_login(admin)
    return client


def test_offered_time_is_hours_less_whatever_takes_them_away(
    office: Client, dr_rao: Doctor, clinic: Location
) -> None:
    week = {"from": "2026-10-12", "to": "2026-10-18"}
    for weekday in range(5):
        hours(dr_rao, weekday)  # 5 × 180
    open_day = {"kind": AvailabilityOverride.Kind.OPEN, "start_time": time(10), "end_time": time(11)}
    AvailabilityOverrideFactory(doctor=dr_rao, date=date(2026, 10, 17), **open_day)  # + 60
    AvailabilityOverrideFactory(doctor=dr_rao, date=date(2026, 10, 13))  # − 180
    TimeOffFactory(doctor=dr_rao, start_at=at("2026-10-14T10:00"), end_at=at("2026-10-15T09:00"))  # − 60 − 60
    ClinicClosureFactory(
        location=clinic, start_at=at("2026-10-16T08:30"), end_at=at("2026-10-16T09:00")
    )  # − 30
    ClinicClosureFactory(start_at=at("2026-10-16T08:45"), end_at=at("2026-10-16T09:15"))  # − 15 more
    ClinicClosureFactory(
        location=LocationFactory(), start_at=at("2026-10-12T00:00"), end_at=at("2026-10-13T00:00")
    )
    withdrawn = TimeOffFactory(doctor=dr_rao, start_at=at("2026-10-12T00:00"), end_at=at("2026-10-13T00:00"))
    withdrawn.archived_at = at("2026-10-01T00:00")
    withdrawn.save()

    assert sheet(office, "offered-time", **week)[1][2:] == [str(900 + 60 - 180 - 120 - 45), "0", "0.0", "0"]


def test_booked_time_counts_once_where_visits_overlap_and_apart_where_nothing_was_offered(
    office: Client, dr_rao: Doctor
) -> None:
    hours(dr_rao, 0)  # Monday, 9:00 to 12:00 in London, which is 8:00 to 11:00
    over = {"doctor_overlap_allowed": True, "overlap_reason": "Urgent"}
    visit(dr_rao, "2026-10-12T08:00", Status.FULFILLED)
    visit(dr_rao, "2026-10-12T08:10", Status.NOSHOW, **over)  # 8:00 to 8:30 together
    visit(dr_rao, "2026-10-12T10:50", Status.BOOKED)  # ten minutes stick out
    visit(dr_rao, "2026-10-12T18:00", Status.FULFILLED)  # in the evening
    visit(dr_rao, "2026-10-12T09:00", Status.CANCELLED)
    visit(dr_rao, "2026-10-12T09:30", Status.HELD)
    visit(dr_rao, "2026-10-12T10:00", Status.ENTERED_IN_ERROR)

    monday = {"from": "2026-10-12", "to": "2026-10-12"}

    assert sheet(office, "offered-time", **monday)[1:] == [
        ["Cardiology", "Dr Asha Rao", "180", "40", "22.2", "30"],
        ["All", "", "180", "40", "22.2", "30"],
    ]


def test_nights_and_the_hour_that_comes_twice(office: Client, dr_rao: Doctor) -> None:
    hours(dr_rao, 5, start=22, end=4)  # Saturday night, and with it the hour that comes twice: seven hours

    saturday = {"from": "2026-10-24", "to": "2026-10-24"}
    sunday = {"from": "2026-10-25", "to": "2026-10-25"}

    assert [sheet(office, "offered-time", **day)[1][2] for day in (saturday, sunday)] == ["120", "300"]


def test_who_has_left_offered_time_until_then(office: Client, admin: User, dr_rao: Doctor) -> None:
    hours(dr_rao, 0)
    deactivate_doctor(doctor=dr_rao, actor=admin, now=at("2026-10-12T09:00"))  # at 10:00 in London

    # The Monday before whole, one hour of this one, none after.
    assert sheet(office, "offered-time")[1][2] == str(180 + 60)


def test_hours_belong_to_the_department_that_they_were_offered_in(
    office: Client, dr_rao: Doctor, dermatology: Department
) -> None:
    hours(dr_rao, 0)
    hours(dr_rao, 1, department=dermatology)
    visit(dr_rao, "2026-10-13T08:00", department=dermatology)
    days = {"from": "2026-10-12", "to": "2026-10-13"}

    assert sheet(office, "offered-time", **days)[1:-1] == [
        ["Cardiology", "Dr Asha Rao", "180", "0", "0.0", "0"],
        ["Dermatology", "Dr Asha Rao", "180", "20", "11.1", "0"],
    ]
    narrowed = sheet(office, "offered-time", department=dermatology.pk, **days)
    assert [row[0] for row in narrowed[1:]] == ["Dermatology", "All"]
