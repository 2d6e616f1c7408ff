"""The visits that are planned, as rows of the hospital."""

import random
from collections.abc import Iterable, Iterator
from datetime import date, timedelta
from typing import Any

from django.db import connection

from accounts.inventory import without_rules
from benchmarks.hours import SESSIONS, SLOTS_A_DAY
from benchmarks.seeding.absences import fill_absences
from benchmarks.seeding.filling import analyze, pour, run, stored
from benchmarks.seeding.people import department_of, place_of
from benchmarks.seeding.plan import LENGTHS, Planned, plan
from scheduling.models import Appointment, Status

COLUMNS = (
    "doctor",
    "patient",
    "type",
    "location",
    "department",
    "status",
    "start_at",
    "end_at",
    "block_start",
    "block_end",
    "public_id",
    "session",
)
STRIDE = 7919  # a prime, so that the visits of one hour fall to patients far apart
# The database is thrown away after the run, and a small cache would be written out again and again.
SQLITE_HASTE = ("PRAGMA cache_size=-400000", "PRAGMA synchronous=OFF")


def fill_visits(*, doctors: int, patients: int, past: int, future: int, today: date) -> None:
    """Audit and append-only rules are made again afterwards; ends with the statistics that planners read."""
    if connection.vendor == "sqlite":
        run(*SQLITE_HASTE)
    with without_rules(connection):
        without_references()
        planned = plan(doctors=doctors, past=past, future=future, today=today)
        pour(Appointment, COLUMNS, as_rows(planned, patients, today))
        fill_absences(doctors, past, today)
    analyze()


def without_references() -> None:
    """Until the end of the transaction PostgreSQL asks of no row whether the rows it points to exist."""
    if connection.vendor != "postgresql":
        return
    with connection.cursor() as cursor:
        cursor.execute("SELECT current_setting('is_superuser') = 'on'")
        if cursor.fetchone()[0]:
            cursor.execute("SET LOCAL session_replication_role = replica")


def as_rows(planned: Iterable[Planned], patients: int, today: date) -> Iterator[tuple[Any, ...]]:
    chance = random.Random(2)
    for visit in planned:
        day, doctor, slot, kind = visit
        session = 0 if slot < SESSIONS[1][0] else 1
        start, block_end = visit.block
        end = start + timedelta(minutes=LENGTHS[kind][0])
        yield (
            doctor,
            patient_of(day, slot, doctor, patients),
            kind,
            place_of(doctor, session),
            department_of(doctor),
            str(Status.BOOKED) if day > today else past_status(chance),
            stored(start),
            stored(end),
            stored(start),
            stored(block_end),
            f"{chance.getrandbits(128):032x}",
            f"{chance.getrandbits(128):032x}",
        )


def patient_of(day: date, slot: int, doctor: int, patients: int) -> int:
    """Nobody is with two doctors at once: four slots in a row take five hundred patients each."""
    number = (day.toordinal() * SLOTS_A_DAY + slot) * 500 + doctor
    return number * STRIDE % patients + 1


def past_status(chance: random.Random) -> str:
    drawn = chance.random()
    return str(Status.CANCELLED if drawn < 0.06 else Status.NOSHOW if drawn < 0.1 else Status.FULFILLED)
