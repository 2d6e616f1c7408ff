"""The patients in one's care, and the chart of one of them."""

from typing import Any

from django.core.paginator import Paginator
from django.db.models import Prefetch
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.generic import ListView

from accounts.audit import record_event
from accounts.models import Patient
from accounts.views.pages import Page, PageMixin
from clinical.forms import PatientSearchForm
from clinical.models import Condition, Encounter, MedicalRecord, PrescriptionItem

SEARCH = "patient_search"
ROWS = 20


class PagedList(PageMixin, ListView):
    """Twenty rows a page; a page beyond the end leads to the first."""

    paginate_by = ROWS

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        try:
            return super().get(request, *args, **kwargs)
        except Http404:
            return redirect(request.path)


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


class Chart(Page):
    permission = "clinical.view_chart"

    def get(self, request: HttpRequest, public_id: Any) -> HttpResponse:
        patients = Patient.objects.visible_to(request.user, self.permission)
        patient = get_object_or_404(patients, public_id=public_id)
        visits = Paginator(self.visits(patient), ROWS)
        if request.GET.get("page", "1") != "1" and not is_page(visits, request.GET["page"]):
            return redirect("clinical:chart", patient.public_id)
        record_event(actor=request.user, action="read", target=patient, patient=patient)
        context = {"patient": patient, "page_obj": visits.get_page(request.GET.get("page"))}
        return render(request, "clinical/chart.html", context | self.summary(patient))

    def visits(self, patient: Patient) -> Any:
        user = self.request.user
        records = MedicalRecord.objects.visible_to(user).order_by("-revision")
        rows = Encounter.objects.visible_to(user).for_chart(patient)
        return rows.prefetch_related(Prefetch("records", records, to_attr="notes"))

    def summary(self, patient: Patient) -> dict[str, Any]:
        """What stands above the visits, the newest twenty of each."""
        user = self.request.user
        return {
            "conditions": Condition.objects.visible_to(user).for_chart(patient)[:ROWS],
            "medicines": PrescriptionItem.objects.visible_to(user).for_chart(patient)[:ROWS],
            "records": MedicalRecord.objects.visible_to(user).for_chart(patient)[:ROWS],
            "sections": [("#problems", _("Problems")), ("#medicines", _("Medicines"))]
            + [("#notes", _("Notes")), ("#visits", _("Visits"))],
        }


def is_page(paginator: Paginator, number: str) -> bool:
    # Python refuses to read numbers of thousands of digits.
    return (
        number.isascii()
        and number.isdigit()
        and len(number) < ROWS
        and 1 <= int(number) <= paginator.num_pages
    )
