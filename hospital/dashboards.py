"""The first page of patients and of doctors."""

from typing import Any

from django.utils import timezone
from django.views.generic import TemplateView

from accounts.models import Patient
from accounts.views.pages import PageMixin
from clinical.models import CorrectionRequest, Encounter, LabResult, MedicalRecord
from clinical.views.own_lists import own_section_links
from scheduling.models import Appointment, TimeOffDecision
from scheduling.views.actions import can_cancel, can_move

ANSWER, REVIEW = "clinical.answer_correctionrequest", "clinical.change_labresult"


class PatientDashboard(PageMixin, TemplateView):
    permission = "accounts.view_patient_dashboard"
    template_name = "patient_dashboard.html"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        user, now = self.request.user, timezone.now()
        visits = list(Appointment.objects.visible_to(user).upcoming(now).with_people()[:3])
        records = MedicalRecord.objects.visible_to(user).with_people()
        return super().get_context_data(
            patients=Patient.objects.of_user(user),
            next_visit=visits[0] if visits else None,
            can_move=bool(visits) and can_move(user, visits[0], now),
            can_cancel=bool(visits) and can_cancel(user, visits[0], now),
            visits=visits[1:],
            answers=TimeOffDecision.objects.visible_to(user).awaited(now).with_visits(),
            records=records[:3],
            sections=own_section_links(""),
            **kwargs,
        )


class DoctorDashboard(PageMixin, TemplateView):
    permission = "accounts.view_doctor_dashboard"
    template_name = "doctor_dashboard.html"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        user, now = self.request.user, timezone.now()
        mine = Encounter.objects.visible_to(user, "clinical.write_record")
        unsigned = mine.in_progress().select_related("patient", "appointment")
        return super().get_context_data(
            visits=Appointment.objects.visible_to(user).on_day(timezone.localdate()).with_people(),
            unsigned=unsigned,
            requests=CorrectionRequest.objects.visible_to(user, ANSWER).open(),
            unreviewed=LabResult.objects.visible_to(user, REVIEW).waiting_for(user),
            now=now,
            **kwargs,
        )
