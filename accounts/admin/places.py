"""Departments and locations."""

from typing import Any

from django.contrib import admin
from django.http import HttpRequest
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.admin.behaviour import KeepsHistory, StateFilter, row_by_row
from accounts.backoffice import BackOfficeAdmin, VersionedForm
from accounts.models import Department, Location
from accounts.services import archiving


class Places(KeepsHistory):
    """Both kinds of places are put away, and can be brought back."""

    actions = ["restore"]

    def has_restore_permission(self, request: HttpRequest) -> bool:
        return self.has_delete_permission(request)  # type: ignore[attr-defined]

    @admin.action(description=gettext_lazy("Bring back from the archive"), permissions=["restore"])
    def restore(self, request: HttpRequest, queryset: Any) -> None:
        def act(place: Any) -> str:
            archiving.restore_place(place=place, actor=request.user, now=timezone.now())
            return _("%(name)s is back.") % {"name": place}

        row_by_row(self, request, queryset, act)

    def remove(self, row: Department | Location, **who_and_when: Any) -> archiving.Removal:
        return archiving.remove_place(place=row, **who_and_when)


@admin.register(Department)
class DepartmentAdmin(Places, BackOfficeAdmin):
    form = VersionedForm
    list_display = ["name", "parent", "phone", "opening_hours", "current"]
    list_filter = [StateFilter]
    list_select_related = ["parent"]
    search_fields = ["name"]
    autocomplete_fields = ["parent"]
    fieldsets = [
        (None, {"fields": ["name", "parent", "description"]}),
        (gettext_lazy("For visitors"), {"fields": ["opening_hours", "phone"]}),
    ]


@admin.register(Location)
class LocationAdmin(Places, BackOfficeAdmin):
    form = VersionedForm
    list_display = ["name", "city", "phone", "time_zone", "current"]
    list_filter = [StateFilter]
    search_fields = ["name", "city"]
    fieldsets = [
        (None, {"fields": ["name", "time_zone", "phone"]}),
        (gettext_lazy("Address"), {"fields": ["address", "city", "state", "postal_code"]}),
    ]
