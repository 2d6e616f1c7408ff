"""A time kept free while somebody completes the steps: five minutes, extendable, and gone by itself."""

from collections.abc import Iterable
from datetime import datetime, timedelta

from django.db.models import Q
from django.utils.translation import gettext as _

from accounts.errors import Busy
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
        if (held := tidy(order)) is not None:
            return held
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
    """Let go of every hold that is over, each in a transaction of its own; safe to run twice at once.

    One whose doctor's calendar is busy just now is left for the next time.
    """
    counts = {"expired": 0, "skipped": 0}
    lapsed = Appointment.objects.lapsed(now).select_related("doctor", "patient").order_by("doctor", "pk")
    for appointment in lapsed:
        try:
            is_done = expire_one(appointment, now)
        except Busy:
            is_done = False
        counts["expired" if is_done else "skipped"] += 1
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


def tidy(order: Order) -> Appointment | None:
    """What the actor holds for exactly this order, after letting go of what no longer counts; one query.

    No constraint knows the time of day: holds of the doctor or the patient that are over go here, inside the
    booking itself. Without a hold for this order, the actor's others for the patient go too.
    """
    concerned = Q(doctor=order.doctor.pk) | Q(patient=order.patient.pk)
    held = list(Appointment.objects.filter(concerned, status=Status.HELD, hold_expires_at__isnull=False))
    over = [visit for visit in held if is_over(visit, order.now)]
    mine = [visit for visit in held if visit not in over and is_mine(visit, order)]
    own = next((visit for visit in mine if is_for(visit, order)), None)
    expire(over if own else [*over, *mine], order.now)
    return own


def is_mine(visit: Appointment, order: Order) -> bool:
    """A time kept as an offer is nobody's own: it was booked by no account."""
    return (visit.booked_by_id, visit.patient_id) == (order.actor.pk, order.patient.pk)


def is_for(visit: Appointment, order: Order) -> bool:
    asked = (order.doctor.pk, order.type.pk, order.start)
    return (visit.doctor_id, visit.type_id, visit.start_at) == asked


def let_go(order: Order) -> None:
    """Other times that the actor holds for this patient while the steps of booking last, with any doctor."""
    held = Appointment.objects.filter(status=Status.HELD, booked_by=order.actor, patient=order.patient.pk)
    expire(held, order.now)


def expire_lapsed(order: Order) -> None:
    expire_lapsed_of(order.doctor, order.patient, order.now)


def expire_lapsed_of(doctor: Doctor, patient: Patient, now: datetime) -> None:
    """No constraint knows the time of day: whatever takes time lets go of the holds that are over first."""
    concerned = Q(doctor=doctor.pk) | Q(patient=patient.pk)
    expire(Appointment.objects.lapsed(now).filter(concerned), now)


def expire(visits: Iterable[Appointment], now: datetime) -> None:
    for visit in visits:
        change_state(visit, Status.EXPIRED, actor=None, now=now)
