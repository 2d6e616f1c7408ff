"""Moves, holds and leave against booking, by many processes at once."""

from collections import Counter
from datetime import timedelta
from functools import partial
from typing import Any

import pytest
from django.db import transaction

from accounts.errors import DomainError
from accounts.models import Doctor, Patient, User
from scheduling.models import Appointment, AppointmentEvent, AppointmentType, Status, TimeOff
from scheduling.services.booking import book
from scheduling.services.holds import hold
from scheduling.services.leave import Leave, add_time_off
from scheduling.services.moving import move
from scheduling.tests.factories import AppointmentFactory
from scheduling.tests.races.compete import NINE, NOW, PROCESSES, ROUNDS, Arena, afterwards, compete, outcome

LEAVE_ROUNDS = 150
DAY, FIVE = timedelta(days=1), timedelta(minutes=5)


def test_a_move_contest_has_one_winner_and_the_losers_keep_theirs(
    arena: Arena, doctor: Doctor, kind: AppointmentType, crowd: list[Patient], desk: User
) -> None:
    """Eight visits want the same new time, each round on another day."""
    visits = [
        [
            AppointmentFactory(
                doctor=doctor,
                patient=crowd[number],
                type=kind,
                start_at=NINE + turn * DAY + number * FIVE,
                end_at=NINE + turn * DAY + (number + 1) * FIVE,
            )
            for number in range(PROCESSES)
        ]
        for turn in range(ROUNDS)
    ]
    arena()

    def order(turn: int, number: int, gate: Any) -> str:
        visit = visits[turn][number]
        start = NINE + turn * DAY + timedelta(hours=4, minutes=10 * (number % 4))
        asked = {"doctor": doctor, "start": start, "version": visit.version, "reason": "race"}
        return outcome(partial(move, appointment=visit, actor=desk, now=NOW, **asked))

    found = compete(order)

    assert [outcomes["won"] for outcomes in found] == [1] * ROUNDS
    assert {word for outcomes in found for word in outcomes} <= {"won", "SlotTaken", "Busy"}
    old = {(visit.pk, visit.start_at) for row in visits for visit in row}
    now = afterwards(lambda: set(Appointment.objects.values_list("pk", "start_at")))
    assert len(old & now) == ROUNDS * (PROCESSES - 1)
    assert afterwards(AppointmentEvent.objects.count) == ROUNDS


def test_one_of_eight_holds_a_time(
    arena: Arena, doctor: Doctor, kind: AppointmentType, crowd: list[Patient], desk: User
) -> None:
    arena()

    def order(turn: int, number: int, gate: Any) -> str:
        start = NINE + turn * DAY
        return outcome(
            partial(hold, doctor=doctor, type=kind, patient=crowd[number], start=start, actor=desk, now=NOW)
        )

    found = compete(order)

    assert [outcomes["won"] for outcomes in found] == [1] * ROUNDS
    assert {word for outcomes in found for word in outcomes} <= {"won", "SlotTaken", "Busy"}


def test_a_lapsed_hold_goes_to_one_of_eight(
    arena: Arena, doctor: Doctor, kind: AppointmentType, crowd: list[Patient], desk: User
) -> None:
    """C15 under race: each of them expires the hold, one of them gets the time."""
    for turn in range(ROUNDS):
        AppointmentFactory(
            doctor=doctor, type=kind, start_at=NINE + turn * DAY, status=Status.HELD, hold_expires_at=NOW
        )
    arena()

    def order(turn: int, number: int, gate: Any) -> str:
        start = NINE + turn * DAY
        return outcome(
            partial(book, doctor=doctor, type=kind, patient=crowd[number], start=start, actor=desk, now=NOW)
        )

    found = compete(order)

    assert [outcomes["won"] for outcomes in found] == [1] * ROUNDS
    assert afterwards(AppointmentEvent.objects.filter(to_status=Status.EXPIRED).count) == ROUNDS


def lost_visits() -> int:
    """Visits booked into leave that nobody decided about."""
    return Appointment.objects.in_leave(NOW).count()


@pytest.mark.timeout(600)
def test_b7_leave_against_booking_loses_no_visit(
    arena: Arena, doctor: Doctor, kind: AppointmentType, crowd: list[Patient], desk: User
) -> None:
    """Two processes: either the booking finds the leave, or the leave finds the visit."""
    arena()

    def leave_or_order(turn: int, number: int, gate: Any) -> str:
        start = NINE + turn * DAY
        try:
            if number == 0:
                asked = Leave(doctor, start, start + timedelta(hours=1))
                add_time_off(leave=asked, actor=doctor.user, now=NOW)
                return "left"
            book(doctor=doctor, type=kind, patient=crowd[1], start=start, actor=desk, now=NOW)
        except DomainError as error:
            return type(error).__name__
        return "booked"

    found = compete(leave_or_order, processes=2, rounds=LEAVE_ROUNDS)

    assert afterwards(lost_visits) == 0
    assert {frozenset(outcomes) for outcomes in found} <= {
        frozenset({"left", "OutsideAvailability"}),
        frozenset({"left", "Busy"}),
        frozenset({"LeaveConflict", "booked"}),
        frozenset({"Busy", "booked"}),
    }
    assert afterwards(lambda: TimeOff.objects.count() + Appointment.objects.count()) == LEAVE_ROUNDS


def test_b7_control_without_the_lock_visits_are_lost(
    arena: Arena, doctor: Doctor, kind: AppointmentType, crowd: list[Patient]
) -> None:
    """Each looks, then both write: if none were lost here, the test above would prove nothing."""
    place = {"location_id": doctor.location_id, "department_id": doctor.department_id}
    arena()

    def look_then_write(turn: int, number: int, gate: Any) -> str:
        start = NINE + turn * DAY
        end = start + timedelta(minutes=40)
        is_free = (
            not (Appointment if number == 0 else TimeOff)
            .objects.filter(doctor=doctor, start_at__lt=end, end_at__gt=start)
            .exists()
        )
        gate.wait(timeout=60)
        with transaction.atomic():
            if is_free and number == 0:
                TimeOff.objects.create(doctor=doctor, start_at=start, end_at=end)
            elif is_free:
                times = {"start_at": start, "end_at": end, "block_start": start, "block_end": end}
                Appointment.objects.create(doctor=doctor, patient=crowd[1], type=kind, **place, **times)
        return "wrote" if is_free else "refused"

    found = compete(look_then_write, processes=2, rounds=ROUNDS)

    assert found == [Counter(wrote=2)] * ROUNDS
    assert afterwards(lost_visits) == ROUNDS
