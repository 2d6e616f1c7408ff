"""Whoever changes hours in the back office is told of the visits that stay; and who may change them."""

from datetime import date, datetime, timedelta
from typing import Any

import pytest

from accounts.models import Doctor, Location, User
from accounts.tests.factories import DoctorFactory, LocationFactory
from scheduling.models import Appointment, AvailabilityOverride
from scheduling.tests.factories import (
    AppointmentFactory,
    AvailabilityOverrideFactory,
    AvailabilityRuleFactory,
    ClinicClosureFactory,
)
from scheduling.tests.office import closed, one_day, page, warned, weekly

pytestmark = pytest.mark.usefixtures("frozen")


@pytest.fixture
def office(sign_in: Any, admin: User) -> Any:
    return sign_in(admin)


@pytest.fixture
def elsewhere(db: Any) -> Location:
    return LocationFactory(name="Branch")


def test_b4_whoever_changes_hours_is_told_of_the_visits_that_stay(
    office: Any, booked: Appointment, now: datetime
) -> None:
    rule = booked.doctor.rules.get(weekday=1)
    url = page("availabilityrule", "change", rule.pk)
    changed = weekly(booked.doctor, weekday=1, start_time="10:00", version=1)

    answer = office.post(url, changed, follow=True)
    words, link = warned(answer)

    shown = office.get(link).context["cl"]
    assert words == "1 booked visit lies outside the hours and stays."
    assert list(shown.result_list) == [booked]
    assert Appointment.objects.get().status == "booked"


def test_b4_a_deleted_rule_says_so_too(office: Any, booked: Appointment) -> None:
    AppointmentFactory(doctor=booked.doctor, start_at=booked.start_at + timedelta(hours=1))
    rule = booked.doctor.rules.get(weekday=1)

    answer = office.post(page("availabilityrule", "delete", rule.pk), {"post": "yes"}, follow=True)

    words, link = warned(answer)
    assert words == "2 booked visits lie outside the hours and stay."
    assert office.get(link).context["cl"].result_count == 2


def test_b5_a_day_that_is_closed_names_its_visits(office: Any, booked: Appointment) -> None:
    AppointmentFactory(doctor=booked.doctor, start_at=booked.start_at + timedelta(days=1))

    answer = office.post(page("availabilityoverride", "add"), one_day(booked.doctor), follow=True)

    _words, link = warned(answer)
    assert list(office.get(link).context["cl"].result_list) == [booked]


def test_b9_the_closure_of_one_place_names_the_visits_there(
    office: Any, booked: Appointment, elsewhere: Location
) -> None:
    other = DoctorFactory(location=elsewhere)
    AppointmentFactory(doctor=other, start_at=booked.start_at)

    answer = office.post(page("clinicclosure", "add"), closed(booked.location), follow=True)

    words, link = warned(answer)
    assert words == "1 booked visit lies outside the hours and stays."
    assert list(office.get(link).context["cl"].result_list) == [booked]


def test_the_closure_of_the_house_names_every_visit(
    office: Any, booked: Appointment, elsewhere: Location
) -> None:
    other = AvailabilityRuleFactory(doctor=DoctorFactory(location=elsewhere), weekday=1).doctor
    AppointmentFactory(doctor=other, start_at=booked.start_at)

    answer = office.post(page("clinicclosure", "add"), closed(None), follow=True)

    words, link = warned(answer)
    assert words == "2 booked visits lie outside the hours and stay."
    assert office.get(link).context["cl"].result_count == 2


def test_the_doctor_who_loses_the_hours_is_asked_about_too(
    office: Any, booked: Appointment, dr_lee: Doctor
) -> None:
    rule = booked.doctor.rules.get(weekday=1)
    url = page("availabilityrule", "change", rule.pk)

    answer = office.post(url, weekly(dr_lee, weekday=1, version=1), follow=True)

    _words, link = warned(answer)
    assert list(office.get(link).context["cl"].result_list) == [booked]


def test_hours_that_leave_nobody_outside_say_nothing(office: Any, booked: Appointment) -> None:
    answer = office.post(page("availabilityrule", "add"), weekly(booked.doctor), follow=True)

    assert [message.level_tag for message in answer.context["messages"]] == ["success"]


def test_the_list_of_visits_outside_is_of_one_doctor_when_a_link_names_one(
    office: Any, booked: Appointment, dr_lee: Doctor
) -> None:
    booked.doctor.rules.all().delete()
    other = AppointmentFactory(doctor=dr_lee, start_at=booked.start_at)
    url = page("appointment", "changelist")
    queries = [
        "hours=outside",
        f"hours=outside&doctor={dr_lee.pk}",
        "hours=outside&doctor=999999",
        "doctor=x",
    ]

    shown = [set(office.get(f"{url}?{query}").context["cl"].result_list) for query in queries]

    assert shown == [{booked, other}, {other}, {booked, other}, {booked, other}]


# Who may


def test_reception_looks_and_changes_nothing(
    sign_in: Any, reception: User, booked: Appointment, now: datetime
) -> None:
    rule, client = booked.doctor.rules.get(weekday=1), sign_in(reception)
    day = AvailabilityOverrideFactory(doctor=booked.doctor, date=now.date())
    closure = ClinicClosureFactory(start_at=now, end_at=now + timedelta(hours=1))
    rows = [("availabilityrule", rule), ("availabilityoverride", day), ("clinicclosure", closure)]

    seen = [client.get(page(model, "change", row.pk)).status_code for model, row in rows]
    added = [client.post(page(model, "add"), {}).status_code for model, _ in rows]
    changed = [client.post(page(model, "change", row.pk), {}).status_code for model, row in rows]
    removed = [client.post(page(model, "delete", row.pk), {"post": "yes"}).status_code for model, row in rows]

    assert (seen, added, changed, removed) == ([200] * 3, [403] * 3, [403] * 3, [403] * 3)


def test_d9_the_second_tab_meets_the_conflict_page(office: Any, dr_rao: Doctor) -> None:
    day = AvailabilityOverrideFactory(doctor=dr_rao, date=date(2027, 1, 12))
    url = page("availabilityoverride", "change", day.pk)

    first = office.post(url, one_day(dr_rao, note="Training", version=1))
    second = office.post(url, one_day(dr_rao, note="Holiday", version=1))

    assert (first.status_code, second.status_code) == (302, 409)
    assert "Holiday" in second.content.decode() and "Training" in second.content.decode()
    assert AvailabilityOverride.objects.get().note == "Training"


def test_a_link_that_names_the_doctor_fills_in_department_and_place(office: Any, dr_rao: Doctor) -> None:
    url = f"{page('availabilityoverride', 'add')}?doctor={dr_rao.pk}"

    initial = office.get(url).context["adminform"].form.initial

    assert (initial["department"], initial["location"]) == (dr_rao.department_id, dr_rao.location_id)


@pytest.mark.parametrize(("words", "found"), [("rao", 1), ("RÃO", 1), ("lee", 0)])
def test_exceptions_are_found_by_the_doctors_name(
    words: str, found: int, office: Any, dr_rao: Doctor
) -> None:
    AvailabilityOverrideFactory(doctor=dr_rao, date=date(2027, 1, 12))

    answer = office.get(page("availabilityoverride", "changelist"), {"q": words})

    assert answer.context["cl"].result_count == found
