"""Agreeing to a visit, bringing one back, and calling one a mistake."""

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import pytest

from accounts.errors import NotAllowed
from accounts.models import Doctor, Message, Patient, User
from scheduling.errors import PatientBusy, ReasonMissing, SlotTaken, TooSoon, WrongState
from scheduling.models import Appointment, AppointmentType, Status
from scheduling.services.booking import book, cancel
from scheduling.services.holds import hold
from scheduling.services.review import approve, restore, void
from scheduling.services.visits import arrive, finish, no_show, start
from scheduling.tests.factories import AppointmentFactory
from scheduling.tests.refusal import refused

WHY = "Cancelled by mistake"


@pytest.fixture
def asked(order: dict[str, Any], visit_type: AppointmentType) -> Appointment:
    """Ana asks for a visit that the hospital has to agree to."""
    AppointmentType.objects.filter(pk=visit_type.pk).update(needs_approval=True)
    return book(**order)


@pytest.fixture
def cancelled(booked: Appointment, reception: User, now: datetime) -> Appointment:
    return cancel(appointment=booked, reason="Ill", actor=reception, now=now)


def told() -> list[tuple[str, Any]]:
    """The messages, in order: what and whom."""
    return [(message.kind, message.recipient) for message in Message.objects.order_by("pk")]


def last_event(visit: Appointment) -> tuple[Any, ...]:
    event = visit.events.latest("pk")
    return event.from_status, event.to_status, event.actor, event.reason, event.happened_at


# Approve


@pytest.mark.parametrize("who", ["rao", "reception", "admin"])
def test_what_was_asked_for_is_booked_and_the_patient_told(
    who: str, asked: Appointment, dr_rao: Doctor, ana: Patient, now: datetime, request: pytest.FixtureRequest
) -> None:
    actor = dr_rao.user if who == "rao" else request.getfixturevalue(who)

    visit = approve(appointment=asked, actor=actor, now=now)

    assert (asked.status, visit.status, visit.version) == ("pending", "booked", asked.version + 1)
    assert last_event(visit) == ("pending", "booked", actor, "", now)
    assert told() == [("appointment-requested", ana.user), ("appointment-booked", ana.user)]


def test_c9_the_second_approval_changes_nothing_and_tells_nobody_again(
    asked: Appointment, reception: User, dr_rao: Doctor, now: datetime
) -> None:
    """Both looked at the same page: the second hands over the visit as it was before the first."""
    approve(appointment=Appointment.objects.get(), actor=reception, now=now)

    with refused(WrongState, "“Booked”"):
        approve(appointment=asked, actor=dr_rao.user, now=now)

    assert [kind for kind, _ in told()] == ["appointment-requested", "appointment-booked"]


def test_c9_two_requests_for_one_time_cannot_both_wait_for_approval(
    asked: Appointment, order: dict[str, Any], ben: Patient
) -> None:
    """What waits keeps its time, so there is never a second one to approve."""
    with refused(SlotTaken):
        book(**order | {"patient": ben, "actor": ben.user})


@pytest.mark.parametrize("status", sorted(set(Status.values) - {Status.PENDING}))
def test_only_what_waits_is_approved(
    status: str, booked: Appointment, reception: User, nine: datetime, now: datetime
) -> None:
    Appointment.objects.update(status=status, hold_expires_at=nine)

    with refused(WrongState):
        approve(appointment=booked, actor=reception, now=now)


@pytest.mark.parametrize("who", ["ana_user", "ben_user", "nurse", "privacy"])
def test_others_do_not_approve(
    who: str, asked: Appointment, now: datetime, request: pytest.FixtureRequest
) -> None:
    with refused(NotAllowed):
        approve(appointment=asked, actor=request.getfixturevalue(who), now=now)


def test_another_doctor_does_not_approve(asked: Appointment, dr_lee: Doctor, now: datetime) -> None:
    with refused(NotAllowed):
        approve(appointment=asked, actor=dr_lee.user, now=now)


# Restore


def test_a_cancelled_visit_takes_its_time_again(
    cancelled: Appointment, reception: User, ana: Patient, nine: datetime, now: datetime
) -> None:
    visit = restore(appointment=cancelled, reason=WHY, actor=reception, now=now)

    stands = Appointment.objects.get()
    assert (stands.status, stands.start_at, stands.version) == ("booked", nine, cancelled.version + 1)
    assert (stands.cancelled_by, stands.cancel_code, stands.cancel_reason) == ("", "", "")
    assert last_event(visit) == ("cancelled", "booked", reception, WHY, now)
    assert told()[-1] == ("appointment-booked", ana.user)


def test_c7_a_cancelled_time_booked_again_is_not_restored(
    cancelled: Appointment, order: dict[str, Any], ben: Patient, reception: User, now: datetime
) -> None:
    book(**order | {"patient": ben, "actor": ben.user})

    with refused(SlotTaken):
        restore(appointment=cancelled, reason=WHY, actor=reception, now=now)


def test_c7_a_patient_who_is_elsewhere_by_now_is_not_restored(
    cancelled: Appointment, ana: Patient, dr_lee: Doctor, reception: User, nine: datetime, now: datetime
) -> None:
    AppointmentFactory(doctor=dr_lee, patient=ana, start_at=nine)

    with refused(PatientBusy):
        restore(appointment=cancelled, reason=WHY, actor=reception, now=now)


def test_c15_a_hold_that_is_over_is_not_in_the_way(
    cancelled: Appointment, order: dict[str, Any], ben: Patient, reception: User, now: datetime
) -> None:
    held = hold(**order | {"patient": ben, "actor": ben.user})

    later = now + timedelta(minutes=6)
    visit = restore(appointment=cancelled, reason=WHY, actor=reception, now=later)

    held.refresh_from_db()
    assert (visit.status, held.status) == ("booked", "expired")


def test_a_hold_that_lasts_is_in_the_way(
    cancelled: Appointment, order: dict[str, Any], ben: Patient, reception: User, now: datetime
) -> None:
    hold(**order | {"patient": ben, "actor": ben.user})

    with refused(SlotTaken):
        restore(appointment=cancelled, reason=WHY, actor=reception, now=now)


def test_restoring_twice_is_refused_the_second_time(
    cancelled: Appointment, reception: User, now: datetime
) -> None:
    restore(appointment=cancelled, reason=WHY, actor=reception, now=now)

    with refused(WrongState, "“Booked”"):
        restore(appointment=cancelled, reason=WHY, actor=reception, now=now)


def test_a_time_that_is_over_is_not_restored(cancelled: Appointment, reception: User, now: datetime) -> None:
    with refused(TooSoon, "is over"):
        restore(appointment=cancelled, reason=WHY, actor=reception, now=cancelled.end_at)

    just_before = cancelled.end_at - timedelta(microseconds=1)
    assert restore(appointment=cancelled, reason=WHY, actor=reception, now=just_before).status == "booked"


@pytest.mark.parametrize("act", [restore, void])
@pytest.mark.parametrize("reason", ["", "  \n"])
def test_both_want_a_reason(
    act: Callable[..., Any], reason: str, cancelled: Appointment, admin: User, now: datetime
) -> None:
    with refused(ReasonMissing):
        act(appointment=cancelled, reason=reason, actor=admin, now=now)


@pytest.mark.parametrize("who", ["ana_user", "nurse", "privacy", "rao"])
def test_others_do_not_restore(
    who: str, cancelled: Appointment, dr_rao: Doctor, now: datetime, request: pytest.FixtureRequest
) -> None:
    actor = dr_rao.user if who == "rao" else request.getfixturevalue(who)

    with refused(NotAllowed):
        restore(appointment=cancelled, reason=WHY, actor=actor, now=now)


# Void


def test_a_mistake_leaves_the_calendar_and_stays_in_the_history(
    booked: Appointment, order: dict[str, Any], ben: Patient, admin: User, now: datetime
) -> None:
    void(appointment=booked, reason="The wrong Ana", actor=admin, now=now)

    again = book(**order | {"patient": ben, "actor": ben.user})

    booked.refresh_from_db()
    assert (booked.status, again.start_at) == ("entered-in-error", booked.start_at)
    assert last_event(booked) == ("booked", "entered-in-error", admin, "The wrong Ana", now)


def test_even_what_is_over_may_have_been_a_mistake(
    booked: Appointment, dr_rao: Doctor, admin: User, now: datetime
) -> None:
    for act in (arrive, start, finish):
        act(appointment=booked, actor=dr_rao.user, now=now)

    assert void(appointment=booked, reason="x", actor=admin, now=now).status == "entered-in-error"


def test_nothing_brings_a_mistake_back(
    booked: Appointment, dr_rao: Doctor, admin: User, nine: datetime, now: datetime
) -> None:
    void(appointment=booked, reason="x", actor=admin, now=now)

    for act, more in (
        (restore, {"reason": WHY}),
        (void, {"reason": "x"}),
        (approve, {}),
        (arrive, {}),
        (no_show, {}),
    ):
        with refused(WrongState):
            act(appointment=booked, actor=admin, now=nine, **more)


@pytest.mark.parametrize("who", ["ana_user", "reception", "nurse", "privacy", "rao"])
def test_only_administrators_call_it_a_mistake(
    who: str, booked: Appointment, dr_rao: Doctor, now: datetime, request: pytest.FixtureRequest
) -> None:
    actor = dr_rao.user if who == "rao" else request.getfixturevalue(who)

    with refused(NotAllowed):
        void(appointment=booked, reason="x", actor=actor, now=now)


def test_a_latecomer_is_let_in_though_a_hold_that_is_over_stands_there(
    booked: Appointment, order: dict[str, Any], ben: Patient, reception: User, nine: datetime
) -> None:
    """Nobody has let the hold go yet: no constraint knows the time of day."""
    no_show(appointment=booked, actor=reception, now=nine)
    AppointmentFactory(
        doctor=booked.doctor,
        patient=ben,
        start_at=nine,
        status="held",
        hold_expires_at=nine + timedelta(minutes=5),
    )

    visit = arrive(appointment=booked, actor=reception, now=nine + timedelta(minutes=6))

    assert visit.status == "arrived"
