"""A time kept free while somebody completes the steps: five minutes, extendable, and gone by itself."""

from collections.abc import Iterable
from datetime import datetime, timedelta

from django.db.models import Q
from django.utils.translation import gettext as _

from accounts.models import Doctor, Patient, User
from accounts.rules import demand
from scheduling.errors import HoldLapsed, WrongState
from scheduling.models import Appointment, AppointmentType, Status
from scheduling.services.calendar import calendar_write, change_state, note, patiently, visit_write
from scheduling.services.orders import BOOK, Order, check_patient, check_policy, find_slot, place
from scheduling.states import NEW

HOLD = timedelta(minutes=5)
# WCAG 2.2, 2.2.1: a time limit can be extended at least ten times.
MOST_EXTENSIONS = 10


@patiently
def hold(
    *, doctor: Doctor, type: AppointmentType, patient: Patient, start: datetime, actor: User, now: datetime
) -> Appointment:
    """Keep a free time for five minutes. One account holds one time for a patient: an earlier hold is let go."""
    demand(actor, BOOK)
    with calendar_write(doctor, patient, actor=actor) as (doctor, patient):
        order = Order(doctor, patient, AppointmentType.objects.get(pk=type.pk), start, actor, now)
        check_patient(order)
        check_policy(order)
        expire_lapsed(order)
        if (held := own_hold(order)) is not None:
            return held
        let_go(order)
        visit = place(order, find_slot(order), status=Status.HELD, hold_expires_at=now + HOLD)
        note(visit, before=NEW, actor=actor, now=now, new_start_at=visit.start_at, new_doctor=doctor)
    return visit


@patiently
def extend_hold(*, appointment: Appointment, actor: User, now: datetime) -> Appointment:
    """Five minutes from now, ten times at most; HoldLapsed when it is too late."""
    demand(actor, BOOK)
    with visit_write(appointment, actor=actor) as visit:
        require_own(visit, actor)
        if visit.status != Status.HELD or is_over(visit, now):
            raise HoldLapsed
        if visit.hold_extensions >= MOST_EXTENSIONS:
            raise HoldLapsed(_("This time was kept as often as it can be. Book it while it is still yours."))
        visit.hold_expires_at = now + HOLD
        visit.hold_extensions += 1
        visit.save(update_fields=["hold_expires_at", "hold_extensions"])
    return visit


@patiently
def release_hold(*, appointment: Appointment, actor: User, now: datetime) -> Appointment:
    """Let the time go at once; a hold that is over already stays as it is."""
    demand(actor, BOOK)
    with visit_write(appointment, actor=actor) as visit:
        require_own(visit, actor)
        if visit.status == Status.HELD:
            change_state(visit, Status.EXPIRED, actor=actor, now=now)
    return visit


def expire_holds(*, now: datetime) -> dict[str, int]:
    """Let go of every hold that is over, each in a transaction of its own; safe to run twice at once."""
    counts = {"expired": 0, "skipped": 0}
    lapsed = Appointment.objects.lapsed(now).select_related("doctor", "patient").order_by("doctor", "pk")
    for appointment in lapsed:
        counts["expired" if expire_one(appointment, now) else "skipped"] += 1
    return counts


@patiently
def expire_one(appointment: Appointment, now: datetime) -> bool:
    """False when it was booked, extended or let go meanwhile."""
    with visit_write(appointment, actor=None, reason="hold expired") as visit:
        if visit.status != Status.HELD or not is_over(visit, now):
            return False
        change_state(visit, Status.EXPIRED, actor=None, now=now)
    return True


def is_over(visit: Appointment, now: datetime) -> bool:
    return visit.hold_expires_at is None or visit.hold_expires_at <= now


def require_own(visit: Appointment, actor: User) -> None:
    """Whoever holds a time decides about it; others are told as little as if there were none."""
    if visit.booked_by_id != actor.pk:
        raise WrongState


def own_hold(order: Order) -> Appointment | None:
    """What the actor holds for exactly this order and may still book."""
    held = Appointment.objects.filter(status=Status.HELD, hold_expires_at__gt=order.now)
    held = held.filter(booked_by=order.actor, patient=order.patient.pk, doctor=order.doctor.pk)
    return held.filter(type=order.type.pk, start_at=order.start).first()


def let_go(order: Order) -> None:
    """Other times that the actor holds for this patient while the steps of booking last, with any doctor."""
    held = Appointment.objects.filter(status=Status.HELD, booked_by=order.actor, patient=order.patient.pk)
    expire(held.filter(offer__isnull=True), order.now)


def expire_lapsed(order: Order) -> None:
    """No constraint knows the time of day: holds that are over are let go inside the booking itself."""
    concerned = Q(doctor=order.doctor.pk) | Q(patient=order.patient.pk)
    expire(Appointment.objects.lapsed(order.now).filter(concerned), order.now)


def expire(visits: Iterable[Appointment], now: datetime) -> None:
    for visit in visits:
        change_state(visit, Status.EXPIRED, actor=None, now=now)
