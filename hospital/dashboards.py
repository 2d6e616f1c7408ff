"""The first page of patients and of doctors."""

from typing import Any

from django.utils import timezone
from django.views.generic import TemplateView

from accounts.models import Patient
from accounts.views.pages import PageMixin
from clinical.models import Encounter, MedicalRecord
from scheduling.models import Appointment


class PatientDashboard(PageMixin, TemplateView):
    permission = "accounts.view_patient_dashboard"
    template_name = "patient_dashboard.html"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        user, now = self.request.user, timezone.now()
        visits = Appointment.objects.visible_to(user).upcoming(now).with_people()
        records = MedicalRecord.objects.visible_to(user).with_people()
        return super().get_context_data(
            patients=Patient.objects.of_user(user), visits=visits[:3], records=records[:3], **kwargs
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
            now=now,
            **kwargs,
        )
