"""When a doctor sees patients: weekly hours, exceptions, leave, and what does not fit them."""

from dataclasses import dataclass
from typing import Any

from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext_lazy as _
from django.views.generic.base import View

from accounts.roles import Reach, reach
from accounts.views.pages import PageMixin
from scheduling.models import (
    Appointment,
    AppointmentType,
    AvailabilityOverride,
    AvailabilityRule,
    TimeOff,
    TimeOffDecision,
)
from scheduling.models.availability import DAYS
from scheduling.services.hours import PREVIEW_DAYS, Preview, may_edit, overview
from scheduling.services.leave import may_enter
from scheduling.views.days import FreeDay, counted, days_from, in_weeks
from scheduling.views.doctors import PagedListView
from scheduling.views.owners import OwnedPage, doctors_within, own_doctor

VIEW = "scheduling.view_schedule"


class Schedule(OwnedPage, View):
    """Doctors find their own page here; those who see everybody's find the list of doctors."""

    permission = VIEW

    def get(self, request: HttpRequest) -> HttpResponse:
        own = own_doctor(request.user, VIEW)
        if own is not None:
            return ScheduleOf.as_view()(request, public_id=own.public_id)
        if reach(request.user, VIEW) is not Reach.ALL:
            raise Http404
        return DoctorCalendars.as_view()(request)


class DoctorCalendars(PageMixin, PagedListView):
    """Every doctor who sees patients, with the way to hours and leave."""

    permission = VIEW
    template_name = "scheduling/schedule_list.html"
    context_object_name = "doctors"

    def get_queryset(self) -> QuerySet:
        return doctors_within(self.request.user, VIEW).listed().matching(self.words)

    @property
    def words(self) -> str:
        return self.request.GET.get("name", "").replace("\0", "")[:100]

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        return super().get_context_data(words=self.words, **kwargs)


class ScheduleOf(OwnedPage, View):
    """Fourteen queries, however many rules, exceptions, leave and visits there are."""

    permission = VIEW

    def get(self, request: HttpRequest, public_id: Any) -> HttpResponse:
        rules = self.rules()
        kinds = list(AppointmentType.objects.current())
        kind = self.kind(kinds, rules)
        seen = overview(doctor=self.doctor, type=kind, now=self.now) if kind else Preview([], [])
        undecided = Appointment.objects.in_leave(self.now).filter(doctor=self.doctor)
        context = {
            "doctor": self.doctor,
            "is_own": self.doctor.user_id == request.user.pk,
            "may_edit": may_edit(request.user, self.doctor) and not self.doctor.is_archived,
            "may_enter": may_enter(request.user, self.doctor) and not self.doctor.is_archived,
            "week": by_weekday(rules),
            "overrides": self.overrides(),
            "leaves": in_the_way(self.leaves(), list(undecided)),
            "outside": explained(seen.outside, {visit.pk for visit in undecided}),
            "kinds": kinds,
            "kind": kind,
            "weeks": self.weeks(seen),
        }
        return render(request, "scheduling/schedule.html", context)

    def rules(self) -> list[AvailabilityRule]:
        rows = AvailabilityRule.objects.visible_to(self.request.user).filter(doctor=self.doctor)
        return list(rows.current(self.today).with_places())

    def overrides(self) -> QuerySet:
        rows = AvailabilityOverride.objects.visible_to(self.request.user)
        return rows.filter(doctor=self.doctor, date__gte=self.today).with_places()

    def leaves(self) -> list[TimeOff]:
        """Leave under way and to come, the next first."""
        rows = TimeOff.objects.visible_to(self.request.user).current().filter(doctor=self.doctor)
        return list(rows.filter(end_at__gt=self.now).with_doctor().order_by("start_at", "pk"))

    def kind(self, kinds: list[AppointmentType], rules: list[AvailabilityRule]) -> AppointmentType | None:
        """The one asked for, else the first that the hours are for."""
        asked = self.request.GET.get("type", "")
        named = {kind.pk for rule in rules for kind in rule.types.all()}
        fitting = [kind for kind in kinds if kind.pk in named] or kinds
        chosen = [kind for kind in kinds if str(kind.public_id) == asked]
        return next(iter([*chosen, *fitting]), None)

    def weeks(self, seen: Preview) -> list[list[FreeDay]]:
        return in_weeks(counted(seen.slots, days_from(self.today, PREVIEW_DAYS), self.zone))


def by_weekday(rules: list[AvailabilityRule]) -> list[tuple[Any, list[AvailabilityRule]]]:
    """Every day of the week, also those without hours."""
    return [(name, [rule for rule in rules if rule.weekday == day]) for day, name in DAYS]


@dataclass(frozen=True)
class LeaveRow:
    """Leave, and how many visits still stand in its way that nobody has decided about."""

    leave: TimeOff
    in_the_way: int


def in_the_way(leaves: list[TimeOff], undecided: list[Appointment]) -> list[LeaveRow]:
    return [LeaveRow(leave, sum(meets(visit, leave) for visit in undecided)) for leave in leaves]


def meets(visit: Appointment, leave: TimeOff) -> bool:
    same = visit.doctor_id == leave.doctor_id
    return same and visit.start_at < leave.end_at and visit.end_at > leave.start_at


@dataclass(frozen=True)
class Stray:
    """A visit outside the hours, and in which way."""

    visit: Appointment
    why: Any


def explained(visits: list[Appointment], undecided: set[int]) -> list[Stray]:
    """One query more: which of these were kept on purpose."""
    if not visits:
        return []
    rows = TimeOffDecision.objects.filter(choice=TimeOffDecision.Choice.KEEP, time_off__archived_at=None)
    kept = set(rows.filter(appointment__in=visits).values_list("appointment", flat=True))
    return [Stray(visit, why(visit, undecided, kept)) for visit in visits]


def why(visit: Appointment, undecided: set[int], kept: set[int]) -> Any:
    if visit.pk in undecided:
        return _("The doctor is away, and nobody has decided about this visit")
    return _("Kept although the doctor is away") if visit.pk in kept else _("Outside the hours")
