"""The frame of every page of a chart: whose it is, what must not be overlooked, the way to the other parts."""

from contextlib import suppress
from functools import partial
from typing import Any

from django import forms
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.audit import record_event
from accounts.errors import DomainError, StaleVersion
from accounts.models import Patient
from accounts.views.pages import Page
from clinical.forms import ReasonForm
from clinical.models import Allergy
from clinical.models.patient_rows import PatientRow
from clinical.services.rows import mark_in_error
from clinical.views.typing import KeepsTyping

# The parts of a chart in the order of the links: URL name and words.
SECTIONS = [
    ("clinical:chart", _("Summary")),
    ("clinical:chart-visits", _("Visits")),
    ("clinical:chart-notes", _("Notes")),
    ("clinical:chart-medicines", _("Medicines")),
    ("clinical:chart-allergies", _("Allergies")),
    ("clinical:chart-problems", _("Problems")),
    ("clinical:chart-vitals", _("Vital signs")),
    ("clinical:chart-results", _("Results")),
    ("clinical:chart-immunizations", _("Immunizations")),
    ("clinical:chart-documents", _("Documents")),
]


def section_links(patient: Patient, here: str) -> list[dict[str, Any]]:
    return [
        {"url": reverse(name, args=[patient.public_id]), "label": words, "active": name == here}
        for name, words in SECTIONS
    ]


class ChartPage(Page):
    """A part of a chart. `section` is its URL name; `rows` is what it shows."""

    permission = "clinical.view_chart"
    section = "clinical:chart"
    template_name: str

    def get(self, request: HttpRequest, public_id: Any) -> HttpResponse:
        patient = self.patient()
        record_event(actor=request.user, action="read", target=patient, patient=patient, reason=self.section)
        return self.show(patient, self.rows(patient))

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        """A page beyond the end leads to the first; a file that was merged, to the one that is kept."""
        try:
            return super().dispatch(request, *args, **kwargs)
        except Http404:
            if "page" in request.GET:
                return redirect(request.path)
            kept = self.kept_file()
            if kept is None:
                raise
            return self.lead_to(kept)

    def lead_to(self, kept: Patient) -> HttpResponse:
        return redirect(self.request.resolver_match.view_name, kept.public_id)

    def kept_file(self) -> Patient | None:
        merged = Patient.objects.filter(public_id=self.kwargs["public_id"], merged_into__isnull=False).first()
        if merged is None:
            return None
        patients = Patient.objects.visible_to(self.request.user, self.permission)
        return patients.filter(pk=merged.survivor().pk).first()

    def patient(self) -> Patient:
        patients = Patient.objects.visible_to(self.request.user, self.permission)
        return get_object_or_404(patients, public_id=self.kwargs["public_id"])

    def rows(self, patient: Patient) -> dict[str, Any]:
        return {}

    def show(self, patient: Patient, context: dict[str, Any], status: int = 200) -> HttpResponse:
        frame = {
            "patient": patient,
            "allergy_state": Allergy.objects.visible_to(self.request.user).state_of(patient),
            "sections": section_links(patient, self.section),
            "now": timezone.now(),
        }
        return render(self.request, self.template_name, frame | context, status=status)


class ChartForm(KeepsTyping, ChartPage):
    """A form about one patient; what a service refuses stands among the form's errors.

    The form carries the patient it was opened for: another one than the address names is a conflict.
    """

    form_class: type[forms.BaseForm]
    title: Any
    action: Any = _("Save")
    done: Any = _("Saved.")
    template_name = "clinical/chart_form.html"

    def get(self, request: HttpRequest, public_id: Any) -> HttpResponse:
        patient = self.patient()
        return self.ask(patient, self.kept_form(partial(self.form, patient)))

    def post(self, request: HttpRequest, public_id: Any) -> HttpResponse:
        patient = self.patient()
        self.require_same(patient)
        form = self.form(patient, request.POST, request.FILES)
        if form.is_valid() and self.saved(patient, form):
            self.forget_typing()
            messages.success(request, self.done)
            return redirect(self.next_url(patient))
        return self.ask(patient, form, status=422)

    def lead_to(self, kept: Patient) -> HttpResponse:
        """What was typed for a file that was merged meanwhile waits in the form of the one that is kept."""
        page, request = super().lead_to(kept), self.request
        if request.method == "POST":
            told = {"path": page["Location"], "kwargs": {"public_id": kept.public_id}, "post": request.POST}
            with suppress(DomainError):
                self.keep_typing(author=request.user, now=timezone.now(), **told)
        return page

    def require_same(self, patient: Patient) -> None:
        if self.request.POST.get("patient", str(patient.public_id)) != str(patient.public_id):
            raise StaleVersion(_("This form was opened for another patient. Nothing was saved."))

    def form(self, patient: Patient, *args: Any, **kwargs: Any) -> Any:
        return self.form_class(*args, **kwargs)

    def saved(self, patient: Patient, form: Any) -> bool:
        try:
            self.save(patient, form)
        except StaleVersion:
            raise
        except DomainError as error:
            form.add_error(None, str(error))
            return False
        return True

    def save(self, patient: Patient, form: Any) -> None:
        raise NotImplementedError(type(self))

    def next_url(self, patient: Patient) -> str:
        return reverse(self.section, args=[patient.public_id])

    def ask(self, patient: Patient, form: Any, status: int = 200) -> HttpResponse:
        context = {
            "form": form,
            "title": self.title,
            "action": self.action,
            "back_url": self.next_url(patient),
        }
        return self.show(patient, context, status)


class MarkInError(ChartForm):
    """Asks why, then strikes the row through. The address names the row; its model's pages say which."""

    model: type[PatientRow]
    form_class = ReasonForm
    title = _("Mark as entered in error?")
    action = _("Mark as entered in error")
    done = _("It is marked as entered in error.")
    template_name = "clinical/mark_in_error.html"

    def patient(self) -> Patient:
        return self.row().patient

    def row(self) -> PatientRow:
        rows = self.model._default_manager.visible_to(self.request.user, self.permission)  # type: ignore[attr-defined]
        return get_object_or_404(rows.select_related("patient"), public_id=self.kwargs["public_id"])

    def save(self, patient: Patient, form: Any) -> None:
        reason = form.cleaned_data["reason"]
        mark_in_error(row=self.row(), reason=reason, actor=self.request.user, now=timezone.now())

    def ask(self, patient: Patient, form: Any, status: int = 200) -> HttpResponse:
        context = {
            "form": form,
            "title": self.title,
            "action": self.action,
            "back_url": self.next_url(patient),
        }
        return self.show(patient, context | {"row": self.row()}, status)
