"""The history of visits, to look at."""

from typing import Any

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from accounts.backoffice import ReadOnlyAdmin
from scheduling.models import AppointmentEvent, Status
from scheduling.templatetags.visits import moment_at


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
    """What happened to one visit: who, when, why, and from where to where."""

    model = AppointmentEvent
    template = "admin/edit_inline/looked_at.html"
    fields = ["when", "change", "time", "doctor", "actor", "reason"]
    readonly_fields = fields
    extra = 0
    can_delete = False
    show_change_link = False

    def get_queryset(self, request: HttpRequest) -> QuerySet:
        people = ["actor", "old_doctor", "new_doctor", "appointment__location"]
        return super().get_queryset(request).select_related(*people)

    @admin.display(description=_("when"))
    def when(self, event: AppointmentEvent) -> str:
        return moment_at(event.happened_at, event.appointment.location.time_zone)

    @admin.display(description=_("change"))
    def change(self, event: AppointmentEvent) -> str:
        return way(status_words(event.from_status), status_words(event.to_status))

    @admin.display(description=_("time"))
    def time(self, event: AppointmentEvent) -> str:
        zone = event.appointment.location.time_zone
        return way(*(moment_at(at, zone) if at else "" for at in (event.old_start_at, event.new_start_at)))

    @admin.display(description=_("doctor"))
    def doctor(self, event: AppointmentEvent) -> str:
        return way(str(event.old_doctor or ""), str(event.new_doctor or ""))

    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False


def way(before: str, after: str) -> str:
    """What it was and what it became; once, where nothing changed."""
    return " → ".join(dict.fromkeys(part for part in (before, after) if part))


def status_words(status: str) -> str:
    return str(Status(status).label) if status in Status.values else status
