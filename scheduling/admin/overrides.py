"""Days that differ from the weekly hours."""

from django.contrib import admin
from django.utils.translation import gettext_lazy as _

from scheduling.admin.entries import DoctorsHoursAdmin
from scheduling.models import AvailabilityOverride


@admin.register(AvailabilityOverride)
class AvailabilityOverrideAdmin(DoctorsHoursAdmin):
    list_display = ["doctor", "date", "kind", "start_time", "end_time", "location", "note"]
    list_display_links = ["doctor", "date"]
    list_filter = ["kind", "date", "location"]
    list_select_related = ["doctor", "location"]
    ordering = ["-date", "start_time", "-pk"]
    fieldsets = [
        (None, {"fields": ["doctor", "department", "location"]}),
        (_("Day"), {"fields": ["date", "kind", "start_time", "end_time", "note"]}),
    ]
