"""Visits: reception books here; what the calendar decides is not to be typed over."""

from collections.abc import Callable
from datetime import date, timedelta
from typing import Any

from django.contrib import admin, messages
from django.contrib.admin import helpers
from django.db.models import Q, QuerySet
from django.http import HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.utils import timezone
from django.utils.dateparse import parse_date
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from accounts.backoffice import BackOfficeAdmin, VersionedForm
from accounts.errors import DomainError
from accounts.models import Doctor, Patient
from scheduling.admin.events import HistoryInline
from scheduling.admin.forms import BookForm
from scheduling.forms import StaffCancelForm
from scheduling.models import Appointment
from scheduling.services import booking, visits
from scheduling.templatetags.visits import moment_at

WORKFLOW = [
    "status",
    "when",
    "doctor",
    "patient",
    "type",
    "department",
    "location",
    "patient_reason",
    "source",
    "booked_by",
    "arrived_at",
    "started_at",
    "finished_at",
    "cancelled_by",
    "cancel_reason",
]


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


@admin.register(Appointment)
class AppointmentAdmin(BackOfficeAdmin):
    form = VersionedForm
    list_display = ["when", "patient", "doctor", "type", "status", "source"]
    list_display_links = ["when", "patient"]
    list_filter = [DayFilter, "status", DoctorStateFilter, "department", "source"]
    list_select_related = ["patient", "doctor", "type", "location"]
    ordering = ["-start_at", "-pk"]
    search_fields = ["patient__search_name", "patient__mrn", "doctor__search_name"]
    search_help_text = gettext_lazy("Name or MRN of the patient, name of the doctor")
    autocomplete_fields = ["doctor", "patient"]
    fieldsets = [(None, {"fields": [*WORKFLOW, "staff_note"]})]
    actions = ["mark_arrived", "mark_noshow", "cancel_visits"]

    @admin.display(description=gettext_lazy("when"), ordering="start_at")
    def when(self, visit: Appointment) -> str:
        return moment_at(visit.start_at, visit.location.time_zone)

    def get_search_results(self, request: HttpRequest, rows: QuerySet, words: str) -> tuple[QuerySet, bool]:
        """Names without regard to accents and case; record numbers however they are grouped."""
        if not words.strip():
            return rows, False
        patients = Patient.objects.matching(words).values("pk")
        doctors = Doctor.objects.matching(words).values("pk")
        return rows.filter(Q(patient__in=patients) | Q(doctor__in=doctors)), False

    # Booking

    def get_fieldsets(self, request: HttpRequest, obj: Any = None) -> Any:
        if obj is None:
            return [(None, {"fields": ["doctor", "patient", "type", "start", "patient_reason", "key"]})]
        return super().get_fieldsets(request, obj)

    def get_form(self, request: HttpRequest, obj: Any = None, change: bool = False, **kwargs: Any) -> Any:
        if obj is not None:
            return super().get_form(request, obj, change, **kwargs)
        form = super().get_form(request, obj, change, form=BookForm, **kwargs)
        return type(form.__name__, (form,), {"actor": request.user})

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> list[str]:
        return [] if obj is None else WORKFLOW

    def get_inlines(self, request: HttpRequest, obj: Any) -> list[Any]:
        return [] if obj is None else [HistoryInline]

    def save_model(self, request: HttpRequest, obj: Any, form: Any, change: bool) -> None:
        """A new visit is in the calendar already: its form booked it."""
        if change:
            super().save_model(request, obj, form, change)

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """A visit is cancelled, never deleted."""
        return False

    # Actions

    def has_arrive_permission(self, request: HttpRequest) -> bool:
        return request.user.has_perm(visits.ARRIVE)

    def has_noshow_permission(self, request: HttpRequest) -> bool:
        return request.user.has_perm(visits.NOSHOW)

    def has_cancel_permission(self, request: HttpRequest) -> bool:
        return request.user.has_perm(booking.CANCEL)

    @admin.action(description=gettext_lazy("Arrived"), permissions=["arrive"])
    def mark_arrived(self, request: HttpRequest, chosen: QuerySet) -> None:
        self.each(request, chosen, visits.arrive)

    @admin.action(description=gettext_lazy("Did not attend"), permissions=["noshow"])
    def mark_noshow(self, request: HttpRequest, chosen: QuerySet) -> None:
        self.each(request, chosen, visits.no_show)

    @admin.action(description=gettext_lazy("Cancel…"), permissions=["cancel"])
    def cancel_visits(self, request: HttpRequest, chosen: QuerySet) -> HttpResponse | None:
        """Asks for the reason first; the second POST of the same action cancels."""
        form = StaffCancelForm(request.POST if "apply" in request.POST else None)
        if form.is_valid():
            self.each(request, chosen, booking.cancel, reason=form.cleaned_data["reason"])
            return None
        context = self.admin_site.each_context(request) | {
            "title": _("Cancel visits"),
            "opts": self.model._meta,
            "form": form,
            "visits": chosen,
            "checkbox": helpers.ACTION_CHECKBOX_NAME,
        }
        return TemplateResponse(request, "admin/scheduling/appointment/cancel.html", context)

    def each(self, request: HttpRequest, chosen: QuerySet, act: Callable[..., Any], **extra: Any) -> None:
        """Row by row, each in a transaction of its own: what fails is named and stops no other."""
        done = 0
        for visit in chosen.with_people():
            try:
                act(appointment=visit, actor=request.user, now=timezone.now(), **extra)
                done += 1
            except DomainError as error:
                words = f"{self.when(visit)}, {visit.patient.full_name}: {error}"
                self.message_user(request, words, messages.ERROR)
        if done:
            words = ngettext("%(done)s visit changed.", "%(done)s visits changed.", done) % {"done": done}
            self.message_user(request, words, messages.SUCCESS)
