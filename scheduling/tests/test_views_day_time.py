"""The list of the day: where there is room, and one doctor's day for reception."""

import re
from datetime import datetime, time, timedelta
from typing import Any

import pytest

from accounts.models import Doctor, User
from scheduling.models import Appointment, AppointmentType
from scheduling.services.holds import hold
from scheduling.tests.factories import AppointmentFactory, visits_in_a_row
from scheduling.tests.pages import LIST, TUESDAY, gaps, listed, rows_of, words_of

pytestmark = pytest.mark.usefixtures("frozen")


# Free time


def test_free_time_stands_between_the_visits(
    sign_in: Any, hours: Doctor, nine: datetime, visit_type: AppointmentType
) -> None:
    visits_in_a_row(hours, nine, 3, type=visit_type)
    visits_in_a_row(hours, nine + timedelta(hours=2), 18, type=visit_type)

    page = rows_of(sign_in(hours.user))

    assert re.findall(r"Free from [^<]+", page) == ["Free from 10am to 11am"]
    before, after = page.split("Free from")
    assert (before.count("<tr id="), after.count("<tr id=")) == (3, 18)


def test_time_too_short_for_any_visit_is_no_free_time(
    sign_in: Any, hours: Doctor, nine: datetime, visit_type: AppointmentType
) -> None:
    for minutes in (0, 39, 79):
        AppointmentFactory(doctor=hours, start_at=nine + timedelta(minutes=minutes), type=visit_type)

    assert gaps(sign_in(hours.user)) == ["Free from 9:59am to 10:19am", "Free from 10:39am to 5pm"]


def test_buffers_holds_leave_and_closures_leave_no_free_time(
    sign_in: Any, order: dict[str, Any], hours: Doctor, nine: datetime, now: datetime
) -> None:
    AppointmentType.objects.update(buffer_after_minutes=20)
    hold(**order)
    leave = nine + timedelta(hours=2), nine + timedelta(hours=3)
    hours.time_off.create(start_at=leave[0], end_at=leave[1])
    hours.overrides.create(
        department=hours.department,
        location=hours.location,
        date=nine.date(),
        kind="close",
        start_time=time(14),
        end_time=time(16),
    )

    assert gaps(sign_in(hours.user)) == [
        "Free from 9:40am to 11am",
        "Free from midday to 2pm",
        "Free from 4pm to 5pm",
    ]


def test_time_that_is_over_is_not_free(sign_in: Any, hours: Doctor, frozen: Any, now: datetime) -> None:
    frozen.move_to(now.replace(hour=11, minute=5))
    client = sign_in(hours.user)

    found = [gaps(client, f"{LIST}?day=2027-01-{day}") for day in (10, 11, 12)]

    assert found == [[], ["Free from 11:05am to 5pm"], ["Free from 9am to 5pm"]]


def test_night_hours_are_cut_at_midnight(sign_in: Any, dr_rao: Doctor, visit_type: AppointmentType) -> None:
    dr_rao.rules.create(
        department=dr_rao.department,
        location=dr_rao.location,
        weekday=1,
        start_time=time(22),
        end_time=time(6),
    )
    client = sign_in(dr_rao.user)

    found = [gaps(client, f"{LIST}?day=2027-01-{day}") for day in (12, 13)]

    assert found == [["Free from 10pm to midnight"], ["Free from midnight to 6am"]]


def test_hours_of_two_departments_at_one_time_are_one_free_time(
    sign_in: Any, hours: Doctor, dermatology: Any
) -> None:
    hours.rules.create(
        department=dermatology,
        location=hours.location,
        weekday=1,
        start_time=time(16),
        end_time=time(18),
    )

    assert gaps(sign_in(hours.user)) == ["Free from 9am to 6pm"]


def test_without_any_kind_of_visit_there_is_no_free_time(sign_in: Any, hours: Doctor, now: datetime) -> None:
    AppointmentType.objects.update(archived_at=now)

    assert gaps(sign_in(hours.user)) == []


# One doctor's day, for reception


def test_reception_looks_at_one_doctors_day(
    sign_in: Any, booked: Appointment, dr_lee: Doctor, reception: User, nine: datetime
) -> None:
    other = AppointmentFactory(doctor=dr_lee, start_at=nine)
    client = sign_in(reception)

    everyone, one = listed(client, "?day=2027-01-12"), f"?day=2027-01-12&doctor={booked.doctor.public_id}"

    assert set(everyone) == {str(booked.public_id), str(other.public_id)}
    assert listed(client, one) == [str(booked.public_id)]
    assert gaps(client, TUESDAY) == []
    assert gaps(client, LIST + one) == ["Free from 9:20am to 5pm"]
    assert "Dr Asha Rao" in words_of(client.get(LIST + one)).split("Appointments of the day")[0]


def test_the_way_to_the_next_day_keeps_the_doctor(sign_in: Any, booked: Appointment, reception: User) -> None:
    doctor = booked.doctor.public_id

    page = sign_in(reception).get(f"{TUESDAY}&doctor={doctor}").content.decode()

    for day in ("2027-01-11", "2027-01-13"):
        assert f'href="?day={day}&amp;doctor={doctor}"' in page
    assert f'href="?doctor={doctor}"' in page
    assert f'<option value="{doctor}" selected>' in page


@pytest.mark.parametrize("doctor", ["", "nobody", "00000000-0000-0000-0000-000000000007", "\0", "9" * 5000])
def test_a_doctor_who_is_none_is_all(doctor: str, sign_in: Any, booked: Appointment, reception: User) -> None:
    answer = sign_in(reception).get(LIST, {"day": "2027-01-12", "doctor": doctor})

    assert (answer.status_code, str(booked.public_id) in answer.content.decode()) == (200, True)


def test_doctors_choose_nobody_elses_day(
    sign_in: Any, booked: Appointment, dr_lee: Doctor, dr_rao: Doctor
) -> None:
    page = sign_in(dr_lee.user).get(f"{TUESDAY}&doctor={dr_rao.public_id}").content.decode()

    assert (str(booked.public_id) in page, "<select" in page) == (False, False)


def test_a_nurse_chooses_among_the_doctors_of_the_department(
    sign_in: Any, nurse: User, dr_rao: Doctor, dr_lee: Doctor
) -> None:
    page = sign_in(nurse).get(LIST).content.decode()

    assert re.findall(r'<option value="([^"]+)"', page) == [str(dr_rao.public_id)]
