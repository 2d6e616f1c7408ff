"""Days and times as people say them, by the clock of the place of the visit."""

from datetime import date, datetime
from typing import Any
from zoneinfo import ZoneInfo

from django import template
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.templatetags.house import clock

register = template.Library()

PARTS = [
    (12, gettext_lazy("Morning")),
    (17, gettext_lazy("Afternoon")),
    (24, gettext_lazy("Evening")),
]


def local(instant: datetime, zone: str) -> datetime:
    return instant.astimezone(ZoneInfo(zone))


@register.filter
def day_at(instant: datetime, zone: str) -> str:
    """Wednesday 6 August 2026."""
    return date_format(local(instant, zone), "l j F Y")


@register.filter
def clock_at(instant: datetime, zone: str) -> str:
    """A time as people say it; in an hour that the clocks repeat, with the name of the offset."""
    here = local(instant, zone)
    return f"{clock(here)} {here.tzname()}" if is_repeated(here) else str(clock(here))


def is_repeated(here: datetime) -> bool:
    return here.replace(fold=1 - here.fold).utcoffset() != here.utcoffset()


@register.filter
def zone_words(zone: str) -> str:
    """London time, from Europe/London."""
    return _("%(city)s time") % {"city": zone.rsplit("/", 1)[-1].replace("_", " ")}


@register.filter
def moment_at(instant: datetime, zone: str) -> str:
    """Day and time in one: Wednesday 6 August 2026, 9:20am."""
    return f"{day_at(instant, zone)}, {clock_at(instant, zone)}"


def part_of_day(here: datetime) -> Any:
    return next(words for until, words in PARTS if here.hour < until)


@register.filter
def age(birth_date: date) -> int:
    """Whole years today."""
    today = timezone.localdate()
    return today.year - birth_date.year - ((today.month, today.day) < (birth_date.month, birth_date.day))
