"""What becomes of each booked visit, and that patients know."""

from datetime import datetime, timedelta
from typing import Any
from uuid import uuid4

from accounts.errors import NotAllowed
from accounts.models import Doctor, Patient, PatientAccess, User
from accounts.tests.factories import PatientFactory
from scheduling.errors import OutsideAvailability, SlotTaken, VisitsChanged
from scheduling.models import Appointment, AppointmentType, TimeOff, TimeOffDecision
from scheduling.services.availability import free_slots
from scheduling.services.booking import book
from scheduling.services.leave import (
    Decision,
    Leave,
    add_time_off,
    preview_time_off,
)
from scheduling.slots import from_minutes
from scheduling.tests.factories import AppointmentFactory
from scheduling.tests.leave.words import CANCEL, DAY, MOVE, TWENTY, Enter, decided, fresh, kinds
from scheduling.tests.refusal import refused


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
