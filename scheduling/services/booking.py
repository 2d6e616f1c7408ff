"""Book and cancel."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from django.utils.translation import gettext as _

from accounts.errors import NotAllowed
from accounts.models import Doctor, Patient, User
from accounts.roles import Reach, reach
from accounts.rules import demand
from scheduling import messages, slots
from scheduling.errors import (
    KeyReused,
    NotCancellable,
    OutsideAvailability,
    PolicyForbids,
    ReasonMissing,
    SlotTaken,
    TooFar,
    TooSoon,
)
from scheduling.models import Appointment, AppointmentType, Status
from scheduling.rules import CANCEL, too_late_to_cancel
from scheduling.services.availability import bookable_range, free_slots, is_open, may_see
from scheduling.services.calendar import calendar_write, move, note, patiently, visit_write, wrong_state_words
from scheduling.states import NEW, may_become

BOOK = "scheduling.book_appointment"


@dataclass(frozen=True)
class Order:
    """What someone asks for: as it came in, then with its rows as they stand under the lock."""

    doctor: Doctor
    patient: Patient
    type: AppointmentType
    start: datetime
    actor: User
    now: datetime
    key: UUID | None
    patient_reason: str
    source: str


@patiently
def book(
    *,
    doctor: Doctor,
    type: AppointmentType,
    patient: Patient,
    start: datetime,
    actor: User,
    now: datetime,
    idempotency_key: UUID | None = None,
    patient_reason: str = "",
    source: str = Appointment.Source.SITE,
) -> Appointment:
    """Take a free time and tell the patient; the same order sent twice is one visit."""
    demand(actor, BOOK)
    with calendar_write(doctor, patient, actor=actor) as (doctor, patient):
        type = AppointmentType.objects.get(pk=type.pk)
        order = Order(doctor, patient, type, start, actor, now, idempotency_key, patient_reason, source)
        check_patient(order)
        if (known := replay(order)) is not None:
            return known
        check_policy(order)
        visit = place(order, find_slot(order))
        note(visit, before=NEW, actor=actor, now=now, new_start_at=visit.start_at, new_doctor=doctor)
        messages.tell(messages.BOOKED, visit, now=now)
    return visit


@patiently
def cancel(*, appointment: Appointment, reason: str, actor: User, now: datetime) -> Appointment:
    """Free the time and tell the patient. Raises NotCancellable once the visit has begun."""
    reason = reason.strip()
    demand(actor, CANCEL)
    with visit_write(appointment, actor=actor, reason=reason) as visit:
        check_cancellation(visit, reason, actor, now)
        by = Appointment.CancelledBy.PATIENT if acts_as_patient(actor) else Appointment.CancelledBy.CLINIC
        move(
            visit,
            Status.CANCELLED,
            actor=actor,
            now=now,
            reason=reason,
            cancelled_by=by,
            cancel_reason=reason,
        )
        messages.tell(messages.CANCELLED, visit, now=now)
    return visit


def acts_as_patient(actor: User) -> bool:
    return reach(actor, CANCEL) is Reach.OWN


def check_patient(order: Order) -> None:
    """Only for those for whom the actor may book."""
    if not Patient.objects.visible_to(order.actor, BOOK).filter(pk=order.patient.pk).exists():
        raise NotAllowed(_("You may not book for this patient."))


def replay(order: Order) -> Appointment | None:
    """The visit that this key has already made; KeyReused when it was made for something else."""
    if order.key is None:
        return None
    rows = Appointment.objects.with_people().filter(booked_by=order.actor, idempotency_key=order.key)
    known = rows.first()
    if known is not None and not is_same(known, order):
        raise KeyReused
    return known


def is_same(visit: Appointment, order: Order) -> bool:
    asked = (order.doctor.pk, order.patient.pk, order.type.pk, order.start)
    return (visit.doctor_id, visit.patient_id, visit.type_id, visit.start_at) == asked


def check_policy(order: Order) -> None:
    patient = order.patient
    if order.doctor.is_archived:
        raise PolicyForbids(_("This doctor no longer sees patients here."))
    if patient.deceased_at is not None:
        raise PolicyForbids(_("The patient has died. No visit can be booked."))
    if patient.is_archived or patient.merged_into_id is not None:
        raise PolicyForbids(_("This patient's file is closed. Book with the patient's current file."))
    if not may_see(order.type, order.actor):
        raise PolicyForbids(_("This kind of visit cannot be booked on the site."))


def find_slot(order: Order) -> slots.Slot:
    """The very slot that the list shows at this start, or the reason why there is none."""
    earliest, latest = bookable_range(type=order.type, viewer=order.actor, now=order.now)
    if order.start < earliest:
        raise TooSoon
    if order.start >= latest:
        raise TooFar
    end = order.start + slots.MINUTE
    found = free_slots(
        doctors=[order.doctor], type=order.type, start=order.start, end=end, viewer=order.actor, now=order.now
    )
    if found and slots.from_minutes(found[0].start) == order.start:
        return found[0]
    raise (
        SlotTaken if is_open(doctor=order.doctor, type=order.type, start=order.start) else OutsideAvailability
    )


def place(order: Order, slot: slots.Slot) -> Appointment:
    """One insert; the constraints have the last word. Length and buffers are copied: the type may change."""
    start, end = slots.from_minutes(slot.start), slots.from_minutes(slot.end)
    visit = Appointment(
        doctor=order.doctor,
        patient=order.patient,
        type=order.type,
        location_id=slot.location_id,
        department_id=slot.department_id,
        start_at=start,
        end_at=end,
        block_start=start - timedelta(minutes=order.type.buffer_before_minutes),
        block_end=end + timedelta(minutes=order.type.buffer_after_minutes),
        patient_reason=order.patient_reason,
        idempotency_key=order.key,
        source=order.source,
        booked_by=order.actor,
        recorded_at=order.now,
    )
    visit.save(force_insert=True)
    return visit


def check_cancellation(visit: Appointment, reason: str, actor: User, now: datetime) -> None:
    """Sight, state, notice, reason: in this order, so that the words fit."""
    if not Appointment.objects.visible_to(actor, CANCEL).filter(pk=visit.pk).exists():
        raise NotAllowed
    if not may_become(visit.status, Status.CANCELLED):
        raise NotCancellable(wrong_state_words(visit))
    if acts_as_patient(actor) and visit.status == Status.ARRIVED:
        raise NotCancellable(_("You are already in the waiting room. Speak to reception."))
    if words := too_late_to_cancel(actor, visit, now):
        raise NotCancellable(words)
    if not (reason or acts_as_patient(actor)):
        raise ReasonMissing
