"""The messages that this app sends: place, time and a link; a doctor's name would tell the specialty."""

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from django.urls import reverse
from django.utils import timezone

from accounts.models import Message, PatientAccess, User
from accounts.outbox import absolute, enqueue, register
from scheduling.models import Appointment, TimeOff, TimeOffDecision
from scheduling.states import UPCOMING, Status

BOOKED = "appointment-booked"
CANCELLED = "appointment-cancelled"
REQUESTED = "appointment-requested"
MOVED = "appointment-moved"
AWAY = "appointment-doctor-away"
# Emergency access opens the chart; it makes nobody the patient's post box.
TOLD = [PatientAccess.Kind.SELF, PatientAccess.Kind.PROXY]


def tell(kind: str, visit: Appointment, *, now: datetime, about: str = "") -> None:
    """One message to each account that acts for the patient in matters of appointments.

    Each change of the visit has its version, so that it is told once, and the next change again; `about`
    names what else there is to tell of a visit that did not change itself.
    """
    for user in readers([visit.patient_id], now):
        enqueue(kind, visit, recipient=user, key=f"{kind}:{visit.pk}:{visit.version}:{user.pk}{about}")


def tell_of_leave(time_off: TimeOff, patient_ids: Iterable[int], *, now: datetime) -> None:
    """One message to each account, however many visits of however many patients the leave concerns."""
    for user in readers(patient_ids, now):
        enqueue(AWAY, time_off, recipient=user)


def readers(patient_ids: Iterable[int], now: datetime) -> list[User]:
    """The accounts to be told, each once, in the order of their grants."""
    found = {grant.user_id: grant.user for grant in told(patient_ids, now)}
    return list(found.values())


def told(patient_ids: Iterable[int], now: datetime) -> list[PatientAccess]:
    grants = PatientAccess.objects.filter(patient__in=list(patient_ids), kind__in=TOLD, starts_at__lte=now)
    lasting = grants.exclude(ends_at__lte=now).select_related("user").order_by("pk")
    return [grant for grant in lasting if grant.user.is_active and "appointments" in grant.scopes]


def place_and_time(message: Message, visit: Appointment) -> dict[str, Any]:
    link = absolute(reverse("scheduling:appointment-detail", args=[visit.public_id]))
    return {
        "start_at": visit.start_at,
        "zone": visit.location.time_zone,
        "place": visit.location,
        "link": link,
    }


def changed_visits(message: Message, time_off: TimeOff) -> dict[str, Any]:
    """Every visit of the recipient's that this leave moved, offered anew or cancelled, each with its own link."""
    patients = {
        grant.patient_id
        for grant in told(patients_of(time_off), timezone.now())
        if grant.user_id == message.recipient_id
    }
    decisions = time_off.decisions.with_visits().filter(appointment__patient__in=patients)
    return {"changes": [as_change(decision) for decision in decisions if decision.choice in CHANGES]}


CHANGES = [TimeOffDecision.Choice.MOVE, TimeOffDecision.Choice.OFFER, TimeOffDecision.Choice.CANCEL]


def patients_of(time_off: TimeOff) -> list[int]:
    return list(time_off.decisions.order_by().values_list("appointment__patient", flat=True).distinct())


def as_change(decision: TimeOffDecision) -> dict[str, Any]:
    visit = decision.appointment
    return {
        "choice": decision.choice,
        "old_start_at": decision.old_start_at,
        "new_start_at": decision.new_start_at,
        "zone": visit.location.time_zone,
        "place": decision.new_location or visit.location,
        "link": absolute(reverse("scheduling:appointment-answer", args=[visit.public_id])),
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
register(
    REQUESTED,
    template="scheduling/appointment_requested",
    context=place_and_time,
    still_true=lambda visit: visit.status == Status.PENDING,
)
register(
    MOVED,
    template="scheduling/appointment_moved",
    context=place_and_time,
    still_true=lambda visit: visit.status in UPCOMING,
)
register(AWAY, template="scheduling/doctor_away", context=changed_visits)
