"""Days on which a place, or the whole house, sees nobody."""

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from django.contrib import admin
from django.db.models import Q
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from accounts.models import Doctor
from scheduling.admin.entries import HoursAdmin, LockingForm
from scheduling.admin.past import KeepsPast
from scheduling.models import ClinicClosure


def with_hours_at(*locations: int | None) -> Iterable[Doctor]:
    """Doctors who see patients at any of these places; None stands for every place."""
    found = Doctor.objects.current()
    if None not in locations:
        found = found.filter(Q(rules__location__in=locations) | Q(overrides__location__in=locations))
    return found.distinct()


class ClosureForm(LockingForm):
    def doctors(self) -> Iterable[Doctor]:
        before = [self.initial.get("location")] if self.instance.pk else []
        return with_hours_at(self.instance.location_id, *before)


@admin.register(ClinicClosure)
class ClinicClosureAdmin(KeepsPast, HoursAdmin):
    form = ClosureForm
    list_display = ["start_at", "end_at", "place", "reason"]
    list_filter = ["location"]
    list_select_related = ["location"]
    search_fields = ["reason", "location__name"]
    search_help_text = _("Reason, or name of the place")
    autocomplete_fields = ["location"]
    fieldsets = [(None, {"fields": ["location", "start_at", "end_at", "reason"]})]

    @admin.display(description=_("location"), ordering="location__name")
    def place(self, closure: ClinicClosure) -> Any:
        return closure.location or _("All")

    def doctors_of(self, row: ClinicClosure) -> Iterable[Doctor]:
        return with_hours_at(row.location_id)

    def affected(self, row: ClinicClosure) -> dict[str, Any]:
        if row.location_id is None:
            return {"rows": {}, "query": ""}
        return {"rows": {"location": row.location_id}, "query": f"&location__id__exact={row.location_id}"}

    def is_over(self, row: ClinicClosure, now: datetime) -> bool:
        return row.end_at <= now

    def has_begun(self, row: ClinicClosure, now: datetime) -> bool:
        return row.start_at < now

    def end(self, row: ClinicClosure, now: datetime, request: HttpRequest) -> None:
        """The place opens again at this moment."""
        row.claim_version(row.version)
        row.end_at = now
        row.save(update_fields=["end_at"])
