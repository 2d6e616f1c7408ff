"""Many processes, one doctor, overlapping times: exactly one may win, and the test can tell when more do."""

import multiprocessing
from collections import Counter
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from time import sleep
from typing import Any
from uuid import UUID

import pytest
from django.db import connection, connections, transaction

from accounts.errors import Busy, DomainError
from accounts.models import Doctor, Patient, User
from accounts.roles import Role
from accounts.services.archiving import deactivate_doctor
from accounts.tests.factories import PatientFactory, UserFactory
from accounts.tests.processes import copied
from scheduling.models import Appointment, AppointmentType
from scheduling.services.booking import book
from scheduling.services.calendar import calendar_write
from scheduling.tests.factories import AppointmentTypeFactory, open_every_day

PROCESSES, ROUNDS = 8, 10
NOW = datetime(2027, 1, 11, 8, tzinfo=UTC)
NINE = NOW + timedelta(hours=25)
FORK = multiprocessing.get_context("fork")

Worker = Callable[[int, int, Any], str]


@pytest.fixture
def arena(transactional_db: None, tmp_path: Path) -> Iterator[Callable[[], None]]:
    """Moves a test's database to where other processes see it too.

    SQLite's lives in the memory of one process: its copy in a file takes its place until the test is over.
    """
    settings = connection.settings_dict
    name, in_memory = settings["NAME"], connection.vendor == "sqlite"

    def open_doors() -> None:
        if in_memory:
            settings["NAME"] = str(copied(tmp_path / "race.sqlite3"))

    yield open_doors
    settings["NAME"] = name


def enter(worker: Worker, number: int, rounds: int, gate: Any, results: Any) -> None:
    """One process: connections of its own, then every round together with the others."""
    connections["default"].connection = None
    connections.close_all()
    outcomes = []
    for turn in range(rounds):
        gate.wait(timeout=60)
        outcomes.append(worker(turn, number, gate))
    results.put((number, outcomes))
    connections.close_all()


def compete(worker: Worker, processes: int = PROCESSES, rounds: int = ROUNDS) -> list[Counter]:
    """The outcomes of each round, counted."""
    gate, results = FORK.Barrier(processes), FORK.Queue()
    crowd = [
        FORK.Process(target=enter, args=(worker, number, rounds, gate, results), daemon=True)
        for number in range(processes)
    ]
    for one in crowd:
        one.start()
    found = [results.get(timeout=120)[1] for _ in crowd]
    for one in crowd:
        one.join(timeout=30)
    return [Counter(outcomes[turn] for outcomes in found) for turn in range(rounds)]


@pytest.fixture
def doctor(dr_rao: Doctor) -> Doctor:
    open_every_day(dr_rao)
    return dr_rao


@pytest.fixture
def kind(transactional_db: None) -> AppointmentType:
    """Forty minutes every ten: four starts in a row all overlap each other."""
    return AppointmentTypeFactory(minutes=40, step_minutes=10)


@pytest.fixture
def crowd(transactional_db: None) -> list[Patient]:
    return [PatientFactory() for _ in range(PROCESSES)]


@pytest.fixture
def desk(transactional_db: None) -> User:
    return UserFactory(role=Role.RECEPTION)


def test_c1_one_of_eight_wins_each_round(
    arena: Callable[[], None], doctor: Doctor, kind: AppointmentType, crowd: list[Patient], desk: User
) -> None:
    arena()

    def order(turn: int, number: int, gate: Any) -> str:
        start = NINE + timedelta(days=turn, minutes=10 * (number % 4))
        try:
            book(doctor=doctor, type=kind, patient=crowd[number], start=start, actor=desk, now=NOW)
        except DomainError as error:
            return type(error).__name__
        return "won"

    found = compete(order)

    assert [outcomes["won"] for outcomes in found] == [1] * ROUNDS
    # On a crowded machine a lock may be waited for too long: "try again" is a clean answer as well.
    assert {word for outcomes in found for word in outcomes} <= {"won", "SlotTaken", "Busy"}
    assert [outcomes.total() for outcomes in found] == [PROCESSES] * ROUNDS


def test_c1_the_constraint_alone_lets_no_two_in(
    arena: Callable[[], None], doctor: Doctor, kind: AppointmentType, crowd: list[Patient], desk: User
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


def test_c1_control_an_unprotected_table_has_many_winners(arena: Callable[[], None]) -> None:
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
    arena: Callable[[], None], doctor: Doctor, kind: AppointmentType, crowd: list[Patient], desk: User
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
    arena: Callable[[], None],
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
    arena: Callable[[], None], doctor: Doctor, kind: AppointmentType, crowd: list[Patient], desk: User
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
        try:
            book(doctor=doctor, type=kind, patient=crowd[0], start=NINE, actor=desk, now=NOW)
        except DomainError as error:
            return type(error).__name__
        return "won"

    assert compete(leave_or_order, processes=2, rounds=1) == [Counter(left=1, PolicyForbids=1)]
