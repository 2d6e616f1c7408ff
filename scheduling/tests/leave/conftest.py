"""A day of leave, and visits in its way."""

from datetime import datetime
from typing import Any

import pytest

from accounts.models import Doctor, Patient
from accounts.tests.factories import DoctorFactory
from scheduling.models import Appointment, TimeOff
from scheduling.services.booking import book
from scheduling.services.leave import (
    Leave,
    add_time_off,
    preview_time_off,
)
from scheduling.tests.factories import open_every_day
from scheduling.tests.leave.words import DAY, TWENTY, Enter, decided


@pytest.fixture
def tuesday(hours: Doctor, nine: datetime) -> Leave:
    """Dr Rao is away on the whole day after tomorrow's eve: Tuesday the 12th."""
    midnight = nine.replace(hour=0)
    return Leave(doctor=hours, start=midnight, end=midnight + DAY, kind="sick", reason="a private matter")


@pytest.fixture
def bens(order: dict[str, Any], ben: Patient) -> Appointment:
    return book(**order | {"patient": ben, "actor": ben.user, "start": order["start"] + TWENTY})


@pytest.fixture
def colleague(hours: Doctor) -> Doctor:
    """Of the same specialty, at work every day from nine to five."""
    doctor = DoctorFactory(
        specialty=hours.specialty, department=hours.department, location=hours.location, family_name="Zee"
    )
    open_every_day(doctor)
    return doctor


@pytest.fixture
def enter(tuesday: Leave, dr_rao: Doctor, now: datetime) -> Enter:
    """Dr Rao enters Tuesday's leave, every visit with the same choice and its proposal."""

    def enter(choice: str, **changes: Any) -> TimeOff:
        found = preview_time_off(leave=tuesday, now=now)
        given = {"leave": tuesday, "decisions": decided(found, choice), "actor": dr_rao.user, "now": now}
        return add_time_off(**given | changes)

    return enter
