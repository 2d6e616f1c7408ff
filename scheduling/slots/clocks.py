"""Wall-clock times of a place as instants, through every change of its clocks."""

from bisect import bisect_left
from datetime import UTC, date, datetime, time, timedelta
from functools import lru_cache
from zoneinfo import ZoneInfo

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
MINUTE, DAY = timedelta(minutes=1), timedelta(days=1)

Range = tuple[int, int]


def to_minutes(moment: datetime) -> int:
    """Seconds are cut off; a naive datetime is a TypeError."""
    return (moment - EPOCH) // MINUTE


def from_minutes(minutes: int) -> datetime:
    return EPOCH + minutes * MINUTE


def round_up(moment: datetime) -> int:
    return -((EPOCH - moment) // MINUTE)


def _after_gap(wall: datetime) -> int:
    """The instant of the clock change that skips this wall time."""
    earlier, later = to_minutes(wall.replace(fold=1)), to_minutes(wall.replace(fold=0))
    old = wall.replace(fold=0).utcoffset()

    def has_changed(minute: int) -> bool:
        return from_minutes(minute).astimezone(wall.tzinfo).utcoffset() != old

    return earlier + bisect_left(range(earlier, later + 1), True, key=has_changed)


def _instant(wall: datetime, zone: ZoneInfo, fold: int) -> int:
    first, second = (wall.replace(tzinfo=zone, fold=side) for side in (0, 1))
    offsets = first.utcoffset(), second.utcoffset()
    if offsets[0] is not None and offsets[1] is not None and offsets[0] < offsets[1]:
        return _after_gap(first)
    return to_minutes(second if fold else first)


@lru_cache(maxsize=2**16)
def stretch(zone: str, day: date, start: time, end: time) -> Range:
    """From the first instant not before `start` until just after the last one before `end`, on local clocks.

    Hours skipped by a clock change are empty. An end inside a repeated hour includes both passes, while
    an end exactly where the repeated hour begins includes neither: hence the minute before the end.
    """
    clock = ZoneInfo(zone)
    last = datetime.combine(day if end > start else day + DAY, end)
    until = min(_instant(last, clock, fold=1), _instant(last - MINUTE, clock, fold=1) + 1)
    return _instant(datetime.combine(day, start), clock, fold=0), until
