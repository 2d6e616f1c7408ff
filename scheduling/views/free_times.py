"""Free times for those at work: the week at a glance, and why a day has none."""

from collections import Counter
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import Any

from django.db.models import Q, QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.functional import cached_property
from django.views.generic.base import View

from accounts.models import Department, Doctor
from accounts.roles import Reach, reach
from accounts.views.pages import PageMixin
from scheduling import slots
from scheduling.forms.free_times import FreeTimesForm, KindAndDayForm
from scheduling.models import (
    AppointmentType,
    AvailabilityOverride,
    AvailabilityRule,
    ClinicClosure,
    TimeOff,
)
from scheduling.services.availability import Opening, first_free, free_slots, may_see
from scheduling.services.explaining import DayExplained, explain_day
from scheduling.services.hours import may_edit, midnight
from scheduling.views.days import FIRST_DAY, LAST_DAY, WEEK_DAYS, FreeDay, clocks, days_from, local_day
from scheduling.views.doctors import PagedListView
from scheduling.views.owners import OwnedPage, doctors_within, schedule_url, zone_of

VIEW = "scheduling.view_free_times"
ONE_DAY = timedelta(days=1)


def kinds_for(user: Any) -> list[AppointmentType]:
    return [kind for kind in AppointmentType.objects.current() if may_see(kind, user)]


@dataclass(frozen=True)
class Row:
    """A doctor's week."""

    doctor: Doctor
    days: list[FreeDay]


class FreeTimes(PageMixin, PagedListView):
    """Twenty doctors a page; one search for all of them, however many there are."""

    permission = VIEW
    template_name = "scheduling/free_times.html"
    context_object_name = "doctors"

    def get_queryset(self) -> QuerySet:
        rows = doctors_within(self.request.user, VIEW).listed()
        department = self.asked.get("department")
        if department is None:
            return rows
        return rows.filter(department__in=Department.objects.below(department.pk))

    @property
    def is_own(self) -> bool:
        return reach(self.request.user, VIEW) is not Reach.ALL

    @cached_property
    def kinds(self) -> list[AppointmentType]:
        return kinds_for(self.request.user)

    @cached_property
    def form(self) -> FreeTimesForm:
        """Nothing asked means the first kind of visit, and the week from today on."""
        given = self.request.GET.copy()
        given.setdefault("day", timezone.localdate().isoformat())
        if self.kinds:
            given.setdefault("type", str(self.kinds[0].public_id))
        return FreeTimesForm(given, types=self.kinds, is_own=self.is_own)

    @cached_property
    def asked(self) -> dict[str, Any]:
        return self.form.cleaned_data if self.form.is_valid() else {}

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        context = super().get_context_data(form=self.form, kinds=self.kinds, is_own=self.is_own, **kwargs)
        if not self.asked:
            return context
        day, kind = self.asked["day"], self.asked["type"]
        days = days_from(day, WEEK_DAYS)
        return context | {
            "kind": kind,
            "days": days,
            "rows": self.rows(list(context["doctors"]), kind, days),
            "earlier": max(day - WEEK_DAYS * ONE_DAY, FIRST_DAY),
            "later": min(day + WEEK_DAYS * ONE_DAY, LAST_DAY),
        }

    def rows(self, doctors: list[Doctor], kind: AppointmentType, days: list[date]) -> list[Row]:
        """Each doctor's days by the clock of the doctor's place, so a day more on either side is read."""
        first, last = days[0] - ONE_DAY, days[-1] + 2 * ONE_DAY
        found = free_slots(
            doctors=doctors,
            type=kind,
            start=datetime.combine(first, time.min, tzinfo=UTC),
            end=datetime.combine(last, time.min, tzinfo=UTC),
            viewer=self.request.user,
            now=timezone.now(),
        )
        zones = {doctor.pk: zone_of(doctor) for doctor in doctors}
        starts = Counter((slot.doctor_id, local_day(slot, zones[slot.doctor_id])) for slot in found)
        return [
            Row(doctor, [FreeDay(day, starts[doctor.pk, day], clocks(zones[doctor.pk], day)) for day in days])
            for doctor in doctors
        ]

    def render_to_response(self, context: dict[str, Any], **options: Any) -> HttpResponse:
        """Without any kind of visit nothing was asked wrongly: the page says what is missing."""
        is_well = self.asked or not self.kinds
        return super().render_to_response(context, status=200 if is_well else 422, **options)


class TimesExplained(OwnedPage, View):
    """Every reason that bars starts of the day, what the day looks like, and when the next time is free."""

    permission = VIEW

    def get(self, request: HttpRequest, public_id: Any) -> HttpResponse:
        kinds, given = kinds_for(request.user), request.GET.copy()
        given.setdefault("day", self.today.isoformat())
        if kinds:
            given.setdefault("type", str(kinds[0].public_id))
        form = KindAndDayForm(given, types=kinds)
        context = {"doctor": self.doctor, "form": form, "kinds": kinds}
        if form.is_valid():
            context |= self.told(form.cleaned_data["day"], form.cleaned_data["type"])
        status = 200 if form.is_valid() or not kinds else 422
        return render(request, "scheduling/times_explained.html", context, status=status)

    def told(self, day: date, kind: AppointmentType) -> dict[str, Any]:
        start, end = midnight(self.doctor, day), midnight(self.doctor, day + ONE_DAY)
        rules, overrides = self.rules(day), list(self.overrides(day))
        places = {self.doctor.location_id, *(entry.location_id for entry in [*rules, *overrides])}
        closures = ClinicClosure.objects.overlapping(start, end).select_related("location")
        leaves = TimeOff.objects.visible_to(self.request.user).current().filter(doctor=self.doctor)
        return {
            "day": day,
            "kind": kind,
            "zone": self.zone.key,
            "explained": self.explained(day, kind),
            "clocks": clocks(self.zone, day),
            "rules": rules,
            "overrides": overrides,
            "leaves": leaves.overlapping(start, end).with_doctor(),
            "closures": closures.filter(Q(location=None) | Q(location__in=places)),
            "next": self.next_opening(kind, max(end, self.now)),
            "may_edit": may_edit(self.request.user, self.doctor),
            "schedule_url": schedule_url(self.request.user, self.doctor),
        }

    def explained(self, day: date, kind: AppointmentType) -> DayExplained:
        return explain_day(
            doctor=self.doctor,
            type=kind,
            day=day,
            zone=self.zone,
            viewer=self.request.user,
            now=self.now,
        )

    def rules(self, day: date) -> list[AvailabilityRule]:
        """The weekly rules whose hours begin on this day."""
        visible = AvailabilityRule.objects.visible_to(self.request.user)
        rows = visible.on_days([self.doctor.pk], day, day).with_places()
        return [rule for rule in rows if slots.windows([rule.as_slot_rule(frozenset())], day, day)]

    def overrides(self, day: date) -> QuerySet:
        rows = AvailabilityOverride.objects.visible_to(self.request.user)
        return rows.filter(doctor=self.doctor, date=day).with_places()

    def next_opening(self, kind: AppointmentType, start: datetime) -> Opening | None:
        found = first_free(
            doctors=[self.doctor], types=[kind], viewer=self.request.user, now=self.now, start=start
        )
        return next(iter(found.get(self.doctor.pk, [])), None)
