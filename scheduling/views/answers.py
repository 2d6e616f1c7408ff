"""What leave meant for a visit, and the patient's answer to it."""

from datetime import datetime
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.errors import DomainError
from scheduling.errors import SlotTaken
from scheduling.models import Appointment, Status, TimeOffDecision
from scheduling.rules import MOVE
from scheduling.services.answers import accept, is_kept
from scheduling.services.booking import acts_as_patient
from scheduling.templatetags.visits import moment_at
from scheduling.views.actions import can_cancel, can_move
from scheduling.views.rescheduling import reschedule_url
from scheduling.views.steps import StepPage

Choice = TimeOffDecision.Choice
ACCEPTED, DECLINED = TimeOffDecision.Answer.ACCEPTED, TimeOffDecision.Answer.DECLINED

# Why there is nothing to answer: a heading, and a sentence below it.
Closed = tuple[Any, Any]
NOTHING: Closed = _("There is nothing to answer"), _("The appointment stands as you see it.")
WITHDRAWN: Closed = _("The appointment stands"), _("The doctor is there after all. It stays at its old time.")
ANSWERED: dict[str, Closed] = {
    ACCEPTED: (_("The new time is accepted"), _("You need do nothing else.")),
    DECLINED: (
        _("This has been answered already"),
        _("Another time was chosen, or the appointment was cancelled."),
    ),
}
OVER: Closed = _("It is too late to answer"), _("Book a new appointment, or call us.")
CANCELLED: Closed = _("This appointment is cancelled"), _("The doctor is away. We are sorry.")


class Answer(StepPage):
    """The GET shows, the POST accepts; a link in a mail changes nothing."""

    permission = MOVE

    def get(self, request: HttpRequest, public_id: Any) -> HttpResponse:
        visit = self.visit(public_id)
        return self.show(visit, newest(visit))

    def post(self, request: HttpRequest, public_id: Any) -> HttpResponse:
        visit = self.visit(public_id)
        decision = newest(visit)
        if decision is None or (closed(visit, decision, timezone.now()) and not is_accepted(decision)):
            return self.show(visit, decision, status=409)
        try:
            accept(decision=decision, actor=request.user, now=timezone.now())
        except SlotTaken as error:
            return self.choose_another(visit, error)
        except DomainError as error:
            return self.refuse_error(visit, error)
        return redirect("scheduling:appointment-booked", visit.public_id)

    def show(self, visit: Appointment, decision: TimeOffDecision | None, status: int = 200) -> HttpResponse:
        now, user = timezone.now(), self.request.user
        context = {
            "visit": visit,
            "decision": decision,
            "closed": closed(visit, decision, now),
            "is_patient": acts_as_patient(user),
            "kept_until": kept_until(decision, now) if decision else None,
            "may_move": can_move(user, visit, now),
            "may_cancel": can_cancel(user, visit, now),
            "book_url": book_url(visit),
        }
        return render(self.request, "scheduling/appointment_answer.html", context, status=status)

    def choose_another(self, visit: Appointment, error: DomainError) -> HttpResponse:
        """The offer ran out and somebody else has the time; the old one stands still."""
        old = moment_at(visit.start_at, visit.location.time_zone)
        words = _("%(error)s The appointment stays at its old time, %(old)s, but the doctor is away then.")
        context = {
            "words": words % {"error": error, "old": old},
            "back_url": reschedule_url(visit),
            "back_label": _("Choose another time"),
        }
        return render(self.request, "scheduling/refused.html", context, status=409)


def newest(visit: Appointment) -> TimeOffDecision | None:
    """What the last leave that met this visit meant for it."""
    return visit.decisions.with_visits().select_related("hold").order_by("-pk").first()


def awaited(visit: Appointment, now: datetime) -> bool:
    """Whether leave has brought a new time that nobody has agreed to yet."""
    decision = newest(visit)
    return decision is not None and closed(visit, decision, now) is None


def is_accepted(decision: TimeOffDecision) -> bool:
    return decision.answer == ACCEPTED


def closed(visit: Appointment, decision: TimeOffDecision | None, now: datetime) -> Closed | None:
    """Why there is nothing to answer; None while an answer is awaited."""
    if decision is None or decision.choice == Choice.KEEP:
        return NOTHING
    if decision.choice == Choice.CANCEL:
        return CANCELLED if visit.status == Status.CANCELLED else NOTHING
    if decision.answer:
        return WITHDRAWN if was_withdrawn(decision) else ANSWERED[decision.answer]
    ahead = visit.status == Status.BOOKED and decision.new_start_at and decision.new_start_at > now
    return None if ahead else OVER


def was_withdrawn(decision: TimeOffDecision) -> bool:
    """Whoever withdraws leave answers its open offers in the same moment."""
    return decision.time_off.is_archived and decision.answered_at == decision.time_off.archived_at


def kept_until(decision: TimeOffDecision, now: datetime) -> datetime | None:
    """Until when the offered time is kept; none once the offer has run out."""
    if decision.choice != Choice.OFFER or decision.hold is None or not is_kept(decision, now):
        return None
    return decision.hold.hold_expires_at


def book_url(visit: Appointment) -> str:
    """Where a new appointment begins: with the same doctor, or among all once that one has left."""
    if visit.doctor.is_archived:
        return reverse("scheduling:doctor-list")
    return reverse("scheduling:appointment-book", args=[visit.doctor.public_id])
