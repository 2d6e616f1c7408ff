"""The page on which a patient answers to the new time that leave brought."""

from datetime import datetime, timedelta
from typing import Any

import pytest

from accounts.models import Doctor, Message, Patient, User
from accounts.tests.pages import queries
from scheduling.models import Appointment, TimeOff, TimeOffDecision
from scheduling.services.booking import book, cancel
from scheduling.services.holds import expire_holds
from scheduling.services.leave import Decision, Leave, add_time_off, preview_time_off, withdraw_time_off
from scheduling.services.moving import move
from scheduling.tests.factories import AppointmentFactory
from scheduling.tests.pages import url
from scheduling.tests.refusal import everything

pytestmark = pytest.mark.usefixtures("frozen")

DAY = timedelta(days=1)


@pytest.fixture
def decide(booked: Appointment, hours: Doctor, nine: datetime, now: datetime) -> Any:
    """Dr Rao is away at the time of Ana's visit; what was decided about it."""

    def decide(choice: str) -> TimeOffDecision:
        leave = Leave(hours, nine.replace(hour=0), nine.replace(hour=0) + DAY, "sick", "secret-flu")
        (row,) = preview_time_off(leave=leave, now=now)
        new = (row.doctor, row.start) if choice in ("move", "offer") else ()
        decisions = {booked.pk: Decision(choice, *new)}
        return add_time_off(leave=leave, decisions=decisions, actor=hours.user, now=now).decisions.get()

    return decide


def page_of(client: Any, visit: Appointment) -> str:
    answer = client.get(url("answer", visit))
    assert answer.status_code == 200
    return answer.content.decode()


def is_asked(page: str) -> bool:
    return "Accept the new time</button>" in page


def test_an_offer_is_shown_with_old_and_new_and_accepted(
    patient_client: Any, booked: Appointment, decide: Any, nine: datetime
) -> None:
    decide("offer")
    page = page_of(patient_client, booked)

    done = patient_client.post(url("answer", booked), follow=True).content.decode()
    patient_client.post(url("answer", booked))

    assert (
        is_asked(page) and "Tuesday 12 January 2027, 9am" in page and "Wednesday 13 January 2027, 9am" in page
    )
    assert "Until you answer, the old one stands." in page
    assert f'href="{url("reschedule", booked)}"' in page and f'href="{url("cancel", booked)}"' in page
    assert "Appointment moved" in done
    assert Appointment.objects.get(pk=booked.pk).start_at == nine + DAY
    assert Message.objects.filter(kind="appointment-moved").count() == 1


def test_what_was_moved_is_acknowledged(patient_client: Any, booked: Appointment, decide: Any) -> None:
    decision = decide("move")
    page = page_of(patient_client, booked)

    patient_client.post(url("answer", booked))

    decision.refresh_from_db()
    assert is_asked(page) and "The appointment is at the new time already." in page
    assert decision.answer == "accepted"
    assert "The new time is accepted" in page_of(patient_client, booked)


def test_what_was_cancelled_leads_to_a_new_booking(
    patient_client: Any, booked: Appointment, decide: Any
) -> None:
    decide("cancel")

    page = page_of(patient_client, booked)
    answer = patient_client.post(url("answer", booked))

    assert not is_asked(page) and "This appointment is cancelled" in page
    assert f'href="/appointments/book/{booked.doctor.public_id}/"' in page and 'href="/doctors/"' in page
    assert (answer.status_code, Appointment.objects.get().status) == (409, "cancelled")


@pytest.mark.parametrize("choice", ["offer", "move"])
def test_d5_a_link_in_a_mail_changes_nothing(
    choice: str, patient_client: Any, booked: Appointment, decide: Any
) -> None:
    decide(choice)
    before = everything(), list(TimeOffDecision.objects.values())

    for ask in (patient_client.get, patient_client.head):
        assert ask(url("answer", booked)).status_code == 200

    assert (everything(), list(TimeOffDecision.objects.values())) == before


def test_d5_another_patient_cannot_touch_it(
    sign_in: Any, booked: Appointment, decide: Any, ben: Patient
) -> None:
    decide("offer")
    client, before = sign_in(ben.user), everything()

    statuses = [ask(url("answer", booked)).status_code for ask in (client.get, client.head, client.post)]

    assert statuses == [404, 404, 404]
    assert everything() == before


def test_d7_neither_kind_nor_reason_of_the_leave_is_shown(
    patient_client: Any, booked: Appointment, decide: Any
) -> None:
    decide("offer")

    page = page_of(patient_client, booked)

    assert "secret-flu" not in page and "Illness" not in page and "sick" not in page


def test_without_leave_there_is_nothing_to_answer(patient_client: Any, booked: Appointment) -> None:
    before = everything()

    page, answer = page_of(patient_client, booked), patient_client.post(url("answer", booked))

    assert not is_asked(page) and "There is nothing to answer" in page
    assert (answer.status_code, everything()) == (409, before)


def test_what_is_kept_needs_no_answer(patient_client: Any, booked: Appointment, decide: Any) -> None:
    decide("keep")

    assert "There is nothing to answer" in page_of(patient_client, booked)


def test_who_has_chosen_another_time_has_answered(
    patient_client: Any, booked: Appointment, decide: Any, nine: datetime, ana: Patient, now: datetime
) -> None:
    decide("offer")
    move(appointment=booked, doctor=booked.doctor, start=nine + 2 * DAY, version=1, actor=ana.user, now=now)

    page, answer = page_of(patient_client, booked), patient_client.post(url("answer", booked))

    assert "This has been answered already" in page and "Thursday 14 January 2027, 9am" in page
    assert answer.status_code == 409
    assert Appointment.objects.get(pk=booked.pk).start_at == nine + 2 * DAY


def test_withdrawn_leave_lets_the_old_time_stand(
    patient_client: Any, booked: Appointment, decide: Any, hours: Doctor, now: datetime
) -> None:
    decision = decide("offer")
    withdraw_time_off(time_off=decision.time_off, actor=hours.user, now=now)

    page = page_of(patient_client, booked)

    assert "The doctor is there after all." in page and "Tuesday 12 January 2027, 9am" in page


def test_an_offer_that_ran_out_says_so_and_is_taken_while_it_is_free(
    patient_client: Any, booked: Appointment, decide: Any, nine: datetime
) -> None:
    decision = decide("offer")
    Appointment.objects.filter(pk=decision.hold_id).update(hold_expires_at=nine - 2 * DAY)

    page = page_of(patient_client, booked)
    patient_client.post(url("answer", booked))

    assert is_asked(page) and "We could not keep the new time any longer." in page
    assert Appointment.objects.get(pk=booked.pk).start_at == nine + DAY


def test_c6_an_offer_that_another_took_keeps_the_old_time_and_leads_on(
    patient_client: Any, booked: Appointment, decide: Any, order: dict[str, Any], ben: Patient, nine: datetime
) -> None:
    decision = decide("offer")
    Appointment.objects.filter(pk=decision.hold_id).update(hold_expires_at=nine - 2 * DAY)
    expire_holds(now=nine - DAY)
    book(**order | {"patient": ben, "actor": ben.user, "start": nine + DAY})

    answer = patient_client.post(url("answer", booked))

    page = answer.content.decode()
    assert answer.status_code == 409
    assert "Someone else has taken this time." in page and f'href="{url("reschedule", booked)}"' in page
    assert Appointment.objects.get(pk=booked.pk).start_at == nine


def test_too_late_is_told_in_words(
    patient_client: Any, booked: Appointment, decide: Any, sign_in: Any, ana: Patient, frozen: Any
) -> None:
    decide("move")
    frozen.shift(timedelta(days=9))
    client = sign_in(ana.user)

    page, answer = page_of(client, booked), client.post(url("answer", booked))

    assert "It is too late to answer" in page
    assert (answer.status_code, TimeOffDecision.objects.get().answer) == (409, "")


def test_reception_accepts_on_the_telephone(
    sign_in: Any, booked: Appointment, decide: Any, reception: User
) -> None:
    decision = decide("offer")
    client = sign_in(reception)

    page = page_of(client, booked)
    client.post(url("answer", booked))

    decision.refresh_from_db()
    assert "Ana Silva" in page
    assert (decision.answer, decision.answered_by) == ("accepted", reception)


def test_detail_and_dashboard_ask_until_the_answer_is_there(
    patient_client: Any, booked: Appointment, decide: Any
) -> None:
    decide("offer")
    link = f'href="{url("answer", booked)}"'
    pages = [booked.get_absolute_url(), "/patient/"]

    before = [link in patient_client.get(page).content.decode() for page in pages]
    patient_client.post(url("answer", booked))
    after = [link in patient_client.get(page).content.decode() for page in pages]

    assert (before, after) == ([True, True], [False, False])


def test_a_visit_cancelled_since_is_told_as_such(
    patient_client: Any, booked: Appointment, decide: Any, ana: Patient, now: datetime
) -> None:
    decide("move")
    booked.refresh_from_db()
    cancel(appointment=booked, reason="", actor=ana.user, now=now)

    page = page_of(patient_client, booked)

    assert "This has been answered already" in page and "Cancelled" in page


def offered(booked: Appointment, nine: datetime, days: int) -> None:
    """One more visit of the patient's that leave has moved by a week."""
    old = AppointmentFactory(
        doctor=booked.doctor, patient=booked.patient, type=booked.type, start_at=nine + days * DAY
    )
    leave = TimeOff.objects.create(doctor=booked.doctor, start_at=old.start_at, end_at=old.end_at)
    TimeOffDecision.objects.create(
        time_off=leave,
        appointment=old,
        choice="offer",
        old_start_at=old.start_at,
        old_doctor=booked.doctor,
        new_start_at=old.start_at + 7 * DAY,
        new_doctor=booked.doctor,
        new_location=booked.location,
    )


def test_my_page_asks_as_often_for_three_open_answers_as_for_one(
    patient_client: Any, booked: Appointment, nine: datetime
) -> None:
    offered(booked, nine, 1)
    few, before = queries(patient_client, "/patient/")
    offered(booked, nine, 2)
    offered(booked, nine, 3)
    many, after = queries(patient_client, "/patient/")

    found = [page.content.decode().count("/new-time/") for page in (before, after)]
    assert (found, few) == ([1, 3], many)
