"""What most tests of the calendar need: hours, kinds of visit, a first free time."""

from datetime import UTC, datetime, time
from typing import Any

import pytest

from accounts.models import Doctor, Patient
from scheduling.models import Appointment, AppointmentType
from scheduling.services.booking import book
from scheduling.tests.factories import AppointmentTypeFactory, AvailabilityRuleFactory, open_every_day


@pytest.fixture
def visit_type(db: Any) -> AppointmentType:
    return AppointmentTypeFactory(name="Consultation", code="consultation", cancel_notice_minutes=120)


@pytest.fixture
def hours(dr_rao: Doctor, visit_type: AppointmentType) -> Doctor:
    """Dr Rao sees patients from 9 to 5 every day; 9:00 is one hour after `now`."""
    open_every_day(dr_rao)
    return dr_rao


@pytest.fixture
def nine() -> datetime:
    return datetime(2027, 1, 12, 9, 0, tzinfo=UTC)


@pytest.fixture
def order(
    hours: Doctor, visit_type: AppointmentType, ana: Patient, nine: datetime, now: datetime
) -> dict[str, Any]:
    """Ana's order for tomorrow at nine, as the arguments of `book`."""
    return {
        "doctor": hours,
        "type": visit_type,
        "patient": ana,
        "start": nine,
        "actor": ana.user,
        "now": now,
    }


@pytest.fixture
def booked(order: dict[str, Any]) -> Appointment:
    return book(**order)


@pytest.fixture
def lee_hours(dr_lee: Doctor, visit_type: AppointmentType) -> Doctor:
    """Dr Lee has Tuesday mornings only."""
    AvailabilityRuleFactory(doctor=dr_lee, weekday=1, start_time=time(9), end_time=time(12))
    return dr_lee


@pytest.fixture
def patient_client(sign_in: Any, ana: Patient) -> Any:
    return sign_in(ana.user)
