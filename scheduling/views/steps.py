"""Changes of a visit's state: each a POST to one service; cancelling asks first."""

from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.errors import Busy, DomainError, NotAllowed
from accounts.rules import refusal
from accounts.views.pages import Page, next_url
from scheduling.forms.booking import CancelForm, StaffCancelForm
from scheduling.models import Appointment, Status
from scheduling.services import booking, review, visits
from scheduling.services.booking import acts_as_patient
from scheduling.services.calendar import wrong_state_words
from scheduling.states import may_become
from scheduling.views.actions import record_under_way

STATUSES = {NotAllowed: 403, Busy: 503}


class StepPage(Page):
    """A page about one visit in sight; refusals say why and write nothing."""

    def visit(self, public_id: Any) -> Appointment:
        return self.visible(Appointment.objects.with_people(), public_id=public_id)

    def refuse(self, visit: Appointment, words: Any, status: int) -> HttpResponse:
        context = {
            "words": str(words),
            "back_url": visit.get_absolute_url(),
            "back_label": _("Back to the appointment"),
        }
        return render(self.request, "scheduling/refused.html", context, status=status)

    def refuse_error(self, visit: Appointment, error: DomainError) -> HttpResponse:
        return self.refuse(visit, error, STATUSES.get(type(error), 409))

    def back(self, visit: Appointment) -> HttpResponse:
        return HttpResponseRedirect(next_url(self.request, visit))


class Step(StepPage):
    """One click; pressed twice, the second finds the work done."""

    service: Callable[..., Appointment]
    target: str
    done: Any

    def post(self, request: HttpRequest, public_id: Any) -> HttpResponse:
        visit = self.visit(public_id)
        if visit.status != self.target:
            try:
                self.service(appointment=visit, actor=request.user, now=timezone.now())
            except DomainError as error:
                return self.refuse_error(visit, error)
            messages.success(request, self.done % {"patient": visit.patient.full_name})
        return self.back(visit)


class Arrive(Step):
    permission = visits.ARRIVE
    service = staticmethod(visits.arrive)
    target = Status.ARRIVED
    done = _("%(patient)s is waiting.")


class Approve(Step):
    permission = review.APPROVE
    service = staticmethod(review.approve)
    target = Status.BOOKED
    done = _("The visit of %(patient)s is booked.")


class Finish(Step):
    """Of a visit without a record; one that is being written ends its visit itself."""

    permission = visits.FINISH
    service = staticmethod(visits.finish)
    target = Status.FULFILLED
    done = _("The visit of %(patient)s is completed.")

    def post(self, request: HttpRequest, public_id: Any) -> HttpResponse:
        visit = self.visit(public_id)
        if record_under_way(visit) is not None:
            return self.refuse(visit, _("This visit has a record. End the visit there."), 409)
        return super().post(request, public_id)


class NoShow(Step):
    permission = visits.NOSHOW
    service = staticmethod(visits.no_show)
    target = Status.NOSHOW
    done = _("%(patient)s did not attend.")


class Undo(Step):
    """Back to booked; a consultation is taken back where it was started, with its record."""

    permission = visits.ARRIVE
    service = staticmethod(visits.undo_arrival)
    target = Status.BOOKED
    done = _("The arrival of %(patient)s is undone.")


class Cancel(StepPage):
    permission = booking.CANCEL

    def get(self, request: HttpRequest, public_id: Any) -> HttpResponse:
        visit = self.visit(public_id)
        return self.obstacle(visit) or self.show(visit, self.form_class(initial={}))

    def post(self, request: HttpRequest, public_id: Any) -> HttpResponse:
        visit = self.visit(public_id)
        if visit.status == Status.CANCELLED:
            return self.back(visit)
        form = self.form_class(request.POST)
        if obstacle := self.obstacle(visit):
            return obstacle
        if not form.is_valid():
            return self.show(visit, form, status=422)
        try:
            booking.cancel(appointment=visit, actor=request.user, now=timezone.now(), **form.cleaned_data)
        except DomainError as error:
            return self.refuse_error(visit, error)
        messages.success(request, _("The appointment is cancelled. The time is free for others."))
        return self.back(visit)

    @property
    def form_class(self) -> type[CancelForm]:
        return CancelForm if acts_as_patient(self.request.user) else StaffCancelForm

    def obstacle(self, visit: Appointment) -> HttpResponse | None:
        """Too late for this person is a matter of permission; too late for everyone, of the state."""
        if not may_become(visit.status, Status.CANCELLED):
            return self.refuse(visit, wrong_state_words(visit), 409)
        if words := refusal(self.request.user, self.permission, visit):
            return self.refuse(visit, words, 403)
        return None

    def show(self, visit: Appointment, form: CancelForm, status: int = 200) -> HttpResponse:
        context = {"visit": visit, "form": form, "is_patient": acts_as_patient(self.request.user)}
        return render(self.request, "scheduling/appointment_cancel.html", context, status=status)
