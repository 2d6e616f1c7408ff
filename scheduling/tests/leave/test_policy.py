"""Refuse, keep, propose: leave without a decision for each visit."""

from datetime import datetime

from accounts.models import Doctor, Patient
from scheduling.errors import LeaveConflict, SlotTaken
from scheduling.models import Appointment
from scheduling.services.booking import book
from scheduling.services.leave import (
    Leave,
    add_time_off,
)
from scheduling.tests.leave.words import DAY, KEEP, OFFER, fresh, kinds
from scheduling.tests.refusal import refused


def test_b6_refuse_enters_nothing_while_visits_are_booked(
    booked: Appointment, tuesday: Leave, dr_rao: Doctor, now: datetime
) -> None:
    with refused(LeaveConflict):
        add_time_off(leave=tuesday, actor=dr_rao.user, now=now, on_conflict="refuse")


def test_b6_keep_leaves_the_visits_and_tells_nobody(
    booked: Appointment, tuesday: Leave, dr_rao: Doctor, now: datetime
) -> None:
    time_off = add_time_off(leave=tuesday, actor=dr_rao.user, now=now, on_conflict="keep")

    assert (fresh(booked).status, fresh(booked).start_at) == ("booked", booked.start_at)
    assert time_off.decisions.get().choice == KEEP
    assert kinds() == []
    assert not Appointment.objects.in_leave(now).exists()


def test_b6_propose_offers_the_best_time_and_keeps_it_free(
    booked: Appointment, tuesday: Leave, dr_rao: Doctor, now: datetime, nine: datetime, ben: Patient
) -> None:
    time_off = add_time_off(leave=tuesday, actor=dr_rao.user, now=now, on_conflict="propose")

    decision = time_off.decisions.get()
    assert (decision.choice, decision.new_start_at, decision.new_doctor) == (OFFER, nine + DAY, dr_rao)
    assert (fresh(booked).status, fresh(booked).start_at) == ("booked", nine)
    assert (decision.hold.status, decision.hold.start_at) == ("held", nine + DAY)
    assert decision.hold.hold_expires_at == nine
    assert kinds() == [("appointment-doctor-away", "ana@example.org")]
    assert list(Appointment.objects.in_leave(now)) == [booked]
    with refused(SlotTaken):
        asked = {"doctor": dr_rao, "type": booked.type, "start": nine + DAY}
        book(**asked, patient=ben, actor=ben.user, now=now)
