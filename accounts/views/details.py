"""What the hospital holds about a person, and how one asks for a change of it."""

from collections import defaultdict
from collections.abc import Iterable
from typing import Any

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.generic import TemplateView

from accounts.errors import DomainError
from accounts.forms import DetailsForm
from accounts.models import DetailsChange, Patient, PatientAccess
from accounts.models.details_change import as_shown
from accounts.services.details import ASK, CALL_US, held, request_changes
from accounts.views.pages import Page, PageMixin

MOST_ANSWERS = 100


class Details(PageMixin, TemplateView):
    permission = ASK
    template_name = "accounts/details.html"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        patients = Patient.objects.visible_to(self.request.user, ASK).order_by("pk")
        changes = DetailsChange.objects.visible_to(self.request.user, ASK)
        waiting, answers = by_patient(changes.open()), by_patient(changes.decided()[:MOST_ANSWERS])
        people = [
            {
                "patient": patient,
                "facts": facts(patient),
                "waiting": waiting[patient.pk],
                "answers": latest(answers[patient.pk]),
            }
            for patient in patients
        ]
        return super().get_context_data(people=people, **kwargs)


def by_patient(changes: Iterable[DetailsChange]) -> dict[int, list[DetailsChange]]:
    found: dict[int, list[DetailsChange]] = defaultdict(list)
    for change in changes:
        found[change.patient_id].append(change)
    return found


def latest(answers: Iterable[DetailsChange]) -> list[DetailsChange]:
    """The last answer about each field, of answers that come newest first."""
    found: dict[str, DetailsChange] = {}
    for answer in answers:
        found.setdefault(answer.field, answer)
    return list(found.values())


def facts(patient: Patient) -> list[dict[str, Any]]:
    return [
        {"label": field.label, "value": as_shown(field, held(patient, field))}
        for field in DetailsChange.Field
    ]


class AskForChange(Page):
    """A form with what stands on the file; only what the person changes in it is asked for."""

    permission = ASK

    def get(self, request: HttpRequest, public_id: Any) -> HttpResponse:
        patient = self.patient()
        if patient.is_archived:
            messages.error(request, CALL_US)
            return redirect("accounts:details")
        return self.page(patient, self.form(patient))

    def post(self, request: HttpRequest, public_id: Any) -> HttpResponse:
        patient = self.patient()
        form = self.form(patient, request.POST)
        if form.is_valid() and self.sent(patient, form):
            messages.success(request, _("Sent. We look at it and write to you."))
            return redirect("accounts:details")
        return self.page(patient, form, 422)

    def patient(self) -> Patient:
        rows = Patient.objects.visible_to(self.request.user, ASK)
        return get_object_or_404(rows, public_id=self.kwargs["public_id"])

    def form(self, patient: Patient, data: Any = None) -> DetailsForm:
        own = PatientAccess.objects.self_of(self.request.user).filter(patient=patient)
        return DetailsForm(data, patient=patient, is_own=own.exists())

    def sent(self, patient: Patient, form: DetailsForm) -> bool:
        told = {"patient": patient, "wishes": form.wishes()}
        try:
            request_changes(actor=self.request.user, now=timezone.now(), **told)
        except (DomainError, ValidationError) as refusal:
            words = refusal if isinstance(refusal, ValidationError) else str(refusal)
            form.add_error(None, words)
        return not form.errors

    def page(self, patient: Patient, form: DetailsForm, status: int = 200) -> HttpResponse:
        context = {"patient": patient, "form": form}
        return render(self.request, "accounts/details_change.html", context, status=status)
