"""The long races of `make drill`: many rounds, many processes, and not one deadlock."""

from collections import Counter
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial
from typing import Any

import pytest
from django.db import connection

from accounts.errors import DomainError
from accounts.models import Doctor, Patient, User
from accounts.tests.factories import PatientFactory
from scheduling.models import Appointment, AppointmentType
from scheduling.services.booking import book
from scheduling.services.leave import Leave, add_time_off
from scheduling.services.moving import move
from scheduling.tests.factories import AppointmentFactory, open_every_day
from scheduling.tests.races.compete import NINE, NOW, Arena, afterwards, compete, outcome

pytestmark = [pytest.mark.drill, pytest.mark.timeout(3600)]
DAY, HOUR = timedelta(days=1), timedelta(hours=1)
PATIENCE, MIXED_ROUNDS = 3000, 60


def deadlocks() -> int:
    """How many PostgreSQL has broken in this database so far; SQLite has one writer and knows none."""
    if connection.vendor != "postgresql":
        return 0
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_stat_clear_snapshot()")
        cursor.execute("SELECT deadlocks FROM pg_stat_database WHERE datname = current_database()")
        return int(cursor.fetchone()[0])


@pytest.fixture
def many(transactional_db: None) -> list[Patient]:
    return [PatientFactory() for _ in range(64)]


@pytest.mark.parametrize(("processes", "rounds"), [(16, 400), (64, 10)])
def test_c1_one_wins_each_round_and_nothing_deadlocks(
    processes: int,
    rounds: int,
    arena: Arena,
    doctor: Doctor,
    kind: AppointmentType,
    many: list[Patient],
    desk: User,
) -> None:
    before = afterwards(deadlocks)
    arena()

    def order(turn: int, number: int, gate: Any) -> str:
        start = NINE + turn * DAY + timedelta(minutes=10 * (number % 4))
        return outcome(
            partial(book, doctor=doctor, type=kind, patient=many[number], start=start, actor=desk, now=NOW)
        )

    found = compete(order, processes=processes, rounds=rounds, patience=PATIENCE)

    print(f"{rounds} rounds x {processes}: {sum(found, start=Counter())}")
    assert [outcomes["won"] for outcomes in found] == [1] * rounds
    assert {word for outcomes in found for word in outcomes} <= {"won", "SlotTaken", "Busy"}
    assert afterwards(deadlocks) == before


@dataclass
class Stir:
    """What each of sixteen processes does in one round: four move, one leaves, the others book."""

    sides: list[Doctor]
    kind: AppointmentType
    many: list[Patient]
    desk: User
    visits: list[list[Appointment]]

    def __call__(self, turn: int, number: int, gate: Any) -> str:
        start, side = NINE + turn * DAY, self.sides[number % 2]
        try:
            if number < 4:
                self.swap(self.visits[turn][number], side, start + 4 * HOUR)
            elif number == 4:
                asked = Leave(side, start + 6 * HOUR, start + 7 * HOUR)
                add_time_off(leave=asked, actor=side.user, now=NOW, on_conflict="propose")
            else:
                at = {"start": start + (5 + number % 2) * HOUR, "actor": self.desk, "now": NOW}
                book(doctor=side, type=self.kind, patient=self.many[number], **at)
        except DomainError as error:
            return type(error).__name__
        return "done"

    def swap(self, visit: Appointment, side: Doctor, start: datetime) -> None:
        other = next(doctor for doctor in self.sides if doctor != side)
        place = {"doctor": other, "start": start, "version": visit.version}
        move(appointment=visit, reason="race", **place, actor=self.desk, now=NOW)


def test_bookings_moves_and_leave_of_two_doctors_at_once_never_deadlock(
    arena: Arena, doctor: Doctor, dr_lee: Doctor, kind: AppointmentType, many: list[Patient], desk: User
) -> None:
    """Moves lock two doctors in one order, whichever way the visit goes."""
    open_every_day(dr_lee)
    sides = [doctor, dr_lee]
    visits = [
        [
            AppointmentFactory(
                doctor=sides[number % 2],
                patient=many[32 + number],
                type=kind,
                start_at=NINE + turn * DAY + number * HOUR,
            )
            for number in range(4)
        ]
        for turn in range(MIXED_ROUNDS)
    ]
    before = afterwards(deadlocks)
    arena()

    found = compete(
        Stir(sides, kind, many, desk, visits), processes=16, rounds=MIXED_ROUNDS, patience=PATIENCE
    )

    print(f"{MIXED_ROUNDS} rounds x 16: {sum(found, start=Counter())}")
    assert afterwards(deadlocks) == before
    undecided = Appointment.objects.in_leave(NOW).filter(decisions__isnull=True)
    assert afterwards(undecided.count) == 0
