"""The patient, or reception on the telephone, agrees to the new time that leave brought."""

from datetime import datetime

from accounts.models import User
from accounts.rules import demand
from scheduling import messages, slots
from scheduling.errors import NotMovable, SlotTaken
from scheduling.models import Appointment, Status, TimeOffDecision
from scheduling.rules import MOVE
from scheduling.services.availability import is_open
from scheduling.services.calendar import patiently, visit_write, wrong_state_words
from scheduling.services.moving import check_sight, order_for, put
from scheduling.services.offers import answer
from scheduling.services.orders import Beyond, Order, is_taken
from scheduling.slots import Slot

Choice = TimeOffDecision.Choice


@patiently
def accept(*, decision: TimeOffDecision, actor: User, now: datetime) -> Appointment:
    """What was moved is acknowledged, what was offered is taken; accepting twice is accepting once.

    Raises SlotTaken when an offer ran out and somebody else took the time.
    """
    demand(actor, MOVE)
    also = [decision.new_doctor] if decision.new_doctor else []
    with visit_write(decision.appointment, actor=actor, also=also) as visit:
        check_sight(visit, actor)
        decision = visit.decisions.with_visits().get(pk=decision.pk)
        if decision.answer == TimeOffDecision.Answer.ACCEPTED:
            return visit
        if decision.answer or visit.status != Status.BOOKED:
            raise NotMovable(wrong_state_words(visit))
        was_kept = is_kept(decision, now)
        answer(decision, TimeOffDecision.Answer.ACCEPTED, actor, now)
        if decision.choice == Choice.OFFER:
            take_offer(visit, decision, was_kept, actor, now)
            messages.tell(messages.MOVED, visit, now=now)
    return visit


def is_kept(decision: TimeOffDecision, now: datetime) -> bool:
    kept = Appointment.objects.occupying(now).filter(status=Status.HELD)
    return decision.hold_id is not None and kept.filter(pk=decision.hold_id).exists()


def take_offer(
    visit: Appointment, decision: TimeOffDecision, was_kept: bool, actor: User, now: datetime
) -> None:
    """The visit moves to where its time was kept; a time no longer kept has to be free still."""
    if decision.new_doctor is None or decision.new_start_at is None or decision.hold is None:
        raise NotMovable
    order = order_for(visit, decision.new_doctor, decision.new_start_at, actor, now, Beyond())
    if not was_kept and not is_still_free(order):
        raise SlotTaken
    start, kept = slots.to_minutes(order.start), decision.hold
    slot = Slot(start, kept.doctor_id, start + visit.type.minutes, kept.location_id, kept.department_id)
    put(visit, order, slot, reason="", counts=False)


def is_still_free(order: Order) -> bool:
    ahead = order.start > order.now and not order.doctor.is_archived
    opens = is_open(doctor=order.doctor, type=order.type, start=order.start)
    return ahead and opens and not is_taken(order)
