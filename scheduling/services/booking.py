"""Book and cancel."""

from datetime import datetime
from uuid import UUID

from django.utils.translation import gettext as _

from accounts.errors import NotAllowed
from accounts.models import Doctor, Patient, User
from accounts.roles import Reach, reach
from accounts.rules import demand
from scheduling import messages
from scheduling.errors import NotCancellable, ReasonMissing
from scheduling.models import Appointment, AppointmentType, Status
from scheduling.rules import CANCEL, too_late_to_cancel
from scheduling.services.availability import books_for_everyone
from scheduling.services.calendar import (
    calendar_write,
    change_state,
    note,
    patiently,
    visit_write,
    wrong_state_words,
)
from scheduling.services.holds import tidy
from scheduling.services.offers import settle
from scheduling.services.orders import (
    BOOK,
    Beyond,
    Order,
    check_patient,
    check_policy,
    find_slot,
    place,
    replay,
)
from scheduling.states import NEW, may_become

Code = Appointment.CancelReason


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
    beyond: Beyond | None = None,
) -> Appointment:
    """Take a free time, or the one held for this order, and tell the patient; the same order twice is one visit.

    What patients book of a type that needs approval waits as `pending`. `beyond` is for staff only.
    """
    demand(actor, BOOK)
    with calendar_write(doctor, patient, actor=actor) as (doctor, patient):
        type = AppointmentType.objects.get(pk=type.pk)
        waived = beyond or Beyond()
        order = Order(
            doctor, patient, type, start, actor, now, idempotency_key, patient_reason, source, waived
        )
        check_patient(order)
        if (known := replay(order)) is not None:
            return known
        check_policy(order)
        visit = take(order)
        messages.tell(
            messages.REQUESTED if visit.status == Status.PENDING else messages.BOOKED, visit, now=now
        )
    return visit


def take(order: Order) -> Appointment:
    """The hold becomes the visit; without one, the time is looked for among the free ones."""
    waits = order.type.needs_approval and not books_for_everyone(order.actor)
    status = Status.PENDING if waits else Status.BOOKED
    if (held := tidy(order)) is not None:
        return confirm(held, order, status)
    visit = place(order, find_slot(order), status=status)
    note(
        visit,
        before=NEW,
        actor=order.actor,
        now=order.now,
        reason=order.beyond.reason,
        new_start_at=visit.start_at,
        new_doctor=order.doctor,
    )
    return visit


def confirm(held: Appointment, order: Order, status: str) -> Appointment:
    change_state(
        held,
        status,
        actor=order.actor,
        now=order.now,
        facts={"new_start_at": held.start_at, "new_doctor": order.doctor},
        patient_reason=order.patient_reason,
        idempotency_key=order.key,
        source=order.source,
        recorded_at=order.now,
        hold_expires_at=None,
    )
    return Appointment.objects.with_people().get(pk=held.pk)


@patiently
def cancel(
    *, appointment: Appointment, reason: str, actor: User, now: datetime, code: str = ""
) -> Appointment:
    """Free the time and tell the patient. Raises NotCancellable once the visit has begun.

    `code` is one of HL7's reasons; without one, that the patient used the site, or that the hospital cancelled.
    """
    reason = reason.strip()
    demand(actor, CANCEL)
    with visit_write(appointment, actor=actor, reason=reason) as visit:
        check_cancellation(visit, reason, actor, now)
        call_off(visit, reason=reason, actor=actor, now=now, code=code)
        messages.tell(messages.CANCELLED, visit, now=now)
    return visit


def call_off(visit: Appointment, *, reason: str, actor: User, now: datetime, code: str = "") -> None:
    """The state, who and why; telling the patient is for the caller, who may have more to say."""
    own = acts_as_patient(actor)
    by = Appointment.CancelledBy.PATIENT if own else Appointment.CancelledBy.CLINIC
    change_state(
        visit,
        Status.CANCELLED,
        actor=actor,
        now=now,
        reason=reason,
        cancelled_by=by,
        cancel_code=code or (Code.PORTAL if own else Code.PROVIDER),
        cancel_reason=reason,
    )
    settle(visit, actor, now)


def acts_as_patient(actor: User) -> bool:
    return reach(actor, CANCEL) is Reach.OWN


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
