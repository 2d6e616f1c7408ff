"""The simple types of FHIR R4: what a value of each may look like, and why another one is none."""

import re
from calendar import monthrange
from collections.abc import Callable
from datetime import datetime
from decimal import Decimal
from typing import Any

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

Words = str | Promise

DAY = r"(?P<year>\d{4})(-(?P<month>0[1-9]|1[0-2])(-(?P<day>0[1-9]|[12]\d|3[01]))?)?"
HOUR = r"([01]\d|2[0-3]):[0-5]\d:([0-5]\d|60)(\.\d+)?"
OFFSET = r"(Z|[+-](0\d|1[0-3]):[0-5]\d|[+-]14:00)"
DATE = re.compile(DAY, re.ASCII)
DATE_TIME = re.compile(rf"{DAY}(?P<hour>(?<=\d-\d\d)T{HOUR}{OFFSET})?", re.ASCII)
HOURS = re.compile(HOUR, re.ASCII)
ID = re.compile(r"[A-Za-z0-9.-]{1,64}")
CODE = re.compile(r"[^\s]+(\s[^\s]+)*")
NO_SPACE = re.compile(r"\S+")
BASE64 = re.compile(r"[A-Za-z0-9+/=\s]+")
# What JSON can carry and neither FHIR nor a database takes: control characters, halves of characters.
BROKEN = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff]")
LARGEST = 2**31 - 1

NOT_TEXT = _("This must be text in quotes.")
EMPTY = _("This is empty. What is not known is left out.")
IMPOSSIBLE = _("There is no such day.")


def is_number(value: Any) -> bool:
    return isinstance(value, int | Decimal) and not isinstance(value, bool)


def text(value: Any) -> Words:
    if not isinstance(value, str):
        return NOT_TEXT
    if not value.strip():
        return EMPTY
    return _("This holds control characters or half a character.") if BROKEN.search(value) else ""


def like(pattern: re.Pattern[str], words: Words) -> Callable[[Any], Words]:
    """Text of this form; else `words` say what it should be."""

    def judge(value: Any) -> Words:
        if reason := text(value):
            return reason
        return "" if pattern.fullmatch(value) else words

    return judge


def whole(least: int) -> Callable[[Any], Words]:
    words = _("This must be a whole number from %(least)d to %(largest)d, without quotes.")

    def judge(value: Any) -> Words:
        if isinstance(value, int) and not isinstance(value, bool) and least <= value <= LARGEST:
            return ""
        return words % {"least": least, "largest": LARGEST}

    return judge


def number(value: Any) -> Words:
    return "" if is_number(value) else _("This must be a number without quotes.")


def boolean(value: Any) -> Words:
    return "" if isinstance(value, bool) else _("This must be true or false, without quotes.")


def day(value: Any) -> Words:
    if reason := text(value):
        return reason
    found = DATE.fullmatch(value)
    if found is None:
        return _("This is not a date like 2021-08-23, 2021-08 or 2021.")
    return "" if exists(found) else IMPOSSIBLE


def date_time(value: Any) -> Words:
    if reason := text(value):
        return reason
    found = DATE_TIME.fullmatch(value)
    if found is None:
        return _("This is not a time like 2021-08-23T03:26:50+02:00: a time of day needs its offset.")
    return "" if exists(found) else IMPOSSIBLE


def instant(value: Any) -> Words:
    if reason := text(value):
        return reason
    found = DATE_TIME.fullmatch(value)
    if found is None or not found["hour"]:
        return _("This is not an instant like 2021-08-23T03:26:50+02:00, with seconds and offset.")
    return "" if exists(found) else IMPOSSIBLE


def exists(found: re.Match[str]) -> bool:
    """Whether the calendar has such a day, and the clock such a second."""
    year, month, day_number = (int(found[name] or 1) for name in ("year", "month", "day"))
    if year == 0 or day_number > monthrange(year, month)[1]:
        return False
    try:
        return bool(datetime.fromisoformat(found[0])) if "T" in found[0] else True
    except ValueError:
        return False


URI = like(NO_SPACE, _("This is not an address: it has spaces in it."))
JUDGES: dict[str, Callable[[Any], Words]] = {
    "base64Binary": like(BASE64, _("This is not Base64.")),
    "boolean": boolean,
    "canonical": URI,
    "code": like(CODE, _("This is not a code: it has spaces at its ends or several in a row.")),
    "date": day,
    "dateTime": date_time,
    "decimal": number,
    "id": like(ID, _("An id has 1 to 64 letters A–Z, digits, hyphens and points, and nothing else.")),
    "instant": instant,
    "integer": whole(-LARGEST - 1),
    "markdown": text,
    "oid": URI,
    "positiveInt": whole(1),
    "string": text,
    "time": like(HOURS, _("This is not a time of day like 08:30:00.")),
    "unsignedInt": whole(0),
    "uri": URI,
    "url": URI,
    "uuid": URI,
    "xhtml": text,
}
