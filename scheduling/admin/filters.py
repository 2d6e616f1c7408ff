"""How the list of appointments is narrowed: by day, by doctor, and to visits that somebody has to look at."""

from datetime import date, timedelta
from typing import Any

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils import timezone
from django.utils.dateparse import parse_date
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.backoffice import is_number
from accounts.models import Doctor
from scheduling.services.checking import outside_hours


class DayFilter(admin.SimpleListFilter):
    """One day by the hospital's clock; any day may stand in the address."""

    title = gettext_lazy("day")
    parameter_name = "day"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        today = timezone.localdate()
        names = [(-1, _("Yesterday")), (0, _("Today")), (1, _("Tomorrow"))]
        known = {(today + timedelta(days=days)).isoformat(): words for days, words in names}
        if (asked := self.asked(request.GET.get(self.parameter_name))) is not None:
            known.setdefault(asked.isoformat(), date_format(asked))
        return list(known.items())

    def queryset(self, request: HttpRequest, rows: QuerySet) -> QuerySet:
        day = self.asked(self.value())
        return rows if day is None else rows.on_day(day)

    def asked(self, words: str | None) -> date | None:
        try:
            day = parse_date(words or "")
        except ValueError:
            return None
        return day if day and 1900 <= day.year <= 2200 else None


class DoctorStateFilter(admin.SimpleListFilter):
    title = gettext_lazy("doctor")
    parameter_name = "doctor_state"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, Any]]:
        return [("archived", gettext_lazy("Has left, visit still booked"))]

    def queryset(self, request: HttpRequest, rows: QuerySet) -> QuerySet:
        return rows.of_archived_doctors(timezone.now()) if self.value() == "archived" else rows


class OneDoctorFilter(admin.SimpleListFilter):
    """The doctor whom a link names: shown then, and not otherwise, for a house has hundreds of them."""

    title = gettext_lazy("doctor's name")
    parameter_name = "doctor"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        key = request.GET.get(self.parameter_name, "")
        found = Doctor.objects.filter(pk=key) if is_number(key) else []
        return [(str(doctor.pk), str(doctor)) for doctor in found]

    def queryset(self, request: HttpRequest, rows: QuerySet) -> QuerySet:
        key = self.value()
        return rows.filter(doctor=key) if key and is_number(key) else rows


class HoursFilter(admin.SimpleListFilter):
    """Visits to come for which the doctor is not there; stands behind the filters that make its work small."""

    title = gettext_lazy("hours")
    parameter_name = "hours"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, Any]]:
        return [
            ("outside", gettext_lazy("Outside the doctor's hours")),
            ("leave", gettext_lazy("The doctor is away")),
        ]

    def queryset(self, request: HttpRequest, rows: QuerySet) -> QuerySet:
        now = timezone.now()
        if self.value() == "leave":
            return rows.in_leave(now)
        if self.value() == "outside":
            return rows.filter(pk__in=outside_hours(now, rows))
        return rows
