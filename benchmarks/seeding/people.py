"""Who and when in general: places, kinds of visit, doctors with their hours, patients and accounts."""

import random
import uuid
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

from django.contrib.auth.hashers import make_password
from django.core.management import call_command
from django.db import connection
from django.utils.text import slugify

from accounts import mrn
from accounts.inventory import without_rules
from accounts.models import Department, Doctor, Location, Patient, PatientAccess, User
from accounts.models.patient import MrnCounter
from accounts.names import search_key
from accounts.roles import Role
from benchmarks.hours import WINDOWS, ZONE
from benchmarks.seeding.filling import fill, reset_sequences
from benchmarks.seeding.plan import LENGTHS
from scheduling.models import AppointmentType, AvailabilityRule

DEPARTMENTS = (
    "Cardiology",
    "Dermatology",
    "General medicine",
    "Neurology",
    "Orthopaedics",
    "Paediatrics",
    "Surgery",
    "Urology",
)
LOCATIONS = ("Main building", "Riverside clinic")
KINDS = {1: "Consultation", 2: "Video call", 3: "Check-up", 4: "Procedure"}
BOOKED_KIND = 1
GIVEN = (
    "Ada",
    "Bela",
    "Chidi",
    "Dana",
    "Emre",
    "Femi",
    "Greta",
    "Hana",
    "Ivo",
    "Jun",
    "Kofi",
    "Lena",
    "Mira",
)
FAMILY = (
    "Adeyemi",
    "Brown",
    "Costa",
    "Diaz",
    "Eriksen",
    "Fischer",
    "Garcia",
    "Haddad",
    "Ito",
    "Jansen",
    "Khan",
)
LONG_AGO = datetime(2020, 1, 1, tzinfo=UTC)
RECEPTION = "reception@example.org"


def name_of(number: int) -> tuple[str, str]:
    return GIVEN[number % len(GIVEN)], f"{FAMILY[number // len(GIVEN) % len(FAMILY)]} {number}"


def fill_people(doctors: int, patients: int, accounts: int) -> None:
    """Migrates an empty database, and fills in all but the visits; keys run from 1 without gaps."""
    call_command("migrate", verbosity=0)
    random_ids = random.Random(1)
    with without_rules(connection):
        fill_places(random_ids)
        fill_doctors(random_ids, doctors)
        fill_patients(random_ids, patients)
        fill_accounts(random_ids, accounts)
        reset_sequences(
            Department, Location, AppointmentType, Doctor, AvailabilityRule, Patient, User, PatientAccess
        )


def new_id(random_ids: random.Random) -> uuid.UUID:
    return uuid.UUID(int=random_ids.getrandbits(128), version=4)


def fill_places(ids: random.Random) -> None:
    places = [(n, name, new_id(ids)) for n, name in enumerate(DEPARTMENTS, 1)]
    fill(Department, ("id", "name", "public_id"), places)
    sites = [(n, name, ZONE, new_id(ids)) for n, name in enumerate(LOCATIONS, 1)]
    fill(Location, ("id", "name", "time_zone", "public_id"), sites)
    columns = ("id", "name", "code", "minutes", "buffer_after_minutes", "step_minutes", "public_id")
    kinds = [(n, name, slugify(name), *LENGTHS[n], 20, new_id(ids)) for n, name in KINDS.items()]
    fill(AppointmentType, columns, kinds)


def place_of(doctor: int, session: int) -> int:
    """The location of a doctor in the morning (0) or the afternoon (1): every fourth doctor moves at noon."""
    moves = session == 1 and doctor % 4 == 0
    return (doctor + moves) % len(LOCATIONS) + 1


def department_of(doctor: int) -> int:
    return doctor % len(DEPARTMENTS) + 1


def fill_doctors(ids: random.Random, count: int) -> None:
    numbers = range(1, count + 1)
    columns = ("given_name", "family_name", "search_name", "department", "location", "specialty", "public_id")
    rows = (
        (n, *names, search_key(*names), department_of(n), place_of(n, 0), "Medicine", new_id(ids))
        for n in numbers
        for names in [name_of(n)]
    )
    fill(Doctor, ("id", *columns), rows)
    hours = ("doctor", "department", "location", "weekday", "start_time", "end_time", "public_id")
    fill(AvailabilityRule, hours, (row for n in numbers for row in week_of(ids, n)))


def week_of(ids: random.Random, doctor: int) -> Iterator[tuple[Any, ...]]:
    for weekday in range(5):
        for session, (opens, closes) in enumerate(WINDOWS):
            place = place_of(doctor, session)
            yield doctor, department_of(doctor), place, weekday, opens, closes, new_id(ids)


def fill_patients(ids: random.Random, count: int) -> None:
    columns = ("id", "mrn", "given_name", "family_name", "search_name", "birth_date", "public_id")
    born = LONG_AGO.date().replace(year=1980)
    rows = (
        (n, mrn.mrn(mrn.FIRST + n), *names, search_key(*names), born, new_id(ids))
        for n in range(1, count + 1)
        for names in [name_of(n)]
    )
    fill(Patient, columns, rows)
    fill(MrnCounter, ("id", "next_number"), [(1, mrn.FIRST + count + 1)])


def fill_accounts(ids: random.Random, count: int) -> None:
    """The first patients have an account with the same key; after them comes the reception."""
    shared = make_password("a password that nobody uses")
    people = [(n, f"patient{n}@example.org", Role.PATIENT) for n in range(1, count + 1)]
    people.append((count + 1, RECEPTION, Role.RECEPTION))
    columns = ("id", "email", "role", "given_name", "password", "public_id")
    fill(User, columns, [(*row, "Ada", shared, new_id(ids)) for row in people])
    own = [(n, n, PatientAccess.Kind.SELF, LONG_AGO, new_id(ids)) for n in range(1, count + 1)]
    fill(PatientAccess, ("patient", "user", "kind", "starts_at", "public_id"), own)
