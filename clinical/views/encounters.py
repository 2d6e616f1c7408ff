"""Start a visit, undo the start, end it: each one post and one service."""

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.errors import DomainError, StaleVersion
from accounts.models import Patient
from accounts.views.pages import Page, next_url
from clinical.forms.encounters import OpenForm
from clinical.models import Allergy, Encounter
from clinical.services.encounters import end_visit, open_encounter, start_encounter, undo_start
from clinical.views.chart_pages import ChartForm
from scheduling.models import Appointment


class OwnEncounterPage(Page):
    """A page about one encounter on which the doctor may act; everyone else's is a 404."""

    def encounter(self) -> Encounter:
        rows = Encounter.objects.visible_to(self.request.user, self.permission)
        people = rows.select_related("patient", "doctor", "department", "appointment")
        return get_object_or_404(people, public_id=self.kwargs["public_id"])


class EncounterStart(Page):
    permission = "clinical.start_encounter"
    http_method_names = ["post"]

    def post(self, request: HttpRequest, public_id: Any) -> HttpResponse:
        visits = Appointment.objects.visible_to(request.user, self.permission)
        appointment = get_object_or_404(visits.select_related("doctor", "patient"), public_id=public_id)
        try:
            encounter = start_encounter(appointment=appointment, actor=request.user, now=timezone.now())
        except DomainError as error:
            messages.error(request, str(error))
            return redirect("scheduling:appointment-list")
        return redirect("clinical:encounter-write", encounter.public_id)


class EncounterStep(OwnEncounterPage):
    """Says what will happen; does it on POST."""

    title: Any
    text: Any
    action: Any
    done: Any
    next_page: str
    service: Any

    def get(self, request: HttpRequest, public_id: Any) -> HttpResponse:
        return self.ask(self.encounter())

    def post(self, request: HttpRequest, public_id: Any) -> HttpResponse:
        encounter = self.encounter()
        try:
            type(self).service(encounter=encounter, actor=request.user, now=timezone.now())
        except StaleVersion:
            raise
        except DomainError as error:
            return self.ask(encounter, error)
        messages.success(request, self.done)
        return redirect(next_url(request, self.next_page))

    def ask(self, encounter: Encounter, error: Any = "") -> HttpResponse:
        context = {
            "encounter": encounter,
            "patient": encounter.patient,
            "allergy_state": Allergy.objects.visible_to(self.request.user).state_of(encounter.patient),
            "title": self.title,
            "text": self.text,
            "action": self.action,
            "error": error,
            "back_url": reverse("clinical:encounter-write", args=[encounter.public_id]),
        }
        return render(self.request, "clinical/encounter_step.html", context, status=409 if error else 200)


class EncounterUndo(EncounterStep):
    permission = "clinical.start_encounter"
    title = _("Undo the start of this visit?")
    text = _("The patient goes back to waiting. This is possible only while nothing has been written.")
    action = _("Undo the start")
    done = _("The start was undone. The patient is waiting again.")
    next_page = "scheduling:appointment-list"
    service = undo_start


class EncounterEnd(EncounterStep):
    permission = "clinical.write_record"
    title = _("End this visit and sign later?")
    text = _("The visit is marked as completed. The note stays a draft until you sign it.")
    action = _("End visit")
    done = _("The visit has ended. Its note waits for your signature.")
    next_page = "doctor-dashboard"
    service = end_visit


class EncounterOpen(ChartForm):
    """A visit that nobody booked: a walk-in, a call, a renewal."""

    permission = "clinical.open_encounter"
    section = "clinical:chart-visits"
    form_class = OpenForm
    title = _("Begin a visit without an appointment")
    action = _("Begin the visit")
    done = _("The visit has begun.")

    def save(self, patient: Patient, form: Any) -> None:
        now = timezone.now()
        told = form.cleaned_data
        self.encounter = open_encounter(patient=patient, actor=self.request.user, now=now, **told)

    def next_url(self, patient: Patient) -> str:
        begun = getattr(self, "encounter", None)
        if begun is None:
            return super().next_url(patient)
        return reverse("clinical:encounter-write", args=[begun.public_id])
