"""Cancelling, and the day of the visit."""

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import pytest

from accounts.errors import NotAllowed
from accounts.models import Doctor, Patient, User
from scheduling.errors import NotCancellable, NotYet, ReasonMissing, SlotTaken, WrongState
from scheduling.models import Appointment, Status
from scheduling.services.booking import book, cancel
from scheduling.services.calendar import change_state
from scheduling.services.visits import arrive, finish, no_show, start, undo
from scheduling.tests.refusal import refused


def history(visit: Appointment) -> list[str]:
    return list(visit.events.values_list("to_status", flat=True))


def refuse(error: type[Exception], act: Callable[..., Any], visit: Appointment, **arguments: Any) -> None:
    """The step is refused with this error."""
    with refused(error):
        act(appointment=visit, **arguments)


def test_the_day_of_a_visit(booked: Appointment, dr_rao: Doctor, now: datetime) -> None:
    for act in (arrive, start, finish):
        visit = act(appointment=booked, actor=dr_rao.user, now=now)

    assert history(booked) == ["booked", "arrived", "checked-in", "fulfilled"]
    assert (visit.arrived_at, visit.started_at, visit.finished_at) == (now, now, now)


def test_a_step_back_takes_the_time_back_too(booked: Appointment, dr_rao: Doctor, now: datetime) -> None:
    for act in (arrive, start, undo, undo):
        visit = act(appointment=booked, actor=dr_rao.user, now=now)

    assert (visit.status, visit.arrived_at, visit.started_at) == ("booked", None, None)
    assert history(booked) == ["booked", "arrived", "checked-in", "arrived", "booked"]


def test_a_move_compares_what_stands_in_the_database(
    booked: Appointment, dr_rao: Doctor, now: datetime
) -> None:
    """The instance at hand may be older than the row."""
    Appointment.objects.filter(pk=booked.pk).update(status=Status.CANCELLED)

    with pytest.raises(WrongState):
        change_state(booked, Status.ARRIVED, actor=dr_rao.user, now=now)

    assert Appointment.objects.get(pk=booked.pk).status == Status.CANCELLED
    assert history(booked) == ["booked"]


def test_a_finished_visit_has_no_step_back(booked: Appointment, dr_rao: Doctor, now: datetime) -> None:
    for act in (arrive, start, finish):
        act(appointment=booked, actor=dr_rao.user, now=now)

    refuse(WrongState, undo, booked, actor=dr_rao.user, now=now)


def test_a_consultation_starts_from_the_waiting_room_only(
    booked: Appointment, dr_rao: Doctor, now: datetime
) -> None:
    refuse(WrongState, start, booked, actor=dr_rao.user, now=now)


def test_arriving_twice_is_refused(booked: Appointment, reception: User, now: datetime) -> None:
    arrive(appointment=booked, actor=reception, now=now)

    refuse(WrongState, arrive, booked, actor=reception, now=now)


def test_arriving_does_not_end_a_consultation(booked: Appointment, dr_rao: Doctor, now: datetime) -> None:
    arrive(appointment=booked, actor=dr_rao.user, now=now)
    start(appointment=booked, actor=dr_rao.user, now=now)

    refuse(WrongState, arrive, booked, actor=dr_rao.user, now=now)


def test_nobody_misses_a_visit_before_it_starts(booked: Appointment, reception: User, nine: datetime) -> None:
    refuse(NotYet, no_show, booked, actor=reception, now=nine - timedelta(seconds=1))

    assert no_show(appointment=booked, actor=reception, now=nine).status == Status.NOSHOW


def test_late_but_on_the_same_day_the_patient_is_let_in(
    booked: Appointment, reception: User, nine: datetime
) -> None:
    no_show(appointment=booked, actor=reception, now=nine)

    refuse(WrongState, arrive, booked, actor=reception, now=nine + timedelta(days=1))
    assert arrive(appointment=booked, actor=reception, now=nine + timedelta(hours=6)).status == "arrived"


def test_a_latecomer_does_not_push_out_the_next(
    booked: Appointment, order: dict[str, Any], ben: Patient, reception: User, nine: datetime
) -> None:
    no_show(appointment=booked, actor=reception, now=nine)
    book(**order | {"patient": ben, "actor": reception, "now": nine})

    refuse(SlotTaken, arrive, booked, actor=reception, now=nine)


@pytest.mark.parametrize(
    ("act", "who"),
    [
        (start, "reception"),
        (finish, "nurse"),
        (no_show, "nurse"),
        (arrive, "privacy"),
        (arrive, "ana_user"),
        (start, "admin"),
    ],
)
def test_each_step_asks_for_its_permission(
    act: Callable[..., Any], who: str, booked: Appointment, nine: datetime, request: pytest.FixtureRequest
) -> None:
    refuse(NotAllowed, act, booked, actor=request.getfixturevalue(who), now=nine)


@pytest.mark.parametrize("act", [arrive, no_show])
def test_another_doctor_may_not_touch_the_visit(
    act: Callable[..., Any], booked: Appointment, dr_lee: Doctor, nine: datetime
) -> None:
    refuse(NotAllowed, act, booked, actor=dr_lee.user, now=nine)


def test_the_nurse_of_the_department_lets_patients_in(
    booked: Appointment, nurse: User, now: datetime
) -> None:
    assert arrive(appointment=booked, actor=nurse, now=now).status == "arrived"


def test_a_patient_cancels_without_a_reason(booked: Appointment, ana: Patient, now: datetime) -> None:
    visit = cancel(appointment=booked, reason="", actor=ana.user, now=now)

    assert (visit.status, visit.cancelled_by, visit.version) == ("cancelled", "patient", 2)
    assert history(booked) == ["booked", "cancelled"]


def test_staff_say_why_they_cancel(booked: Appointment, reception: User, now: datetime) -> None:
    refuse(ReasonMissing, cancel, booked, reason="  ", actor=reception, now=now)

    visit = cancel(appointment=booked, reason="The doctor is ill", actor=reception, now=now)

    assert (visit.cancelled_by, visit.cancel_reason) == ("clinic", "The doctor is ill")
    assert visit.events.last().reason == "The doctor is ill"


def test_c8_a_visit_is_cancelled_once(booked: Appointment, ana: Patient, now: datetime) -> None:
    cancel(appointment=booked, reason="", actor=ana.user, now=now)

    refuse(NotCancellable, cancel, booked, reason="", actor=ana.user, now=now)


def test_c8_exactly_at_the_limit_a_patient_still_cancels(
    booked: Appointment, ana: Patient, nine: datetime
) -> None:
    limit = nine - timedelta(minutes=120)

    assert cancel(appointment=booked, reason="", actor=ana.user, now=limit).status == "cancelled"


@pytest.mark.parametrize("late", [timedelta(seconds=1), timedelta(hours=2), timedelta(days=1)])
def test_c8_after_the_limit_a_patient_is_told_to_call(
    late: timedelta, booked: Appointment, ana: Patient, nine: datetime, settings: Any
) -> None:
    now = nine - timedelta(minutes=120) + late

    with refused(NotCancellable, "Call .*0100"):
        cancel(appointment=booked, reason="", actor=ana.user, now=now)


def test_c8_staff_cancel_after_the_start(booked: Appointment, reception: User, nine: datetime) -> None:
    visit = cancel(appointment=booked, reason="Ill", actor=reception, now=nine + timedelta(hours=1))

    assert visit.status == "cancelled"


def test_c8_a_visit_that_has_begun_is_not_cancelled(
    booked: Appointment, dr_rao: Doctor, reception: User, now: datetime
) -> None:
    arrive(appointment=booked, actor=reception, now=now)
    start(appointment=booked, actor=dr_rao.user, now=now)

    refuse(NotCancellable, cancel, booked, reason="Ill", actor=reception, now=now)


def test_a_patient_in_the_waiting_room_speaks_to_reception(
    booked: Appointment, ana: Patient, reception: User, now: datetime
) -> None:
    arrive(appointment=booked, actor=reception, now=now)

    refuse(NotCancellable, cancel, booked, reason="", actor=ana.user, now=now)
    assert cancel(appointment=booked, reason="Left", actor=reception, now=now).status == "cancelled"


def test_d5_another_patient_does_not_cancel(booked: Appointment, ben: Patient, now: datetime) -> None:
    refuse(NotAllowed, cancel, booked, reason="", actor=ben.user, now=now)
