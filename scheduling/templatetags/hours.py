"""Hours, exceptions and leave as people say them."""

from datetime import datetime, time, timedelta

from django import template
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from accounts.templatetags.house import clock
from scheduling.models import AvailabilityOverride, AvailabilityRule, TimeOff
from scheduling.templatetags.visits import clock_at, local

register = template.Library()


@register.filter
def hours_words(entry: AvailabilityRule | AvailabilityOverride) -> str:
    """9am to 12:30pm; 10pm to 6am the next day; all day."""
    if entry.start_time is None or entry.end_time is None:
        return _("all day")
    times = {"start": clock(entry.start_time), "end": clock(entry.end_time)}
    if entry.start_time < entry.end_time or entry.end_time == time.min:
        return _("%(start)s to %(end)s") % times
    return _("%(start)s to %(end)s the next day") % times


@register.filter
def weeks_words(rule: AvailabilityRule) -> str:
    """Every 2 weeks, counted from the week of Monday 11 January 2027; nothing for every week."""
    if rule.every_weeks == 1 or rule.anchor_date is None:
        return ""
    words = ngettext("every %(number)s week", "every %(number)s weeks", rule.every_weeks)
    day = date_format(rule.anchor_date, "j F Y")
    counted = _("counted from the week of %(day)s") % {"day": day}
    return f"{words % {'number': rule.every_weeks}}, {counted}"


@register.filter
def validity_words(rule: AvailabilityRule) -> str:
    """From when until when the hours hold; nothing for always."""
    days = {
        "first": rule.valid_from and date_format(rule.valid_from, "j F Y"),
        "last": rule.valid_until and date_format(rule.valid_until, "j F Y"),
    }
    if rule.valid_from and rule.valid_until:
        return _("from %(first)s until %(last)s") % days
    if rule.valid_from:
        return _("from %(first)s") % days
    return _("until %(last)s") % days if rule.valid_until else ""


@register.filter
def leave_words(leave: TimeOff) -> str:
    """Whole days as days, else with the times, by the clock of the doctor's place."""
    place = leave.doctor.location
    zone = place.time_zone if place else timezone.get_default_timezone_name()
    return span_words(leave.start_at, leave.end_at, zone)


def span_words(start: datetime, end: datetime, zone: str) -> str:
    first, last = local(start, zone), local(end, zone)
    if first.time() == last.time() == time.min:
        return day_span(first, last - timedelta(days=1))
    said = {
        "first": date_format(first, "l j F Y"),
        "start": clock_at(start, zone),
        "end": clock_at(end, zone),
    }
    if first.date() == last.date():
        return _("%(first)s, %(start)s to %(end)s") % said
    said["last"] = date_format(last, "l j F Y")
    return _("%(first)s, %(start)s to %(last)s, %(end)s") % said


def day_span(first: datetime, last: datetime) -> str:
    days = {"first": date_format(first, "l j F Y"), "last": date_format(last, "l j F Y")}
    if first.date() == last.date():
        return str(days["first"])
    return _("%(first)s to %(last)s") % days
