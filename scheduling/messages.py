"""The messages that this app sends: place, time and a link; a doctor's name would tell the specialty."""

from datetime import datetime
from typing import Any

from django.urls import reverse

from accounts.models import Message, PatientAccess, User
from accounts.outbox import absolute, enqueue, register
from scheduling.models import Appointment
from scheduling.states import UPCOMING, Status

BOOKED = "appointment-booked"
CANCELLED = "appointment-cancelled"
# Emergency access opens the chart; it makes nobody the patient's post box.
TOLD = [PatientAccess.Kind.SELF, PatientAccess.Kind.PROXY]


def tell(kind: str, visit: Appointment, *, now: datetime) -> None:
    """One message to each account that acts for the patient in matters of appointments."""
    for user in readers(visit, now):
        enqueue(kind, visit, recipient=user)


def readers(visit: Appointment, now: datetime) -> list[User]:
    grants = PatientAccess.objects.filter(patient=visit.patient_id, kind__in=TOLD, starts_at__lte=now)
    lasting = grants.exclude(ends_at__lte=now).select_related("user").order_by("pk")
    return [grant.user for grant in lasting if grant.user.is_active and "appointments" in grant.scopes]


def place_and_time(message: Message, visit: Appointment) -> dict[str, Any]:
    link = absolute(reverse("scheduling:appointment-detail", args=[visit.public_id]))
    return {
        "start_at": visit.start_at,
        "zone": visit.location.time_zone,
        "place": visit.location,
        "link": link,
    }


register(
    BOOKED,
    template="scheduling/appointment_booked",
    context=place_and_time,
    still_true=lambda visit: visit.status in UPCOMING,
)
register(
    CANCELLED,
    template="scheduling/appointment_cancelled",
    context=place_and_time,
    still_true=lambda visit: visit.status == Status.CANCELLED,
)
