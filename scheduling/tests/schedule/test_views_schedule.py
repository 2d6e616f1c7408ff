"""A doctor's own page of hours, and the same page for those who look after everybody's."""

import re
from datetime import UTC, date, datetime, time, timedelta
from typing import Any

import pytest
from django.urls import reverse

from accounts.models import Doctor, User
from accounts.tests.pages import queries
from scheduling.models import Appointment, AppointmentType, TimeOffDecision
from scheduling.services.availability import free_slots
from scheduling.tests.factories import (
    AppointmentFactory,
    AppointmentTypeFactory,
    AvailabilityOverrideFactory,
    AvailabilityRuleFactory,
    ClinicClosureFactory,
    TimeOffFactory,
    open_every_day,
)
from scheduling.tests.schedule.pages import at, counts, said

pytestmark = pytest.mark.usefixtures("frozen")
OWN, DAY = "/schedule/", timedelta(days=1)


@pytest.fixture
def mondays(dr_rao: Doctor, visit_type: AppointmentType) -> Any:
    return AvailabilityRuleFactory(doctor=dr_rao)


# The week in words


def test_the_week_shows_every_day_with_its_hours(sign_in: Any, dr_rao: Doctor, mondays: Any) -> None:
    text = said(sign_in(dr_rao.user).get(OWN))

    assert "Monday 9am to midday Main building, Cardiology all kinds of visit Change" in text
    assert text.count("No hours") == 6


def test_a6_night_hours_say_that_they_end_on_the_next_day(sign_in: Any, dr_rao: Doctor) -> None:
    AvailabilityRuleFactory(doctor=dr_rao, weekday=4, start_time=time(22), end_time=time(6))
    AvailabilityRuleFactory(doctor=dr_rao, weekday=5, start_time=time(20), end_time=time(0))

    text = said(sign_in(dr_rao.user).get(OWN))

    assert "Friday 10pm to 6am the next day" in text
    assert "Saturday 8pm to midnight" in text


def test_b10_alternate_weeks_dates_and_kinds_are_said(
    sign_in: Any, dr_rao: Doctor, visit_type: AppointmentType
) -> None:
    rule = AvailabilityRuleFactory(
        doctor=dr_rao,
        every_weeks=2,
        anchor_date=date(2027, 1, 11),
        valid_from=date(2027, 1, 4),
        valid_until=date(2027, 6, 30),
    )
    rule.types.add(visit_type)

    text = said(sign_in(dr_rao.user).get(OWN))

    assert "every 2 weeks, counted from the week of 11 January 2027" in text
    assert "from 4 January 2027 until 30 June 2027" in text
    assert "Main building, Cardiology Consultation" in text


def test_b3_hours_that_are_over_are_left_out(sign_in: Any, dr_rao: Doctor) -> None:
    AvailabilityRuleFactory(doctor=dr_rao, valid_until=date(2027, 1, 10))
    AvailabilityRuleFactory(doctor=dr_rao, weekday=2, valid_until=date(2027, 1, 11))

    text = said(sign_in(dr_rao.user).get(OWN))

    assert text.count("No hours") == 6
    assert "until 11 January 2027" in text


def test_b5_days_that_differ_are_listed_from_today_on(sign_in: Any, dr_rao: Doctor, mondays: Any) -> None:
    AvailabilityOverrideFactory(doctor=dr_rao, date=date(2027, 1, 10), note="long past")
    AvailabilityOverrideFactory(doctor=dr_rao, date=date(2027, 1, 11), note="the congress")
    AvailabilityOverrideFactory(
        doctor=dr_rao, date=date(2027, 1, 16), kind="open", start_time=time(9), end_time=time(11)
    )

    text = said(sign_in(dr_rao.user).get(OWN))

    assert "Monday 11 January 2027 Closed, all day Main building the congress" in text
    assert "Saturday 16 January 2027 Also open, 9am to 11am Main building" in text
    assert "long past" not in text


# Free starts


def shown(answer: Any) -> dict[date, int]:
    return counts(answer.context["weeks"])


def test_the_next_14_days_are_counted_as_the_list_has_them(
    sign_in: Any,
    hours: Doctor,
    visit_type: AppointmentType,
    reception: User,
    now: datetime,
    nine: datetime,
) -> None:
    AppointmentFactory(doctor=hours, start_at=nine, type=visit_type)
    ClinicClosureFactory(start_at=nine + DAY, end_at=nine + 2 * DAY)

    found = shown(sign_in(hours.user).get(OWN))

    listed = free_slots(
        doctors=[hours], type=visit_type, start=now, end=now + 14 * DAY, viewer=reception, now=now
    )
    assert list(found) == [date(2027, 1, 11) + number * DAY for number in range(14)]
    assert found[date(2027, 1, 11)] == 24 and found[date(2027, 1, 12)] == 23
    assert found[date(2027, 1, 13)] == 0
    assert sum(found.values()) == len(listed)


def test_the_daily_limit_counts_here_too(sign_in: Any, hours: Doctor, nine: datetime) -> None:
    kind = AppointmentTypeFactory(name="A first", code="a-first", daily_limit=1)
    AppointmentFactory(doctor=hours, start_at=nine, type=kind)

    found = shown(sign_in(hours.user).get(f"{OWN}?type={kind.public_id}"))

    assert (found[date(2027, 1, 12)], found[date(2027, 1, 13)]) == (0, 24)


def test_the_kind_that_is_counted_may_be_chosen(
    sign_in: Any, dr_rao: Doctor, mondays: Any, visit_type: AppointmentType
) -> None:
    longer = AppointmentTypeFactory(name="Long visit", minutes=60, step_minutes=60)
    client = sign_in(dr_rao.user)

    usual = shown(client.get(OWN))
    long = shown(client.get(f"{OWN}?type={longer.public_id}"))
    junk = shown(client.get(f"{OWN}?type=nonsense"))

    assert (usual[date(2027, 1, 18)], long[date(2027, 1, 18)]) == (9, 3)
    assert junk == usual


@pytest.mark.parametrize(
    ("today", "zone", "day", "change"),
    [
        ("2027-03-20T08:00Z", "Europe/Paris", "28 Mar", "The clocks go forward"),
        ("2027-10-25T08:00Z", "Europe/Paris", "31 Oct", "The clocks go back"),
        ("2027-04-20T08:00Z", "Africa/Cairo", "30 Apr", "The clocks go forward"),
    ],
)
def test_a1_the_day_of_a_clock_change_is_marked(
    today: str, zone: str, day: str, change: str, sign_in: Any, hours: Doctor, frozen: Any
) -> None:
    frozen.move_to(datetime.fromisoformat(today))
    type(hours.location).objects.filter(pk=hours.location.pk).update(time_zone=zone)

    text = said(sign_in(hours.user).get(OWN))

    assert text.count("The clocks go") == 1
    assert f"{day} 24 free {change}" in text


def test_a_day_without_free_times_leads_to_why(
    sign_in: Any, hours: Doctor, visit_type: AppointmentType, nine: datetime
) -> None:
    TimeOffFactory(doctor=hours, start_at=nine, end_at=nine + DAY)

    page = sign_in(hours.user).get(OWN).content.decode()

    why = reverse("scheduling:times-explained", args=[hours.public_id])
    assert re.findall(rf'href="{why}\?day=([0-9-]+)&amp;type={visit_type.public_id}"', page) == ["2027-01-12"]


# What does not fit


def test_b4_a_visit_outside_the_hours_is_listed(
    sign_in: Any, booked: Appointment, hours: Doctor, order: dict[str, Any]
) -> None:
    fine = AppointmentFactory(doctor=hours, start_at=order["start"] + DAY, type=booked.type)
    hours.rules.filter(weekday=1).delete()

    answer = sign_in(hours.user).get(OWN)

    assert [row.visit for row in answer.context["outside"]] == [booked]
    assert "Tuesday 12 January 2027, 9am Ana Silva Consultation Outside the hours" in said(answer)
    assert fine.patient.full_name not in said(answer)


def test_b6_visits_in_the_way_of_leave_are_counted_and_kept_ones_are_not(
    sign_in: Any, booked: Appointment, hours: Doctor, nine: datetime
) -> None:
    kept = AppointmentFactory(doctor=hours, start_at=nine + timedelta(hours=1), type=booked.type)
    leave = TimeOffFactory(doctor=hours, start_at=nine, end_at=nine + timedelta(hours=8))
    TimeOffDecision.objects.create(
        time_off=leave, appointment=kept, choice="keep", old_start_at=kept.start_at, old_doctor=hours
    )

    answer = sign_in(hours.user).get(OWN)

    assert "Tuesday 12 January 2027, 9am to 5pm 1 visit in the way" in said(answer)
    assert {row.visit: str(row.why) for row in answer.context["outside"]} == {
        booked: "The doctor is away, and nobody has decided about this visit",
        kept: "Kept although the doctor is away",
    }


def test_leave_that_is_over_or_withdrawn_is_left_out(
    sign_in: Any, hours: Doctor, now: datetime, nine: datetime
) -> None:
    TimeOffFactory(doctor=hours, start_at=now - 2 * DAY, end_at=now)
    TimeOffFactory(doctor=hours, start_at=nine, end_at=nine + DAY, archived_at=now)

    assert "No leave." in said(sign_in(hours.user).get(OWN))


def test_a_doctor_without_a_place_goes_by_the_clock_of_the_hospital(
    sign_in: Any, hours: Doctor, nine: datetime
) -> None:
    Doctor.objects.filter(pk=hours.pk).update(location=None)
    TimeOffFactory(doctor=hours, start_at=nine.replace(hour=0), end_at=nine.replace(hour=0) + DAY)
    client = sign_in(hours.user)

    pages = [OWN, "/schedule/leave/", "/schedule/times/", at("times-explained", hours), at("rule-add", hours)]

    assert {client.get(page).status_code for page in pages} == {200}
    assert "Leave Tuesday 12 January 2027 Enter leave" in said(client.get(OWN))


def test_without_kinds_of_visit_the_page_says_so(sign_in: Any, dr_rao: Doctor) -> None:
    assert "There are no kinds of visit yet" in said(sign_in(dr_rao.user).get(OWN))


def test_the_page_asks_as_often_for_three_of_everything_as_for_one(
    sign_in: Any, dr_rao: Doctor, visit_type: AppointmentType, nine: datetime
) -> None:
    client = sign_in(dr_rao.user)
    one_of_everything(dr_rao, visit_type, nine)
    few, _answer = queries(client, OWN)
    for number in (1, 2):
        one_of_everything(dr_rao, visit_type, nine + number * DAY)

    many, answer = queries(client, OWN)

    assert (few, len(answer.context["outside"]), len(answer.context["leaves"])) == (many, 3, 3)
    assert many <= 19


def one_of_everything(doctor: Doctor, kind: AppointmentType, begin: datetime) -> None:
    AvailabilityRuleFactory(doctor=doctor, weekday=begin.weekday()).types.add(kind)
    AvailabilityOverrideFactory(doctor=doctor, date=begin.date())
    AppointmentFactory(doctor=doctor, start_at=begin, type=kind)
    TimeOffFactory(doctor=doctor, start_at=begin, end_at=begin + timedelta(hours=1))


def test_d5_looking_writes_nothing(sign_in: Any, booked: Appointment, hours: Doctor) -> None:
    open_every_day(hours, start=time(18), end=time(19))
    client = sign_in(hours.user)

    client.head(OWN)
    client.get(OWN)

    booked.refresh_from_db()
    assert (booked.version, hours.rules.count(), booked.events.count()) == (1, 14, 1)
    assert client.post(OWN).status_code == 405


def test_the_days_are_those_of_the_doctors_place(sign_in: Any, hours: Doctor, frozen: Any) -> None:
    """Late on Monday in London it is Tuesday in Kathmandu."""
    frozen.move_to(datetime(2027, 1, 11, 19, 0, tzinfo=UTC))
    type(hours.location).objects.filter(pk=hours.location.pk).update(time_zone="Asia/Kathmandu")

    found = shown(sign_in(hours.user).get(OWN))

    assert (min(found), set(found.values())) == (date(2027, 1, 12), {24})
