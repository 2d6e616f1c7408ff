"""Doctors: made here first, invited to an account by an action, deactivated instead of deleted."""

from typing import Any

from django.contrib import admin
from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.admin.behaviour import KeepsHistory, StateFilter, row_by_row, visits_stay
from accounts.admin.invite import invite_one
from accounts.backoffice import BackOfficeAdmin, VersionedForm
from accounts.models import Doctor
from accounts.services import archiving, linking


@admin.register(Doctor)
class DoctorAdmin(KeepsHistory, BackOfficeAdmin):
    form = VersionedForm
    list_display = ["__str__", "specialty", "department", "location", "account", "current"]
    list_filter = [StateFilter, "department", ("user", admin.EmptyFieldListFilter)]
    list_select_related = ["department", "location", "user"]
    search_fields = ["search_name"]
    search_help_text = gettext_lazy("Part of the name, with or without accents")
    autocomplete_fields = ["department", "location"]
    readonly_fields = ["account"]
    actions = ["invite", "deactivate", "reactivate"]
    fieldsets = [
        (None, {"fields": [("title", "given_name", "family_name"), "gender", "account"]}),
        (gettext_lazy("Work"), {"fields": ["specialty", "department", "location", "licence_number"]}),
        (gettext_lazy("For patients"), {"fields": ["languages", "biography"]}),
    ]

    @admin.display(description=gettext_lazy("account"), ordering="user__email")
    def account(self, doctor: Doctor) -> str:
        return doctor.user.email if doctor.user else _("None: use the action “Invite” in the list")

    def get_search_results(self, request: HttpRequest, queryset: Any, term: str) -> Any:
        rows, distinct = super().get_search_results(request, queryset, "")
        return rows.matching(term), distinct

    def has_invite_permission(self, request: HttpRequest) -> bool:
        return request.user.has_perm("accounts.invite_doctor")

    def has_archive_permission(self, request: HttpRequest) -> bool:
        return request.user.has_perm("accounts.archive_doctor")

    @admin.action(description=gettext_lazy("Invite to an account"), permissions=["invite"])
    def invite(self, request: HttpRequest, queryset: Any) -> HttpResponse | None:
        def act(doctor: Doctor, email: str) -> Any:
            return linking.invite_doctor(doctor=doctor, email=email, actor=request.user, now=timezone.now())

        first = queryset.first()
        return invite_one(self, request, queryset, first.user.email if first and first.user else "", act)

    @admin.action(description=gettext_lazy("Deactivate"), permissions=["archive"])
    def deactivate(self, request: HttpRequest, queryset: Any) -> None:
        def act(doctor: Doctor) -> str:
            booked = archiving.deactivate_doctor(doctor=doctor, actor=request.user, now=timezone.now())
            return f"{_('%(name)s is deactivated.') % {'name': doctor}} {visits_stay(booked)}".strip()

        row_by_row(self, request, queryset, act)

    @admin.action(description=gettext_lazy("Reactivate"), permissions=["archive"])
    def reactivate(self, request: HttpRequest, queryset: Any) -> None:
        def act(doctor: Doctor) -> str:
            archiving.reactivate_doctor(doctor=doctor, actor=request.user, now=timezone.now())
            return _("%(name)s is active again.") % {"name": doctor}

        row_by_row(self, request, queryset, act)

    def remove(self, row: Doctor, **who_and_when: Any) -> archiving.Removal:
        return archiving.remove_doctor(doctor=row, **who_and_when)
