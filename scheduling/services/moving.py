"""Another time, or another doctor, for a visit: the old time stays until the new one is taken, in one update."""

from datetime import datetime
from typing import Any

from django.db.models import F
from django.utils.translation import gettext as _

from accounts.errors import NotAllowed, StaleVersion
from accounts.models import Doctor, User
from accounts.rules import demand
from scheduling import messages
from scheduling.errors import NotMovable, ReasonMissing
from scheduling.models import Appointment, Status
from scheduling.rules import MOVE, cannot_move
from scheduling.services.availability import books_for_everyone
from scheduling.services.calendar import change_state, patiently, visit_write, wrong_state_words
from scheduling.services.holds import expire_lapsed, let_go
from scheduling.services.offers import settle
from scheduling.services.orders import Beyond, Order, check_policy, fields_of, find_slot
from scheduling.slots import Slot


@patiently
def move(
    *,
    appointment: Appointment,
    doctor: Doctor,
    start: datetime,
    version: int,
    actor: User,
    now: datetime,
    reason: str = "",
    beyond: Beyond | None = None,
) -> Appointment:
    """Give the visit a new time; asked again for where it already is, it stays and nobody is told twice.

    Staff give a reason and are bound by the doctor's hours only, unless `beyond` waives those too.
    Raises StaleVersion when the visit changed after `version` was read.
    """
    reason = reason.strip()
    demand(actor, MOVE)
    with visit_write(appointment, actor=actor, reason=reason, also=[doctor]) as visit:
        doctor = Doctor.objects.get(pk=doctor.pk)
        check_sight(visit, actor)
        if stands_there(visit, doctor, start):
            return visit
        check_move(visit, version, reason, actor, now)
        order = order_for(visit, doctor, start, actor, now, beyond or Beyond())
        check_policy(order)
        let_go(order)
        put(visit, order, find_slot(order), reason=reason, counts=not books_for_everyone(actor))
        settle(visit, actor, now)
        messages.tell(messages.MOVED, visit, now=now)
    return visit


def order_for(
    visit: Appointment, doctor: Doctor, start: datetime, actor: User, now: datetime, beyond: Beyond
) -> Order:
    return Order(doctor, visit.patient, visit.type, start, actor, now, beyond=beyond, exclude=visit)


def check_sight(visit: Appointment, actor: User) -> None:
    if not Appointment.objects.visible_to(actor, MOVE).filter(pk=visit.pk).exists():
        raise NotAllowed


def stands_there(visit: Appointment, doctor: Doctor, start: datetime) -> bool:
    return visit.status == Status.BOOKED and (visit.doctor_id, visit.start_at) == (doctor.pk, start)


def check_move(visit: Appointment, version: int, reason: str, actor: User, now: datetime) -> None:
    """State, notice, reason, version: in this order, so that the words fit."""
    if words := stays_as_it_is(visit):
        raise NotMovable(words)
    if words := cannot_move(actor, visit, now):
        raise NotMovable(words)
    if not reason and books_for_everyone(actor):
        raise ReasonMissing(_("Say why the visit is moved. The patient can read it."))
    if visit.version != version:
        raise StaleVersion


def stays_as_it_is(visit: Appointment) -> str:
    """Words when a visit in this state cannot be moved by anybody; empty when it can."""
    if visit.status == Status.PENDING:
        return _("This visit waits for an answer. Cancel it and ask for another time instead.")
    return "" if visit.status == Status.BOOKED else wrong_state_words(visit)


def put(visit: Appointment, order: Order, slot: Slot, *, reason: str, counts: bool) -> None:
    """One update of the row: whoever looks sees the old time or the new one, and the constraint decides."""
    expire_lapsed(order)
    facts = {
        "old_start_at": visit.start_at,
        "new_start_at": order.start,
        "old_doctor": visit.doctor,
        "new_doctor": order.doctor,
    }
    fields: dict[str, Any] = fields_of(order, slot)
    change_state(
        visit,
        Status.BOOKED,
        actor=order.actor,
        now=order.now,
        reason=reason or order.beyond.reason,
        facts=facts,
        moves=F("moves") + (1 if counts else 0),
        **fields,
    )
    visit.refresh_from_db()
