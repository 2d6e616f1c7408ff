"""What someone asks for, checked under the lock: who, what kind, when, and what staff waive."""

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from django.utils.translation import gettext as _

from accounts.errors import NotAllowed
from accounts.models import Doctor, Patient, User
from scheduling import slots
from scheduling.errors import (
    KeyReused,
    OutsideAvailability,
    OverrideUnexplained,
    PatientBusy,
    PolicyForbids,
    SlotTaken,
    TooFar,
    TooSoon,
)
from scheduling.models import Appointment, AppointmentType
from scheduling.services.availability import bookable_range, books_for_everyone, free_slots, is_open, may_see

BOOK = "scheduling.book_appointment"


@dataclass(frozen=True)
class Beyond:
    """What staff waive for one visit: the doctor's hours, that the doctor is free, that the patient is; and why."""

    hours: bool = False
    doctor: bool = False
    patient: bool = False
    reason: str = ""

    def __bool__(self) -> bool:
        return self.hours or self.doctor or self.patient


@dataclass(frozen=True)
class Order:
    """What someone asks for: as it came in, then with its rows as they stand under the lock."""

    doctor: Doctor
    patient: Patient
    type: AppointmentType
    start: datetime
    actor: User
    now: datetime
    key: UUID | None = None
    patient_reason: str = ""
    source: str = Appointment.Source.SITE
    beyond: Beyond = field(default_factory=Beyond)
    exclude: Appointment | None = None  # the visit that is to move

    @property
    def end(self) -> datetime:
        return self.start + timedelta(minutes=self.type.minutes)

    @property
    def block(self) -> dict[str, datetime]:
        """Length and buffers are copied into the visit: the type may change later."""
        return {
            "start_at": self.start,
            "end_at": self.end,
            "block_start": self.start - timedelta(minutes=self.type.buffer_before_minutes),
            "block_end": self.end + timedelta(minutes=self.type.buffer_after_minutes),
        }


def check_patient(order: Order) -> None:
    """Only for those for whom the actor may book."""
    if not Patient.objects.visible_to(order.actor, BOOK).filter(pk=order.patient.pk).exists():
        raise NotAllowed(_("You may not book for this patient."))


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
    check_waiver(order)


def check_waiver(order: Order) -> None:
    if order.beyond and not books_for_everyone(order.actor):
        raise NotAllowed
    if order.beyond and not order.beyond.reason.strip():
        raise OverrideUnexplained


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


def find_slot(order: Order) -> slots.Slot:
    """The very slot that the list shows at this start, or the reason why there is none."""
    earliest, latest = bookable_range(type=order.type, viewer=order.actor, now=order.now)
    if order.start < earliest:
        raise TooSoon
    if order.start >= latest:
        raise TooFar
    found = free_slots(
        doctors=[order.doctor],
        type=order.type,
        start=order.start,
        end=order.start + slots.MINUTE,
        viewer=order.actor,
        now=order.now,
        exclude=order.exclude,
    )
    if found and slots.from_minutes(found[0].start) == order.start:
        return found[0]
    return waived_slot(order)


def waived_slot(order: Order) -> slots.Slot:
    """A time that the list does not show: for staff who waive what speaks against it, each thing by its name."""
    if not is_open(doctor=order.doctor, type=order.type, start=order.start):
        if not order.beyond.hours:
            raise OutsideAvailability
    elif not order.beyond.doctor:
        raise SlotTaken
    if is_taken(order) and not order.beyond.doctor:
        raise SlotTaken
    place = order.doctor.location_id
    if place is None:
        raise OutsideAvailability(_("Give the doctor a location first: the visit needs a place."))
    start = slots.to_minutes(order.start)
    return slots.Slot(start, order.doctor.pk, start + order.type.minutes, place, order.doctor.department_id)


def is_taken(order: Order) -> bool:
    """Whether anything else occupies the doctor in this block."""
    block = order.block
    rows = Appointment.objects.occupying(order.now).overlapping(block["block_start"], block["block_end"])
    return others(rows.filter(doctor=order.doctor.pk), order).exists()


def is_elsewhere(order: Order) -> bool:
    """Whether the patient has another visit at this time."""
    rows = Appointment.objects.occupying(order.now).filter(start_at__lt=order.end, end_at__gt=order.start)
    return others(rows.filter(patient=order.patient.pk), order).exists()


def others(rows: Any, order: Order) -> Any:
    return rows if order.exclude is None else rows.exclude(pk=order.exclude.pk)


def fields_of(order: Order, slot: slots.Slot) -> dict[str, Any]:
    """Time, place and permitted overlaps; an overlap is permitted only where there is one, so that all else is kept."""
    over_patient = is_elsewhere(order)
    if over_patient and not order.beyond.patient:
        raise PatientBusy
    return order.block | {
        "doctor": order.doctor,
        "location_id": slot.location_id,
        "department_id": slot.department_id,
        "doctor_overlap_allowed": order.beyond.doctor and is_taken(order),
        "patient_overlap_allowed": over_patient,
        "overlap_reason": order.beyond.reason.strip() if order.beyond else "",
    }


def place(order: Order, slot: slots.Slot, **fields: Any) -> Appointment:
    """One insert; the constraints have the last word."""
    asked = {
        "patient": order.patient,
        "type": order.type,
        "patient_reason": order.patient_reason,
        "idempotency_key": order.key,
        "source": order.source,
        "booked_by": order.actor,
        "recorded_at": order.now,
    }
    visit = Appointment(**asked | fields_of(order, slot) | fields)
    visit.save(force_insert=True)
    return visit
