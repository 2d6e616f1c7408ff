"""Appointments: a patient's own, or the list of the day for those who work with them; one visit with its history."""

from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.dateparse import parse_date
from django.utils.translation import gettext_lazy as _
from django.views.generic import ListView

from accounts.models import Patient
from accounts.roles import Reach, reach
from accounts.views.pages import Page, PageMixin
from scheduling.models import Appointment, Status
from scheduling.rules import cancel_until, too_late_to_cancel
from scheduling.services.booking import acts_as_patient
from scheduling.states import may_become
from scheduling.views.actions import Action, actions, can_start
from scheduling.views.doctors import PagedListView

VIEW = "scheduling.view_appointment"
CHART = "clinical.view_chart"
TABS = {"upcoming": _("Upcoming"), "past": _("Past"), "cancelled": _("Cancelled")}
FIRST_DAY, LAST_DAY = date(1900, 1, 1), date(2200, 1, 1)


class AppointmentList(Page):
    """One address: patients find their own visits, those at work the day."""

    permission = VIEW

    def get(self, request: HttpRequest) -> HttpResponse:
        page = OwnAppointments if reach(request.user, VIEW) is Reach.OWN else DayList
        return page.as_view()(request)


class OwnAppointments(PageMixin, PagedListView):
    permission = VIEW
    template_name = "scheduling/appointment_list.html"
    context_object_name = "visits"

    def get_queryset(self) -> QuerySet:
        rows = Appointment.objects.visible_to(self.request.user).with_people()
        if self.tab == "cancelled":
            return rows.cancelled()
        now = timezone.now()
        return rows.past(now) if self.tab == "past" else rows.upcoming(now)

    @property
    def tab(self) -> str:
        asked = self.request.GET.get("show", "")
        return asked if asked in TABS else "upcoming"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        return super().get_context_data(tab=self.tab, tabs=TABS, title=TABS[self.tab], **kwargs)


@dataclass(frozen=True)
class Row:
    """A visit on the day list with what may be done about it."""

    visit: Appointment
    actions: list[Action]
    can_start: bool
    overlaps: bool
    opens_chart: bool


class DayList(PageMixin, ListView):
    """Everyone of the day in the order of time; six queries, however many visits."""

    permission = VIEW
    template_name = "scheduling/day_list.html"
    context_object_name = "rows"

    def get_queryset(self) -> list[Row]:
        self.now = timezone.now()
        visits = Appointment.objects.visible_to(self.request.user).on_day(self.day).with_people()
        # Django resolves the name of the record's side: this app does not import it.
        return self.rows(list(visits.select_related("encounter")))

    def rows(self, visits: list[Appointment]) -> list[Row]:
        user, ends, rows = self.request.user, {}, []
        charts = self.charts(visits)
        for visit in visits:
            occupies = visit.status in (Status.BOOKED, Status.ARRIVED, Status.CHECKED_IN)
            overlaps = occupies and ends.get(visit.doctor_id, visit.start_at) > visit.start_at
            if occupies:
                ends[visit.doctor_id] = max(ends.get(visit.doctor_id, visit.end_at), visit.end_at)
            may = actions(user, visit, self.now)
            opens = visit.patient_id in charts
            rows.append(Row(visit, may, can_start(user, visit), overlaps, opens))
        return rows

    def charts(self, visits: list[Appointment]) -> set[int]:
        """The patients whose chart opens to this person, by the question that the chart itself asks."""
        patients = Patient.objects.visible_to(self.request.user, CHART)
        wanted = patients.filter(pk__in={visit.patient_id for visit in visits})
        return set(wanted.values_list("pk", flat=True))

    @property
    def day(self) -> date:
        """Today unless a day is asked for; what is not a day is today too."""
        try:
            asked = parse_date(self.request.GET.get("day", ""))
        except ValueError:
            asked = None
        return asked if asked and FIRST_DAY <= asked <= LAST_DAY else timezone.localdate()

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        one = timedelta(days=1)
        return super().get_context_data(
            day=self.day,
            today=timezone.localdate(),
            previous_day=self.day - one,
            next_day=self.day + one,
            now=self.now,
            shows_doctor=reach(self.request.user, VIEW) is not Reach.MINE,
            **kwargs,
        )


class AppointmentDetail(Page):
    permission = VIEW

    def get(self, request: HttpRequest, public_id: Any) -> HttpResponse:
        visit = self.visible(
            Appointment.objects.with_people().select_related("encounter"), public_id=public_id
        )
        now = timezone.now()
        context = {
            "visit": visit,
            "actions": actions(request.user, visit, now),
            "can_start": can_start(request.user, visit),
            "is_patient": acts_as_patient(request.user),
            "events": visit.events.select_related("actor"),
            "notice": too_late_to_cancel(request.user, visit, now) if is_open(visit) else "",
            "cancel_until": cancel_until(visit),
        }
        return render(request, "scheduling/appointment_detail.html", context)


def is_open(visit: Appointment) -> bool:
    return may_become(visit.status, Status.CANCELLED)
