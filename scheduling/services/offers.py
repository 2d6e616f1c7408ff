"""The patient's answer to what leave proposed, and the time that was kept for it."""

from datetime import datetime

from accounts.models import User
from scheduling.models import Appointment, Status, TimeOffDecision
from scheduling.services.calendar import change_state


def settle(visit: Appointment, actor: User, now: datetime) -> None:
    """Whoever moves or cancels the visit has answered whatever leave had proposed for it."""
    for decision in visit.decisions.unanswered():
        answer(decision, TimeOffDecision.Answer.DECLINED, actor, now)


def answer(decision: TimeOffDecision, words: str, actor: User, now: datetime) -> None:
    """Note the answer, once; the time that was kept goes back to everybody."""
    row = TimeOffDecision.objects.filter(pk=decision.pk, answer="")
    if row.update(answer=words, answered_at=now, answered_by=actor) == 1:
        let_go_of(decision, actor, now)


def let_go_of(decision: TimeOffDecision, actor: User, now: datetime) -> bool:
    """Whether the time was still kept until now."""
    if decision.hold_id is None:
        return False
    held = Appointment.objects.filter(pk=decision.hold_id, status=Status.HELD).first()
    if held is None:
        return False
    change_state(held, Status.EXPIRED, actor=actor, now=now)
    return True
