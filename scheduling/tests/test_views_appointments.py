"""Lists, the single visit, and the steps of the day."""

from datetime import datetime, timedelta
from typing import Any
from uuid import uuid4

import pytest
from django.urls import reverse

from accounts.models import Doctor, Patient, User
from accounts.tests.pages import queries
from scheduling.models import Appointment, AppointmentEvent, Status
from scheduling.services.booking import cancel
from scheduling.services.visits import arrive
from scheduling.tests.factories import AppointmentFactory, visits_in_a_row
from scheduling.tests.pages import LIST, listed, url

pytestmark = pytest.mark.usefixtures("frozen")


def test_upcoming_past_and_cancelled_are_apart(
    sign_in: Any, ana: Patient, dr_rao: Doctor, nine: datetime
) -> None:
    row = {"doctor": dr_rao, "patient": ana}
    ahead = AppointmentFactory(start_at=nine, **row)
    over = AppointmentFactory(start_at=nine - timedelta(days=9), status="fulfilled", **row)
    off = AppointmentFactory(start_at=nine + timedelta(days=2), status="cancelled", **row)
    client = sign_in(ana.user)

    found = [listed(client), listed(client, "?show=past"), listed(client, "?show=cancelled")]

    assert found == [[str(ahead.public_id)], [str(over.public_id)], [str(off.public_id)]]


def test_d5_a_patient_sees_nothing_of_another(sign_in: Any, booked: Appointment, ben: Patient) -> None:
    client = sign_in(ben.user)
    pages = [url("detail", booked), url("booked", booked), url("cancel", booked)]

    assert [client.get(page).status_code for page in pages] == [404, 404, 404]
    assert client.post(url("cancel", booked), {"reason": ""}).status_code == 404
    assert listed(client) == []
    assert Appointment.objects.get().status == "booked"


def test_a_long_list_has_pages_and_a_page_too_far_is_the_first(
    sign_in: Any, ana: Patient, dr_rao: Doctor, nine: datetime
) -> None:
    visits_in_a_row(dr_rao, nine, 21, patient=ana)
    client = sign_in(ana.user)

    beyond = client.get(f"{LIST}?show=upcoming&page=9")

    assert [len(listed(client)), len(listed(client, "?page=2"))] == [20, 1]
    assert (beyond.status_code, beyond.url) == (302, f"{LIST}?show=upcoming")


def test_the_day_of_sixty_visits_takes_at_most_six_queries(
    sign_in: Any, dr_rao: Doctor, nine: datetime
) -> None:
    visits_in_a_row(dr_rao, nine - timedelta(hours=8), 60)
    client = sign_in(dr_rao.user)

    asked, answer = queries(client, f"{LIST}?day=2027-01-12")

    assert len(answer.context["rows"]) == 60
    assert asked <= 6


def test_the_day_list_is_the_doctors_own(
    sign_in: Any, booked: Appointment, dr_rao: Doctor, dr_lee: Doctor, reception: User, nurse: User
) -> None:
    query = "?day=2027-01-12"

    seen = {
        user.email: bool(listed(sign_in(user), query))
        for user in (dr_rao.user, dr_lee.user, reception, nurse)
    }

    assert seen == {
        "rao@example.org": True,
        "lee@example.org": False,
        "reception@example.org": True,
        "nurse@example.org": True,
    }


@pytest.mark.parametrize("day", ["", "nonsense", "2027-02-30", "0001-01-01", "9999-12-31"])
def test_a_day_that_is_none_is_today(day: str, sign_in: Any, reception: User) -> None:
    page = sign_in(reception).get(f"{LIST}?day={day}").content.decode()

    assert "Monday 11 January 2027: 0 visits" in page


def test_the_doctor_lets_in_and_takes_back_with_one_click(
    sign_in: Any, booked: Appointment, dr_rao: Doctor
) -> None:
    client, day = sign_in(dr_rao.user), f"{LIST}?day=2027-01-12"

    first = client.post(url("arrive", booked), {"next": day})
    second = client.post(url("arrive", booked), {"next": day})
    waiting = client.get(day).content.decode()
    undone = client.post(url("undo", booked), {"next": day})

    assert [answer.url for answer in (first, second, undone)] == [day, day, day]
    assert "for 0 minutes" in waiting
    assert reverse("clinical:encounter-start", args=[booked.public_id]) in waiting
    assert list(booked.events.values_list("to_status", flat=True)) == ["booked", "arrived", "booked"]


def test_a_button_leads_to_no_other_site(sign_in: Any, booked: Appointment, dr_rao: Doctor) -> None:
    answer = sign_in(dr_rao.user).post(url("arrive", booked), {"next": "https://example.com/"})

    assert answer.url == booked.get_absolute_url()


@pytest.mark.parametrize("step", ["arrive", "noshow", "undo"])
def test_d5_a_get_changes_nothing(step: str, sign_in: Any, booked: Appointment, reception: User) -> None:
    client = sign_in(reception)

    statuses = [client.get(url(step, booked)).status_code, client.head(url(step, booked)).status_code]

    assert statuses == [405, 405]
    assert AppointmentEvent.objects.count() == 1


@pytest.mark.parametrize("step", ["arrive", "noshow", "undo"])
def test_a_step_that_does_not_fit_says_so(
    step: str, sign_in: Any, booked: Appointment, reception: User
) -> None:
    Appointment.objects.update(status=Status.FULFILLED)

    answer = sign_in(reception).post(url(step, booked))

    assert answer.status_code == 409
    assert "“Completed”" in answer.content.decode()
    assert AppointmentEvent.objects.count() == 1


def test_the_undo_of_the_day_list_does_not_end_a_consultation(
    sign_in: Any, booked: Appointment, dr_rao: Doctor
) -> None:
    Appointment.objects.update(status=Status.CHECKED_IN)

    assert sign_in(dr_rao.user).post(url("undo", booked)).status_code == 409
    assert Appointment.objects.get().status == "checked-in"


@pytest.mark.parametrize(
    ("who", "step", "status"),
    [
        ("ana_user", "arrive", 403),
        ("nurse", "noshow", 403),
        ("privacy", "arrive", 403),
        ("nurse", "cancel", 403),
        ("lee", "arrive", 404),
        ("lee", "cancel", 404),
    ],
)
def test_steps_by_role(
    who: str,
    step: str,
    status: int,
    sign_in: Any,
    booked: Appointment,
    dr_lee: Doctor,
    request: pytest.FixtureRequest,
) -> None:
    user = dr_lee.user if who == "lee" else request.getfixturevalue(who)

    assert sign_in(user).post(url(step, booked)).status_code == status
    assert Appointment.objects.get().status == "booked"


def test_the_history_says_who_when_and_why(
    sign_in: Any, booked: Appointment, reception: User, ana: Patient, now: datetime
) -> None:
    cancel(appointment=booked, reason="The doctor is ill", actor=reception, now=now)

    for_staff = sign_in(reception).get(url("detail", booked)).content.decode()
    for_ana = sign_in(ana.user).get(url("detail", booked)).content.decode()

    assert "The doctor is ill" in for_staff and str(reception) in for_staff
    assert "The doctor is ill" in for_ana and str(reception) not in for_ana


def test_the_detail_takes_the_same_queries_however_long_the_history(
    sign_in: Any, booked: Appointment, reception: User, now: datetime
) -> None:
    client = sign_in(reception)
    short, _answer = queries(client, url("detail", booked))

    arrive(appointment=booked, actor=reception, now=now)
    long, _answer = queries(client, url("detail", booked))

    assert short == long


def test_an_unknown_visit_is_not_found(sign_in: Any, ana: Patient) -> None:
    client = sign_in(ana.user)

    statuses = [client.get(f"{LIST}{uuid4()}/{page}").status_code for page in ("", "booked/", "cancel/")]

    assert statuses == [404, 404, 404]


def test_an_overlap_is_marked_on_the_day(sign_in: Any, booked: Appointment, dr_rao: Doctor) -> None:
    AppointmentFactory(
        doctor=dr_rao,
        start_at=booked.start_at + timedelta(minutes=10),
        doctor_overlap_allowed=True,
        overlap_reason="Emergency",
    )

    page = sign_in(dr_rao.user).get(f"{LIST}?day=2027-01-12").content.decode()

    assert page.count("Overlaps the visit before") == 1


def test_only_signed_in_people_see_appointments(client: Any, booked: Appointment) -> None:
    answers = [client.get(page) for page in (LIST, url("detail", booked), url("cancel", booked))]

    assert {answer.url.split("?")[0] for answer in answers} == {reverse("account_login")}
