"""Merges at once with each other and with bookings: no visit is left with a file that nobody opens any more."""

from functools import partial
from typing import Any

import pytest

from accounts.models import Doctor, Patient, PatientMerge, User
from accounts.roles import Role
from accounts.services.merging import merge
from accounts.tests.factories import PatientFactory, UserFactory
from scheduling.models import Appointment, AppointmentType
from scheduling.services.booking import book
from scheduling.tests.races.compete import NINE, NOW, Arena, afterwards, compete, outcome

ROUNDS = 4
Pair = tuple[Patient, Patient]


@pytest.fixture
def pairs(transactional_db: None) -> list[Pair]:
    return [(PatientFactory(), PatientFactory()) for _ in range(ROUNDS)]


@pytest.fixture
def merger(transactional_db: None) -> User:
    return UserFactory(role=Role.ADMIN)


def united(survivor: Patient, loser: Patient, actor: User) -> str:
    told = {"versions": (1, 1), "choices": {}, "reason": "Same person", "actor": actor, "now": NOW}
    return outcome(partial(merge, survivor=survivor, loser=loser, **told))


def test_of_merges_in_both_directions_one_is_done(arena: Arena, pairs: list[Pair], merger: User) -> None:
    arena()

    def work(turn: int, number: int, gate: Any) -> str:
        one, other = pairs[turn] if number % 2 else reversed(pairs[turn])
        return united(one, other, merger)

    found = compete(work, rounds=ROUNDS)

    assert [outcomes["won"] for outcomes in found] == [1] * ROUNDS
    assert {word for outcomes in found for word in outcomes} <= {"won", "CannotMerge", "StaleVersion", "Busy"}
    assert afterwards(lambda: PatientMerge.objects.count()) == ROUNDS
    assert afterwards(lambda: Patient.objects.filter(merged_into__isnull=False).count()) == ROUNDS


def test_c18_a_booking_at_the_same_moment_ends_with_the_file_that_stays(
    arena: Arena, doctor: Doctor, kind: AppointmentType, pairs: list[Pair], desk: User, merger: User
) -> None:
    losers = [loser.pk for _survivor, loser in pairs]
    arena()

    def work(turn: int, number: int, gate: Any) -> str:
        survivor, loser = pairs[turn]
        if number == 0:
            return "merged" if united(survivor, loser, merger) == "won" else "not merged"
        start = NINE.replace(hour=8 + number) + (NINE - NOW) * turn
        told = {"doctor": doctor, "type": kind, "start": start, "actor": desk, "now": NOW}
        return outcome(partial(book, patient=loser, **told))

    found = compete(work, processes=6, rounds=ROUNDS)

    assert [outcomes["merged"] for outcomes in found] == [1] * ROUNDS
    assert {word for outcomes in found for word in outcomes} <= {"merged", "won", "PolicyForbids", "Busy"}
    won = sum(outcomes["won"] for outcomes in found)
    assert afterwards(lambda: Appointment.objects.count()) == won
    assert afterwards(lambda: Appointment.objects.filter(patient__in=losers).count()) == 0
