"""How other houses write dates and times: DD.MM.YYYY, MM/DD/YY HH:mm."""

import re
from collections.abc import Callable
from datetime import date

from django.utils import timezone

from accounts.fields import month_number

# Capitals for the date, small letters for the minutes: MM is the month, mm the minute.
PARTS = {
    "YYYY": r"(?P<year>\d{4})",
    "YY": r"(?P<year>\d{2})",
    "MMM": r"(?P<month>[^\W\d_]{3,}\.?)",
    "MM": r"(?P<month>\d{2})",
    "M": r"(?P<month>\d{1,2})",
    "DD": r"(?P<day>\d{2})",
    "D": r"(?P<day>\d{1,2})",
    "HH": r"(?P<hour>\d{2})",
    "H": r"(?P<hour>\d{1,2})",
    "mm": r"(?P<minute>\d{2})",
    "ss": r"(?P<second>\d{2})",
}
PART = re.compile("|".join(sorted(PARTS, key=len, reverse=True)))
LETTERS = re.compile(r"[^\W\d_]")
DATE, CLOCK = {"year", "month", "day"}, {"hour", "minute"}


def reader(pattern: str) -> Callable[[str], str]:
    """Turns a date or time that is written so into ISO 8601, and leaves all else; ValueError when it is no pattern."""
    between, found = PART.split(pattern), PART.findall(pattern)
    if any(LETTERS.search(text) for text in between):
        raise ValueError(pattern)
    pieces = (re.escape(text) + PARTS.get(part, "") for text, part in zip(between, [*found, ""], strict=True))
    try:
        shape = re.compile("".join(pieces))
    except re.error:
        raise ValueError(pattern) from None
    if set(shape.groupindex) - {"second"} not in (DATE, CLOCK, DATE | CLOCK):
        raise ValueError(pattern)
    return lambda text: as_iso(text, shape)


def as_iso(text: str, shape: re.Pattern[str]) -> str:
    match = shape.fullmatch(text.strip())
    if match is None:
        return text
    parts = match.groupdict()
    clock = ":".join(parts[name].zfill(2) for name in ("hour", "minute", "second") if name in parts)
    if "year" not in parts:
        return clock
    try:
        day = date(whole_year(parts["year"]), month_number(parts["month"]), int(parts["day"])).isoformat()
    except ValueError:
        return text
    return f"{day}T{clock}" if clock else day


def whole_year(digits: str) -> int:
    """Of two digits the latest year that is not beyond the next one."""
    latest = timezone.localdate().year + 1
    return int(digits) if len(digits) == 4 else latest - (latest - int(digits)) % 100
