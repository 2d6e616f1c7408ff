"""Visits: reception books here; what the calendar decides is not to be typed over."""

from typing import Any

from django.contrib import admin
from django.db.models import Q, QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext_lazy

from accounts.backoffice import BackOfficeAdmin, VersionedForm
from accounts.models import Doctor, Patient
from scheduling.admin.actions import VisitActions
from scheduling.admin.events import HistoryInline
from scheduling.admin.filters import DayFilter, DoctorStateFilter, HoursFilter, OneDoctorFilter
from scheduling.admin.forms import BEYOND_FIELDSET, BookForm
from scheduling.admin.moving import Moving
from scheduling.models import Appointment
from scheduling.templatetags.visits import moment_at

WORKFLOW = [
    "status",
    "when",
    "doctor",
    "patient",
    "type",
    "department",
    "location",
    "patient_reason",
    "source",
    "booked_by",
    "arrived_at",
    "started_at",
    "finished_at",
    "cancelled_by",
    "cancel_code",
    "cancel_reason",
    "overlap_reason",
]
BOOKING = ["doctor", "patient", "type", "start", "patient_reason", "key"]


@admin.register(Appointment)
class AppointmentAdmin(Moving, VisitActions, BackOfficeAdmin):
    form = VersionedForm
    list_display = ["when", "patient", "doctor", "type", "status", "source"]
    list_display_links = ["when", "patient"]
    list_filter = [
        DayFilter,
        OneDoctorFilter,
        DoctorStateFilter,
        HoursFilter,
        "status",
        "department",
        "location",
        "source",
    ]
    list_select_related = ["patient", "doctor", "type", "location"]
    ordering = ["-start_at", "-pk"]
    search_fields = ["patient__search_name", "patient__mrn", "doctor__search_name"]
    search_help_text = gettext_lazy("Name or MRN of the patient, name of the doctor")
    autocomplete_fields = ["doctor", "patient"]
    fieldsets = [(None, {"fields": [*WORKFLOW, "staff_note"]})]

    @admin.display(description=gettext_lazy("when"), ordering="start_at")
    def when(self, visit: Appointment) -> str:
        return moment_at(visit.start_at, visit.location.time_zone)

    def get_search_results(self, request: HttpRequest, rows: QuerySet, words: str) -> tuple[QuerySet, bool]:
        """Names without regard to accents and case; record numbers however they are grouped."""
        if not words.strip():
            return rows, False
        patients = Patient.objects.matching(words).values("pk")
        doctors = Doctor.objects.matching(words).values("pk")
        return rows.filter(Q(patient__in=patients) | Q(doctor__in=doctors)), False

    # Booking

    def get_fieldsets(self, request: HttpRequest, obj: Any = None) -> Any:
        if obj is None:
            return [(None, {"fields": BOOKING}), BEYOND_FIELDSET]
        return super().get_fieldsets(request, obj)

    def get_form(self, request: HttpRequest, obj: Any = None, change: bool = False, **kwargs: Any) -> Any:
        if obj is not None:
            return super().get_form(request, obj, change, **kwargs)
        form = super().get_form(request, obj, change, form=BookForm, **kwargs)
        return type(form.__name__, (form,), {"actor": request.user})

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> list[str]:
        return [] if obj is None else WORKFLOW

    def get_inlines(self, request: HttpRequest, obj: Any) -> list[Any]:
        return [] if obj is None else [HistoryInline]

    def save_model(self, request: HttpRequest, obj: Any, form: Any, change: bool) -> None:
        """A new visit is in the calendar already: its form booked it."""
        if change:
            super().save_model(request, obj, form, change)

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """A visit is cancelled, never deleted."""
        return False
