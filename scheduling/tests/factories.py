"""Kinds of visit, hours and visits for tests."""

from datetime import datetime, time, timedelta
from typing import Any

import factory
from factory.django import DjangoModelFactory

from accounts.audit import acting
from accounts.models import Doctor
from accounts.tests.factories import DoctorFactory, PatientFactory
from scheduling.models import (
    Appointment,
    AppointmentType,
    AvailabilityOverride,
    AvailabilityRule,
    ClinicClosure,
    Status,
    TimeOff,
)


class AppointmentTypeFactory(DjangoModelFactory):
    class Meta:
        model = AppointmentType
        django_get_or_create = ("code",)

    name = factory.Sequence(lambda n: f"Visit {n}")
    code = factory.Sequence(lambda n: f"visit-{n}")
    minutes = 20
    step_minutes = 20


class AvailabilityRuleFactory(DjangoModelFactory):
    """Mondays from 9 to 12, unless told otherwise."""

    class Meta:
        model = AvailabilityRule

    doctor = factory.SubFactory(DoctorFactory)
    department = factory.SelfAttribute("doctor.department")
    location = factory.SelfAttribute("doctor.location")
    weekday = 0
    start_time = time(9)
    end_time = time(12)


class AvailabilityOverrideFactory(DjangoModelFactory):
    """The doctor sees nobody on that day, unless told otherwise."""

    class Meta:
        model = AvailabilityOverride

    doctor = factory.SubFactory(DoctorFactory)
    department = factory.SelfAttribute("doctor.department")
    location = factory.SelfAttribute("doctor.location")
    kind = AvailabilityOverride.Kind.CLOSE


class TimeOffFactory(DjangoModelFactory):
    """Leave put straight into the table: nobody asked about the visits in its way."""

    class Meta:
        model = TimeOff

    doctor = factory.SubFactory(DoctorFactory)


class ClinicClosureFactory(DjangoModelFactory):
    class Meta:
        model = ClinicClosure


class AppointmentFactory(DjangoModelFactory):
    """A visit put straight into the table, past every rule but the database's own."""

    class Meta:
        model = Appointment

    doctor = factory.SubFactory(DoctorFactory)
    patient = factory.SubFactory(PatientFactory)
    type = factory.SubFactory(AppointmentTypeFactory)
    location = factory.SelfAttribute("doctor.location")
    department = factory.SelfAttribute("doctor.department")
    end_at = factory.LazyAttribute(lambda visit: visit.start_at + timedelta(minutes=visit.type.minutes))
    block_start = factory.SelfAttribute("start_at")
    block_end = factory.SelfAttribute("end_at")
    status = Status.BOOKED
    hold_expires_at = factory.LazyAttribute(
        lambda visit: visit.start_at if visit.status == Status.HELD else None
    )


def open_every_day(doctor: Doctor, start: time = time(9), end: time = time(17), **fields: Any) -> None:
    """Hours on each day of the week."""
    for weekday in range(7):
        AvailabilityRuleFactory(doctor=doctor, weekday=weekday, start_time=start, end_time=end, **fields)


def visits_in_a_row(doctor: Doctor, start: datetime, count: int, **fields: Any) -> list[Appointment]:
    """Visits of different patients, one after the other."""
    with acting(None):
        return [
            AppointmentFactory(doctor=doctor, start_at=start + timedelta(minutes=20 * number), **fields)
            for number in range(count)
        ]
