"""The table of states, pair by pair."""

from datetime import UTC, datetime
from itertools import product
from typing import Any

import pytest

from accounts.audit import acting
from accounts.models import User
from scheduling.errors import WrongState
from scheduling.models import AppointmentEvent, Status
from scheduling.services.calendar import change_state
from scheduling.states import ALLOWED, NEW, TRANSITIONS
from scheduling.tests.factories import AppointmentFactory

# The table once more, as it stands in the specification; every status may also become entered-in-error.
SPOKEN = """
held: pending booked expired cancelled
pending: booked cancelled
booked: arrived noshow cancelled booked
arrived: checked-in booked cancelled
checked-in: fulfilled arrived
fulfilled:
noshow: arrived
cancelled: booked
expired: booked
"""


def spoken_pairs() -> set[tuple[str, str]]:
    pairs = set()
    for line in SPOKEN.strip().splitlines():
        before, _, following = line.partition(":")
        pairs |= {(before, after) for after in [*following.split(), "entered-in-error"]}
    return pairs


PAIRS = list(product(Status.values, Status.values))


def test_the_table_names_every_state() -> None:
    assert set(ALLOWED) == {NEW, *Status.values}


def test_d11_the_table_is_the_one_of_the_specification() -> None:
    listed = {(before, after) for before, following in TRANSITIONS.items() for after in following if before}

    assert listed == spoken_pairs()


@pytest.mark.parametrize(("before", "after"), PAIRS)
def test_d11_a_visit_moves_by_the_table_only(before: str, after: str, admin: User) -> None:
    now = datetime(2027, 1, 12, 9, tzinfo=UTC)
    visit = AppointmentFactory(start_at=now, status=before)

    with acting(admin):
        if (before, after) in spoken_pairs():
            change_state(visit, after, actor=admin, now=now)
        else:
            with pytest.raises(WrongState):
                change_state(visit, after, actor=admin, now=now)

    visit.refresh_from_db()
    events = list(AppointmentEvent.objects.values_list("from_status", "to_status"))
    moved = (before, after) in spoken_pairs()
    assert (visit.status, events) == ((after, [(before, after)]) if moved else (before, []))


def test_a_visit_that_moved_on_meanwhile_is_left_alone(booked: Any, admin: User, now: datetime) -> None:
    type(booked).objects.filter(pk=booked.pk).update(status=Status.CANCELLED)

    with acting(admin), pytest.raises(WrongState):
        change_state(booked, Status.ARRIVED, actor=admin, now=now)

    assert AppointmentEvent.objects.filter(to_status=Status.ARRIVED).count() == 0
