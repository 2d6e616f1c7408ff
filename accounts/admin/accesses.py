"""Who may act for whom. A person's own access comes with the invitation or the registration."""

from typing import Any
from zlib import crc32

from django import forms
from django.contrib import admin
from django.http import HttpRequest
from django.utils import timezone
from django.utils.translation import gettext_lazy

from accounts.admin.recent import WEEK, RecentFilter
from accounts.backoffice import BackOfficeAdmin, VersionedForm
from accounts.models import PatientAccess

TWO_OPEN = gettext_lazy(
    "The account or the patient has an access of this kind that is open. End that one first."
)
SCOPES = [("appointments", gettext_lazy("Appointments")), ("records", gettext_lazy("Records"))]


class AccessForm(VersionedForm):
    scopes = forms.MultipleChoiceField(
        label=gettext_lazy("May see"), choices=SCOPES, widget=forms.CheckboxSelectMultiple
    )

    class Meta:
        model = PatientAccess
        fields = ["patient", "user", "scopes", "reason", "starts_at", "ends_at"]

    @staticmethod
    def version_of(row: PatientAccess) -> int:
        """A digest of all that can be edited: these rows change too seldom to carry a counter."""
        moments = [moment and moment.timestamp() for moment in (row.starts_at, row.ends_at)]
        return crc32(repr((row.scopes, row.reason, *moments)).encode())

    def _post_clean(self) -> None:
        """Constraints on settled fields count too: a person's own access, opened again, may clash."""
        super()._post_clean()  # type: ignore[misc]
        if self.instance.pk and not self.errors:
            try:
                self.instance.validate_constraints()
            except forms.ValidationError:
                self.add_error(None, TWO_OPEN)


class OpenFilter(admin.SimpleListFilter):
    title = gettext_lazy("state")
    parameter_name = "state"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, Any]]:
        return [("open", gettext_lazy("Open now"))]

    def queryset(self, request: HttpRequest, rows: Any) -> Any:
        return rows.open_at(timezone.now()) if self.value() == "open" else rows


class BegunFilter(RecentFilter):
    def queryset(self, request: HttpRequest, rows: Any) -> Any:
        return rows.filter(starts_at__gte=timezone.now() - WEEK) if self.value() == "week" else rows


@admin.register(PatientAccess)
class PatientAccessAdmin(BackOfficeAdmin):
    form = AccessForm
    list_display = ["patient", "user", "kind", "starts_at", "ends_at", "granted_by"]
    list_filter = ["kind", OpenFilter, BegunFilter]
    list_select_related = ["patient", "user", "granted_by"]
    search_fields = ["patient__search_name", "patient__mrn", "user__email"]
    autocomplete_fields = ["patient", "user"]
    fieldsets = [
        (None, {"fields": ["patient", "user", "kind", "scopes"]}),
        (gettext_lazy("Why and how long"), {"fields": ["reason", "starts_at", "ends_at", "granted_by"]}),
    ]
    readonly_fields = ["kind", "granted_by"]

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> list[str]:
        """Whom it links is settled once; a wrong link is ended, and the right one made."""
        return [*self.readonly_fields, *(["patient", "user"] if obj else [])]

    def claim(self, obj: PatientAccess, version: int, form: Any) -> None:
        """Under the lock of the row, so that nobody saves in between."""
        current = PatientAccess.objects.select_for_update(of=("self",)).get(pk=obj.pk)
        if form.version_of(current) != version:
            form.refuse(current)

    def save_model(self, request: HttpRequest, obj: PatientAccess, form: Any, change: bool) -> None:
        if not change:
            obj.kind = PatientAccess.Kind.PROXY
            obj.granted_by = request.user
        super().save_model(request, obj, form, change)

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False
