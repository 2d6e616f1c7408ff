"""The doctor is away: every booked visit in the way is moved, offered a new time, cancelled or kept, at once."""

from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Literal
from uuid import UUID

from django.utils.translation import gettext as _

from accounts.errors import Busy, NotAllowed
from accounts.models import Doctor, User
from accounts.roles import Reach, reach
from accounts.rules import demand
from scheduling import messages, slots
from scheduling.errors import LeaveConflict, SlotTaken, VisitsChanged
from scheduling.models import Appointment, Status, TimeOff, TimeOffDecision
from scheduling.services.booking import call_off
from scheduling.services.calendar import calendars_write, change_state, note, patiently
from scheduling.services.holds import expire_lapsed
from scheduling.services.moving import order_for, put
from scheduling.services.offers import answer
from scheduling.services.orders import Beyond, Order, place
from scheduling.services.proposals import Finder, finder
from scheduling.slots import Closed, Slot
from scheduling.states import NEW

ADD = "scheduling.add_timeoff"
WITHDRAW = "scheduling.change_timeoff"
OFFER_LASTS = timedelta(days=7)
ATTEMPTS = 3
Choice = TimeOffDecision.Choice
OnConflict = Literal["refuse", "keep", "propose"]


@dataclass(frozen=True)
class Affected:
    """A booked visit in the way of leave, and the best new time for it, if there is one."""

    visit: Appointment
    slot: Slot | None
    doctor: Doctor | None

    @property
    def start(self) -> datetime | None:
        return slots.from_minutes(self.slot.start) if self.slot else None


@dataclass(frozen=True)
class Decision:
    """What is to become of one visit; a new time for those that move or are offered one."""

    choice: str
    doctor: Doctor | None = None
    start: datetime | None = None


@dataclass(frozen=True)
class Leave:
    """Leave as it is asked for."""

    doctor: Doctor
    start: datetime
    end: datetime
    kind: str = TimeOff.Kind.VACATION
    reason: str = ""
    key: UUID | None = None

    @property
    def closed(self) -> Closed:
        return Closed(slots.to_minutes(self.start), slots.to_minutes(self.end), self.doctor.pk)


def may_enter(actor: User, doctor: Doctor, permission: str = ADD) -> bool:
    """Doctors for themselves, administrators for everyone."""
    how_far = reach(actor, permission)
    return how_far is Reach.ALL or (how_far is Reach.MINE and doctor.user_id == actor.pk)


def displaced(doctor: Doctor, start: datetime, end: datetime, now: datetime) -> list[Appointment]:
    """Visits that have not begun and would take place while the doctor is away, in order; with people."""
    visits = Appointment.objects.filter(doctor=doctor.pk, status__in=[Status.PENDING, Status.BOOKED])
    visits = visits.filter(start_at__lt=end, end_at__gt=max(start, now))
    return list(visits.with_people().order_by("start_at", "pk"))


def colleagues(doctor: Doctor) -> list[Doctor]:
    """Others of the same specialty who see patients."""
    if not doctor.specialty:
        return []
    return list(Doctor.objects.listed().filter(specialty=doctor.specialty).exclude(pk=doctor.pk))


def preview_time_off(*, leave: Leave, now: datetime) -> list[Affected]:
    """Every affected visit with the best new time: the same doctor, else the same specialty, the soonest.

    Reads only; no two visits are given the same time, and nobody two times at once.
    """
    visits = displaced(leave.doctor, leave.start, leave.end, now)
    if not visits:
        return []
    others = {doctor.pk: doctor for doctor in colleagues(leave.doctor)}
    search = finder(visits, [leave.doctor.pk, *others], now, [leave.closed])
    return [propose(visit, leave.doctor, others, search) for visit in visits]


def propose(visit: Appointment, doctor: Doctor, others: Mapping[int, Doctor], search: Finder) -> Affected:
    """What waits for approval is not moved: the hospital has not agreed to it yet."""
    if visit.status != Status.BOOKED:
        return Affected(visit, None, None)
    slot = search.first(visit, [doctor.pk]) or search.first(visit, others)
    if slot is None:
        return Affected(visit, None, None)
    search.take(visit, slot)
    return Affected(visit, slot, others.get(slot.doctor_id, doctor))


def by_default(leave: Leave, on_conflict: OnConflict, now: datetime) -> dict[int, Decision]:
    """What `on_conflict` means for each visit; LeaveConflict when it refuses and there are any."""
    affected = preview_time_off(leave=leave, now=now)
    if affected and on_conflict == "refuse":
        raise LeaveConflict
    if on_conflict == "keep":
        return {row.visit.pk: Decision(Choice.KEEP) for row in affected}
    return {
        row.visit.pk: Decision(Choice.OFFER, row.doctor, row.start) if row.slot else Decision(Choice.KEEP)
        for row in affected
    }


def add_time_off(
    *,
    leave: Leave,
    actor: User,
    now: datetime,
    decisions: Mapping[int, Decision] | None = None,
    on_conflict: OnConflict = "refuse",
) -> TimeOff:
    """Enter leave and carry out what was decided about each visit, by the visit's key: all or nothing.

    Each patient concerned gets one message. The same key again is the same leave, and nothing happens twice.
    Raises VisitsChanged when a visit came meanwhile that nobody decided about; what `on_conflict` decides is
    decided anew then.
    """
    if decisions is not None:
        return enter(leave=leave, decisions=decisions, actor=actor, now=now)
    for _attempt in range(ATTEMPTS):
        chosen = by_default(leave, on_conflict, now)
        with suppress(VisitsChanged, SlotTaken):
            return enter(leave=leave, decisions=chosen, actor=actor, now=now)
    raise Busy


@patiently
def enter(*, leave: Leave, decisions: Mapping[int, Decision], actor: User, now: datetime) -> TimeOff:
    demand(actor, ADD)
    if not may_enter(actor, leave.doctor):
        raise NotAllowed
    doctors = [leave.doctor, *(decision.doctor for decision in decisions.values() if decision.doctor)]
    patients = [visit.patient for visit in displaced(leave.doctor, leave.start, leave.end, now)]
    with calendars_write(doctors, patients, actor=actor, reason="leave"):
        if (known := replay(leave, actor)) is not None:
            return known
        visits = displaced(leave.doctor, leave.start, leave.end, now)
        if {visit.pk for visit in visits} != set(decisions):
            raise VisitsChanged
        time_off = write(leave, actor, now)
        expire_choosers(leave, actor, now)
        resolve(time_off, visits, decisions, actor, now)
    return time_off


def replay(leave: Leave, actor: User) -> TimeOff | None:
    if leave.key is None:
        return None
    return TimeOff.objects.filter(entered_by=actor, idempotency_key=leave.key).first()


def write(leave: Leave, actor: User, now: datetime) -> TimeOff:
    return TimeOff.objects.create(
        doctor=leave.doctor,
        start_at=leave.start,
        end_at=leave.end,
        kind=leave.kind,
        reason=leave.reason,
        entered_by=actor,
        idempotency_key=leave.key,
        recorded_at=now,
    )


def expire_choosers(leave: Leave, actor: User, now: datetime) -> None:
    """Whoever is just choosing a time in the leave, or was offered one there, finds that it is gone."""
    held = Appointment.objects.filter(doctor=leave.doctor.pk, status=Status.HELD)
    for visit in held.filter(start_at__lt=leave.end, end_at__gt=leave.start):
        change_state(visit, Status.EXPIRED, actor=actor, now=now)


def resolve(
    time_off: TimeOff,
    visits: list[Appointment],
    decisions: Mapping[int, Decision],
    actor: User,
    now: datetime,
) -> None:
    if not visits:
        return
    ids = {time_off.doctor_id} | {one.doctor.pk for one in decisions.values() if one.doctor}
    search = finder(visits, ids, now)
    for visit in visits:
        carry_out(time_off, visit, decisions[visit.pk], search, actor, now)
    changed = [visit.patient_id for visit in visits if decisions[visit.pk].choice != Choice.KEEP]
    messages.tell_of_leave(time_off, changed, now=now)


def carry_out(
    time_off: TimeOff,
    visit: Appointment,
    decision: Decision,
    search: Finder,
    actor: User,
    now: datetime,
) -> None:
    row = TimeOffDecision(
        time_off=time_off,
        appointment=visit,
        choice=decision.choice,
        old_start_at=visit.start_at,
        old_doctor=visit.doctor,
        recorded_at=now,
    )
    if decision.choice in (Choice.MOVE, Choice.OFFER):
        give_new_time(row, visit, decision, search, actor, now)
    elif decision.choice == Choice.CANCEL:
        call_off(visit, reason=_("The doctor is away."), actor=actor, now=now)
    row.save(force_insert=True)


def give_new_time(
    row: TimeOffDecision,
    visit: Appointment,
    decision: Decision,
    search: Finder,
    actor: User,
    now: datetime,
) -> None:
    if visit.status != Status.BOOKED or decision.doctor is None or decision.start is None:
        raise VisitsChanged
    slot = search.claim(visit, decision.doctor.pk, decision.start)
    order = order_for(visit, decision.doctor, decision.start, actor, now, Beyond())
    row.new_doctor, row.new_start_at, row.new_location_id = decision.doctor, decision.start, slot.location_id
    if decision.choice == Choice.MOVE:
        put(visit, order, slot, reason=_("The doctor is away."), counts=False)
    else:
        row.hold = keep_free(order, visit, slot)


def keep_free(order: Order, visit: Appointment, slot: Slot) -> Appointment:
    """The offered time is held for the patient, beside the old visit, for a week or until it would be too late."""
    expire_lapsed(order)
    until = min(visit.start_at, order.start, order.now + OFFER_LASTS)
    held = place(
        order,
        slot,
        status=Status.HELD,
        hold_expires_at=max(until, order.now + slots.MINUTE),
        booked_by=None,
        patient_overlap_allowed=True,
        overlap_reason=_("Offered in place of another visit"),
    )
    note(
        held, before=NEW, actor=order.actor, now=order.now, new_start_at=order.start, new_doctor=order.doctor
    )
    return held


@patiently
def withdraw_time_off(*, time_off: TimeOff, actor: User, now: datetime) -> TimeOff:
    """The doctor is there after all: the hours open again; visits already moved or cancelled stay so.

    Offers not yet answered lapse, and those patients are told that their visit stands.
    """
    demand(actor, WITHDRAW)
    if not may_enter(actor, time_off.doctor, WITHDRAW):
        raise NotAllowed
    with calendars_write([time_off.doctor], [], actor=actor, reason="leave withdrawn"):
        time_off = TimeOff.objects.select_related("doctor").get(pk=time_off.pk)
        if time_off.is_archived:
            return time_off
        time_off.claim_version(time_off.version)
        time_off.archived_at = now
        time_off.save(update_fields=["archived_at"])
        for decision in time_off.decisions.unanswered().filter(choice=Choice.OFFER).with_visits():
            answer(decision, TimeOffDecision.Answer.DECLINED, actor, now)
            about = f":withdrawn {time_off.pk}"
            messages.tell(messages.BOOKED, decision.appointment, now=now, about=about)
    return time_off
