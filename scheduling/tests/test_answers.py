"""The patient's answer to a new time."""

from datetime import datetime, timedelta
from typing import Any

import pytest

from accounts.errors import NotAllowed
from accounts.models import Doctor, Message, Patient, User
from scheduling.errors import NotMovable, SlotTaken, WrongState
from scheduling.models import Appointment, TimeOffDecision
from scheduling.services.answers import accept
from scheduling.services.booking import book, cancel
from scheduling.services.holds import expire_holds
from scheduling.services.leave import Decision, Leave, add_time_off, preview_time_off
from scheduling.services.moving import move
from scheduling.services.review import restore
from scheduling.tests.refusal import refused

DAY = timedelta(days=1)


@pytest.fixture
def decide(booked: Appointment, hours: Doctor, nine: datetime, now: datetime) -> Any:
    """Dr Rao is away at the time of Ana's visit; what was decided about it."""

    def decide(choice: str) -> TimeOffDecision:
        leave = Leave(hours, nine.replace(hour=0), nine.replace(hour=0) + DAY)
        (row,) = preview_time_off(leave=leave, now=now)
        decisions = {booked.pk: Decision(choice, row.doctor, row.start)}
        time_off = add_time_off(leave=leave, decisions=decisions, actor=hours.user, now=now)
        return time_off.decisions.get()

    return decide


def fresh(decision: TimeOffDecision) -> TimeOffDecision:
    return TimeOffDecision.objects.with_visits().select_related("hold").get(pk=decision.pk)


def kinds() -> list[str]:
    return list(Message.objects.order_by("pk").values_list("kind", flat=True))


def test_an_accepted_offer_moves_the_visit_to_the_time_that_was_kept(
    decide: Any, ana: Patient, nine: datetime, now: datetime
) -> None:
    decision = decide("offer")

    visit = accept(decision=decision, actor=ana.user, now=now + timedelta(hours=3))

    decision = fresh(decision)
    assert (visit.start_at, visit.status, visit.moves) == (nine + DAY, "booked", 0)
    assert (decision.answer, decision.answered_by, decision.hold.status) == ("accepted", ana.user, "expired")
    assert kinds() == ["appointment-booked", "appointment-doctor-away", "appointment-moved"]
    assert not Appointment.objects.in_leave(now).exists()


def test_accepting_twice_is_accepting_once(decide: Any, ana: Patient, now: datetime) -> None:
    decision = decide("offer")
    first = accept(decision=decision, actor=ana.user, now=now)

    again = accept(decision=fresh(decision), actor=ana.user, now=now)

    assert (again.version, again.events.count(), kinds().count("appointment-moved")) == (
        first.version,
        first.events.count(),
        1,
    )


def test_an_accepted_move_is_acknowledged_and_nothing_else(
    decide: Any, booked: Appointment, ana: Patient, nine: datetime, now: datetime
) -> None:
    decision = decide("move")
    before = Appointment.objects.get(pk=booked.pk).version

    visit = accept(decision=decision, actor=ana.user, now=now)

    assert (fresh(decision).answer, visit.version, visit.start_at) == ("accepted", before, nine + DAY)
    assert "appointment-moved" not in kinds()


def test_reception_accepts_for_the_patient_on_the_telephone(
    decide: Any, reception: User, nine: datetime, now: datetime
) -> None:
    decision = decide("offer")

    visit = accept(decision=decision, actor=reception, now=now)

    assert (visit.start_at, fresh(decision).answered_by) == (nine + DAY, reception)


def test_d5_another_patient_does_not_answer(decide: Any, ben: Patient, now: datetime) -> None:
    decision = decide("offer")

    with refused(NotAllowed):
        accept(decision=decision, actor=ben.user, now=now)


def test_an_offer_that_ran_out_is_still_taken_while_the_time_is_free(
    decide: Any, ana: Patient, nine: datetime
) -> None:
    decision = decide("offer")
    expire_holds(now=nine)

    visit = accept(decision=decision, actor=ana.user, now=nine)

    assert visit.start_at == nine + DAY


def test_an_offer_that_ran_out_and_was_taken_is_refused(
    decide: Any, order: dict[str, Any], ana: Patient, ben: Patient, nine: datetime
) -> None:
    decision = decide("offer")
    expire_holds(now=nine)
    book(**order | {"patient": ben, "actor": ben.user, "start": nine + DAY, "now": nine})

    with refused(SlotTaken):
        accept(decision=decision, actor=ana.user, now=nine)


def test_choosing_another_time_lets_the_offered_one_go_and_counts_as_no_move(
    decide: Any, booked: Appointment, ana: Patient, hours: Doctor, nine: datetime
) -> None:
    decision = decide("offer")
    Appointment.objects.filter(pk=booked.pk).update(moves=3)

    late = nine - timedelta(minutes=10)
    visit = move(
        appointment=booked,
        doctor=hours,
        start=nine + 2 * DAY,
        version=booked.version,
        actor=ana.user,
        now=late,
    )

    decision = fresh(decision)
    assert (visit.start_at, decision.answer, decision.hold.status) == (nine + 2 * DAY, "declined", "expired")


def test_cancelling_answers_the_offer_too(
    decide: Any, booked: Appointment, ana: Patient, now: datetime
) -> None:
    decision = decide("offer")

    cancel(appointment=booked, reason="", actor=ana.user, now=now)

    assert (fresh(decision).answer, fresh(decision).hold.status) == ("declined", "expired")
    with refused(NotMovable):
        accept(decision=fresh(decision), actor=ana.user, now=now)


def test_a_declined_offer_is_not_accepted_afterwards(
    decide: Any, booked: Appointment, ana: Patient, hours: Doctor, nine: datetime, now: datetime
) -> None:
    decision = decide("offer")
    place = {"doctor": hours, "start": nine + 2 * DAY, "version": booked.version}
    move(appointment=booked, **place, actor=ana.user, now=now)

    with refused(NotMovable):
        accept(decision=fresh(decision), actor=ana.user, now=now)


def test_an_offer_that_ran_out_is_not_brought_back_as_a_visit_of_its_own(
    decide: Any, reception: User, nine: datetime
) -> None:
    decision = decide("offer")
    expire_holds(now=nine)

    with refused(WrongState, "Move that visit"):
        restore(appointment=fresh(decision).hold, reason="Called", actor=reception, now=nine)
