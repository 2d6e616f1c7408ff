"""Vital signs: the table and the trends, a round to add, a mistake to mark; and the patient's own page."""

from typing import Any

from django.core.exceptions import PermissionDenied
from django.db.models import Exists, OuterRef
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.errors import DomainError, StaleVersion
from accounts.models import Patient
from accounts.rules import refusal
from clinical.errors import ImpossibleValue, NeedsConfirmation, WrongTime
from clinical.forms.vitals import VALUE, VitalsForm
from clinical.measures import measure_of
from clinical.models import Encounter, VitalSign
from clinical.rules import ADD_VITALS, open_to
from clinical.services.vitals import take_vitals
from clinical.views.chart_pages import ChartForm, ChartPage, MarkInError
from clinical.views.drawings import trends_of
from clinical.views.own_lists import OwnList
from clinical.views.rounds import Table, numbers_of, table_of

CHANGE = "clinical.change_vitalsign"


class ChartVitals(ChartPage):
    """As many queries for ten thousand measurements as for ten."""

    section = "clinical:chart-vitals"
    template_name = "clinical/vital_list.html"

    def patient(self) -> Patient:
        user = self.request.user
        in_care = Patient.objects.visible_to(user, CHANGE).filter(pk=OuterRef("pk"))
        patients = Patient.objects.visible_to(user, self.permission).annotate(may_mark=Exists(in_care))
        return get_object_or_404(patients, public_id=self.kwargs["public_id"])

    def rows(self, patient: Any) -> dict[str, Any]:
        rows = VitalSign.objects.visible_to(self.request.user)
        table = table_of(rows, patient, self.request.GET.get("page"), heights=VitalSign.objects.all())
        if table.page_obj is None:
            raise Http404
        return {
            "table": table,
            "page_obj": table.page_obj,
            "trends": trends_of(rows, patient) if is_first(table) else [],
            "open_visit": open_to(self.request.user, ADD_VITALS).filter(patient=patient).last(),
            "may_mark": patient.may_mark,
        }


class VitalsAdd(ChartForm):
    """A round of measurements in an open visit; the address names the visit."""

    permission = ADD_VITALS
    section = "clinical:chart-vitals"
    title = _("Add vital signs")
    action = _("Save vital signs")
    done = _("The vital signs are saved.")
    template_name = "clinical/vital_add.html"

    def get(self, request: HttpRequest, public_id: Any) -> HttpResponse:
        if words := refusal(request.user, self.permission, self.encounter()):
            raise PermissionDenied(str(words))
        return super().get(request, public_id)

    def encounter(self) -> Encounter:
        rows = Encounter.objects.visible_to(self.request.user, self.permission).select_related("patient")
        return get_object_or_404(rows, public_id=self.kwargs["public_id"])

    def patient(self) -> Patient:
        return self.encounter().patient

    def form(self, patient: Patient, *args: Any, **kwargs: Any) -> VitalsForm:
        return VitalsForm(*args[:1], now=timezone.now(), **kwargs)

    def saved(self, patient: Patient, form: VitalsForm) -> bool:
        try:
            self.save(patient, form)
        except StaleVersion:
            raise
        except NeedsConfirmation as error:
            form.ask(error.readings)
        except ImpossibleValue as error:
            form.add_error(VALUE.format(error.code), str(error))
        except WrongTime as error:
            form.add_error("time", str(error))
        except DomainError as error:
            form.add_error(None, str(error))
        return form.is_valid()

    def save(self, patient: Patient, form: VitalsForm) -> None:
        take_vitals(
            encounter=self.encounter(),
            taken_at=form.taken_at(),
            values=form.readings(),
            confirmed=form.confirmed(),
            position=form.cleaned_data["position"],
            actor=self.request.user,
            now=form.now,
            key=form.cleaned_data["key"],
        )


class VitalsInError(MarkInError):
    permission = CHANGE
    section = "clinical:chart-vitals"
    model = VitalSign
    template_name = "clinical/vital_in_error.html"

    def row(self) -> Any:
        row: Any = super().row()
        measure = measure_of(row.code, row.unit)
        row.words = f"{measure.words} {measure.shown(*numbers_of(row))}"
        return row


class OwnVitals(OwnList):
    section = "clinical:own-vitals"
    template_name = "clinical/own_vitals.html"

    def get(self, request: HttpRequest) -> HttpResponse:
        try:
            return super().get(request)
        except Http404:
            return redirect(request.path)

    def rows(self, patient: Patient) -> dict[str, Any]:
        rows = VitalSign.objects.kept_for(self.request.user)
        table = table_of(rows, patient, self.request.GET.get("page"))
        return {"table": table, "trends": trends_of(rows, patient) if is_first(table) else []}

    def around(self, shown: list[dict[str, Any]]) -> dict[str, Any]:
        """One pager for all persons: that of whom most was measured."""
        pages = [one["table"].page_obj for one in shown if one["table"].page_obj is not None]
        if shown and not pages:
            raise Http404
        return {"page_obj": max(pages, key=lambda page: page.paginator.num_pages, default=None)}


def is_first(table: Table) -> bool:
    """Older pages show older numbers; the drawings show them all, and stand on the first."""
    return table.page_obj is not None and table.page_obj.number == 1
