"""Many processes, one doctor, overlapping times: exactly one may win, and the test can tell when more do."""

from collections import Counter
from datetime import timedelta
from functools import partial
from time import sleep
from typing import Any
from uuid import UUID

import pytest
from django.db import connection, transaction

from accounts.errors import Busy
from accounts.models import Doctor, Patient, User
from accounts.roles import Role
from accounts.services.archiving import deactivate_doctor
from accounts.tests.factories import UserFactory
from accounts.tests.migrating import migrating
from scheduling.models import Appointment, AppointmentType
from scheduling.services.booking import book
from scheduling.services.calendar import calendar_write
from scheduling.tests.races.compete import NINE, NOW, PROCESSES, ROUNDS, Arena, compete, outcome


def test_c1_one_of_eight_wins_each_round(
    arena: Arena, doctor: Doctor, kind: AppointmentType, crowd: list[Patient], desk: User
) -> None:
    arena()

    def order(turn: int, number: int, gate: Any) -> str:
        start = NINE + timedelta(days=turn, minutes=10 * (number % 4))
        return outcome(
            partial(book, doctor=doctor, type=kind, patient=crowd[number], start=start, actor=desk, now=NOW)
        )

    found = compete(order)

    assert [outcomes["won"] for outcomes in found] == [1] * ROUNDS
    # On a crowded machine a lock may be waited for too long: "try again" is a clean answer as well.
    assert {word for outcomes in found for word in outcomes} <= {"won", "SlotTaken", "Busy"}
    assert [outcomes.total() for outcomes in found] == [PROCESSES] * ROUNDS


def test_d8_after_an_alteration_of_the_table_still_one_wins(
    transactional_db: None,
    arena: Arena,
    doctor: Doctor,
    kind: AppointmentType,
    crowd: list[Patient],
    desk: User,
) -> None:
    """SQLite rebuilds the table, and a trigger that did not ride with it would be lost without a word."""
    before = Appointment._meta.get_field("overlap_reason")
    after = before.clone()
    after.max_length = 210
    after.set_attributes_from_name("overlap_reason")
    with migrating():
        for old, new in ((before, after), (after, before)):
            with connection.schema_editor() as editor:
                editor.alter_field(Appointment, old, new)

    test_c1_the_constraint_alone_lets_no_two_in(arena, doctor, kind, crowd, desk)


def test_c1_the_constraint_alone_lets_no_two_in(
    arena: Arena, doctor: Doctor, kind: AppointmentType, crowd: list[Patient], desk: User
) -> None:
    """Without the lock and the search, by plain inserts at the same moment."""
    place, department = doctor.location_id, doctor.department_id
    arena()

    def insert(turn: int, number: int, gate: Any) -> str:
        start = NINE + timedelta(days=turn)
        end = start + timedelta(minutes=40)
        times = {"start_at": start, "end_at": end, "block_start": start, "block_end": end}
        try:
            Appointment.objects.create(
                doctor=doctor,
                patient=crowd[number],
                type=kind,
                location_id=place,
                department_id=department,
                **times,
            )
        except Exception as error:  # noqa: BLE001  a deadlock refuses as well as the constraint does
            return type(error).__name__
        return "won"

    assert [outcomes["won"] for outcomes in compete(insert)] == [1] * ROUNDS


def test_c1_control_an_unprotected_table_has_many_winners(arena: Arena) -> None:
    """If this found one winner, the processes would not meet, and the tests above would prove nothing."""
    with connection.cursor() as cursor:
        cursor.execute("CREATE TABLE unprotected (turn integer, number integer)")
    arena()

    def check_then_insert(turn: int, number: int, gate: Any) -> str:
        with connection.cursor() as cursor:
            cursor.execute("SELECT count(*) FROM unprotected WHERE turn = %s", [turn])
            taken = cursor.fetchone()[0]
            gate.wait(timeout=60)
            if not taken:
                cursor.execute("INSERT INTO unprotected VALUES (%s, %s)", [turn, number])
        return "refused" if taken else "won"

    try:
        winners = [outcomes["won"] for outcomes in compete(check_then_insert)]
    finally:
        with connection.cursor() as cursor:
            cursor.execute("DROP TABLE unprotected")

    assert min(winners) > 1


def test_c2_one_key_sent_eight_times_at_once_is_one_visit(
    arena: Arena, doctor: Doctor, kind: AppointmentType, crowd: list[Patient], desk: User
) -> None:
    arena()

    def order(turn: int, number: int, gate: Any) -> str:
        try:
            visit = book(
                doctor=doctor,
                type=kind,
                patient=crowd[0],
                start=NINE + timedelta(days=turn),
                actor=desk,
                now=NOW,
                idempotency_key=UUID(int=turn),
            )
        except Busy:
            return "Busy"
        return str(visit.pk)

    visits = [set(outcomes) - {"Busy"} for outcomes in compete(order, rounds=3)]

    assert [len(made) for made in visits] == [1, 1, 1]


def test_d10_a_calendar_that_stays_locked_says_busy(
    arena: Arena,
    doctor: Doctor,
    kind: AppointmentType,
    crowd: list[Patient],
    desk: User,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    options = connection.settings_dict["OPTIONS"]
    impatient = {"timeout": 0.3} if connection.vendor == "sqlite" else {"options": "-c lock_timeout=300"}
    monkeypatch.setitem(connection.settings_dict, "OPTIONS", options | impatient)
    arena()

    def hold_or_book(turn: int, number: int, gate: Any) -> str:
        if number == 0:
            with calendar_write(doctor, crowd[0], actor=desk):
                gate.wait(timeout=60)
                gate.wait(timeout=60)
            return "held"
        gate.wait(timeout=60)
        try:
            book(doctor=doctor, type=kind, patient=crowd[1], start=NINE, actor=desk, now=NOW)
        except Busy:
            return "busy"
        finally:
            gate.wait(timeout=60)
        return "won"

    assert compete(hold_or_book, processes=2, rounds=1) == [Counter(held=1, busy=1)]


def test_c17_a_doctor_who_is_just_leaving_takes_no_visit(
    arena: Arena, doctor: Doctor, kind: AppointmentType, crowd: list[Patient], desk: User
) -> None:
    """No constraint says this: only the lock on the doctor's row makes the booking wait and read again."""
    boss = UserFactory(role=Role.ADMIN)
    arena()

    def leave_or_order(turn: int, number: int, gate: Any) -> str:
        if number == 0:
            with transaction.atomic():
                deactivate_doctor(doctor=doctor, actor=boss, now=NOW)
                gate.wait(timeout=60)
                sleep(0.5)
            return "left"
        gate.wait(timeout=60)
        return outcome(
            partial(book, doctor=doctor, type=kind, patient=crowd[0], start=NINE, actor=desk, now=NOW)
        )

    assert compete(leave_or_order, processes=2, rounds=1) == [Counter(left=1, PolicyForbids=1)]
