"""A doctor with a newcomer, a patient of a thousand visits, a full day, and notes that wait to be signed."""

import random
from collections.abc import Iterator
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any

from django.contrib.auth.hashers import make_password
from django.db import connection

from accounts.inventory import without_rules
from accounts.models import Doctor, User
from accounts.roles import Role
from benchmarks.hours import SLOT, day_of_the_list, midnight, starts
from benchmarks.seeding.filling import fill, reset_sequences
from benchmarks.seeding.people import BOOKED_KIND, department_of, new_id, place_of
from clinical.models import Condition, Encounter, LabResult, MedicalRecord, VitalSign
from scheduling.models import Appointment, Status

THIN, THICK = 10, 1_000  # visits of the two charts
VITALS = (
    ("8867-4", "/min", "72"),
    ("9279-1", "/min", "14"),
    ("8310-5", "Cel", "36.6"),
    ("29463-7", "kg", "71"),
)
PRESSURE = ("85354-9", "mm[Hg]", "128")
RESULTS = ("Sodium", "Potassium", "Creatinine", "Glucose", "Haemoglobin")
TREATING = 200  # the doctor, of whom no booking is asked
EMAIL = "doctor@example.org"
LISTED = 60  # visits of the day whose list is asked for

Row = tuple[Any, ...]


def fill_charts(first_patient: int, notes: int, today: date) -> None:
    """The charts belong to the first two of the patients named, the notes to those after them."""
    ids = random.Random(7)
    with without_rules(connection):
        doctor = Doctor.objects.get(pk=TREATING)
        doctor.user = User.objects.create(
            email=EMAIL, role=Role.DOCTOR, given_name="Ada", password=make_password(None)
        )
        doctor.save()
        number = 1
        for patient, visits in ((first_patient, THIN), (first_patient + 1, THICK)):
            fill_chart(ids, doctor, patient, range(number, number + visits), midnight(today))
            number += visits
        fill_notes(ids, doctor, first_patient + 2, range(number, number + notes), midnight(today))
        fill_day(ids, first_patient, day_of_the_list(today))
        reset_sequences(Encounter, MedicalRecord)


def fill_chart(ids: random.Random, doctor: Doctor, patient: int, numbers: range, now: datetime) -> None:
    """A visit a day, going back from yesterday, with a signed note and ten observations each."""
    days = {number: now - timedelta(days=number - numbers[0] + 1) for number in numbers}
    fill(
        Encounter,
        ("id", "public_id", "patient", "doctor", "department", "status", "started_at", "ended_at", "reason"),
        (
            (n, new_id(ids), patient, doctor.pk, doctor.department_id, "finished", at, at + SLOT, "Check")
            for n, at in days.items()
        ),
    )
    columns = (
        "id",
        "public_id",
        "encounter",
        "patient",
        "author",
        "complaint",
        "status",
        "signed_by",
        "signed_at",
    )
    fill(
        MedicalRecord,
        columns,
        (
            (n, new_id(ids), n, patient, doctor.user_id, "Headache", "final", doctor.user_id, at)
            for n, at in days.items()
        ),
    )
    fill_observations(ids, patient, days)
    fill(
        Condition,
        ("public_id", "patient", "display", "onset_date"),
        ((new_id(ids), patient, f"Problem {n}", now.date()) for n in range(5)),
    )


def fill_observations(ids: random.Random, patient: int, days: dict[int, datetime]) -> None:
    columns = ("public_id", "patient", "encounter", "code", "unit", "value", "second_value", "taken_at")
    fill(VitalSign, columns, vitals(ids, patient, days))
    columns = (
        "public_id",
        "patient",
        "encounter",
        "display",
        "value_quantity",
        "status",
        "taken_at",
        "released_at",
    )
    fill(
        LabResult,
        (*columns, "reported_at", "reviewed_at"),
        (
            (new_id(ids), patient, n, name, Decimal(5), "final", at, at, at, at)
            for n, at in days.items()
            for name in RESULTS
        ),
    )


def vitals(ids: random.Random, patient: int, days: dict[int, datetime]) -> Iterator[Row]:
    for n, at in days.items():
        yield (new_id(ids), patient, n, *PRESSURE, Decimal(80), at)
        for code, unit, value in VITALS:
            yield (new_id(ids), patient, n, code, unit, value, None, at)


def fill_notes(ids: random.Random, doctor: Doctor, patient: int, numbers: range, now: datetime) -> None:
    """Each of a visit and a patient of its own, written and not signed."""
    rows = [(n, patient + place) for place, n in enumerate(numbers)]
    fill(
        Encounter,
        ("id", "public_id", "patient", "doctor", "department", "status", "started_at"),
        ((n, new_id(ids), whose, doctor.pk, doctor.department_id, "in-progress", now) for n, whose in rows),
    )
    fill(
        MedicalRecord,
        ("id", "public_id", "encounter", "patient", "author", "complaint", "plan", "version"),
        ((n, new_id(ids), n, whose, doctor.user_id, "Headache", "Rest", 1) for n, whose in rows),
    )


def fill_day(ids: random.Random, patient: int, day: date) -> None:
    """Sixty visits of twenty doctors, on a day when there are no others."""
    columns = ("public_id", "doctor", "patient", "type", "location", "department", "status")
    times = ("start_at", "end_at", "block_start", "block_end", "session")
    begins = starts(day)
    fill(Appointment, (*columns, *times), (listed(ids, patient, n, begins[n // 20]) for n in range(LISTED)))


def listed(ids: random.Random, patient: int, number: int, start: datetime) -> Row:
    doctor, end = number % 20 + 1, start + SLOT
    place = (BOOKED_KIND, place_of(doctor, 0), department_of(doctor), Status.BOOKED)
    return (new_id(ids), doctor, patient + number, *place, start, end, start, end, new_id(ids))
