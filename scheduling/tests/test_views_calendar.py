"""The file for calendars: one entry that follows the visit, and tells nothing about health."""

from datetime import datetime, timedelta
from typing import Any

import pytest
from icalendar import Calendar, Event

from accounts.models import Doctor, Patient
from scheduling.models import Appointment, AppointmentType
from scheduling.services.booking import cancel
from scheduling.services.moving import move
from scheduling.tests.pages import url

pytestmark = pytest.mark.usefixtures("frozen")


def event_of(client: Any, visit: Appointment) -> Event:
    answer = client.get(url("calendar", visit))
    assert answer.status_code == 200
    (event,) = Calendar.from_ical(answer.content).walk("VEVENT")
    return event


def test_the_file_is_published_and_kept_in_no_cache(patient_client: Any, booked: Appointment) -> None:
    answer = patient_client.get(url("calendar", booked))

    calendar = Calendar.from_ical(answer.content)
    assert (calendar["METHOD"], calendar["VERSION"]) == ("PUBLISH", "2.0")
    assert answer["Content-Type"] == "text/calendar; charset=utf-8"
    assert answer["Content-Disposition"] == 'attachment; filename="appointment.ics"'
    assert answer["Cache-Control"] == "no-store"


def test_times_are_utc_and_the_place_is_named(
    patient_client: Any, booked: Appointment, nine: datetime, now: datetime, settings: Any
) -> None:
    settings.HOSPITAL_BASE_URL = "https://hospital.example.org:8443/"

    event = event_of(patient_client, booked)

    assert event["UID"] == f"{booked.public_id}@hospital.example.org"
    assert (event["DTSTART"].dt, event["DTEND"].dt) == (nine, nine + timedelta(minutes=20))
    assert event["DTSTART"].to_ical() == b"20270112T090000Z" and event["DTSTAMP"].dt == now
    assert (event["LAST-MODIFIED"].dt, event["SEQUENCE"]) == (now, 0)
    assert event["LOCATION"].startswith("Main building") and event["STATUS"] == "CONFIRMED"
    assert event["URL"] == f"https://hospital.example.org:8443{booked.get_absolute_url()}"


def test_d4_the_uid_stays_and_the_sequence_rises_with_every_change(
    patient_client: Any, booked: Appointment, nine: datetime, ana: Patient, now: datetime
) -> None:
    events, later = [event_of(patient_client, booked)], nine + timedelta(hours=1)
    move(appointment=booked, doctor=booked.doctor, start=later, version=1, actor=ana.user, now=now)
    events.append(event_of(patient_client, booked))
    cancel(appointment=booked, reason="", actor=ana.user, now=now)
    events.append(event_of(patient_client, booked))

    assert len({event["UID"] for event in events}) == 1
    assert [event["SEQUENCE"] for event in events] == [0, 1, 2]
    assert [event["STATUS"] for event in events] == ["CONFIRMED", "CONFIRMED", "CANCELLED"]
    assert [event["DTSTART"].dt for event in events] == [nine, later, later]


def test_what_waits_for_approval_is_tentative(patient_client: Any, booked: Appointment) -> None:
    Appointment.objects.update(status="pending")

    assert event_of(patient_client, booked)["STATUS"] == "TENTATIVE"


def test_neither_doctor_nor_specialty_nor_reason_is_in_the_file(
    patient_client: Any, booked: Appointment
) -> None:
    Appointment.objects.update(patient_reason="secret-words")

    text = patient_client.get(url("calendar", booked)).content.decode()

    assert "SUMMARY:Appointment at Riverside Hospital" in text
    for secret in ("Rao", "Cardiology", "Consultation", "secret-words", "Silva"):
        assert secret not in text


def test_a_call_has_no_address(patient_client: Any, booked: Appointment) -> None:
    AppointmentType.objects.update(mode="video")

    assert event_of(patient_client, booked)["LOCATION"] == "Video call"


def test_d5_another_patients_file_is_not_found(sign_in: Any, booked: Appointment, ben: Patient) -> None:
    assert sign_in(ben.user).get(url("calendar", booked)).status_code == 404


@pytest.mark.parametrize("status", ["held", "expired"])
def test_a_time_that_is_only_kept_has_no_file(
    status: str, patient_client: Any, booked: Appointment, now: datetime
) -> None:
    Appointment.objects.update(status=status, hold_expires_at=now + timedelta(minutes=5))

    assert patient_client.get(url("calendar", booked)).status_code == 404


def test_the_doctor_may_have_it_too(sign_in: Any, booked: Appointment, dr_rao: Doctor) -> None:
    event = event_of(sign_in(dr_rao.user), booked)

    assert event["SUMMARY"] == "Appointment at Riverside Hospital"
