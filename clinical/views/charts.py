"""The patients in one's care, and the chart of one of them: what matters first, then visits and notes."""

from typing import Any

from django.db.models import Prefetch
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils import timezone

from accounts.models import Patient
from clinical.forms import PatientSearchForm
from clinical.models import (
    Condition,
    Encounter,
    Immunization,
    LabResult,
    MedicalRecord,
    PrescriptionItem,
    VitalSign,
)
from clinical.services.immunizations import due_list
from clinical.views.attention import attention
from clinical.views.chart_pages import ChartPage
from clinical.views.paging import PagedList, page_of
from clinical.views.rounds import label_of, shown_of

SEARCH = "patient_search"
# What a doctor takes in at a glance; the parts of the chart show all.
FEW, SEVERAL = 5, 20


class PatientList(PagedList):
    """Searched by POST: the words wait in the session, so that no name stands in an address."""

    permission = "clinical.view_chart"
    template_name = "clinical/patient_list.html"
    context_object_name = "patients"

    def post(self, request: HttpRequest) -> HttpResponse:
        form = PatientSearchForm(request.POST)
        if not form.is_valid():
            self.object_list = self.get_queryset()
            return self.render_to_response(self.get_context_data(form=form), status=422)
        request.session[SEARCH] = form.cleaned_data["words"]
        return redirect("clinical:patient-list")

    def get_queryset(self) -> Any:
        rows = Patient.objects.visible_to(self.request.user, self.permission).current()
        return rows.matching(self.words()).order_by("family_name", "given_name", "pk")

    def words(self) -> str:
        return self.request.session.get(SEARCH, "")

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        searched = PatientSearchForm(initial={"words": self.words()})
        return super().get_context_data(**({"form": searched, "words": self.words()} | kwargs))


class Chart(ChartPage):
    """The newest of everything, in as many queries for a thick chart as for a thin one."""

    template_name = "clinical/chart.html"

    def rows(self, patient: Patient) -> dict[str, Any]:
        user = self.request.user
        doses = list(Immunization.objects.visible_to(user).valid().for_chart(patient))
        due = due_list(doses, timezone.localdate())
        results = LabResult.objects.visible_to(user).current().valid().for_chart(patient)
        return {
            "conditions": Condition.objects.visible_to(user).active().filter(patient=patient)[:SEVERAL],
            "medicines": PrescriptionItem.objects.visible_to(user).for_chart(patient)[:SEVERAL],
            "vitals": [
                (label_of(row.code), shown, row.taken_at)
                for row in VitalSign.objects.visible_to(user).latest_of(patient)
                for _code, shown in shown_of(row, patient)
            ],
            "results": results[:FEW],
            "immunizations": doses[:FEW],
            "due": due,
            "visits": visits_of(patient, user)[:FEW],
            "attention": attention(user, patient, due),
        }


class ChartVisits(ChartPage):
    section = "clinical:chart-visits"
    template_name = "clinical/chart_visits.html"

    def rows(self, patient: Patient) -> dict[str, Any]:
        visits = visits_of(patient, self.request.user)
        return {"page_obj": page_of(visits, self.request.GET.get("page"))}


class ChartNotes(ChartPage):
    section = "clinical:chart-notes"
    template_name = "clinical/chart_notes.html"

    def rows(self, patient: Patient) -> dict[str, Any]:
        records = MedicalRecord.objects.visible_to(self.request.user).for_chart(patient)
        return {"page_obj": page_of(records, self.request.GET.get("page"))}


def visits_of(patient: Patient, user: Any) -> Any:
    """With their notes, the newest version of each first."""
    records = MedicalRecord.objects.visible_to(user).order_by("-revision")
    rows = Encounter.objects.visible_to(user).for_chart(patient)
    return rows.prefetch_related(Prefetch("records", records, to_attr="notes"))
