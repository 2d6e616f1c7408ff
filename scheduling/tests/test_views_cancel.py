"""Cancelling on the site: by patients within the notice, by staff with a reason."""

from datetime import datetime, timedelta
from typing import Any

import pytest
import time_machine

from accounts.models import Patient, User
from scheduling.models import Appointment, Status
from scheduling.tests.pages import url

pytestmark = pytest.mark.usefixtures("frozen")


def test_a_patient_cancels_on_a_page_of_its_own(sign_in: Any, booked: Appointment, ana: Patient) -> None:
    client = sign_in(ana.user)

    asked = client.get(url("cancel", booked)).content.decode()
    done = client.post(url("cancel", booked), {"reason": "Better now"}, follow=True)
    again = client.post(url("cancel", booked), {"reason": "Better now"})

    assert "Cancel this appointment?" in asked and "Tuesday 12 January 2027, 9am" in asked
    assert "Book another time" in done.content.decode()
    assert again.url == booked.get_absolute_url()
    assert list(booked.events.values_list("to_status", "reason")) == [
        ("booked", ""),
        ("cancelled", "Better now"),
    ]


@pytest.mark.parametrize(
    ("who", "code", "stored"),
    [
        ("ana_user", "pat-lt", "pat-lt"),
        ("ana_user", "", "pat-cpp"),
        ("reception", "maint", "maint"),
        ("reception", "", "prov"),
    ],
)
def test_the_coded_reason_is_kept(
    who: str, code: str, stored: str, sign_in: Any, booked: Appointment, request: pytest.FixtureRequest
) -> None:
    client = sign_in(request.getfixturevalue(who))

    client.post(url("cancel", booked), {"code": code, "reason": "So it is"})

    visit = Appointment.objects.get()
    assert (visit.status, visit.cancel_code, visit.cancel_reason) == ("cancelled", stored, "So it is")


@pytest.mark.parametrize("code", ["prov", "pat-cpp", "pat-dec", "nonsense"])
def test_a_patient_gives_no_reason_of_the_hospitals(
    code: str, sign_in: Any, booked: Appointment, ana: Patient
) -> None:
    answer = sign_in(ana.user).post(url("cancel", booked), {"code": code, "reason": ""})

    assert answer.status_code == 422
    assert "Choose one of the reasons shown." in answer.content.decode()
    assert Appointment.objects.get().status == "booked"


def test_c8_too_late_is_told_with_the_phone_number(
    sign_in: Any, booked: Appointment, ana: Patient, nine: datetime
) -> None:
    with time_machine.travel(nine - timedelta(minutes=119), tick=False):
        client = sign_in(ana.user)
        answers = [client.get(url("cancel", booked)), client.post(url("cancel", booked), {"reason": ""})]
        page = client.get(url("detail", booked)).content.decode()

    assert [answer.status_code for answer in answers] == [403, 403]
    assert "Call +44 20 7946 0100" in answers[1].content.decode() and "too late" in page
    assert Appointment.objects.get().status == "booked"


def test_staff_who_cancel_without_reason_are_asked_again(
    sign_in: Any, booked: Appointment, reception: User
) -> None:
    answer = sign_in(reception).post(url("cancel", booked), {"reason": " "})

    assert answer.status_code == 422
    assert "<title>Error: " in answer.content.decode()
    assert Appointment.objects.get().status == "booked"


def test_a_reason_of_5000_characters_is_refused_in_words(
    sign_in: Any, booked: Appointment, ana: Patient
) -> None:
    answer = sign_in(ana.user).post(url("cancel", booked), {"reason": "x" * 5000})

    assert answer.status_code == 422
    assert "at most 500 characters" in answer.content.decode()
    assert Appointment.objects.get().status == "booked"


def test_a_finished_visit_is_not_cancelled(sign_in: Any, booked: Appointment, reception: User) -> None:
    Appointment.objects.update(status=Status.FULFILLED)
    client = sign_in(reception)

    answers = [client.get(url("cancel", booked)), client.post(url("cancel", booked), {"reason": "Ill"})]

    assert [answer.status_code for answer in answers] == [409, 409]
