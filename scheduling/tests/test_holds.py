"""A time kept while somebody completes the steps."""

from datetime import datetime, timedelta
from typing import Any

import pytest

from accounts.errors import NotAllowed
from accounts.models import Doctor, Message, Patient, User
from scheduling.errors import HoldLapsed, SlotTaken, TooSoon, WrongState
from scheduling.models import Appointment, AppointmentEvent, AppointmentType
from scheduling.services.availability import free_slots
from scheduling.services.booking import book
from scheduling.services.holds import MOST_EXTENSIONS, expire_holds, extend_hold, hold, release_hold
from scheduling.slots import from_minutes
from scheduling.tests.refusal import refused

Order = dict[str, Any]
LATER = timedelta(minutes=5)


@pytest.fixture
def held(order: Order) -> Appointment:
    return hold(**order)


@pytest.fixture
def bens_order(order: Order, ben: Patient) -> Order:
    return order | {"patient": ben, "actor": ben.user}


def listed(order: Order, **changes: Any) -> list[datetime]:
    """The starts of the order's day."""
    start = order["start"].replace(hour=0)
    asked = {"doctors": [order["doctor"]], "start": start, "end": start + timedelta(days=1)}
    given = asked | {"type": order["type"], "viewer": order["actor"], "now": order["now"]} | changes
    return [from_minutes(slot.start) for slot in free_slots(**given)]


def states() -> list[str]:
    return list(Appointment.objects.order_by("pk").values_list("status", flat=True))


def test_a_hold_keeps_the_time_for_five_minutes(held: Appointment, order: Order) -> None:
    event = held.events.get()

    assert (held.status, held.hold_expires_at) == ("held", order["now"] + LATER)
    assert (event.from_status, event.to_status, event.actor) == ("", "held", order["actor"])
    assert not Message.objects.exists()


def test_a_held_time_is_on_nobody_elses_list(held: Appointment, order: Order, ben: Patient) -> None:
    assert order["start"] not in listed(order, viewer=ben.user, patient=ben)
    assert order["start"] in listed(order, patient=order["patient"])


def test_a_held_time_is_not_booked_by_another(held: Appointment, bens_order: Order) -> None:
    with refused(SlotTaken):
        book(**bens_order)


def test_c15_a_lapsed_hold_does_not_block_the_list(held: Appointment, order: Order, ben: Patient) -> None:
    just_before, after = order["now"] + LATER - timedelta(seconds=1), order["now"] + LATER

    assert order["start"] not in listed(order, viewer=ben.user, now=just_before)
    assert order["start"] in listed(order, viewer=ben.user, now=after)


def test_c15_a_lapsed_hold_does_not_block_a_booking(held: Appointment, bens_order: Order) -> None:
    visit = book(**bens_order | {"now": bens_order["now"] + LATER})

    held.refresh_from_db()
    event = held.events.latest("pk")
    assert (held.status, visit.status) == ("expired", "booked")
    assert (event.from_status, event.to_status, event.actor) == ("held", "expired", None)


def test_c15_a_lapsed_hold_does_not_keep_the_patient_from_another_doctor(
    held: Appointment, order: Order, lee_hours: Doctor
) -> None:
    visit = book(**order | {"doctor": lee_hours, "now": order["now"] + LATER})

    assert (visit.doctor, states()) == (lee_hours, ["expired", "booked"])


def test_booking_turns_the_hold_into_the_visit(held: Appointment, order: Order) -> None:
    visit = book(**order, patient_reason="A cough")

    path = [(event.from_status, event.to_status) for event in visit.events.order_by("pk")]
    assert (visit.pk, visit.status, visit.patient_reason) == (held.pk, "booked", "A cough")
    assert (visit.hold_expires_at, path) == (None, [("", "held"), ("held", "booked")])
    assert [message.kind for message in Message.objects.all()] == ["appointment-booked"]


def test_a_hold_that_lapsed_is_still_booked_when_the_time_is_free(held: Appointment, order: Order) -> None:
    visit = book(**order | {"now": order["now"] + LATER})

    assert (visit.pk != held.pk, states()) == (True, ["expired", "booked"])


def test_the_same_hold_twice_is_one(held: Appointment, order: Order) -> None:
    again = hold(**order | {"now": order["now"] + timedelta(minutes=1)})

    assert (again.pk, again.hold_expires_at) == (held.pk, held.hold_expires_at)


def test_a_second_hold_lets_the_first_go(held: Appointment, order: Order) -> None:
    other = hold(**order | {"start": order["start"] + timedelta(minutes=20)})

    assert states() == ["expired", "held"]
    assert order["start"] in listed(order)
    assert other.start_at == order["start"] + timedelta(minutes=20)


def test_another_time_is_booked_in_spite_of_the_own_hold_beside_it(held: Appointment, order: Order) -> None:
    visit = book(**order | {"start": order["start"] + timedelta(minutes=20)})

    assert (states(), visit.start_at) == (["expired", "booked"], order["start"] + timedelta(minutes=20))


def test_a_hold_is_extended_from_now(held: Appointment, order: Order) -> None:
    at = order["now"] + timedelta(minutes=4)

    held = extend_hold(appointment=held, actor=order["actor"], now=at)

    assert (held.hold_expires_at, held.hold_extensions) == (at + LATER, 1)


def test_a_hold_is_extended_ten_times_and_no_more(held: Appointment, order: Order) -> None:
    for _time in range(MOST_EXTENSIONS):
        held = extend_hold(appointment=held, actor=order["actor"], now=order["now"])

    assert MOST_EXTENSIONS == 10
    with refused(HoldLapsed):
        extend_hold(appointment=held, actor=order["actor"], now=order["now"])


def test_a_lapsed_hold_is_not_extended(held: Appointment, order: Order) -> None:
    with refused(HoldLapsed):
        extend_hold(appointment=held, actor=order["actor"], now=order["now"] + LATER)


def test_d5_another_account_neither_extends_nor_releases_a_hold(held: Appointment, ben: Patient) -> None:
    for step in (extend_hold, release_hold):
        with refused(WrongState):
            step(appointment=held, actor=ben.user, now=held.recorded_at)


def test_a_released_hold_is_free_at_once(held: Appointment, order: Order, ben: Patient) -> None:
    release_hold(appointment=held, actor=order["actor"], now=order["now"])
    release_hold(appointment=held, actor=order["actor"], now=order["now"])

    assert states() == ["expired"]
    assert AppointmentEvent.objects.filter(to_status="expired").count() == 1
    assert order["start"] in listed(order, viewer=ben.user)


def test_expiring_lets_go_of_what_is_over_and_of_nothing_else(held: Appointment, bens_order: Order) -> None:
    later = bens_order["now"] + timedelta(minutes=3)
    hold(**bens_order | {"start": bens_order["start"] + timedelta(hours=1), "now": later})

    counts = expire_holds(now=bens_order["now"] + LATER)

    assert (counts, states()) == ({"expired": 1, "skipped": 0}, ["expired", "held"])
    assert expire_holds(now=bens_order["now"] + LATER) == {"expired": 0, "skipped": 0}


def test_a_hold_obeys_the_rules_of_booking(order: Order, ben: Patient, nurse: User) -> None:
    with refused(TooSoon):
        hold(**order | {"start": order["now"] + timedelta(minutes=20)})
    with refused(NotAllowed):
        hold(**order | {"patient": ben})
    with refused(NotAllowed):
        hold(**order | {"actor": nurse})


def test_c16_a_hold_and_a_pending_visit_count_in_the_daily_limit(
    order: Order, bens_order: Order, visit_type: AppointmentType
) -> None:
    AppointmentType.objects.filter(pk=visit_type.pk).update(daily_limit=2, needs_approval=True)
    book(**order)
    hold(**bens_order | {"start": order["start"] + timedelta(hours=2)})

    kind = AppointmentType.objects.get(pk=visit_type.pk)
    tomorrow = listed(order | {"type": kind})
    day_after = listed(order | {"type": kind, "start": order["start"] + timedelta(days=1)})

    assert states() == ["pending", "held"]
    assert (tomorrow, len(day_after)) == ([], 24)
