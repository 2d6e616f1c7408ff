"""The weekly hours of the doctors."""

from django.contrib import admin
from django.utils.translation import gettext_lazy as _

from scheduling.admin.entries import DoctorsHoursAdmin
from scheduling.models import AvailabilityRule


@admin.register(AvailabilityRule)
class AvailabilityRuleAdmin(DoctorsHoursAdmin):
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
    filter_horizontal = ["types"]
    fieldsets = [
        (None, {"fields": ["doctor", "department", "location"]}),
        (_("Hours"), {"fields": ["weekday", "start_time", "end_time", "types"]}),
        (_("Validity"), {"fields": ["valid_from", "valid_until", "every_weeks", "anchor_date"]}),
    ]
