"""The history of visits, to look at."""

from typing import Any

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from accounts.backoffice import ReadOnlyAdmin
from scheduling.models import AppointmentEvent


@admin.register(AppointmentEvent)
class AppointmentEventAdmin(ReadOnlyAdmin):
    list_display = ["happened_at", "appointment", "from_status", "to_status", "actor", "reason"]
    list_filter = ["to_status", "happened_at"]
    list_select_related = ["appointment", "actor"]
    search_fields = ["appointment__patient__mrn", "actor__email"]
    fieldsets = [
        (None, {"fields": ["appointment", "happened_at", "recorded_at", "actor"]}),
        (_("Change"), {"fields": ["from_status", "to_status", "reason"]}),
        (_("Time and doctor"), {"fields": ["old_start_at", "new_start_at", "old_doctor", "new_doctor"]}),
    ]


class HistoryInline(admin.TabularInline):
    """What happened to one visit."""

    model = AppointmentEvent
    fields = ["happened_at", "from_status", "to_status", "actor", "reason"]
    readonly_fields = fields
    extra = 0
    can_delete = False
    show_change_link = False

    def get_queryset(self, request: HttpRequest) -> QuerySet:
        return super().get_queryset(request).select_related("actor")

    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False
