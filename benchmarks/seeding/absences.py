"""Leave, exceptions and closures of the past: what a search must pass over, and what grows with the years."""

import random
from datetime import date
from itertools import islice

from benchmarks.hours import DAY, midnight, past_days
from benchmarks.seeding.filling import fill
from benchmarks.seeding.people import department_of, new_id, place_of
from scheduling.models import AvailabilityOverride, ClinicClosure, TimeOff

VISITS_A_DAY = 14  # of one doctor, about
EVERY = 20  # each doctor has a day of leave in so many, an exception on another, and the house is closed on a third


def fill_absences(doctors: int, past: int, today: date) -> None:
    """As far back as the visits go. None lies ahead: the base knows no absence, and must find the same times."""
    ids = random.Random(5)
    days = list(islice(past_days(today), past // (doctors * VISITS_A_DAY)))
    numbers = range(1, doctors + 1)
    leave = [
        (n, midnight(day), midnight(day + DAY), new_id(ids))
        for n in numbers
        for day in days[n % EVERY :: EVERY]
    ]
    fill(TimeOff, ("doctor", "start_at", "end_at", "public_id"), leave)
    closed = AvailabilityOverride.Kind.CLOSE
    exceptions = [
        (n, department_of(n), place_of(n, 0), day, closed, new_id(ids))
        for n in numbers
        for day in days[(n + 7) % EVERY :: EVERY]
    ]
    columns = ("doctor", "department", "location", "date", "kind", "public_id")
    fill(AvailabilityOverride, columns, exceptions)
    closures = [(midnight(day), midnight(day + DAY), new_id(ids)) for day in days[::EVERY]]
    fill(ClinicClosure, ("start_at", "end_at", "public_id"), closures)
