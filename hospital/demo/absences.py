"""What differs from the weekly hours in the demo: leave with offers, a closed place, an extra day, a request."""

from datetime import datetime, time, timedelta

from accounts.audit import acting
from accounts.models import Doctor
from hospital.demo.build import Demo
from hospital.demo.visits import starts
from scheduling.models import AvailabilityOverride, ClinicClosure, TimeOff
from scheduling.services.booking import book
from scheduling.services.hours import save_override
from scheduling.services.leave import Leave, add_time_off

DAY = timedelta(days=1)


def build_absences(demo: Demo, now: datetime) -> None:
    """The patient who signs in has a visit for which a new time waits to be answered."""
    midnight = now.replace(hour=0, minute=0, second=0, microsecond=0)
    away = demo.doctors[1]
    visit_of_the_patient(demo, away, midnight + 9 * DAY)
    leave = Leave(away, midnight + 8 * DAY, midnight + 15 * DAY, TimeOff.Kind.EDUCATION, "Conference")
    add_time_off(leave=leave, actor=demo.admin, now=now, on_conflict="propose")
    close_the_clinic(demo, midnight + 20 * DAY)
    open_a_saturday(demo, demo.doctors[0], now)
    ask_for_a_second_opinion(demo, now)


def visit_of_the_patient(demo: Demo, doctor: Doctor, since: datetime) -> None:
    """While the leave lasts, whichever weekday the demo is built on."""
    start = starts(demo, doctor, since, since + 6 * DAY)[0]
    place = {"doctor": doctor, "type": demo.types["first-visit"], "start": start}
    book(patient=demo.patients[0], **place, actor=demo.reception, now=since - 9 * DAY)


def close_the_clinic(demo: Demo, day: datetime) -> None:
    with acting(demo.admin, reason="demo"):
        ClinicClosure.objects.create(
            location=demo.places[1], start_at=day, end_at=day + DAY, reason="Electrical works"
        )


def open_a_saturday(demo: Demo, doctor: Doctor, now: datetime) -> None:
    saturday = now.date() + timedelta(days=(5 - now.weekday()) % 7 + 7)
    override = AvailabilityOverride(
        doctor=doctor,
        department=doctor.department,
        location=doctor.location,
        date=saturday,
        kind=AvailabilityOverride.Kind.OPEN,
        start_time=time(9),
        end_time=time(12),
        note="Catching up",
    )
    save_override(override=override, actor=demo.admin)


def ask_for_a_second_opinion(demo: Demo, now: datetime) -> None:
    """It waits for an answer of the hospital's."""
    patient, doctor = demo.patients[0], demo.doctors[2]
    account = patient.accesses.get().user
    start = starts(demo, doctor, now + 3 * DAY, now + 13 * DAY, "second-opinion")[2]
    place = {"doctor": doctor, "type": demo.types["second-opinion"], "start": start}
    book(patient=patient, **place, actor=account, now=now, patient_reason="I was told to have an operation.")
