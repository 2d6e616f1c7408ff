"""Random cases: the sweep against brute force, and one search against another. Case D11 of the design."""

import os
import random
from datetime import date, datetime, time, timedelta
from functools import cache
from itertools import pairwise
from zoneinfo import ZoneInfo

from hypothesis import given, settings
from hypothesis import strategies as st

from scheduling.slots import (
    Closed,
    Rule,
    Shape,
    Slot,
    free_slots,
    from_minutes,
    slot_at,
    stretch,
    to_minutes,
)
from scheduling.tests.slot_words import (
    AUTUMN,
    CAIRO,
    KATHMANDU,
    KIRITIMATI,
    LORD_HOWE,
    MONDAY,
    PAGO_PAGO,
    PARIS,
    SPRING,
    local,
)

CASES = int(os.environ.get("SLOT_CASES", "20000"))
SEED = int(os.environ.get("SLOT_SEED", "20270328"))
CHANGES = {
    PARIS: (SPRING, AUTUMN),
    CAIRO: (date(2027, 4, 30), date(2027, 10, 29)),
    LORD_HOWE: (date(2027, 10, 3), date(2027, 4, 4)),
    KATHMANDU: (MONDAY, MONDAY),
    KIRITIMATI: (MONDAY, MONDAY),
    PAGO_PAGO: (MONDAY, MONDAY),
}
CLOCKS = [time(*divmod(minute, 60)) for minute in (0, 30, 95, 120, 130, 150, 180, 540, 780, 1325, 1380, 1439)]


@cache
def brute_clock(zone, day):
    """What the clocks at the place show in every minute of a day and the hours around it."""
    noon = to_minutes(datetime.combine(day, time(12), ZoneInfo(zone)))
    minutes = range(noon - 1000, noon + 1000)
    return [(m, from_minutes(m).astimezone(ZoneInfo(zone)).replace(tzinfo=None)) for m in minutes]


@cache
def brute_opens(zone, wall):
    return next(minute for minute, shown in brute_clock(zone, wall.date()) if shown >= wall)


@cache
def brute_closes(zone, wall):
    return next(minute for minute, shown in reversed(brute_clock(zone, wall.date())) if shown < wall) + 1


def brute_stretch(zone, day, start, end):
    closes = datetime.combine(day + timedelta(days=end <= start), end)
    return brute_opens(zone, datetime.combine(day, start)), brute_closes(zone, closes)


def brute_days(rule, around):
    for n in range(-11, 5):
        day = around + timedelta(days=n)
        monday = day - timedelta(days=day.weekday())
        weeks = (
            (monday - (rule.anchor - timedelta(days=rule.anchor.weekday()))).days // 7 if rule.anchor else 0
        )
        if day.weekday() == rule.weekday and weeks % rule.every_weeks == 0:
            if (rule.valid_from or day) <= day <= (rule.valid_until or day):
                yield day, monday


def brute_hours(rules, shape, around):
    """For every doctor and place the open stretches with the Monday of their week."""
    found = {}
    for rule in rules:
        if rule.type_ids and shape.type_id not in rule.type_ids:
            continue
        for day, monday in brute_days(rule, around):
            first, end = brute_stretch(rule.zone, day, rule.start, rule.end)
            if first < end:
                key = (rule.doctor_id, rule.location_id, rule.department_id)
                found.setdefault(key, set()).add((first, end, monday))
    return found


def brute_origins(stretches):
    """Where nothing was open just before, and where a week's hours begin."""
    return [
        start
        for start, _, monday in stretches
        if not any(a < start <= b for a, b, _ in stretches)
        or start == min(a for a, _, other in stretches if other == monday)
    ]


def brute_covers(stretches, start, end):
    while start < end:
        reach = max((b for a, b, _ in stretches if a <= start < b), default=start)
        if reach == start:
            return False
        start = reach
    return True


def meets(one, other):
    return max(one[0], other[0]) < min(one[1], other[1])


def brute_fits(key, stretches, busy, closed, shape, start):
    visit = (start, start + shape.minutes)
    whole = (start - shape.before, start + shape.minutes + shape.after)
    shut = [c for c in closed if c.doctor_id in (None, key[0]) and c.location_id in (None, key[1])]
    return (
        not any(meets(whole, other) for other in busy.get(key[0], ()))
        and not any(meets(visit, (c.start, c.end)) for c in shut)
        and brute_covers(stretches, *visit)
    )


def brute_force(rules, busy, shape, low, high, closed, around):
    best = {}
    for key, stretches in brute_hours(rules, shape, around).items():
        origins = brute_origins(stretches)
        for origin in set(origins):
            for start in range(origin, high, shape.step):
                mine = max(other for other in origins if other <= start) == origin
                if start >= low and mine and brute_fits(key, stretches, busy, closed, shape, start):
                    rank = (origin, key[1], key[2])
                    best[start, key[0]] = min(best.get((start, key[0]), rank), rank)
    return [Slot(at, doctor, at + shape.minutes, *rank[1:]) for (at, doctor), rank in sorted(best.items())]


def random_rule(rng, zone, around):
    start, end = rng.choice(CLOCKS), rng.choice(CLOCKS)
    return Rule(
        doctor_id=rng.choice((1, 1, 2)),
        department_id=rng.choice((1, 1, 2)),
        location_id=rng.choice((1, 1, 2)),
        zone=zone,
        weekday=(around.weekday() + rng.choice((-1, 0, 0, 0, 1, 2, 3))) % 7,
        start=start,
        end=end,
        valid_from=rng.choice((None, None, around - timedelta(days=rng.randrange(9)))),
        valid_until=rng.choice((None, None, around + timedelta(days=rng.randrange(3)))),
        every_weeks=rng.choice((1, 1, 2)),
        anchor=around - timedelta(days=rng.randrange(30)),
        type_ids=rng.choice((frozenset(), frozenset({1}), frozenset({1, 2}), frozenset({2}))),
    )


def random_blocks(rng, low, high, count):
    starts = (rng.randrange(low - 60, high + 60) for _ in range(rng.randrange(count)))
    return [(start, start + rng.choice((0, 1, 10, 25, 30, 90))) for start in starts]


def random_case(rng):
    zone = rng.choice(list(CHANGES))
    around = rng.choice(CHANGES[zone])
    rules = [random_rule(rng, zone, around) for _ in range(rng.randrange(1, 6))]
    low = to_minutes(local(around, "00:00", zone)) + rng.randrange(-300, 600)
    high = low + rng.randrange(0, 1500)
    busy = {doctor: random_blocks(rng, low, high, 9) for doctor in (1, 2)}
    who = [(rng.choice((None, 1, 2)), rng.choice((None, 1, 2))) for _ in range(3)]
    closed = [Closed(*b, *w) for b, w in zip(random_blocks(rng, low, high, 3), who, strict=False)]
    shape = Shape(
        1, rng.choice((5, 20, 30, 45, 240)), rng.choice((7, 15, 20, 25, 60)), *rng.choices((0, 5, 15), k=2)
    )
    return rules, busy, shape, low, high, closed, around


def test_d11_sweep_equals_brute_force():
    rng = random.Random(SEED)
    total = 0

    for number in range(CASES):
        rules, busy, shape, low, high, closed, around = random_case(rng)
        found = free_slots(rules, busy, shape, from_minutes(low), from_minutes(high), closed)
        assert found == brute_force(rules, busy, shape, low, high, closed, around), f"{SEED}: case {number}"
        total += len(found)

    assert total > CASES  # most cases must have something to find


def test_d11_booking_agrees_with_the_list_at_every_minute():
    rng = random.Random(SEED)

    for _ in range(20):
        rules, busy, shape, low, high, closed, _ = random_case(rng)
        listed = free_slots(rules, busy, shape, from_minutes(low), from_minutes(high), closed)
        for doctor in (1, 2):
            single = [slot_at(rules, busy, shape, from_minutes(m), doctor, closed) for m in range(low, high)]
            assert [slot for slot in single if slot] == [slot for slot in listed if slot.doctor_id == doctor]


def test_d11_pieces_of_a_search_add_up_to_the_whole():
    rng = random.Random(SEED)

    for _ in range(1000):
        rules, busy, shape, low, high, closed, _ = random_case(rng)
        cuts = [from_minutes(m) for m in sorted([low, rng.randint(low, high), rng.randint(low, high), high])]
        pieces = [free_slots(rules, busy, shape, a, b, closed) for a, b in pairwise(cuts)]
        assert sum(pieces, []) == free_slots(rules, busy, shape, cuts[0], cuts[-1], closed)


def test_d11_the_first_so_many_are_the_first_of_all():
    rng = random.Random(SEED)

    for _ in range(1000):
        rules, busy, shape, low, high, closed, _ = random_case(rng)
        most, span = rng.randint(1, 4), (from_minutes(low), from_minutes(high))
        whole, some = (
            by_doctor(free_slots(rules, busy, shape, *span, closed, limit)) for limit in (None, most)
        )
        assert {who: found[:most] for who, found in some.items()} == {
            who: found[:most] for who, found in whole.items()
        }


def by_doctor(found):
    return {
        who: [slot for slot in found if slot.doctor_id == who] for who in {slot.doctor_id for slot in found}
    }


@settings(deadline=None, max_examples=200)
@given(
    st.sampled_from(sorted(CHANGES)),
    st.integers(-2, 2),
    st.sampled_from(CLOCKS),
    st.sampled_from(CLOCKS),
)
def test_d11_hours_equal_a_reading_of_every_minute(zone, shift, start, end):
    for change in CHANGES[zone]:
        day = change + timedelta(days=shift)
        first, last = stretch(zone, day, start, end)
        wanted = brute_stretch(zone, day, start, end)
        assert (first, last) == wanted or (first >= last and wanted[0] >= wanted[1])
