"""Appointments: a patient's own, or the list of the day for those who work with them; one visit with its history."""

from datetime import datetime
from typing import Any

from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.models import Patient
from accounts.roles import Reach, reach
from accounts.views.pages import Page, PageMixin
from scheduling.models import Appointment, Status
from scheduling.rules import MOVE, cancel_until, cannot_move, move_until, too_late_to_cancel
from scheduling.services.booking import acts_as_patient
from scheduling.states import may_become
from scheduling.views.actions import actions, can_start
from scheduling.views.answers import awaited
from scheduling.views.day import CHART, VIEW, DayList
from scheduling.views.doctors import PagedListView

TABS = {"upcoming": _("Upcoming"), "past": _("Past"), "cancelled": _("Cancelled")}


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
        rows, now = Appointment.objects.visible_to(self.request.user).with_people(), timezone.now()
        if self.tab == "cancelled":
            return rows.cancelled()
        if self.tab == "upcoming":
            return rows.upcoming(now)
        past = rows.past(now)
        self.years = [day.year for day in past.datetimes("start_at", "year", order="DESC")]
        return past.filter(start_at__year=self.year) if self.year else past

    @property
    def year(self) -> int:
        """One of the years in which there were visits; anything else means all of them."""
        asked = self.request.GET.get("year", "")
        return next((year for year in getattr(self, "years", []) if str(year) == asked), 0)

    @property
    def tab(self) -> str:
        asked = self.request.GET.get("show", "")
        return asked if asked in TABS else "upcoming"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        return super().get_context_data(
            tab=self.tab,
            tabs=TABS,
            title=TABS[self.tab],
            years=getattr(self, "years", []),
            year=self.year,
            **kwargs,
        )


class AppointmentDetail(Page):
    permission = VIEW

    def get(self, request: HttpRequest, public_id: Any) -> HttpResponse:
        visit = self.visible(
            Appointment.objects.with_people().select_related("encounter"), public_id=public_id
        )
        now = timezone.now()
        may = actions(request.user, visit, now)
        movable = any(action.name == "reschedule" for action in may)
        context = {
            "visit": visit,
            "actions": may,
            "can_start": can_start(request.user, visit),
            "opens_chart": opens_chart(request.user, visit),
            "can_move": movable,
            "is_patient": acts_as_patient(request.user),
            "events": visit.events.select_related("actor", "old_doctor", "new_doctor"),
            "awaits_answer": reach(request.user, MOVE) is not None and awaited(visit, now),
            "notice": too_late_to_cancel(request.user, visit, now) if is_open(visit) else "",
            "move_notice": "" if movable else why_not_moved(request.user, visit, now),
            "cancel_until": cancel_until(visit),
            "move_until": move_until(visit),
        }
        return render(request, "scheduling/appointment_detail.html", context)


def opens_chart(user: Any, visit: Appointment) -> bool:
    """By the question that the chart itself asks; a patient has no chart page."""
    return Patient.objects.visible_to(user, CHART).filter(pk=visit.patient_id).exists()


def is_open(visit: Appointment) -> bool:
    return may_become(visit.status, Status.CANCELLED)


def why_not_moved(user: Any, visit: Appointment, now: datetime) -> str:
    """Words when a patient has moved a booked visit too often, or is too late to."""
    return cannot_move(user, visit, now) if visit.status == Status.BOOKED else ""
