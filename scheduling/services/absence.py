"""Why there is no time, as patients may know it: never why a doctor is away, never whose visit is in the way."""

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from django.db.models import Q

from accounts.models import Doctor
from scheduling.models import AppointmentType, ClinicClosure, TimeOff
from scheduling.services.availability import Viewer
from scheduling.services.explaining import Reason, explain_day

# What goes by with the clock explains a day only when nothing else does.
PASSING = (Reason.PAST, Reason.LEAD)


@dataclass(frozen=True)
class Emptiness:
    """Why a day has no time; for leave, when the doctor is back; for a closure, the reason that patients read."""

    reason: Reason | None
    until: datetime | None = None
    words: str = ""


def away_until(*, doctor: Doctor, at: datetime, begins_by: datetime | None = None) -> datetime | None:
    """When the doctor is back, if away at this moment, or soon when `begins_by` says so; one query.

    Leave that follows on without a gap counts as one.
    """
    back = None
    leave = TimeOff.objects.current().filter(doctor=doctor.pk, end_at__gt=at).order_by("start_at", "pk")
    for start, end in leave.values_list("start_at", "end_at"):
        if start > (back or begins_by or at):
            break
        back = max(end, back or end)
    return back


def why_empty(
    *, doctor: Doctor, type: AppointmentType, day: date, zone: ZoneInfo, viewer: Viewer, now: datetime
) -> Emptiness:
    """The reason that bars most starts of the day; none when only the patient's own visits are in the way."""
    told = explain_day(doctor=doctor, type=type, day=day, zone=zone, viewer=viewer, now=now)
    reasons = [reason for reason, _ in told.reasons if reason not in PASSING]
    reason = next(iter(reasons or [reason for reason, _ in told.reasons]), None)
    start = datetime.combine(day, time.min, tzinfo=zone)
    if reason is Reason.LEAVE:
        until = away_until(doctor=doctor, at=start, begins_by=start + timedelta(days=1))
        return Emptiness(reason, until)
    if reason is Reason.CLOSED:
        return Emptiness(reason, words=closure_words(doctor, start))
    return Emptiness(reason)


def closure_words(doctor: Doctor, start: datetime) -> str:
    """The public reason of what closes a place of the doctor's, or the whole house, on this day."""
    places = Q(location=None) | Q(location=doctor.location_id) | Q(location__rules__doctor=doctor.pk)
    found = ClinicClosure.objects.overlapping(start, start + timedelta(days=1)).filter(places)
    return next((closure.reason for closure in found if closure.reason), "")
