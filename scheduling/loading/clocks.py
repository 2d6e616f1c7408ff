"""Weekdays and times of day, as people write them."""

import re
from datetime import time

from django.utils.translation import gettext as _
from django.utils.translation import override

from accounts.loading.cells import Cells
from scheduling.models.availability import DAYS

TIME = re.compile(
    r"(?P<hour>\d{1,2})(?:[:.h](?P<minute>\d{2}))?(?::00(?:\.0+)?)?\s*(?:(?P<half>[ap])\.?m\.?)?", re.ASCII
)
SHORTEST = 2


def time_of(cells: Cells, column: str) -> time | None:
    """09:00, 9.00, 9h30, 9 am; 24:00 is the end of the day."""
    text = cells.text(column, 40, required=True)
    try:
        return read_time(text) if text else None
    except ValueError:
        cells.refuse(column, _("This is not a time like 09:00."))
        return None


def read_time(text: str) -> time:
    match = TIME.fullmatch(text.casefold())
    if match is None or not (match["minute"] or match["half"]):
        raise ValueError(text)
    hour, minute = int(match["hour"]), int(match["minute"] or 0)
    if match["half"]:
        if not 1 <= hour <= 12:
            raise ValueError(text)
        hour = hour % 12 + (12 if match["half"] == "p" else 0)
    return time(0) if (hour, minute) == (24, 0) else time(hour, minute)


def weekday(cells: Cells, column: str = "WEEKDAY") -> int | None:
    """0 is Monday. Numbers count from Monday, 1, to Sunday, 7; names are English or of the language at hand."""
    text = cells.text(column, 40, required=True)
    found = day_number(text)
    if text and found is None:
        cells.refuse(column, _("Use Monday to Sunday, or 1 (Monday) to 7 (Sunday)."))
    return found


def day_number(text: str) -> int | None:
    text = text.casefold().rstrip(".")
    if text in tuple("1234567"):
        return int(text) - 1
    found = {number for number, name in day_names() if len(text) >= SHORTEST and name.startswith(text)}
    return found.pop() if len(found) == 1 else None


def day_names() -> list[tuple[int, str]]:
    local = [(number, str(name).casefold()) for number, name in DAYS]
    with override("en"):
        return local + [(number, str(name).casefold()) for number, name in DAYS]
