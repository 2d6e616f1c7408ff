"""What is done to several visits at once: row by row through the services, each outcome told."""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from django import forms
from django.contrib import admin, messages
from django.contrib.admin import helpers
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from accounts.errors import DomainError
from scheduling.admin.forms import CodedCancelForm, ReasonForm
from scheduling.models import Appointment
from scheduling.services import booking, review, visits
from scheduling.templatetags.visits import moment_at


@dataclass(frozen=True)
class Question:
    """The page between an action and its doing: what will happen, and what has to be said first."""

    title: Any
    text: Any
    button: Any
    form: type[forms.Form] = field(default=ReasonForm)


CANCEL = Question(
    _("Cancel visits"),
    _("The times become free for others at once, and the patients are told by e-mail."),
    _("Cancel these visits"),
    CodedCancelForm,
)
RESTORE = Question(
    _("Restore visits"),
    _(
        "Each visit takes its old time again where that is still free, and the patient is told by e-mail."
        " The patient can read the reason."
    ),
    _("Restore these visits"),
)
VOID = Question(
    _("Mark visits as entered in error"),
    _("The visits leave the calendar for good and stay in the history with the reason. Nobody is told."),
    _("Mark as entered in error"),
)


class VisitActions:
    """Each action asks for its own permission; what the calendar refuses is named and stops no other row."""

    actions = [
        "approve_visits",
        "mark_arrived",
        "mark_noshow",
        "cancel_visits",
        "restore_visits",
        "void_visits",
    ]

    def has_approve_permission(self, request: HttpRequest) -> bool:
        return request.user.has_perm(review.APPROVE)

    def has_arrive_permission(self, request: HttpRequest) -> bool:
        return request.user.has_perm(visits.ARRIVE)

    def has_noshow_permission(self, request: HttpRequest) -> bool:
        return request.user.has_perm(visits.NOSHOW)

    def has_cancel_permission(self, request: HttpRequest) -> bool:
        return request.user.has_perm(booking.CANCEL)

    def has_restore_permission(self, request: HttpRequest) -> bool:
        return request.user.has_perm(review.RESTORE)

    def has_void_permission(self, request: HttpRequest) -> bool:
        return request.user.has_perm(review.VOID)

    @admin.action(description=_("Approve"), permissions=["approve"])
    def approve_visits(self, request: HttpRequest, chosen: QuerySet) -> None:
        self.each(request, chosen, review.approve)

    @admin.action(description=_("Arrived"), permissions=["arrive"])
    def mark_arrived(self, request: HttpRequest, chosen: QuerySet) -> None:
        self.each(request, chosen, visits.arrive)

    @admin.action(description=_("Did not attend"), permissions=["noshow"])
    def mark_noshow(self, request: HttpRequest, chosen: QuerySet) -> None:
        self.each(request, chosen, visits.no_show)

    @admin.action(description=_("Cancel…"), permissions=["cancel"])
    def cancel_visits(self, request: HttpRequest, chosen: QuerySet) -> HttpResponse | None:
        return self.ask(request, chosen, booking.cancel, CANCEL)

    @admin.action(description=_("Restore…"), permissions=["restore"])
    def restore_visits(self, request: HttpRequest, chosen: QuerySet) -> HttpResponse | None:
        return self.ask(request, chosen, review.restore, RESTORE)

    @admin.action(description=_("Entered in error…"), permissions=["void"])
    def void_visits(self, request: HttpRequest, chosen: QuerySet) -> HttpResponse | None:
        return self.ask(request, chosen, review.void, VOID)

    def ask(
        self, request: HttpRequest, chosen: QuerySet, act: Callable[..., Any], question: Question
    ) -> HttpResponse | None:
        """First what has to be said; the second POST of the same action does it."""
        form = question.form(request.POST if "apply" in request.POST else None)
        if form.is_valid():
            self.each(request, chosen, act, **form.cleaned_data)
            return None
        context = self.admin_site.each_context(request) | {  # type: ignore[attr-defined]
            "title": question.title,
            "question": question,
            "opts": self.opts,  # type: ignore[attr-defined]
            "form": form,
            "adminform": helpers.AdminForm(
                form, [(None, {"fields": list(form.fields)})], {}, model_admin=self
            ),
            "visits": chosen.with_people(),
            "action": request.POST["action"],
            "checkbox": helpers.ACTION_CHECKBOX_NAME,
        }
        template = "admin/scheduling/appointment/ask.html"
        return TemplateResponse(request, template, context, status=422 if form.is_bound else 200)

    def each(self, request: HttpRequest, chosen: QuerySet, act: Callable[..., Any], **extra: Any) -> None:
        """Row by row, each in a transaction of its own."""
        done = 0
        for visit in chosen.with_people():
            try:
                act(appointment=visit, actor=request.user, now=timezone.now(), **extra)
                done += 1
            except DomainError as error:
                self.tell(request, f"{name_of(visit)}: {error}", messages.ERROR)
        if done:
            words = ngettext("%(done)s visit changed.", "%(done)s visits changed.", done) % {"done": done}
            self.tell(request, words, messages.SUCCESS)

    def tell(self, request: HttpRequest, words: str, level: int) -> None:
        self.message_user(request, words, level)  # type: ignore[attr-defined]


def name_of(visit: Appointment) -> str:
    return f"{moment_at(visit.start_at, visit.location.time_zone)}, {visit.patient.full_name}"
