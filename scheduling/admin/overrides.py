"""Days that differ from the weekly hours."""

from datetime import datetime

from django.contrib import admin
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from scheduling.admin.entries import DoctorsHoursAdmin
from scheduling.admin.past import KeepsPast
from scheduling.models import AvailabilityOverride


@admin.register(AvailabilityOverride)
class AvailabilityOverrideAdmin(KeepsPast, DoctorsHoursAdmin):
    list_display = ["doctor", "date", "kind", "start_time", "end_time", "location", "note"]
    list_display_links = ["doctor", "date"]
    list_filter = ["kind", "date", "location"]
    list_select_related = ["doctor", "location"]
    ordering = ["-date", "start_time", "-pk"]
    fieldsets = [
        (None, {"fields": ["doctor", "department", "location"]}),
        (_("Day"), {"fields": ["date", "kind", "start_time", "end_time", "note"]}),
    ]

    def is_over(self, row: AvailabilityOverride, now: datetime) -> bool:
        return row.date < timezone.localdate(now)

    def has_begun(self, row: AvailabilityOverride, now: datetime) -> bool:
        """One day has no earlier part that could stay."""
        return False
