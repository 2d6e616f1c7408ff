"""The sweep itself."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from operator import itemgetter

from .clocks import DAY, MINUTE, Range, from_minutes, round_up, stretch
from .shapes import Blocks, Busy, Closed, Closures, Rule, Rules, Shape, Slot

NEVER = 2**60  # later than any minute that a datetime can name

Window = tuple[int, int, int, int, int]  # doctor, start, end, location, department
Place = tuple[int, int, int]  # doctor, location, department
Stretch = tuple[int, int, int]  # start, end, number of the week it belongs to
Run = tuple[int, range]  # origin of the grid, starts one step apart
PlacedRun = tuple[int, int, int, range]  # origin, location, department, starts
Grid = tuple[int, int, int]  # origin, the first minute that no longer starts a visit, end of the window


@dataclass
class _Span:
    """Hours without a break, and the minutes at which the grid starts afresh in them."""

    start: int
    end: int
    week: int
    origins: list[int]


def _week(ordinal: int) -> int:
    """Whole weeks since 0001-01-01, which was a Monday: years with 53 weeks need no care."""
    return (ordinal - 1) // 7


def _days(rule: Rule, first: date, last: date) -> Iterator[int]:
    """Ordinals of the days on which the rule's hours begin."""
    low = max(first, rule.valid_from or first).toordinal()
    high = min(last, rule.valid_until or last).toordinal()
    anchor = _week((rule.anchor or rule.valid_from or date.min).toordinal())
    for ordinal in range(low + (rule.weekday + 1 - low) % 7, high + 1, 7):
        if (_week(ordinal) - anchor) % rule.every_weeks == 0:
            yield ordinal


def _stretches(rules: Rules, first: date, last: date) -> dict[Place, list[Stretch]]:
    places: dict[Place, list[Stretch]] = defaultdict(list)
    for rule in rules:
        place = places[rule.doctor_id, rule.location_id, rule.department_id]
        for ordinal in _days(rule, first, last):
            start, end = stretch(rule.zone, date.fromordinal(ordinal), rule.start, rule.end)
            if start < end:
                place.append((start, end, _week(ordinal)))
    return places


def _spans(stretches: Iterable[Stretch]) -> list[_Span]:
    """Merge what overlaps or adjoins. The grid starts afresh with the first hours of each week.

    Without that a doctor who never closes would have no first minute, and the grid would hang on
    how far back one looked.
    """
    spans: list[_Span] = []
    for start, end, week in sorted(stretches):
        if not spans or start > spans[-1].end:
            spans.append(_Span(start, end, week, [start]))
            continue
        span = spans[-1]
        span.end = max(span.end, end)
        if week > span.week:
            span.week = week
            span.origins.append(start)
    return spans


def windows(rules: Rules, first_day: date, last_day: date) -> list[Window]:
    """Open hours that begin on these local days, both included; night hours count under their first day."""
    return sorted(
        (doctor, span.start, span.end, location, department)
        for (doctor, location, department), found in _stretches(rules, first_day, last_day).items()
        for span in _spans(found)
    )


def _reach(low: int, high: int, shape: Shape) -> tuple[date, date]:
    """Local days whose hours may decide about starts in [low, high), whatever the zone.

    Two days back for UTC-12 and a night; then the whole week and its eve, for the origin of the grid.
    """
    first = from_minutes(low).date() - 2 * DAY
    last = from_minutes(high + shape.minutes).date() + DAY
    return first - (first.weekday() + 1) * DAY, last


def _grids(spans: Iterable[_Span]) -> Iterator[Grid]:
    for span in spans:
        stops = [*span.origins[1:], span.end]
        for origin, stop in zip(span.origins, stops, strict=True):
            yield origin, stop, span.end


def _on_grid(minute: int, origin: int, step: int) -> int:
    """The first point of the grid that is not before the minute."""
    return minute + (origin - minute) % step


def _walk(grids: Iterable[Grid], barred: Sequence[Range], shape: Shape, between: Range) -> Iterator[Run]:
    """Runs of free starts; grids and barred starts are sorted, so neither pointer turns back."""
    at = 0
    for origin, stop, end in grids:
        stop = min(stop, between[1], end - shape.minutes + 1)
        start = _on_grid(max(origin, between[0]), origin, shape.step)
        while start < stop:
            while barred[at][1] <= start:
                at += 1
            yield origin, range(start, min(stop, barred[at][0]), shape.step)
            start = _on_grid(barred[at][1], origin, shape.step)


def _barred(busy: Iterable[Busy], closed: Iterable[Range], shape: Shape) -> list[Range]:
    """Ranges of starts that would run into a block, sorted, with one at the end of time to stop the walk."""
    ahead = shape.minutes + shape.after - 1
    by_visits = [(start - ahead, end + shape.before) for start, end in busy if start < end]
    by_closing = [(start - shape.minutes + 1, end) for start, end in closed if start < end]
    return [*sorted(by_visits + by_closing), (NEVER, NEVER)]


def _first(walk: Iterable[Run], most: int | None) -> Iterator[Run]:
    """No more starts than asked for, and no further steps once they are found."""
    for origin, starts in walk:
        if most is not None:
            starts = starts[:most]
            most -= len(starts)
        yield origin, starts
        if most == 0:
            return


def _runs(
    places: Mapping[Place, Sequence[Stretch]],
    busy: Blocks,
    shape: Shape,
    between: Range,
    closed: Closures,
    most: int | None,
) -> dict[int, list[PlacedRun]]:
    closed_to: dict[int | None, list[Closed]] = defaultdict(list)
    for block in closed:
        closed_to[block.doctor_id].append(block)
    runs: dict[int, list[PlacedRun]] = defaultdict(list)
    for (doctor, location, department), found in places.items():
        shut = (block for key in (doctor, None) for block in closed_to.get(key, ()))
        here = [(block.start, block.end) for block in shut if block.location_id in (None, location)]
        walk = _walk(_grids(_spans(found)), _barred(busy.get(doctor, ()), here, shape), shape, between)
        runs[doctor] += [(origin, location, department, starts) for origin, starts in _first(walk, most)]
    return runs


def _slots(doctor: int, runs: list[PlacedRun], minutes: int) -> list[Slot]:
    """Each start once: from the grid that began first, then by location and department."""
    if len({(location, department) for _, location, department, _ in runs}) == 1:
        return [Slot(at, doctor, at + minutes, place, unit) for _, place, unit, run in runs for at in run]
    firsts: dict[int, Slot] = {}
    for _, place, unit, run in sorted(runs, key=itemgetter(0, 1, 2)):
        for at in run:
            firsts.setdefault(at, Slot(at, doctor, at + minutes, place, unit))
    return list(firsts.values())


def free_slots(
    rules: Rules,
    busy: Blocks,
    shape: Shape,
    start: datetime,
    end: datetime,
    closed: Closures = (),
    most: int | None = None,
) -> list[Slot]:
    """Free visits that begin in [start, end), by start and doctor.

    A visit lies within open hours and outside what is closed. Its buffers may stick out of both (a doctor
    may tidy up after hours) but may not meet a busy block, so `busy` must hold all blocks that meet
    [start - before, end + minutes + after). A doctor has each start once: from the grid that began first,
    then by location and department. With `most`, of each doctor's starts at least so many of the first are there.
    """
    between = round_up(start), round_up(end)
    fitting = (rule for rule in rules if not rule.type_ids or shape.type_id in rule.type_ids)
    places = _stretches(fitting, *_reach(*between, shape))
    runs = _runs(places, busy, shape, between, closed, most)
    return sorted(slot for doctor, found in runs.items() for slot in _slots(doctor, found, shape.minutes))


def slot_at(
    rules: Rules, busy: Blocks, shape: Shape, start: datetime, doctor_id: int, closed: Closures = ()
) -> Slot | None:
    """The slot that the list shows for this doctor at exactly this instant, if it shows one."""
    own = (rule for rule in rules if rule.doctor_id == doctor_id)
    found = free_slots(own, busy, shape, start, start + MINUTE, closed)
    return next((slot for slot in found if from_minutes(slot.start) == start), None)
