"""A refused write leaves the calendar, its history and the outbox as they were."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest

from accounts.models import Message
from scheduling.models import (
    Appointment,
    AppointmentEvent,
    AvailabilityOverride,
    AvailabilityRule,
    TimeOff,
    TimeOffDecision,
)

WATCHED = [
    Appointment,
    AppointmentEvent,
    AvailabilityOverride,
    AvailabilityRule,
    Message,
    TimeOff,
    TimeOffDecision,
]


@contextmanager
def refused(error: type[Exception], words: str | None = None) -> Iterator[None]:
    """What is done inside raises the error, whose words match, and changes no row."""
    before = everything()
    with pytest.raises(error, match=words):
        yield
    assert everything() == before


def everything() -> list[Any]:
    return [list(model.objects.order_by("pk").values()) for model in WATCHED]
