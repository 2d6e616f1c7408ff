"""What the patient takes and took: the chart's list, what becomes of a medicine, and the patient's own list."""

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.models import Patient
from clinical.forms.medicines import HoldForm, NoMoreToSay, StopForm
from clinical.models import PrescriptionItem
from clinical.services.medication import complete, hold, renew, resume, stop, visit_for
from clinical.views.chart_pages import ChartForm, ChartPage
from clinical.views.own_lists import OwnList
from clinical.views.paging import page_of
from clinical.views.warnings import onward

SECTION = "clinical:chart-medicines"
CHANGE = "clinical.change_prescriptionitem"


class ChartMedicines(ChartPage):
    section = SECTION
    template_name = "clinical/medicine_list.html"

    def rows(self, patient: Patient) -> dict[str, Any]:
        user = self.request.user
        rows = PrescriptionItem.objects.visible_to(user).of_patient(patient).numbered().current_first()
        return {
            "page_obj": page_of(rows, self.request.GET.get("page")),
            "may_change": user.has_perm(CHANGE, patient),
            "today": timezone.localdate(),
        }


class MedicineStep(ChartForm):
    """One medicine of a prescription, by its place there, and what becomes of it."""

    permission = CHANGE
    section = SECTION
    template_name = "clinical/medicine_step.html"
    form_class = NoMoreToSay
    text: Any = ""
    is_final = False

    def get(self, request: HttpRequest, public_id: Any, number: int) -> HttpResponse:
        return super().get(request, public_id)

    def post(self, request: HttpRequest, public_id: Any, number: int) -> HttpResponse:
        return super().post(request, public_id)

    def patient(self) -> Patient:
        return self.item().prescription.patient

    def item(self) -> PrescriptionItem:
        rows = PrescriptionItem.objects.visible_to(self.request.user, self.permission).prescribed().numbered()
        people = rows.select_related("prescription__patient", "prescription__prescriber")
        place = {"prescription__public_id": self.kwargs["public_id"], "number": self.kwargs["number"]}
        return get_object_or_404(people, **place)

    def save(self, patient: Patient, form: Any) -> None:
        type(self).service(item=self.item(), actor=self.request.user, now=timezone.now(), **form.cleaned_data)

    def show(self, patient: Patient, context: dict[str, Any], status: int = 200) -> HttpResponse:
        step = {"item": self.item(), "text": self.text, "is_final": self.is_final}
        return super().show(patient, step | context, status)


class MedicineStop(MedicineStep):
    form_class = StopForm
    title = _("Stop this medicine?")
    text = _(
        "It stays in the chart as stopped, with the day and the reason. It can be prescribed anew at any time."
    )
    action = _("Stop medicine")
    done = _("The medicine is stopped.")
    is_final = True
    service = stop


class MedicineHold(MedicineStep):
    form_class = HoldForm
    title = _("Put this medicine on hold?")
    text = _("The patient does not take it for the time being. You can resume or stop it later.")
    action = _("Put on hold")
    done = _("The medicine is on hold.")
    service = hold


class MedicineResume(MedicineStep):
    title = _("Resume this medicine?")
    text = _("The patient takes it again, as it was prescribed.")
    action = _("Resume medicine")
    done = _("The medicine is active again.")
    service = resume


class MedicineComplete(MedicineStep):
    title = _("Is this course over?")
    text = _("The medicine was taken as it was meant to be, and is not taken any more.")
    action = _("Mark as completed")
    done = _("The medicine is marked as completed.")
    is_final = True
    service = complete


class MedicineRenew(MedicineStep):
    title = _("Renew this medicine?")
    text = _(
        "It is written into the note of your open visit, where you can change it. It is checked again there."
    )
    action = _("Renew medicine")
    done = _("The medicine stands in the note. It is prescribed once you sign.")

    def save(self, patient: Patient, form: Any) -> None:
        self.visit = renew(item=self.item(), actor=self.request.user, now=timezone.now())

    def next_url(self, patient: Patient) -> str:
        visit = getattr(self, "visit", None)
        return onward(visit, timezone.now()) if visit else super().next_url(patient)

    def show(self, patient: Patient, context: dict[str, Any], status: int = 200) -> HttpResponse:
        visit = visit_for(self.item(), self.request.user)
        may_open = self.request.user.has_perm("clinical.open_encounter", patient)
        renewal = {"visit": visit, "may_open": may_open, "is_renewal": True}
        return super().show(patient, renewal | context, status)


class OwnMedicines(OwnList):
    section = "clinical:own-medicines"
    template_name = "clinical/own_medicines.html"

    def rows(self, patient: Patient) -> dict[str, Any]:
        rows = PrescriptionItem.objects.kept_for(self.request.user).of_patient(patient).current_first()
        items = list(rows)
        return {
            "current": [item for item in items if item.is_current],
            "ended": [item for item in items if not item.is_current],
        }
