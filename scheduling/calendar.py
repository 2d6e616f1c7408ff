"""Visits as iCalendar (RFC 5545): place and time and a link; a doctor's name would tell the specialty."""

from datetime import UTC, datetime
from urllib.parse import urlsplit

from django.conf import settings
from django.utils.translation import gettext as _

from accounts.outbox import absolute
from scheduling.models import Appointment, AppointmentType, Status

STATUSES = {
    Status.PENDING: "TENTATIVE",
    Status.CANCELLED: "CANCELLED",
    Status.ENTERED_IN_ERROR: "CANCELLED",
}


def as_calendar(visit: Appointment, *, now: datetime) -> bytes:
    """One visit, to be published: UID stays, SEQUENCE counts its changes. Needs people loaded; one query."""
    # The package takes a twentieth of a second to load: processes that never make a file do not pay for it.
    from icalendar import Calendar, Event  # noqa: PLC0415

    event = Event()
    for name, value in facts(visit, now).items():
        event.add(name, value)
    calendar = Calendar()
    calendar.add("prodid", f"-//{settings.HOSPITAL_NAME}//Appointments//EN")
    calendar.add("version", "2.0")
    calendar.add("method", "PUBLISH")
    calendar.add_component(event)
    return calendar.to_ical()


def facts(visit: Appointment, now: datetime) -> dict[str, object]:
    """Instants in UTC, so that no calendar needs to know the zone."""
    changed = visit.events.order_by().values_list("happened_at", flat=True)
    link = absolute(visit.get_absolute_url())
    return {
        "uid": f"{visit.public_id}@{urlsplit(settings.HOSPITAL_BASE_URL).hostname or 'localhost'}",
        "sequence": visit.version - 1,
        "dtstamp": now.astimezone(UTC),
        "last-modified": max(changed, default=visit.recorded_at).astimezone(UTC),
        "dtstart": visit.start_at.astimezone(UTC),
        "dtend": visit.end_at.astimezone(UTC),
        "status": STATUSES.get(Status(visit.status), "CONFIRMED"),
        "summary": _("Appointment at %(hospital)s") % {"hospital": settings.HOSPITAL_NAME},
        "location": place_words(visit),
        "description": _("Details, and how to move or cancel: %(link)s") % {"link": link},
        "url": link,
        "class": "PRIVATE",
    }


def place_words(visit: Appointment) -> str:
    """Where to be; a call takes place nowhere."""
    if visit.type.mode != AppointmentType.Mode.IN_PERSON:
        return str(visit.type.get_mode_display())
    place = visit.location
    return ", ".join(filter(None, [place.name, place.address, place.city, place.postal_code]))
