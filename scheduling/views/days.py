"""Free starts as a page counts them: day by day, in weeks, with the days on which the clocks change."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from django.utils.translation import gettext_lazy as _

from scheduling.slots import Slot, from_minutes

WEEK_DAYS = 7
DAY = timedelta(days=1)
# Sums near the ends of the calendar overflow; no visit lies outside these days.
FIRST_DAY, LAST_DAY = date(1900, 1, 1), date(2200, 1, 1)


@dataclass(frozen=True)
class FreeDay:
    """How many starts a local day has, and what the clocks do on it."""

    date: date
    count: int
    clocks: Any = ""


def days_from(first: date, count: int) -> list[date]:
    return [first + number * DAY for number in range(count)]


def local_day(slot: Slot, zone: ZoneInfo) -> date:
    return from_minutes(slot.start).astimezone(zone).date()


def counted(slots: Iterable[Slot], days: Iterable[date], zone: ZoneInfo) -> list[FreeDay]:
    starts = Counter(local_day(slot, zone) for slot in slots)
    return [FreeDay(day, starts[day], clocks(zone, day)) for day in days]


def in_weeks(days: list[FreeDay]) -> list[list[FreeDay]]:
    return [days[at : at + WEEK_DAYS] for at in range(0, len(days), WEEK_DAYS)]


def clocks(zone: ZoneInfo, day: date) -> Any:
    """Words for a day that is shorter or longer than others."""
    before, after = (datetime.combine(at, time.min, tzinfo=zone).utcoffset() for at in (day, day + DAY))
    if before is None or after is None or before == after:
        return ""
    return _("The clocks go forward") if after > before else _("The clocks go back")
