"""The buttons of the day: one click, one service, back to the same row."""

from datetime import datetime, timedelta
from typing import Any

import pytest
from django.urls import reverse

from accounts.models import Doctor, Message, Patient, User
from scheduling.models import Appointment, AppointmentEvent, Status
from scheduling.services.visits import arrive, no_show, start
from scheduling.tests.pages import LIST, TUESDAY, buttons, url

pytestmark = pytest.mark.usefixtures("frozen")


def test_the_doctor_lets_in_and_takes_back_with_one_click(
    sign_in: Any, booked: Appointment, dr_rao: Doctor
) -> None:
    client, day = sign_in(dr_rao.user), f"{LIST}?day=2027-01-12"

    first = client.post(url("arrive", booked), {"next": day})
    second = client.post(url("arrive", booked), {"next": day})
    waiting = client.get(day).content.decode()
    undone = client.post(url("undo", booked), {"next": day})

    assert [answer.url for answer in (first, second, undone)] == [day, day, day]
    assert "Waiting 0 minutes" in waiting
    assert reverse("clinical:encounter-start", args=[booked.public_id]) in waiting
    assert list(booked.events.values_list("to_status", flat=True)) == ["booked", "arrived", "booked"]


def test_a_button_leads_to_no_other_site(sign_in: Any, booked: Appointment, dr_rao: Doctor) -> None:
    answer = sign_in(dr_rao.user).post(url("arrive", booked), {"next": "https://example.com/"})

    assert answer.url == booked.get_absolute_url()


@pytest.mark.parametrize("step", ["approve", "arrive", "finish", "noshow", "undo"])
def test_d5_a_get_changes_nothing(step: str, sign_in: Any, booked: Appointment, dr_rao: Doctor) -> None:
    client = sign_in(dr_rao.user)

    statuses = [client.get(url(step, booked)).status_code, client.head(url(step, booked)).status_code]

    assert statuses == [405, 405]
    assert AppointmentEvent.objects.count() == 1


@pytest.mark.parametrize("step", ["approve", "arrive", "finish", "noshow", "undo"])
def test_a_step_that_does_not_fit_says_so(
    step: str, sign_in: Any, booked: Appointment, dr_rao: Doctor
) -> None:
    Appointment.objects.update(status=Status.CANCELLED)

    answer = sign_in(dr_rao.user).post(url(step, booked))

    assert answer.status_code == 409
    assert "“Cancelled”" in answer.content.decode()
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
        ("nurse", "approve", 403),
        ("ana_user", "approve", 403),
        ("reception", "finish", 403),
        ("lee", "approve", 404),
        ("lee", "finish", 404),
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


def test_each_state_has_its_buttons(sign_in: Any, booked: Appointment, dr_rao: Doctor) -> None:
    client, found = sign_in(dr_rao.user), {}

    for status in ("pending", "booked", "arrived", "checked-in", "fulfilled", "cancelled", "noshow"):
        Appointment.objects.update(status=status)
        found[status] = buttons(client)

    assert found == {
        "pending": ["approve"],
        "booked": ["arrive"],
        "arrived": ["start", "undo"],
        "checked-in": ["finish"],
        "fulfilled": [],
        "cancelled": [],
        "noshow": [],
    }


def test_a_missed_visit_is_let_in_on_its_day_only(
    sign_in: Any, booked: Appointment, reception: User, nine: datetime, frozen: Any
) -> None:
    no_show(appointment=booked, actor=reception, now=nine)
    client, found = sign_in(reception), []

    for later in (timedelta(hours=2), timedelta(days=1)):
        frozen.move_to(nine + later)
        found.append(buttons(client))

    assert found == [["arrive"], []]


def test_a_button_leads_back_to_its_row(sign_in: Any, booked: Appointment, dr_rao: Doctor) -> None:
    client = sign_in(dr_rao.user)
    page = client.get(TUESDAY).content.decode()
    back = f"{TUESDAY}#visit-{booked.public_id}"

    answer = client.post(url("arrive", booked), {"next": back})

    assert f'<input type="hidden" name="next" value="{back}">' in page
    assert f'<tr id="visit-{booked.public_id}" tabindex="-1">' in page
    assert (answer.status_code, answer.url) == (302, back)


def test_what_a_patient_asked_for_is_agreed_to_with_one_click(
    sign_in: Any, booked: Appointment, dr_rao: Doctor, ana: Patient
) -> None:
    Appointment.objects.update(status=Status.PENDING)
    Message.objects.all().delete()
    client = sign_in(dr_rao.user)

    answers = [client.post(url("approve", booked), {"next": TUESDAY}) for _ in range(2)]

    assert [answer.url for answer in answers] == [TUESDAY, TUESDAY]
    assert list(booked.events.values_list("from_status", "to_status"))[1:] == [("pending", "booked")]
    assert [message.recipient for message in Message.objects.all()] == [ana.user]


def test_a_visit_without_a_record_is_finished_with_one_click(
    sign_in: Any, booked: Appointment, dr_rao: Doctor, now: datetime
) -> None:
    arrive(appointment=booked, actor=dr_rao.user, now=now)
    start(appointment=booked, actor=dr_rao.user, now=now)
    client = sign_in(dr_rao.user)

    answers = [client.post(url("finish", booked), {"next": TUESDAY}) for _ in range(2)]

    visit = Appointment.objects.get()
    assert [answer.url for answer in answers] == [TUESDAY, TUESDAY]
    assert (visit.status, visit.finished_at) == ("fulfilled", now)
    assert list(visit.events.values_list("to_status", flat=True))[-2:] == ["checked-in", "fulfilled"]
