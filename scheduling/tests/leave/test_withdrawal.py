"""The doctor is there after all; and what stays private."""

from datetime import datetime
from typing import Any

from accounts.errors import NotAllowed
from accounts.models import AuditEvent, Doctor, Message
from scheduling.models import Appointment
from scheduling.services.availability import free_slots
from scheduling.services.leave import (
    withdraw_time_off,
)
from scheduling.slots import from_minutes
from scheduling.tests.leave.words import CANCEL, DAY, KEEP, OFFER, TWENTY, Enter, fresh
from scheduling.tests.refusal import refused


def test_withdrawn_leave_opens_the_hours_and_ends_the_offers(
    booked: Appointment, enter: Enter, order: dict[str, Any], dr_rao: Doctor, now: datetime, nine: datetime
) -> None:
    time_off = enter(OFFER)

    withdraw_time_off(time_off=time_off, actor=dr_rao.user, now=now)
    withdraw_time_off(time_off=time_off, actor=dr_rao.user, now=now)

    decision = time_off.decisions.get()
    assert (decision.answer, decision.hold.status, fresh(booked).status) == ("declined", "expired", "booked")
    assert Message.objects.filter(kind="appointment-booked").count() == 2
    starts = [
        from_minutes(slot.start)
        for slot in free_slots(
            doctors=[dr_rao], type=booked.type, start=nine, end=nine + DAY, viewer=order["actor"], now=now
        )
    ]
    assert nine + TWENTY in starts


def test_another_doctor_does_not_withdraw_leave(enter: Enter, dr_lee: Doctor, now: datetime) -> None:
    time_off = enter(KEEP)

    with refused(NotAllowed):
        withdraw_time_off(time_off=time_off, actor=dr_lee.user, now=now)


def test_d7_the_private_reason_is_in_no_message_and_in_no_audit(
    booked: Appointment, enter: Enter, dr_rao: Doctor, now: datetime
) -> None:
    time_off = enter(CANCEL)

    assert time_off.reason == "a private matter"
    told = [str(row) for model in (AuditEvent, Message) for row in model.objects.values()]
    assert [row for row in told if "a private matter" in row] == []
    assert AuditEvent.objects.filter(target_table="scheduling_timeoff").exists()
