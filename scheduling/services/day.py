"""What people at work want to know of a day: who waits, how long, where visits meet, and where there is room."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from statistics import fmean

from django.db.models import Min

from accounts.models import Doctor
from scheduling import slots
from scheduling.models import Appointment, AppointmentType, Status
from scheduling.services.occupancy import Hours, busy_blocks, read_hours
from scheduling.slots import Range, Shape
from scheduling.states import UPCOMING

WITHOUT_BUFFERS = Shape(type_id=0, minutes=1, step=1)


@dataclass(frozen=True)
class Gap:
    """Open hours that nobody has taken, by the clock of the place."""

    start: datetime
    end: datetime
    zone: str


def wait(visit: Appointment, now: datetime) -> timedelta | None:
    """From the arrival to the consultation, or until now; None for those who have not come."""
    if visit.arrived_at is None:
        return None
    until = now if visit.status == Status.ARRIVED else visit.started_at
    return None if until is None else max(until - visit.arrived_at, timedelta())


def average_wait(visits: Iterable[Appointment]) -> int | None:
    """Whole minutes, of those whose consultation has begun: whoever still waits would make it drift."""
    waits = [
        (visit.started_at - visit.arrived_at) / slots.MINUTE
        for visit in visits
        if visit.arrived_at and visit.started_at
    ]
    return int(max(fmean(waits), 0)) if waits else None


def overlapping(visits: Sequence[Appointment]) -> set[int]:
    """Keys of the visits that begin before an earlier one of the same doctor has ended; needs them in order."""
    ends: dict[int, datetime] = {}
    found = set()
    for visit in visits:
        if visit.status not in UPCOMING:
            continue
        if ends.get(visit.doctor_id, visit.start_at) > visit.start_at:
            found.add(visit.pk)
        ends[visit.doctor_id] = max(ends.get(visit.doctor_id, visit.end_at), visit.end_at)
    return found


def free_time(*, doctor: Doctor, start: datetime, end: datetime, now: datetime) -> list[Gap]:
    """What is left of the doctor's hours, now or later, if the shortest visit fits in; five queries.

    A time that somebody just holds is not left.
    """
    start = max(start, now)
    shortest = AppointmentType.objects.current().aggregate(least=Min("minutes"))["least"]
    if start >= end or shortest is None:
        return []
    hours = read_hours([doctor.pk], start, end)
    busy = busy_blocks([doctor.pk], WITHOUT_BUFFERS, start, end, now).get(doctor.pk, ())
    between = slots.to_minutes(start + slots.MINUTE - timedelta.resolution), slots.to_minutes(end)
    return [
        Gap(slots.from_minutes(low), slots.from_minutes(high), zone)
        for begins, ends, zone in open_ranges(hours, between)
        for low, high in without((begins, ends), busy)
        if high - low >= shortest
    ]


def open_ranges(hours: Hours, between: Range) -> list[tuple[int, int, str]]:
    """Hours less leave and closures, cut to the range; those that meet, as of two departments, are one."""
    first = slots.from_minutes(between[0]).date() - 2 * slots.DAY
    last = slots.from_minutes(between[1]).date() + slots.DAY
    zones = hours.zones()
    found = []
    for _doctor, start, end, location, _department in slots.windows(hours.rules, first, last):
        shut = [(one.start, one.end) for one in hours.closed if one.location_id in (None, location)]
        cut = max(start, between[0]), min(end, between[1])
        found += [(low, high, zones[location]) for low, high in without(cut, shut)]
    return merged(sorted(found))


def merged(ranges: Iterable[tuple[int, int, str]]) -> list[tuple[int, int, str]]:
    found: list[tuple[int, int, str]] = []
    for start, end, zone in ranges:
        if found and start <= found[-1][1]:
            found[-1] = (found[-1][0], max(found[-1][1], end), found[-1][2])
        else:
            found.append((start, end, zone))
    return found


def without(whole: Range, barred: Iterable[Range]) -> list[Range]:
    """The parts of the range that no other range covers."""
    at, end = whole
    found = []
    for low, high in sorted(barred):
        if at < min(low, end):
            found.append((at, min(low, end)))
        at = max(at, high)
    return [*found, (at, end)] if at < end else found
