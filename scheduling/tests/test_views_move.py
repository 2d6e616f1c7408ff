"""The last step of moving a visit: twice, too late, taken, forged."""

from datetime import datetime, timedelta
from typing import Any
from urllib.parse import urlencode

import pytest

from accounts.errors import Busy
from accounts.models import Message, Patient, User
from scheduling.models import Appointment, AppointmentEvent, AppointmentType
from scheduling.services.booking import book
from scheduling.services.holds import hold
from scheduling.services.moving import move
from scheduling.tests.pages import url
from scheduling.tests.refusal import everything

pytestmark = pytest.mark.usefixtures("frozen")

TEN = datetime.fromisoformat("2027-01-12T10:00:00+00:00")


def form_of(visit: Appointment, start: datetime = TEN, **changes: Any) -> dict[str, Any]:
    """What the check page posts."""
    asked = {"doctor": visit.doctor.public_id, "start": start.isoformat(), "version": visit.version}
    return asked | changes


def test_c2_the_same_move_twice_is_one_change_and_one_message(
    patient_client: Any, booked: Appointment
) -> None:
    AppointmentType.objects.update(max_moves=1)

    answers = [patient_client.post(url("move", booked), form_of(booked)) for _press in range(2)]

    assert {answer.url for answer in answers} == {url("booked", booked)}
    assert AppointmentEvent.objects.count() == 2
    assert Message.objects.filter(kind="appointment-moved").count() == 1


def test_c6_a_time_that_vanished_keeps_the_old_one_and_offers_three(
    patient_client: Any, booked: Appointment, order: dict[str, Any], ben: Patient
) -> None:
    book(**order | {"patient": ben, "actor": ben.user, "start": TEN})
    before = everything()

    answer = patient_client.post(url("move", booked), form_of(booked))

    page = answer.content.decode()
    assert answer.status_code == 409
    assert "stays at: Tuesday 12 January 2027, 9am" in page and page.count('type="radio" name="start"') == 3
    assert everything() == before


def test_c6_a_vanished_time_keeps_the_reason_that_staff_typed(
    sign_in: Any, booked: Appointment, order: dict[str, Any], ben: Patient, reception: User
) -> None:
    book(**order | {"patient": ben, "actor": ben.user, "start": TEN})

    answer = sign_in(reception).post(url("move", booked), form_of(booked, reason="Asked by phone"))

    assert answer.status_code == 409
    assert "Asked by phone</textarea>" in answer.content.decode()


def test_d9_an_older_version_is_shown_what_is_stored_now(
    patient_client: Any, booked: Appointment, ana: Patient, now: datetime
) -> None:
    nine_forty = TEN - timedelta(minutes=20)
    move(appointment=booked, doctor=booked.doctor, start=nine_forty, version=1, actor=ana.user, now=now)
    before = everything()

    answer = patient_client.post(url("move", booked), form_of(booked))

    page = answer.content.decode()
    assert answer.status_code == 409
    assert "Someone else changed this first" in page
    assert "10am, Dr Asha Rao" in page and "9:40am, Dr Asha Rao, Booked" in page
    assert everything() == before


@pytest.mark.parametrize(
    "changes",
    [
        {"start": "tomorrow"},
        {"start": ""},
        {"doctor": "nobody"},
        {"version": ""},
        {"version": "-1"},
        {"version": "9" * 5000},
        {"version": "x"},
    ],
    ids=str,
)
def test_c3_a_forged_form_is_refused_in_words(
    changes: dict[str, str], patient_client: Any, booked: Appointment
) -> None:
    before = everything()

    answer = patient_client.post(url("move", booked), form_of(booked) | changes)

    assert answer.status_code == 422
    assert "Choose a time again." in answer.content.decode()
    assert everything() == before


@pytest.mark.parametrize(
    "start", ["2027-01-12T09:07:00+00:00", "2020-01-01T09:00:00+00:00", "2099-01-01T09:00Z"]
)
def test_c3_a_time_that_is_not_on_offer_is_refused(
    start: str, patient_client: Any, booked: Appointment
) -> None:
    before = everything()

    answer = patient_client.post(url("move", booked), form_of(booked) | {"start": start})

    assert answer.status_code == 422
    assert "Nothing was changed." in answer.content.decode()
    assert everything() == before


def test_a_time_held_for_a_new_visit_is_taken_by_the_one_that_moves(
    patient_client: Any, booked: Appointment, order: dict[str, Any]
) -> None:
    """The check page offers to move the other visit to the very time that is kept for the new one."""
    kept = hold(**order | {"start": TEN})

    answer = patient_client.post(url("move", booked), form_of(booked))

    kept.refresh_from_db()
    booked.refresh_from_db()
    assert answer.url == url("booked", booked)
    assert (kept.status, booked.start_at) == ("expired", TEN)


def test_c15_a_lapsed_hold_does_not_block_a_move(
    patient_client: Any, booked: Appointment, order: dict[str, Any], ben: Patient, frozen: Any
) -> None:
    hold(**order | {"start": TEN, "patient": ben, "actor": ben.user})
    frozen.shift(timedelta(minutes=5))

    answer = patient_client.post(url("move", booked), form_of(booked))

    assert answer.url == url("booked", booked)


def test_d10_a_busy_calendar_says_so_and_moves_nothing(
    patient_client: Any, booked: Appointment, monkeypatch: pytest.MonkeyPatch
) -> None:
    def too_busy(**order: Any) -> None:
        raise Busy

    monkeypatch.setattr("scheduling.views.rescheduling.move", too_busy)

    answer = patient_client.post(url("move", booked), form_of(booked))

    assert answer.status_code == 503
    assert "Try again in a moment" in answer.content.decode()


def test_the_way_back_from_the_confirmation_leads_to_it_again(
    patient_client: Any, booked: Appointment, ana: Patient, now: datetime
) -> None:
    move(appointment=booked, doctor=booked.doctor, start=TEN, version=1, actor=ana.user, now=now)

    answer = patient_client.get(f"{url('move', booked)}?{urlencode(form_of(booked))}")

    assert answer.url == url("booked", booked)
