"""The weekly hours of the doctors."""

from typing import Any

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from accounts.backoffice import BackOfficeAdmin, VersionedForm
from accounts.models import Doctor
from scheduling.models import AvailabilityRule


@admin.register(AvailabilityRule)
class AvailabilityRuleAdmin(BackOfficeAdmin):
    form = VersionedForm
    list_display = [
        "doctor",
        "weekday",
        "start_time",
        "end_time",
        "location",
        "valid_from",
        "valid_until",
        "every_weeks",
    ]
    list_display_links = ["doctor", "weekday"]
    list_filter = ["weekday", "location", "department"]
    list_select_related = ["doctor", "location"]
    search_fields = ["doctor__search_name"]
    search_help_text = _("Name of the doctor")
    autocomplete_fields = ["doctor", "department", "location"]
    filter_horizontal = ["types"]
    fieldsets = [
        (None, {"fields": ["doctor", "department", "location"]}),
        (_("Hours"), {"fields": ["weekday", "start_time", "end_time", "types"]}),
        (_("Validity"), {"fields": ["valid_from", "valid_until", "every_weeks", "anchor_date"]}),
    ]

    def get_search_results(self, request: HttpRequest, rows: QuerySet, words: str) -> tuple[QuerySet, bool]:
        """By the doctor's name, without regard to accents and case."""
        if not words.strip():
            return rows, False
        return rows.filter(doctor__in=Doctor.objects.matching(words).values("pk")), False

    def get_changeform_initial_data(self, request: HttpRequest) -> dict[str, Any]:
        """A link that names the doctor brings the doctor's department and place along."""
        initial = super().get_changeform_initial_data(request)
        doctor = (
            Doctor.objects.filter(pk=initial["doctor"]).first() if has_number(initial, "doctor") else None
        )
        if doctor is not None:
            initial = {"department": doctor.department_id, "location": doctor.location_id} | initial
        return initial

    def save_model(self, request: HttpRequest, obj: Any, form: Any, change: bool) -> None:
        """Under the doctor's lock, as every write to the calendar: a booking sees the old hours or the new."""
        Doctor.objects.select_for_update(no_key=True).get(pk=obj.doctor_id)
        super().save_model(request, obj, form, change)

    def delete_model(self, request: HttpRequest, obj: Any) -> None:
        Doctor.objects.select_for_update(no_key=True).get(pk=obj.doctor_id)
        super().delete_model(request, obj)


def has_number(initial: dict[str, Any], name: str) -> bool:
    return str(initial.get(name, "")).isdecimal() and len(str(initial[name])) < 19
