"""Another time for a visit: the picker, the check, and what happens when it does not work out."""

import re
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import urlencode

import pytest
import time_machine

from accounts.models import Doctor, Patient, User
from scheduling.models import Appointment, AppointmentEvent, AppointmentType
from scheduling.services.booking import cancel
from scheduling.tests.factories import AppointmentFactory, open_every_day
from scheduling.tests.pages import url
from scheduling.tests.refusal import everything

pytestmark = pytest.mark.usefixtures("frozen")

TEN = datetime.fromisoformat("2027-01-12T10:00:00+00:00")


def form_of(visit: Appointment, start: datetime = TEN, **changes: Any) -> dict[str, Any]:
    """What the check page posts."""
    asked = {"doctor": visit.doctor.public_id, "start": start.isoformat(), "version": visit.version}
    return asked | changes


def times(page: Any) -> list[str]:
    return re.findall(r'name="start" id="slot-\d+" value="([^"]+)"', page.content.decode())


def test_a_visit_moves_in_three_pages(patient_client: Any, booked: Appointment) -> None:
    chosen = {"doctor": booked.doctor.public_id, "start": TEN.isoformat()}
    shown = patient_client.get(url("reschedule", booked)).content.decode()
    checked = patient_client.post(url("reschedule", booked), chosen, follow=True).content.decode()

    done = patient_client.post(url("move", booked), form_of(booked), follow=True).content.decode()

    assert "Tuesday 12 January 2027, 9am" in shown and "Your time stays yours" in shown
    assert (
        "Tuesday 12 January 2027, 9am, Dr Asha Rao" in checked and "Tuesday 12 January 2027, 10am" in checked
    )
    assert "Appointment moved" in done and "The old time, Tuesday 12 January 2027, 9am" in done
    assert Appointment.objects.get().start_at == TEN


def test_d5_looking_moves_nothing(patient_client: Any, booked: Appointment) -> None:
    before = everything()

    for page in (url("reschedule", booked), f"{url('move', booked)}?{urlencode(form_of(booked))}"):
        assert patient_client.get(page).status_code == 200
        patient_client.head(page)
    patient_client.post(url("reschedule", booked), form_of(booked))

    assert everything() == before


def test_c5_the_own_old_time_stands_in_no_way(patient_client: Any, booked: Appointment) -> None:
    """A longer visit may move by ten minutes into its own time, which for anybody else is taken."""
    AppointmentType.objects.update(minutes=40, step_minutes=10)
    end = booked.start_at + timedelta(minutes=40)
    Appointment.objects.update(end_at=end, block_end=end)
    start = booked.start_at + timedelta(minutes=10)

    shown = times(patient_client.get(f"{url('reschedule', booked)}?from=2027-01-12"))
    patient_client.post(url("move", booked), form_of(booked, start))

    assert start.isoformat() in shown
    assert Appointment.objects.get().start_at == start


def test_c5_a_colleague_of_the_specialty_is_offered_and_taken(
    patient_client: Any, booked: Appointment, lee_hours: Doctor
) -> None:
    page = patient_client.get(f"{url('reschedule', booked)}?doctor={lee_hours.public_id}")

    patient_client.post(url("move", booked), form_of(booked, doctor=lee_hours.public_id))

    visit = Appointment.objects.get()
    assert TEN.isoformat() in times(page)
    assert (visit.doctor, visit.start_at) == (lee_hours, TEN)


def test_a_doctor_of_another_trouble_is_not_offered(
    patient_client: Any, booked: Appointment, lee_hours: Doctor
) -> None:
    Doctor.objects.filter(pk=lee_hours.pk).update(specialty="Dermatology")
    before = everything()

    asked = patient_client.get(f"{url('reschedule', booked)}?doctor={lee_hours.public_id}")
    junk = patient_client.get(f"{url('reschedule', booked)}?doctor=junk")
    forged = patient_client.post(url("move", booked), form_of(booked, doctor=lee_hours.public_id))

    assert [asked.status_code, junk.status_code, forged.status_code] == [422, 422, 422]
    assert all("Choose one of the doctors shown." in page.content.decode() for page in (asked, junk))
    assert everything() == before


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"max_moves": 0}, "as often as the site allows. Call +44 20 7946 0100."),
        ({"move_notice_minutes": 60 * 26}, "It is too late to move this visit on the site. Call"),
        ({"patients_may_book": False}, "This kind of visit is not moved on the site."),
    ],
)
def test_beyond_the_policy_a_patient_is_told_to_call(
    changes: dict[str, Any], words: str, patient_client: Any, booked: Appointment
) -> None:
    AppointmentType.objects.update(**changes)
    before = everything()

    answers = [
        patient_client.get(url("reschedule", booked)),
        patient_client.post(url("reschedule", booked), form_of(booked)),
        patient_client.get(f"{url('move', booked)}?{urlencode(form_of(booked))}"),
        patient_client.post(url("move", booked), form_of(booked)),
    ]

    assert [answer.status_code for answer in answers] == [403] * 4
    assert all(words in answer.content.decode() for answer in answers)
    assert everything() == before


def test_staff_move_beyond_the_policy_with_a_reason_only(
    sign_in: Any, booked: Appointment, reception: User, nine: datetime
) -> None:
    AppointmentType.objects.update(max_moves=0)
    client, page = sign_in(reception), url("move", booked)
    with time_machine.travel(nine - timedelta(minutes=5), tick=False):
        client = sign_in(reception)
        asked = client.post(page, form_of(booked))
        done = client.post(page, form_of(booked, reason="Asked by phone"), follow=True)

    assert asked.status_code == 422 and "<title>Error: " in asked.content.decode()
    assert (
        "Appointment moved" in done.content.decode()
        and "The patient gets an e-mail." in done.content.decode()
    )
    assert Appointment.objects.get().start_at == TEN
    assert AppointmentEvent.objects.last().reason == "Asked by phone"


@pytest.mark.parametrize(
    ("status", "words"), [("fulfilled", "“Completed”"), ("pending", "waits for an answer")]
)
def test_only_what_is_booked_moves(status: str, words: str, patient_client: Any, booked: Appointment) -> None:
    Appointment.objects.update(status=status)

    answers = [
        patient_client.get(url("reschedule", booked)),
        patient_client.post(url("move", booked), form_of(booked)),
    ]

    assert [answer.status_code for answer in answers] == [409, 409]
    assert all(words in answer.content.decode() for answer in answers)
    assert Appointment.objects.get().status == status


def test_d5_another_patient_finds_no_such_visit_and_a_doctor_may_not(
    sign_in: Any, booked: Appointment, ben: Patient
) -> None:
    before = everything()

    found = {}
    for user in (ben.user, booked.doctor.user):
        client = sign_in(user)
        asked = [client.get(url(name, booked)).status_code for name in ("reschedule", "move")]
        found[user.role] = [*asked, client.post(url("move", booked), form_of(booked)).status_code]

    assert found == {"patient": [404, 404, 404], "doctor": [403, 403, 403]}
    assert everything() == before


def test_choosing_no_time_is_an_error_in_words(patient_client: Any, booked: Appointment) -> None:
    answer = patient_client.post(url("reschedule", booked), {"doctor": booked.doctor.public_id})

    assert answer.status_code == 422
    assert "<title>Error: " in answer.content.decode() and "Choose a time." in answer.content.decode()


def test_c12_a_time_at_which_the_patient_is_elsewhere_is_not_offered(
    patient_client: Any, booked: Appointment, ana: Patient, dr_lee: Doctor
) -> None:
    AppointmentFactory(doctor=dr_lee, patient=ana, start_at=TEN)

    shown = times(patient_client.get(f"{url('reschedule', booked)}?from=2027-01-12"))
    answer = patient_client.post(url("move", booked), form_of(booked))

    assert shown and TEN.isoformat() not in shown
    assert answer.status_code == 409 and "Another visit is at this time" in answer.content.decode()


def test_c17_a_visit_with_a_doctor_who_left_moves_to_a_colleague(
    patient_client: Any, booked: Appointment, dr_lee: Doctor, now: datetime
) -> None:
    open_every_day(dr_lee)
    Doctor.objects.filter(pk=booked.doctor_id).update(archived_at=now)

    page = patient_client.get(url("reschedule", booked))

    assert page.status_code == 200
    assert f'value="{dr_lee.public_id}" selected' in page.content.decode() and times(page)


def test_a_cancelled_visit_does_not_move(
    patient_client: Any, booked: Appointment, ana: Patient, now: datetime
) -> None:
    cancel(appointment=booked, reason="", actor=ana.user, now=now)

    assert patient_client.get(url("reschedule", booked)).status_code == 409


def test_c17_when_all_have_left_the_page_says_so(
    patient_client: Any, booked: Appointment, now: datetime
) -> None:
    Doctor.objects.update(archived_at=now)

    answer = patient_client.get(url("reschedule", booked))

    assert answer.status_code == 409
    assert "Nobody here takes visits of this kind" in answer.content.decode()
