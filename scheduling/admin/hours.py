"""The weekly hours of the doctors."""

from datetime import datetime

from django.contrib import admin
from django.db.models import ManyToManyField
from django.forms import CheckboxSelectMultiple
from django.http import HttpRequest
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from scheduling.admin.entries import DoctorsHoursAdmin
from scheduling.admin.past import KeepsPast, made_before
from scheduling.models import AvailabilityRule
from scheduling.services.hours import end_rule


@admin.register(AvailabilityRule)
class AvailabilityRuleAdmin(KeepsPast, DoctorsHoursAdmin):
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
    formfield_overrides = DoctorsHoursAdmin.formfield_overrides | {
        ManyToManyField: {"widget": CheckboxSelectMultiple},
    }
    fieldsets = [
        (None, {"fields": ["doctor", "department", "location"]}),
        (_("Hours"), {"fields": ["weekday", "start_time", "end_time", "types"]}),
        (_("Validity"), {"fields": ["valid_from", "valid_until", "every_weeks", "anchor_date"]}),
    ]

    def is_over(self, row: AvailabilityRule, now: datetime) -> bool:
        return row.valid_until is not None and row.valid_until < timezone.localdate(now)

    def has_begun(self, row: AvailabilityRule, now: datetime) -> bool:
        today = timezone.localdate(now)
        begun = row.valid_from is None or row.valid_from < today
        return begun and made_before(row, today)

    def end(self, row: AvailabilityRule, now: datetime, request: HttpRequest) -> None:
        """No hours from today on."""
        end_rule(rule=row, day=timezone.localdate(now), version=row.version, actor=request.user)
