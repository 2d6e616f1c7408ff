"""The week at a glance for those at work, and why a day has no free time."""

import re
from datetime import UTC, date, datetime, time, timedelta
from typing import Any

import pytest

from accounts.models import Doctor, Patient, User
from accounts.tests.factories import DepartmentFactory, DoctorFactory, LocationFactory
from accounts.tests.pages import queries
from scheduling.models import Appointment, AppointmentType
from scheduling.services.availability import free_slots
from scheduling.slots import from_minutes
from scheduling.tests.factories import (
    AppointmentFactory,
    AppointmentTypeFactory,
    AvailabilityOverrideFactory,
    AvailabilityRuleFactory,
    ClinicClosureFactory,
    TimeOffFactory,
    open_every_day,
)
from scheduling.tests.schedule.pages import at, said

pytestmark = pytest.mark.usefixtures("frozen")
TIMES, DAY, HOUR = "/schedule/times/", timedelta(days=1), timedelta(hours=1)
MONDAY = date(2027, 1, 11)


@pytest.fixture
def desk(sign_in: Any, reception: User) -> Any:
    """The client of the reception."""
    return sign_in(reception)


def cells(answer: Any) -> dict[str, list[int]]:
    return {str(row.doctor): [day.count for day in row.days] for row in answer.context["rows"]}


# The week


def test_each_cell_counts_what_the_list_has(
    desk: Any, hours: Doctor, lee_hours: Doctor, visit_type: AppointmentType, nine: datetime, reception: User
) -> None:
    AppointmentFactory(doctor=hours, start_at=nine, type=visit_type)

    answer = desk.get(TIMES)

    listed = free_slots(
        doctors=[hours, lee_hours],
        type=visit_type,
        start=nine - DAY,
        end=nine + 6 * DAY,
        viewer=reception,
        now=nine - DAY - HOUR,
    )
    days = [(slot.doctor_id, from_minutes(slot.start).date()) for slot in listed]
    found = cells(answer)
    week = [MONDAY + number * DAY for number in range(7)]
    assert found == {
        str(lee_hours): [days.count((lee_hours.pk, day)) for day in week],
        str(hours): [days.count((hours.pk, day)) for day in week],
    }
    assert (found[str(lee_hours)], found[str(hours)][:2]) == ([0, 9, 0, 0, 0, 0, 0], [24, 23])


def test_a_full_cell_leads_to_the_booking_and_an_empty_one_to_why(
    desk: Any, lee_hours: Doctor, visit_type: AppointmentType
) -> None:
    page = desk.get(TIMES).content.decode()

    book = f"/admin/scheduling/appointment/add/?doctor={lee_hours.pk}&amp;type={visit_type.pk}"
    why = f"{at('times-explained', lee_hours)}?day=2027-01-13&amp;type={visit_type.public_id}"
    assert page.count(f'href="{book}"') == 1
    assert page.count(f'href="{why}"') == 1
    assert page.count("None: why?") == 6


def test_the_link_fills_in_the_booking_form(
    desk: Any, lee_hours: Doctor, visit_type: AppointmentType
) -> None:
    link = re.search(r'href="(/admin/scheduling/appointment/add/[^"]+)"', desk.get(TIMES).content.decode())

    initial = desk.get(link[1].replace("&amp;", "&")).context["adminform"].form.initial

    assert (initial["doctor"], initial["type"]) == (str(lee_hours.pk), str(visit_type.pk))


def test_doctors_see_their_own_week_only(rao: Any, hours: Doctor, lee_hours: Doctor) -> None:
    answer = rao.get(TIMES)

    assert list(cells(answer)) == [str(hours)]
    assert "/admin/" not in answer.content.decode()
    assert "department" not in answer.context["form"].fields
    assert rao.get(at("times-explained", lee_hours)).status_code == 404
    assert rao.get(at("times-explained", hours)).status_code == 200


@pytest.mark.parametrize("who", ["ana_user", "nurse", "privacy"])
def test_others_do_not_see_free_times_so(
    who: str, sign_in: Any, dr_rao: Doctor, request: pytest.FixtureRequest
) -> None:
    client = sign_in(request.getfixturevalue(who))

    assert [client.get(url).status_code for url in (TIMES, at("times-explained", dr_rao))] == [403, 403]


def test_doctors_are_asked_for_by_department_with_what_is_below_it(
    desk: Any, hours: Doctor, lee_hours: Doctor
) -> None:
    ward = DepartmentFactory(name="Heart ward", parent=hours.department)
    below = DoctorFactory(department=ward, location=hours.location, family_name="Below")

    answer = desk.get(TIMES, {"department": hours.department.public_id})

    assert list(cells(answer)) == [str(below), str(hours)]


def test_another_week_and_another_kind(desk: Any, lee_hours: Doctor) -> None:
    long = AppointmentTypeFactory(name="Long visit", minutes=60, step_minutes=60)

    answer = desk.get(TIMES, {"day": "2027-03-23", "type": long.public_id})

    page = answer.content.decode()
    assert cells(answer) == {str(lee_hours): [3, 0, 0, 0, 0, 0, 0]}
    assert "Long visit: week from 23 March 2027" in said(answer)
    assert "day=2027-03-16" in page and "day=2027-03-30" in page
    assert said(answer).count("The clocks go forward") == 1


def test_a_day_is_a_day_at_the_doctors_place(desk: Any, dr_lee: Doctor, visit_type: AppointmentType) -> None:
    far = LocationFactory(time_zone="Pacific/Kiritimati")
    Doctor.objects.filter(pk=dr_lee.pk).update(location=far)
    AvailabilityRuleFactory(doctor=dr_lee, location=far, weekday=2, start_time=time(0), end_time=time(4))

    assert cells(desk.get(TIMES))[str(dr_lee)] == [0, 0, 12, 0, 0, 0, 0]


@pytest.mark.parametrize(
    "query",
    [
        {"type": "junk"},
        {"type": "00000000-0000-0000-0000-000000000007"},
        {"department": "junk"},
        {"day": "junk"},
        {"day": "0001-01-01"},
        {"day": "9999-12-31"},
    ],
)
def test_what_cannot_be_is_refused_in_words(query: dict[str, str], desk: Any, hours: Doctor) -> None:
    answer = desk.get(TIMES, query)

    assert answer.status_code == 422
    assert "There is a problem" in said(answer) and "<title>Error: Free times" in answer.content.decode()


def test_many_doctors_have_pages_and_one_search_each(desk: Any, visit_type: AppointmentType) -> None:
    place = LocationFactory()
    first = DoctorFactory(location=place)
    open_every_day(first)
    few, _answer = queries(desk, TIMES)
    for doctor in DoctorFactory.create_batch(20, location=place):
        AvailabilityRuleFactory(doctor=doctor)

    many, answer = queries(desk, TIMES)

    assert few == many <= 13
    assert (len(answer.context["rows"]), len(desk.get(f"{TIMES}?page=2").context["rows"])) == (20, 1)


# Why


@pytest.fixture
def why(hours: Doctor, visit_type: AppointmentType) -> str:
    return f"{at('times-explained', hours)}?day=2027-01-12&type={visit_type.public_id}"


def test_a_full_day_says_what_stands_in_the_way(
    desk: Any, hours: Doctor, booked: Appointment, why: str, nine: datetime
) -> None:
    TimeOffFactory(doctor=hours, start_at=nine + HOUR, end_at=nine + 8 * HOUR)

    answer = desk.get(why)

    text = said(answer)
    assert "Consultation on Tuesday 12 January 2027 The hours have 24 starts, 2 of them free." in text
    assert "The doctor is away 21" in text and "Another visit 1" in text
    assert "Weekly hours 9am to 5pm, Main building" in text
    assert "Away Tuesday 12 January 2027, 10am to 5pm" in text
    assert "The next free time Wednesday 13 January 2027, 9am" in text
    assert "Book for a patient" in text


def test_a_day_without_hours_says_so(desk: Any, lee_hours: Doctor) -> None:
    text = said(desk.get(at("times-explained", lee_hours), {"day": "2027-01-13"}))

    assert "This day has no hours for this kind of visit." in text
    assert "Outside the doctor&#x27;s hours" in text
    assert "Weekly hours None" in text
    assert "The next free time Tuesday 19 January 2027, 9am" in text


def test_hours_for_other_kinds_are_named(desk: Any, dr_lee: Doctor, visit_type: AppointmentType) -> None:
    other = AppointmentTypeFactory(name="Allergy test")
    AvailabilityRuleFactory(doctor=dr_lee, weekday=1).types.add(other)

    text = said(desk.get(at("times-explained", dr_lee), {"day": "2027-01-12", "type": visit_type.public_id}))

    assert "These hours are for other kinds of visit" in text
    assert "9am to midday, Main building: Allergy test" in text


def test_b11_hours_shorter_than_the_visit_are_told_from_none(
    desk: Any, dr_lee: Doctor, visit_type: AppointmentType
) -> None:
    AvailabilityRuleFactory(doctor=dr_lee, weekday=1, end_time=time(9, 10))

    text = said(desk.get(at("times-explained", dr_lee), {"day": "2027-01-12"}))

    assert "Between the starting times, or too close to the end of the hours" in text
    assert "Weekly hours 9am to 9:10am, Main building" in text


def test_closures_and_changed_days_are_shown(desk: Any, hours: Doctor, why: str, nine: datetime) -> None:
    ClinicClosureFactory(location=hours.location, start_at=nine, end_at=nine + DAY, reason="Water damage")
    ClinicClosureFactory(location=LocationFactory(), start_at=nine, end_at=nine + DAY, reason="Elsewhere")
    AvailabilityOverrideFactory(doctor=hours, date=nine.date(), start_time=time(9), end_time=time(10))

    text = said(desk.get(why))

    assert "Closed Main building: Water damage" in text
    assert "Only on this day Closed, 9am to 10am, Main building" in text
    assert "The place is closed 24" in text and "The doctor closed this time 3" in text
    assert "Elsewhere" not in text


def test_d7_no_name_and_no_reason_is_told(
    desk: Any, hours: Doctor, booked: Appointment, why: str, nine: datetime
) -> None:
    TimeOffFactory(
        doctor=hours, start_at=nine + HOUR, end_at=nine + DAY, kind="sick", reason="a private matter"
    )

    page = desk.get(why).content.decode()

    assert [word for word in ("Silva", "private matter", "Illness") if word in page] == []


def test_a_doctor_is_led_to_the_own_hours_and_reception_to_look(
    sign_in: Any, desk: Any, hours: Doctor, why: str
) -> None:
    seen = desk.get(why).content.decode()
    own = sign_in(hours.user).get(why).content.decode()

    assert f'<a href="{at("schedule-of", hours)}">See the hours</a>' in seen
    assert '<a href="/schedule/">Change the hours</a>' in own
    assert "Book for a patient" not in own


def test_nothing_free_for_long_is_said(desk: Any, hours: Doctor, why: str, nine: datetime) -> None:
    TimeOffFactory(doctor=hours, start_at=nine - DAY, end_at=nine + 300 * DAY)

    assert "No time is free in the 14 weeks after this day." in said(desk.get(why))


@pytest.mark.parametrize("query", [{"day": "junk"}, {"day": "9999-12-31"}, {"type": "junk"}])
def test_junk_is_refused_in_words(query: dict[str, str], desk: Any, hours: Doctor) -> None:
    answer = desk.get(at("times-explained", hours), query)

    assert answer.status_code == 422
    assert "There is a problem" in said(answer)


def test_nothing_asked_explains_today(desk: Any, hours: Doctor, now: datetime, ana: Patient) -> None:
    assert now == datetime(2027, 1, 11, 8, tzinfo=UTC)
    assert "Consultation on Monday 11 January 2027" in said(desk.get(at("times-explained", hours)))


def test_the_explanation_asks_as_often_whatever_the_day_holds(
    desk: Any, hours: Doctor, visit_type: AppointmentType, why: str, nine: datetime
) -> None:
    few, _answer = queries(desk, why)
    for number in range(3):
        start = nine + number * HOUR
        AppointmentFactory(doctor=hours, start_at=start, type=visit_type)
        ClinicClosureFactory(location=hours.location, start_at=start, end_at=start + HOUR)
        AvailabilityOverrideFactory(doctor=hours, date=nine.date(), start_time=time(15), end_time=time(16))

    many, _answer = queries(desk, why)

    assert few == many <= 22
