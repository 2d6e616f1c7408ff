"""What the check and the confirmation say beside the order itself."""

from datetime import datetime, timedelta
from typing import Any
from urllib.parse import urlencode
from uuid import uuid4

import pytest

from accounts.models import Doctor, Patient
from scheduling.models import Appointment, AppointmentType
from scheduling.services.booking import cancel
from scheduling.tests.factories import AppointmentFactory
from scheduling.tests.pages import check, url

pytestmark = pytest.mark.usefixtures("frozen")


def form_of(order: dict[str, Any], **changes: Any) -> dict[str, Any]:
    """What the check page posts."""
    return {
        "type": order["type"].public_id,
        "start": order["start"].isoformat(),
        "key": uuid4(),
        "patient_reason": "A cough",
    } | changes


def near(client: Any, order: dict[str, Any], **changes: Any) -> str:
    """The check page of an order that differs by so much."""
    asked = order | changes
    query = {"type": asked["type"].public_id, "start": asked["start"].isoformat()}
    return client.get(check(asked["doctor"]), query).content.decode()


def test_another_visit_nearby_may_be_moved_instead(
    patient_client: Any, booked: Appointment, order: dict[str, Any]
) -> None:
    later = order["start"] + timedelta(days=2)

    page = near(patient_client, order, start=later)

    assert "You already have a visit close by: Tuesday 12 January 2027, 9am" in page
    query = urlencode({"doctor": booked.doctor.public_id, "start": later.isoformat()})
    assert f'href="{url("move", booked)}?{query}"'.replace("&", "&amp;") in page


def test_a_visit_on_the_same_day_elsewhere_is_pointed_out_but_not_moved(
    patient_client: Any, booked: Appointment, order: dict[str, Any], lee_hours: Doctor
) -> None:
    Doctor.objects.filter(pk=lee_hours.pk).update(specialty="Dermatology")

    page = near(patient_client, order, doctor=lee_hours, start=order["start"] + timedelta(hours=1))

    assert "You already have a visit close by" in page
    assert "Move that visit" not in page


def test_a_visit_in_another_week_or_for_another_trouble_is_not_close_by(
    patient_client: Any, order: dict[str, Any], ana: Patient, dr_lee: Doctor
) -> None:
    Doctor.objects.filter(pk=dr_lee.pk).update(specialty="Dermatology")
    AppointmentFactory(doctor=dr_lee, patient=ana, start_at=order["start"] + timedelta(days=2))
    AppointmentFactory(doctor=order["doctor"], patient=ana, start_at=order["start"] + timedelta(days=7))

    page = near(patient_client, order)

    assert "Check and book" in page and "close by" not in page


def test_what_needs_approval_is_asked_for_and_told_so_before_and_after(
    patient_client: Any, order: dict[str, Any]
) -> None:
    AppointmentType.objects.update(needs_approval=True)
    before = near(patient_client, order)

    after = patient_client.post(check(order["doctor"]), form_of(order), follow=True).content.decode()

    assert "The hospital answers first" in before and "Ask for this appointment" in before
    assert "We have asked for your appointment" in after and "Appointment booked" not in after
    assert Appointment.objects.get().status == "pending"


def test_the_confirmation_tells_the_state_that_the_visit_has_by_now(
    patient_client: Any, booked: Appointment, ana: Patient, now: datetime
) -> None:
    AppointmentType.objects.update(preparation="Eat nothing before.")
    fresh = patient_client.get(url("booked", booked)).content.decode()
    cancel(appointment=booked, reason="", actor=ana.user, now=now)

    later = patient_client.get(url("booked", booked)).content.decode()

    assert "<h1" in fresh and "Appointment booked" in fresh and "Eat nothing before." in fresh
    assert f'href="{url("calendar", booked)}"' in fresh
    assert "This appointment is cancelled" in later and "Appointment booked" not in later
