"""Which visits there are: a past as long as asked for, and a future that is the same however long the past."""

import random
from collections.abc import Iterator
from datetime import date, datetime
from itertools import chain
from typing import NamedTuple

from benchmarks.hours import SESSIONS, SLOT, near_days, past_days, starts

# The kinds of visit by their key: minutes, buffer after. The first is the one that is searched and booked.
LENGTHS = {1: (20, 0), 2: (20, 0), 3: (40, 0), 4: (50, 10)}
MIX = (1, 1, 1, 1, 2, 2, 3, 4)
SLOTS_OF = {kind: sum(minutes) // 20 for kind, minutes in LENGTHS.items()}
FULL = 0.95


class Planned(NamedTuple):
    day: date
    doctor: int
    slot: int
    kind: int

    @property
    def block(self) -> tuple[datetime, datetime]:
        start = starts(self.day)[self.slot]
        return start, start + SLOT * SLOTS_OF[self.kind]


def plan(*, doctors: int, past: int, future: int, today: date) -> Iterator[Planned]:
    """The past from yesterday back, then the future."""
    return chain(plan_past(doctors, past, today), plan_future(doctors, future, today))


def plan_day(day: date, doctors: int, chance: random.Random) -> Iterator[Planned]:
    """Nearly full days of all doctors; visits of one doctor do not overlap."""
    for doctor in range(1, doctors + 1):
        for first, last in SESSIONS:
            at = first
            while at < last:
                kind = chance.choice(MIX)
                if chance.random() < FULL and at + SLOTS_OF[kind] <= last:
                    yield Planned(day, doctor, at, kind)
                    at += SLOTS_OF[kind]
                else:
                    at += 1


def plan_past(doctors: int, count: int, today: date) -> Iterator[Planned]:
    """From yesterday back, until there are so many."""
    chance = random.Random(3)
    days = past_days(today)
    while count > 0:
        for visit in plan_day(next(days), doctors, chance):
            count -= 1
            if count < 0:
                return
            yield visit


def plan_future(doctors: int, count: int, today: date) -> list[Planned]:
    """Exactly so many of the next thirty days, drawn so that nearer days are fuller."""
    chance = random.Random(4)
    days = near_days(today)
    drawn = []
    for number, day in enumerate(days):
        weight = 1 - 0.8 * number / len(days)
        drawn += [(chance.random() ** (1 / weight), visit) for visit in plan_day(day, doctors, chance)]
    if count > len(drawn):
        raise ValueError(f"Only {len(drawn)} visits fit into thirty days of {doctors} doctors.")
    return sorted(visit for _, visit in sorted(drawn)[-count:])
