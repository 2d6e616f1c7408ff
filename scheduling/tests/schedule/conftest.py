"""Dr Rao at the keyboard, with hours to change and leave to enter."""

from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest

from accounts.models import Doctor, Patient
from scheduling.models import Appointment, AppointmentType, AvailabilityRule
from scheduling.services.booking import book
from scheduling.tests.factories import AvailabilityRuleFactory
from scheduling.tests.schedule.forms import leave_form


@pytest.fixture
def rao(sign_in: Any, dr_rao: Doctor) -> Any:
    """The client of Dr Rao, signed in."""
    return sign_in(dr_rao.user)


@pytest.fixture
def tuesdays(dr_rao: Doctor, visit_type: AppointmentType) -> AvailabilityRule:
    """Dr Rao's Tuesdays from nine to twelve."""
    return AvailabilityRuleFactory(doctor=dr_rao, weekday=1)


@pytest.fixture
def bens(order: dict[str, Any], ben: Patient) -> Appointment:
    """Ben comes right after Ana, on Tuesday at twenty past nine."""
    later = order["start"] + timedelta(minutes=20)
    return book(**order | {"patient": ben, "actor": ben.user, "start": later})


@pytest.fixture
def away() -> dict[str, Any]:
    """The form of leave on that Tuesday."""
    return leave_form(uuid4())


@pytest.fixture
def review(rao: Any, booked: Appointment, bens: Appointment, away: dict[str, Any]) -> Any:
    """The page that asks about Ana's and Ben's visits."""
    return rao.post("/schedule/leave/", away)
