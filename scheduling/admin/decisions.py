"""What became of each visit that leave stood in the way of, to look at."""

from typing import Any

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.html import format_html
from django.utils.translation import gettext_lazy as _

from scheduling.models import TimeOffDecision
from scheduling.templatetags.visits import moment_at


class DecisionInline(admin.TabularInline):
    model = TimeOffDecision
    template = "admin/edit_inline/looked_at.html"
    fields = ["visit", "choice", "old_time", "new_time", "new_doctor", "answer", "answered_at", "answered_by"]
    readonly_fields = fields
    extra = 0
    can_delete = False
    show_change_link = False

    def get_queryset(self, request: HttpRequest) -> QuerySet:
        rows = super().get_queryset(request).visible_to(request.user, "scheduling.view_timeoffdecision")
        return rows.with_visits().select_related("answered_by", "old_doctor__location")

    @admin.display(description=_("appointment"))
    def visit(self, decision: TimeOffDecision) -> str:
        patient = decision.appointment.patient
        return format_html(
            '<a href="{}">{}</a>',
            decision.appointment.get_absolute_url(),
            str(patient),
        )

    @admin.display(description=_("old time"))
    def old_time(self, decision: TimeOffDecision) -> str:
        return moment_at(decision.old_start_at, decision.appointment.location.time_zone)

    @admin.display(description=_("new time"), empty_value="–")
    def new_time(self, decision: TimeOffDecision) -> Any:
        if decision.new_start_at is None:
            return None
        place = decision.new_location or decision.appointment.location
        return moment_at(decision.new_start_at, place.time_zone)

    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False
