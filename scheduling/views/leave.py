"""Leave: entered together with what becomes of the visits in its way, looked up, withdrawn."""

from dataclasses import dataclass
from typing import Any
from uuid import uuid4

from django.contrib import messages
from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.functional import cached_property
from django.utils.translation import gettext as _
from django.views.generic.base import View

from accounts.errors import Busy, DomainError
from accounts.roles import Reach, reach
from accounts.views.pages import Page
from scheduling.errors import PatientBusy, SlotTaken, VisitsChanged
from scheduling.forms.leave import LeaveForm
from scheduling.messages import told
from scheduling.models import Appointment, Status, TimeOff, TimeOffDecision
from scheduling.services.leave import (
    ADD,
    WITHDRAW,
    Leave,
    add_time_off,
    may_enter,
    preview_time_off,
    replay,
    withdraw_time_off,
)
from scheduling.templatetags.hours import span_words
from scheduling.views.doctors import PagedListView
from scheduling.views.leave_review import Review, already_here, decide
from scheduling.views.owners import OwnedPage, leave_url, own_doctor, schedule_url
from scheduling.views.schedule import LeaveRow, in_the_way

VIEW = "scheduling.view_timeoff"
# One form sends two fields for each visit, and Django reads a thousand.
MOST_VISITS = 400
MEANWHILE = (VisitsChanged, SlotTaken, PatientBusy)


class LeaveOf(OwnedPage, PagedListView):
    """A doctor's leave, and the form that enters more; what is in the way is decided on a page between."""

    permission = VIEW
    template_name = "scheduling/leave_list.html"
    context_object_name = "leaves"

    def get_queryset(self) -> QuerySet:
        rows = TimeOff.objects.visible_to(self.request.user).filter(doctor=self.doctor)
        return rows.with_doctor().order_by("-start_at", "-pk")

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        user = self.request.user
        may = may_enter(user, self.doctor) and not self.doctor.is_archived
        kwargs.setdefault("form", self.form() if may else None)
        context = super().get_context_data(**kwargs)
        return context | {
            "rows": rows_of(list(context["leaves"]), self.now),
            "doctor": self.doctor,
            "is_own": self.doctor.user_id == user.pk,
            "schedule_url": schedule_url(user, self.doctor),
        }

    def form(self, data: Any = None) -> LeaveForm:
        return LeaveForm(data, zone=self.zone, now=self.now, initial={"key": uuid4()})

    def post(self, request: HttpRequest, public_id: Any) -> HttpResponse:
        if not may_enter(request.user, self.doctor):
            return self.handle_no_permission()
        if self.doctor.is_archived:
            raise Http404
        form = self.form(request.POST)
        if not form.is_valid():
            return self.ask_again(form)
        return self.enter(form, self.leave(form.cleaned_data))

    def leave(self, typed: dict[str, Any]) -> Leave:
        names = ("start", "end", "kind", "reason", "key")
        return Leave(doctor=self.doctor, **{name: typed[name] for name in names})

    def enter(self, form: LeaveForm, leave: Leave) -> HttpResponse:
        if (known := replay(leave, self.request.user)) is not None:
            return redirect(known)
        if words := self.obstacle(leave):
            form.add_error("first_day", words)
            return self.ask_again(form)
        affected = preview_time_off(leave=leave, now=self.now)
        if len(affected) > MOST_VISITS:
            words = _("%(number)s visits are in the way. Enter this leave in shorter parts.")
            form.add_error("last_day", words % {"number": len(affected)})
            return self.ask_again(form)
        if affected and "apply" not in self.request.POST:
            return self.show(form, leave, Review(affected, None, self.now))
        return self.apply(form, leave, Review(affected, self.request.POST, self.now))

    def obstacle(self, leave: Leave) -> str:
        rows = TimeOff.objects.current().filter(doctor=self.doctor)
        if rows.filter(start_at__lte=leave.start, end_at__gte=leave.end).exists():
            return _("Leave is entered for all of this time already.")
        return ""

    def apply(self, form: LeaveForm, leave: Leave, review: Review) -> HttpResponse:
        try:
            decisions = decide(review, self.request.POST, leave)
            if decisions is None:
                return self.show(form, leave, review, status=422)
            entered = add_time_off(leave=leave, decisions=decisions, actor=self.request.user, now=self.now)
        except (*MEANWHILE, Busy) as error:
            affected = preview_time_off(leave=leave, now=self.now)
            fresh = Review(affected, self.request.POST, self.now)
            return self.show(form, leave, fresh, 503 if isinstance(error, Busy) else 409, error)
        messages.success(self.request, _("The leave is entered."))
        return redirect(entered)

    def ask_again(self, form: LeaveForm) -> HttpResponse:
        self.object_list = self.get_queryset()
        return self.render_to_response(self.get_context_data(form=form), status=422)

    def show(
        self,
        form: LeaveForm,
        leave: Leave,
        review: Review,
        status: int = 200,
        error: DomainError | None = None,
    ) -> HttpResponse:
        context = {
            "doctor": self.doctor,
            "leave_form": form,
            "when": span_words(leave.start, leave.end, self.zone.key),
            "review": review,
            "form": review.for_all,
            "error": error,
            "here": already_here(leave),
            "back_url": leave_url(self.request.user, self.doctor),
        }
        return render(self.request, "scheduling/leave_review.html", context, status=status)


class LeaveList(OwnedPage, View):
    """Doctors find their own leave here; those who see everybody's, who is away."""

    permission = VIEW

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        if not request.user.has_perm(VIEW):
            return self.handle_no_permission()
        own = own_doctor(request.user, VIEW)
        if own is not None:
            return LeaveOf.as_view()(request, public_id=own.public_id)
        if reach(request.user, VIEW) is not Reach.ALL:
            raise Http404
        if not request.user.has_perm(ADD) and request.method == "POST":
            return self.handle_no_permission()
        return WhoIsAway.as_view()(request)


class WhoIsAway(OwnedPage, PagedListView):
    """Leave of all doctors, under way and to come."""

    permission = VIEW
    template_name = "scheduling/leave_away.html"
    context_object_name = "leaves"

    def get_queryset(self) -> QuerySet:
        rows = TimeOff.objects.visible_to(self.request.user).current().filter(end_at__gt=self.now)
        return rows.with_doctor().order_by("start_at", "pk")

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        context = super().get_context_data(**kwargs)
        return context | {"rows": rows_of(list(context["leaves"]), self.now)}


def rows_of(leaves: list[TimeOff], now: Any) -> list[LeaveRow]:
    """One query for all the visits still in the way."""
    doctors = {leave.doctor_id for leave in leaves}
    undecided = Appointment.objects.in_leave(now).filter(doctor__in=doctors) if doctors else []
    return in_the_way(leaves, list(undecided))


@dataclass(frozen=True)
class DecisionRow:
    """What was decided about a visit, what the patient said, and whether somebody has to telephone."""

    decision: TimeOffDecision
    is_told: bool
    is_lapsed: bool
    opens: bool

    @property
    def needs_call(self) -> bool:
        """Nobody is told of what was kept; who has answered knows."""
        if self.decision.choice == TimeOffDecision.Choice.KEEP or self.decision.answer:
            return False
        return not self.is_told or self.is_lapsed


class LeaveDetail(Page):
    permission = VIEW

    def get(self, request: HttpRequest, public_id: Any) -> HttpResponse:
        leave, now = self.visible(TimeOff.objects.with_doctor(), public_id=public_id), timezone.now()
        rows = self.rows(leave, now)
        is_over = leave.is_archived or leave.end_at <= now
        context = {
            "leave": leave,
            "doctor": leave.doctor,
            "rows": rows,
            "calls": [row for row in rows if row.needs_call],
            "shows_reason": may_enter(request.user, leave.doctor),
            "may_withdraw": may_enter(request.user, leave.doctor, WITHDRAW) and not is_over,
            "undecided": undecided(leave, now),
            "back_url": leave_url(request.user, leave.doctor),
        }
        return render(request, "scheduling/leave_detail.html", context)

    def rows(self, leave: TimeOff, now: Any) -> list[DecisionRow]:
        decisions = list(leave.decisions.with_visits().select_related("hold").order_by("old_start_at", "pk"))
        reached = {grant.patient_id for grant in told([one.appointment.patient_id for one in decisions], now)}
        everywhere = reach(self.request.user, "scheduling.view_appointment") is Reach.ALL
        return [
            DecisionRow(
                decision=one,
                is_told=one.appointment.patient_id in reached,
                is_lapsed=is_lapsed(one, now),
                opens=everywhere or one.appointment.doctor_id == leave.doctor_id,
            )
            for one in decisions
        ]


def is_lapsed(decision: TimeOffDecision, now: Any) -> bool:
    """Offered, not answered, and the time is no longer kept while the visit still stands where it was."""
    if decision.choice != TimeOffDecision.Choice.OFFER or decision.answer or decision.hold is None:
        return False
    is_kept = decision.hold.status == Status.HELD and decision.hold.hold_expires_at > now
    return not is_kept and decision.appointment.status == Status.BOOKED


def undecided(leave: TimeOff, now: Any) -> list[Appointment]:
    """Visits that still stand in the way, offers without an answer among them."""
    if leave.is_archived:
        return []
    rows = Appointment.objects.in_leave(now).filter(doctor=leave.doctor_id, start_at__lt=leave.end_at)
    return list(rows.filter(end_at__gt=leave.start_at).with_people().order_by("start_at", "pk"))


class LeaveWithdraw(Page):
    permission = WITHDRAW

    @cached_property
    def leave(self) -> TimeOff:
        return self.visible(TimeOff.objects.with_doctor(), public_id=self.kwargs["public_id"])

    def get(self, request: HttpRequest, public_id: Any) -> HttpResponse:
        if self.leave.is_archived:
            return redirect(self.leave)
        return self.ask()

    def post(self, request: HttpRequest, public_id: Any) -> HttpResponse:
        if self.leave.is_archived:
            return redirect(self.leave)
        try:
            withdraw_time_off(time_off=self.leave, actor=request.user, now=timezone.now())
        except Busy as error:
            return self.ask(error, 503)
        messages.success(request, _("The leave is withdrawn. The hours are open again."))
        return redirect(self.leave)

    def ask(self, error: DomainError | None = None, status: int = 200) -> HttpResponse:
        offers = self.leave.decisions.unanswered().filter(choice=TimeOffDecision.Choice.OFFER)
        context = {"leave": self.leave, "offers": offers.count(), "error": error}
        return render(self.request, "scheduling/leave_withdraw.html", context, status=status)
