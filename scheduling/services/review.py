"""What staff decide about a visit as such: agree to it, bring it back, or say that it was a mistake."""

from datetime import datetime

from django.utils.translation import gettext as _

from accounts.models import User
from accounts.rules import demand
from scheduling import messages
from scheduling.errors import ReasonMissing, TooSoon, WrongState
from scheduling.models import Appointment, Status, TimeOffDecision
from scheduling.services.calendar import change_state, patiently, visit_write, wrong_state_words
from scheduling.services.holds import expire_lapsed_of

APPROVE = "scheduling.approve_appointment"
RESTORE = "scheduling.restore_appointment"
VOID = "scheduling.void_appointment"


@patiently
def approve(*, appointment: Appointment, actor: User, now: datetime) -> Appointment:
    """What a patient asked for is booked, and the patient is told."""
    with visit_write(appointment, actor=actor) as visit:
        demand(actor, APPROVE, visit)
        if visit.status != Status.PENDING:
            raise WrongState(wrong_state_words(visit))
        change_state(visit, Status.BOOKED, actor=actor, now=now)
        messages.tell(messages.BOOKED, visit, now=now)
    return visit


@patiently
def restore(*, appointment: Appointment, reason: str, actor: User, now: datetime) -> Appointment:
    """A cancelled visit takes its old time again, if that is still free; the patient is told that it is booked."""
    with visit_write(appointment, actor=actor, reason=reason) as visit:
        demand(actor, RESTORE, visit)
        require(reason, _("Say why the visit is brought back. The patient can read it."))
        if visit.status not in (Status.CANCELLED, Status.EXPIRED):
            raise WrongState(wrong_state_words(visit))
        if TimeOffDecision.objects.filter(hold=visit).exists():
            raise WrongState(_("This time was offered in place of another visit. Move that visit instead."))
        if visit.end_at <= now:
            raise TooSoon(_("The time of this visit is over. Book a new one."))
        expire_lapsed_of(visit.doctor, visit.patient, now)
        change_state(
            visit,
            Status.BOOKED,
            actor=actor,
            now=now,
            reason=reason,
            cancelled_by="",
            cancel_code="",
            cancel_reason="",
            hold_expires_at=None,
        )
        messages.tell(messages.BOOKED, visit, now=now)
    return visit


@patiently
def void(*, appointment: Appointment, reason: str, actor: User, now: datetime) -> Appointment:
    """The visit was entered in error: it leaves the calendar, stays in the history, and nothing brings it back."""
    with visit_write(appointment, actor=actor, reason=reason) as visit:
        demand(actor, VOID, visit)
        require(reason, _("Say what was wrong. It stays in the visit's history."))
        change_state(visit, Status.ENTERED_IN_ERROR, actor=actor, now=now, reason=reason)
    return visit


def require(reason: str, words: str) -> None:
    if not reason.strip():
        raise ReasonMissing(words)
