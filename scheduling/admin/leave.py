"""Leave: entered on the site, where each visit in its way is decided about; looked at and withdrawn here."""

from typing import Any

from django.contrib import admin
from django.core.exceptions import PermissionDenied
from django.db.models import Count, QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.admin.behaviour import StateFilter, row_by_row
from accounts.backoffice import BackOfficeAdmin, VersionedForm, is_number
from accounts.models import Doctor
from scheduling.admin.decisions import DecisionInline
from scheduling.admin.entries import by_doctor
from scheduling.models import TimeOff
from scheduling.services.leave import withdraw_time_off

FACTS = ["doctor", "start_at", "end_at", "kind", "entered_by", "recorded_at", "archived_at"]


@admin.register(TimeOff)
class TimeOffAdmin(BackOfficeAdmin):
    form = VersionedForm
    list_display = ["doctor", "start_at", "end_at", "kind", "visits", "current"]
    list_display_links = ["doctor", "start_at"]
    list_filter = [StateFilter, "kind"]
    list_select_related = ["doctor"]
    search_fields = ["doctor__search_name"]
    search_help_text = gettext_lazy("Name of the doctor")
    inlines = [DecisionInline]
    actions = ["withdraw"]
    readonly_fields = FACTS
    fieldsets = [
        (None, {"fields": FACTS}),
        (gettext_lazy("Private"), {"fields": ["reason"]}),
    ]

    def get_fieldsets(self, request: HttpRequest, obj: Any = None) -> Any:
        """Why a doctor is away is nothing for those who only look."""
        fieldsets = super().get_fieldsets(request, obj)
        if self.has_change_permission(request, obj):
            return fieldsets
        return [(name, options) for name, options in fieldsets if "reason" not in options["fields"]]

    def get_queryset(self, request: HttpRequest) -> QuerySet:
        return super().get_queryset(request).annotate(number=Count("decisions"))

    def get_search_results(self, request: HttpRequest, rows: QuerySet, words: str) -> tuple[QuerySet, bool]:
        return by_doctor(rows, words), False

    @admin.display(description=gettext_lazy("visits in the way"), ordering="number")
    def visits(self, leave: TimeOff) -> int:
        return leave.number  # type: ignore[attr-defined]

    @admin.display(description=gettext_lazy("current"), boolean=True, ordering="archived_at")
    def current(self, leave: TimeOff) -> bool:
        return not leave.is_archived

    def add_view(self, request: HttpRequest, form_url: str = "", extra_context: Any = None) -> HttpResponse:
        """To the page of the site that asks about each visit; a link may name the doctor."""
        if not self.has_add_permission(request):
            raise PermissionDenied
        key = request.GET.get("doctor", "")
        doctor = Doctor.objects.current().filter(pk=key).first() if is_number(key) else None
        return redirect("scheduling:leave-of", doctor.public_id) if doctor else redirect("scheduling:leave")

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Leave is withdrawn, never deleted."""
        return False

    @admin.action(description=gettext_lazy("Withdraw"), permissions=["change"])
    def withdraw(self, request: HttpRequest, chosen: QuerySet) -> None:
        def act(leave: TimeOff) -> str:
            withdraw_time_off(time_off=leave, actor=request.user, now=timezone.now())
            return _("%(leave)s of %(doctor)s is withdrawn. The hours are open again.") % {
                "leave": leave,
                "doctor": leave.doctor,
            }

        row_by_row(self, request, chosen.select_related("doctor"), act)
