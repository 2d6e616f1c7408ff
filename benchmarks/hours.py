"""The hours of the seeded hospital: two windows each weekday, cut into slots of twenty minutes."""

from collections.abc import Iterator
from datetime import UTC, date, datetime, time, timedelta
from functools import cache
from itertools import count
from zoneinfo import ZoneInfo

ZONE = "Europe/London"
DAY = timedelta(days=1)
SLOT = timedelta(minutes=20)
WINDOWS = ((time(9), time(12)), (time(13), time(17)))
# The slots of a day, numbered through: nine in the morning, twelve in the afternoon.
SESSIONS = ((0, 9), (9, 21))
SLOTS_A_DAY = 21
NEAR_DAYS = 30  # the future that is filled with visits, and the longest range that is searched
FARTHEST_DAYS = 85  # patients book less than ninety days ahead


@cache
def starts(day: date) -> list[datetime]:
    """The instants at which the slots of the day begin, in order."""
    found = []
    for opens, closes in WINDOWS:
        at = datetime.combine(day, opens, ZoneInfo(ZONE)).astimezone(UTC)
        until = datetime.combine(day, closes, ZoneInfo(ZONE)).astimezone(UTC)
        while at < until:
            found.append(at)
            at += SLOT
    return found


def is_open(day: date) -> bool:
    return day.weekday() < 5


def first_day(today: date) -> date:
    """The first open day after today: every search begins here, and so does the filled future."""
    return next(day for day in (today + DAY * n for n in count(1)) if is_open(day))


def near_days(today: date) -> list[date]:
    """The open days of the filled future."""
    first = first_day(today)
    return [first + DAY * n for n in range(NEAR_DAYS) if is_open(first + DAY * n)]


def past_days(today: date) -> Iterator[date]:
    """The open days before today, without end, from the latest back."""
    return (day for day in (today - DAY * n for n in count(1)) if is_open(day))


def midnight(day: date) -> datetime:
    """The beginning of the day by the hospital's clock."""
    return datetime.combine(day, time.min, ZoneInfo(ZONE))


def day_of_the_list(today: date) -> date:
    """An open day beyond all other visits, those that are booked while it is measured among them."""
    return next(day for day in (today + DAY * n for n in count(FARTHEST_DAYS + 15)) if is_open(day))
