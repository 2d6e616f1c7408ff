"""The doctor is away: what becomes of each booked visit, and that patients know."""

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any
from uuid import uuid4

import pytest

from accounts.errors import NotAllowed
from accounts.models import AuditEvent, Doctor, Message, Patient, PatientAccess, User
from accounts.tests.factories import DoctorFactory, PatientFactory
from scheduling.errors import LeaveConflict, OutsideAvailability, SlotTaken, VisitsChanged
from scheduling.models import Appointment, AppointmentType, TimeOff, TimeOffDecision
from scheduling.services.availability import free_slots
from scheduling.services.booking import book
from scheduling.services.leave import (
    Affected,
    Decision,
    Leave,
    add_time_off,
    preview_time_off,
    withdraw_time_off,
)
from scheduling.slots import from_minutes
from scheduling.tests.factories import AppointmentFactory, open_every_day
from scheduling.tests.refusal import refused

DAY, TWENTY = timedelta(days=1), timedelta(minutes=20)
MOVE, OFFER, CANCEL, KEEP = "move", "offer", "cancel", "keep"


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


Enter = Callable[..., TimeOff]


@pytest.fixture
def enter(tuesday: Leave, dr_rao: Doctor, now: datetime) -> Enter:
    """Dr Rao enters Tuesday's leave, every visit with the same choice and its proposal."""

    def enter(choice: str, **changes: Any) -> TimeOff:
        found = preview_time_off(leave=tuesday, now=now)
        given = {"leave": tuesday, "decisions": decided(found, choice), "actor": dr_rao.user, "now": now}
        return add_time_off(**given | changes)

    return enter


def decided(found: list[Affected], choice: str) -> dict[int, Decision]:
    return {row.visit.pk: Decision(choice, row.doctor, row.start) for row in found}


def kinds() -> list[tuple[str, str]]:
    rows = Message.objects.exclude(kind="appointment-booked").order_by("pk")
    return [(message.kind, message.recipient.email) for message in rows]


def fresh(visit: Appointment) -> Appointment:
    return Appointment.objects.with_people().get(pk=visit.pk)


# The preview


def test_b6_the_preview_lists_every_visit_with_the_soonest_time_of_the_same_doctor(
    booked: Appointment, bens: Appointment, tuesday: Leave, colleague: Doctor, now: datetime, nine: datetime
) -> None:
    found = preview_time_off(leave=tuesday, now=now)

    assert [(row.visit, row.doctor, row.start) for row in found] == [
        (booked, tuesday.doctor, nine + DAY),
        (bens, tuesday.doctor, nine + DAY + TWENTY),
    ]


def test_b6_the_preview_writes_nothing(booked: Appointment, tuesday: Leave, now: datetime) -> None:
    with refused(ZeroDivisionError):
        raise ZeroDivisionError(preview_time_off(leave=tuesday, now=now))


def test_b6_long_leave_proposes_a_colleague_of_the_specialty_at_the_very_time(
    booked: Appointment, tuesday: Leave, colleague: Doctor, dr_lee: Doctor, now: datetime, nine: datetime
) -> None:
    open_every_day(dr_lee)
    half_a_year = Leave(tuesday.doctor, tuesday.start, tuesday.start + 180 * DAY)

    (row,) = preview_time_off(leave=half_a_year, now=now)

    assert (row.doctor, row.start) == (colleague, nine)


def test_b6_without_anybody_free_nothing_is_proposed(
    booked: Appointment, tuesday: Leave, now: datetime
) -> None:
    half_a_year = Leave(tuesday.doctor, tuesday.start, tuesday.start + 180 * DAY)

    (row,) = preview_time_off(leave=half_a_year, now=now)

    assert (row.slot, row.doctor, row.start) == (None, None, None)


def test_b6_a_proposal_avoids_the_other_visits_of_the_patient(
    booked: Appointment, tuesday: Leave, dr_lee: Doctor, now: datetime, nine: datetime
) -> None:
    AppointmentFactory(doctor=dr_lee, patient=booked.patient, start_at=nine + DAY)

    (row,) = preview_time_off(leave=tuesday, now=now)

    assert row.start == nine + DAY + TWENTY


def test_b6_two_visits_of_one_patient_get_two_times(
    booked: Appointment, tuesday: Leave, ana: Patient, colleague: Doctor, nine: datetime, now: datetime
) -> None:
    AppointmentFactory(doctor=tuesday.doctor, patient=ana, start_at=nine + TWENTY, type=booked.type)
    half_a_year = Leave(tuesday.doctor, tuesday.start, tuesday.start + 180 * DAY)

    found = preview_time_off(leave=half_a_year, now=now)

    assert [row.start for row in found] == [nine, nine + TWENTY]


def test_b6_what_waits_for_approval_is_listed_without_a_proposal(
    booked: Appointment, tuesday: Leave, now: datetime
) -> None:
    Appointment.objects.filter(pk=booked.pk).update(status="pending")

    (row,) = preview_time_off(leave=tuesday, now=now)

    assert (row.visit, row.slot) == (booked, None)


def test_b8_a_visit_that_starts_when_leave_ends_is_not_in_the_way(
    booked: Appointment, hours: Doctor, nine: datetime, now: datetime
) -> None:
    morning, rest = Leave(hours, nine - DAY, nine), Leave(hours, nine + TWENTY, nine + DAY)

    assert preview_time_off(leave=morning, now=now) == []
    assert preview_time_off(leave=rest, now=now) == []


def test_b8_leave_that_ends_at_a_start_leaves_that_start_free(
    order: dict[str, Any], hours: Doctor, nine: datetime, now: datetime, dr_rao: Doctor
) -> None:
    add_time_off(leave=Leave(hours, nine - DAY, nine + TWENTY), actor=dr_rao.user, now=now)

    with refused(OutsideAvailability):
        book(**order)
    assert book(**order | {"start": nine + TWENTY}).start_at == nine + TWENTY


def test_the_preview_asks_as_often_for_three_visits_as_for_one(
    booked: Appointment,
    tuesday: Leave,
    colleague: Doctor,
    nine: datetime,
    now: datetime,
    django_assert_num_queries: Any,
) -> None:
    with django_assert_num_queries(7):
        preview_time_off(leave=tuesday, now=now)
    for number in (2, 3):
        AppointmentFactory(doctor=tuesday.doctor, start_at=nine + number * TWENTY, type=booked.type)

    with django_assert_num_queries(7):
        assert len(preview_time_off(leave=tuesday, now=now)) == 3


# Refuse, keep, propose


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


# Decided row by row


def test_b6_moved_visits_stand_at_their_new_time_at_once(
    booked: Appointment, bens: Appointment, enter: Enter, nine: datetime
) -> None:
    enter(MOVE)

    assert [fresh(visit).start_at for visit in (booked, bens)] == [nine + DAY, nine + DAY + TWENTY]
    event = booked.events.latest("pk")
    assert (event.from_status, event.to_status, event.reason) == ("booked", "booked", "The doctor is away.")
    assert (event.old_start_at, event.new_start_at) == (nine, nine + DAY)
    assert fresh(booked).moves == 0


def test_b6_cancelled_visits_say_by_whom_and_why(booked: Appointment, enter: Enter) -> None:
    enter(CANCEL)

    visit = fresh(booked)
    assert (visit.status, visit.cancelled_by, visit.cancel_code) == ("cancelled", "clinic", "prov")
    assert visit.cancel_reason == "The doctor is away."


def test_b6_each_patient_gets_one_message_however_many_visits(
    booked: Appointment, bens: Appointment, enter: Enter, ana: Patient, nine: datetime
) -> None:
    book(
        doctor=booked.doctor,
        type=booked.type,
        patient=ana,
        start=nine + 6 * TWENTY,
        actor=ana.user,
        now=booked.recorded_at,
    )

    enter(MOVE)

    assert sorted(kinds()) == [
        ("appointment-doctor-away", "ana@example.org"),
        ("appointment-doctor-away", "ben@example.org"),
    ]


def test_b6_a_parent_with_two_children_gets_one_message(
    booked: Appointment, bens: Appointment, enter: Enter, ana: Patient, ben: Patient, now: datetime
) -> None:
    PatientAccess.objects.create(
        patient=ben, user=ana.user, kind=PatientAccess.Kind.PROXY, starts_at=now, scopes=["appointments"]
    )

    enter(CANCEL)

    assert [email for _kind, email in kinds()].count("ana@example.org") == 1


def test_each_row_may_be_decided_otherwise(
    booked: Appointment, bens: Appointment, tuesday: Leave, dr_rao: Doctor, now: datetime, nine: datetime
) -> None:
    first, second = preview_time_off(leave=tuesday, now=now)
    decisions = {
        booked.pk: Decision(CANCEL),
        bens.pk: Decision(MOVE, second.doctor, second.start),
    }

    add_time_off(leave=tuesday, decisions=decisions, actor=dr_rao.user, now=now)

    assert (fresh(booked).status, fresh(bens).start_at) == ("cancelled", nine + DAY + TWENTY)
    assert first.start == nine + DAY


def test_c2_the_same_leave_twice_changes_nothing(
    booked: Appointment, tuesday: Leave, enter: Enter, dr_rao: Doctor, now: datetime
) -> None:
    order = Leave(tuesday.doctor, tuesday.start, tuesday.end, key=uuid4())
    decisions = decided(preview_time_off(leave=order, now=now), MOVE)
    first = add_time_off(leave=order, decisions=decisions, actor=dr_rao.user, now=now)
    version, events, told = fresh(booked).version, booked.events.count(), kinds()

    again = add_time_off(leave=order, decisions=decisions, actor=dr_rao.user, now=now)

    assert (again, TimeOff.objects.count(), TimeOffDecision.objects.count()) == (first, 1, 1)
    assert (fresh(booked).version, booked.events.count(), kinds()) == (version, events, told)


def test_a_visit_booked_meanwhile_is_not_overlooked(
    booked: Appointment, tuesday: Leave, order: dict[str, Any], ben: Patient, dr_rao: Doctor, now: datetime
) -> None:
    decisions = decided(preview_time_off(leave=tuesday, now=now), CANCEL)
    book(**order | {"patient": ben, "actor": ben.user, "start": order["start"] + TWENTY})

    with refused(VisitsChanged):
        add_time_off(leave=tuesday, decisions=decisions, actor=dr_rao.user, now=now)


def test_a_proposal_taken_meanwhile_refuses_the_whole(
    booked: Appointment,
    bens: Appointment,
    tuesday: Leave,
    order: dict[str, Any],
    dr_rao: Doctor,
    now: datetime,
) -> None:
    decisions = decided(preview_time_off(leave=tuesday, now=now), MOVE)
    AppointmentFactory(doctor=dr_rao, start_at=order["start"] + DAY + TWENTY)

    with refused(SlotTaken):
        add_time_off(leave=tuesday, decisions=decisions, actor=dr_rao.user, now=now)


def test_a_forged_proposal_is_refused(
    booked: Appointment, tuesday: Leave, dr_rao: Doctor, now: datetime, nine: datetime
) -> None:
    for start in (nine + DAY + timedelta(minutes=7), nine + timedelta(hours=12), nine + TWENTY):
        with refused(SlotTaken):
            decisions = {booked.pk: Decision(MOVE, dr_rao, start)}
            add_time_off(leave=tuesday, decisions=decisions, actor=dr_rao.user, now=now)


def test_whoever_is_choosing_a_time_in_the_leave_finds_it_gone(
    order: dict[str, Any], tuesday: Leave, dr_rao: Doctor, now: datetime
) -> None:
    held = AppointmentFactory(
        doctor=dr_rao, start_at=order["start"], status="held", hold_expires_at=now + timedelta(minutes=5)
    )

    add_time_off(leave=tuesday, actor=dr_rao.user, now=now)

    assert fresh(held).status == "expired"
    with refused(OutsideAvailability):
        book(**order)


def test_only_the_doctor_and_administrators_enter_leave(
    tuesday: Leave, dr_lee: Doctor, reception: User, ana: Patient, admin: User, now: datetime
) -> None:
    for actor in (dr_lee.user, reception, ana.user):
        with refused(NotAllowed):
            add_time_off(leave=tuesday, actor=actor, now=now)

    assert add_time_off(leave=tuesday, actor=admin, now=now).entered_by == admin


def test_leave_takes_the_times_from_the_list(
    order: dict[str, Any], tuesday: Leave, dr_rao: Doctor, now: datetime
) -> None:
    asked = {"doctors": [dr_rao], "type": order["type"], "viewer": order["actor"], "now": now}
    days = {"start": tuesday.start, "end": tuesday.end + DAY}
    before = free_slots(**asked, **days)

    add_time_off(leave=tuesday, actor=dr_rao.user, now=now)

    after = free_slots(**asked, **days)
    assert (len(before), len(after)) == (48, 24)
    assert min(from_minutes(slot.start) for slot in after) == tuesday.start + DAY + timedelta(hours=9)


def test_thirty_visits_are_resolved_at_once(
    tuesday: Leave, visit_type: AppointmentType, dr_rao: Doctor, now: datetime, nine: datetime, enter: Enter
) -> None:
    AppointmentType.objects.filter(pk=visit_type.pk).update(minutes=10, step_minutes=10)
    kind = AppointmentType.objects.get(pk=visit_type.pk)
    visits = [
        AppointmentFactory(
            doctor=dr_rao, patient=PatientFactory(), type=kind, start_at=nine + number * timedelta(minutes=10)
        )
        for number in range(30)
    ]

    enter(MOVE)

    assert [fresh(visit).start_at for visit in visits] == [visit.start_at + DAY for visit in visits]


# The doctor is there after all


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
