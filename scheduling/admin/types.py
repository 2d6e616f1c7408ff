"""Kinds of visit."""

from typing import Any

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.admin.behaviour import KeepsHistory
from accounts.backoffice import BackOfficeAdmin, VersionedForm
from accounts.services.archiving import Removal
from scheduling.models import AppointmentType
from scheduling.services import types


@admin.register(AppointmentType)
class AppointmentTypeAdmin(KeepsHistory, BackOfficeAdmin):
    form = VersionedForm
    list_display = ["name", "minutes", "mode", "patients_may_book", "needs_approval", "is_offered"]
    list_filter = ["mode", "patients_may_book", "needs_approval", ("archived_at", admin.EmptyFieldListFilter)]
    search_fields = ["name", "code"]
    prepopulated_fields = {"code": ["name"]}
    actions = ["archive", "restore"]
    fieldsets = [
        (None, {"fields": ["name", "code", "mode"]}),
        (_("For patients to read"), {"fields": ["description", "preparation"]}),
        (
            _("Length"),
            {"fields": ["minutes", "step_minutes", "buffer_before_minutes", "buffer_after_minutes"]},
        ),
        (
            _("Booking by patients"),
            {
                "fields": [
                    "patients_may_book",
                    "needs_approval",
                    "lead_minutes",
                    "horizon_days",
                    "daily_limit",
                ]
            },
        ),
        (
            _("Moving and cancelling by patients"),
            {"fields": ["cancel_notice_minutes", "move_notice_minutes", "max_moves"]},
        ),
    ]

    @admin.display(description=_("offered"), boolean=True)
    def is_offered(self, kind: AppointmentType) -> bool:
        return not kind.is_archived

    @admin.action(description=_("Put away: no longer offered"), permissions=["change"])
    def archive(self, request: HttpRequest, chosen: QuerySet) -> None:
        for kind in chosen:
            types.archive(type=kind, actor=request.user, now=timezone.now())

    @admin.action(description=_("Offer again"), permissions=["change"])
    def restore(self, request: HttpRequest, chosen: QuerySet) -> None:
        for kind in chosen:
            types.restore(type=kind, actor=request.user)

    def remove(self, row: AppointmentType, **who_and_when: Any) -> Removal:
        return types.remove(type=row, **who_and_when)

    def is_kept(self, row: AppointmentType) -> bool:
        return types.is_used(row)
