"""Why no times are shown, in words, and where to go from there."""

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from urllib.parse import urlencode

from django.urls import reverse
from django.utils.formats import date_format
from django.utils.translation import gettext_lazy as _

from accounts.models import Doctor
from scheduling.services.absence import Emptiness, away_until, why_empty
from scheduling.services.explaining import Reason
from scheduling.templatetags.visits import day_at, moment_at
from scheduling.views.searching import Search


@dataclass(frozen=True)
class Empty:
    """What stands in place of the times, with the one next step."""

    title: Any
    text: Any
    url: str
    label: Any


def colleagues_url(doctor: Doctor) -> str:
    """The list of doctors of the same specialty."""
    query = {"specialty": doctor.specialty} if doctor.specialty else {}
    return f"{reverse('scheduling:doctor-list')}?{urlencode(query)}"


def too_far(search: Search, first_url: str) -> Empty:
    words = _("You can book until %(last)s.") % {"last": day_at(search.limits[1], search.zone.key)}
    return Empty(_("This day is too far ahead"), words, first_url, _("Show the first free times"))


def nothing_from(first: datetime, search: Search, first_url: str) -> Empty:
    """Earlier times are free, though none from the asked day on."""
    words = _("The first free time is %(when)s.") % {"when": moment_at(first, search.zone.key)}
    return Empty(_("Nothing is free from this day on"), words, first_url, _("Show the first free times"))


def nothing_at_all(search: Search) -> Empty:
    url, label = colleagues_url(search.doctor), _("Find another doctor")
    zone, last = search.zone.key, search.limits[1]
    if back := away_until(doctor=search.doctor, at=search.now, begins_by=last):
        told = {"doctor": search.doctor, "day": day_at(back, zone)}
        text = _("No times can be booked until then. Others in the hospital see patients.")
        return Empty(_("%(doctor)s is away until %(day)s") % told, text, url, label)
    text = _("All times until %(last)s are taken. Times become free when others cancel.")
    return Empty(_("Nothing is free"), text % {"last": day_at(last, zone)}, url, label)


def day_words(search: Search, day: date) -> Any:
    """Why this day has no time, as one or two sentences."""
    if day < search.today:
        return _("%(day)s is in the past.") % {"day": date_format(day, "l j F Y")}
    found = why_empty(
        doctor=search.doctor,
        type=search.kind,
        day=day,
        zone=search.zone,
        viewer=search.viewer,
        now=search.now,
    )
    told = {
        "day": date_format(day, "l j F Y"),
        "doctor": search.doctor,
        "kind": search.kind.name,
        "back": day_at(found.until, search.zone.key) if found.until else "",
        "closure": found.words,
        "earliest": moment_at(search.limits[0], search.zone.key),
        "latest": day_at(search.limits[1], search.zone.key),
    }
    return sentence(found) % told


def sentence(found: Emptiness) -> Any:
    if found.reason is Reason.CLOSED and found.words:
        return _("We are closed on %(day)s: %(closure)s.")
    return SENTENCES.get(found.reason, _("No time is free on %(day)s."))


# Leave is told without its kind, and a visit without whose it is.
SENTENCES = {
    None: _("The times that are free on %(day)s meet another visit of yours."),
    Reason.LEAVE: _("%(doctor)s is away until %(back)s."),
    Reason.CLOSED: _("We are closed on %(day)s."),
    Reason.DAY_CLOSED: _("%(doctor)s sees nobody on %(day)s."),
    Reason.BUSY: _("All times on %(day)s are taken."),
    Reason.BUFFER: _("All times on %(day)s are taken."),
    Reason.LIMIT: _("All times on %(day)s are taken."),
    Reason.OUTSIDE_HOURS: _("%(doctor)s has no hours on %(day)s."),
    Reason.OTHER_TYPE: _("On %(day)s %(doctor)s has no hours for “%(kind)s”."),
    Reason.OFF_GRID: _("%(doctor)s has no hours on %(day)s."),
    Reason.PAST: _("The times of %(day)s are over."),
    Reason.LEAD: _("%(day)s is too soon. Times can be booked from %(earliest)s on."),
    Reason.HORIZON: _("%(day)s is too far ahead. Times can be booked until %(latest)s."),
}
