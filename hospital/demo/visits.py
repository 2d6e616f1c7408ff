"""The demo's past, with signed records, and its future, with bookings."""

from collections.abc import Iterator
from datetime import datetime, timedelta
from itertools import cycle

from accounts.audit import acting
from accounts.models import Doctor, Patient
from clinical.services.encounters import start_encounter
from clinical.services.records import save_draft, sign
from hospital.demo.build import Demo
from hospital.demo.notes import CASES
from scheduling.models import Appointment
from scheduling.services.availability import free_slots
from scheduling.services.booking import book, cancel
from scheduling.services.visits import arrive, no_show
from scheduling.slots import from_minutes

PAST_DAYS, FUTURE_DAYS = 28, 21


def build_visits(demo: Demo, now: datetime) -> None:
    """Every patient was here once and comes back; one past visit in ten was missed, one cancelled."""
    queue = cycle(demo.patients)
    past, future = len(demo.patients) // len(demo.doctors) + 1, 7
    for doctor in demo.doctors:
        since = now - timedelta(days=PAST_DAYS)
        for number, start in enumerate(spread(demo, doctor, since, now, past)):
            live_through(demo, doctor, next(queue), start, number)
        ahead = spread(demo, doctor, now + timedelta(hours=1), now + timedelta(days=FUTURE_DAYS), future)
        for start in ahead:
            book_visit(demo, doctor, next(queue), start, made=now)
    fill_today(demo, now)


def spread(demo: Demo, doctor: Doctor, start: datetime, end: datetime, count: int) -> list[datetime]:
    """So many free starts, evenly taken from all there are, and at other times for every doctor."""
    found = starts(demo, doctor, start, end)
    step = max(1, len(found) // count)
    return found[demo.doctors.index(doctor) * 3 % step :: step][:count]


def starts(
    demo: Demo, doctor: Doctor, start: datetime, end: datetime, kind: str = "first-visit"
) -> list[datetime]:
    slots = free_slots(
        doctors=[doctor],
        type=demo.types[kind],
        start=start,
        end=end,
        viewer=demo.reception,
        now=start - timedelta(days=1),
    )
    return [from_minutes(slot.start) for slot in slots]


def book_visit(demo: Demo, doctor: Doctor, patient: Patient, start: datetime, made: datetime) -> Appointment:
    return book(
        doctor=doctor,
        type=demo.types["first-visit"],
        patient=patient,
        start=start,
        actor=demo.reception,
        now=made,
        source=Appointment.Source.COMMAND,
    )


def live_through(demo: Demo, doctor: Doctor, patient: Patient, start: datetime, number: int) -> None:
    visit = book_visit(demo, doctor, patient, start, made=start - timedelta(days=3))
    if number % 10 == 4:
        cancel(appointment=visit, reason="Cannot come", actor=demo.reception, now=start - timedelta(days=1))
    elif number % 10 == 7:
        no_show(appointment=visit, actor=demo.reception, now=start + timedelta(minutes=30))
    else:
        arrive(appointment=visit, actor=demo.reception, now=start - timedelta(minutes=8))
        see(doctor, visit, start)


def see(doctor: Doctor, visit: Appointment, start: datetime) -> None:
    case = CASES[doctor.department.name]
    encounter = start_encounter(appointment=visit, actor=doctor.user, now=start)
    record = save_draft(
        encounter=encounter, version=0, actor=doctor.user, now=start + timedelta(minutes=15), **case
    )
    sign(record=record, version=record.version, actor=doctor.user, now=start + timedelta(minutes=20))


def fill_today(demo: Demo, now: datetime) -> None:
    """The doctor who signs in has people waiting, if the day still has free times."""
    doctor = demo.doctors[0]
    midnight = now.replace(hour=0, minute=0, second=0, microsecond=0)
    for number, start in enumerate(today(demo, doctor, midnight)):
        with acting(demo.reception, reason="demo"):
            visit = book_visit(demo, doctor, demo.patients[number], start, made=midnight)
            if number < 2:
                arrive(appointment=visit, actor=demo.reception, now=max(now, start - timedelta(minutes=5)))


def today(demo: Demo, doctor: Doctor, midnight: datetime) -> Iterator[datetime]:
    free = starts(demo, doctor, midnight, midnight + timedelta(days=1))
    yield from free[:6:1]
