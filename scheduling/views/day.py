"""The list of the day, for those who work with patients."""

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from functools import cached_property
from hashlib import sha256
from typing import Any

from django.db.models import Exists, OuterRef
from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.utils.dateparse import parse_date
from django.views.generic import TemplateView

from accounts.models import Department, Doctor, Patient
from accounts.roles import Reach, reach
from accounts.views.pages import Page, PageMixin
from scheduling.models import Appointment
from scheduling.services.day import Gap, average_wait, free_time, overlapping, wait
from scheduling.slots import MINUTE
from scheduling.views.actions import Action, actions, can_end, can_start, can_take_back

VIEW = "scheduling.view_appointment"
CHART = "clinical.view_chart"
FIRST_DAY, LAST_DAY = date(1900, 1, 1), date(2200, 1, 1)
INITIALS = "initials"


@dataclass(frozen=True)
class Row:
    """A visit on the day list with what may be done about it; `who` is the name, or what privacy leaves of it."""

    visit: Appointment
    who: str
    minutes: int | None
    overlaps: bool
    opens_chart: bool
    actions: list[Action]
    can_start: bool
    can_end: bool
    can_take_back: bool

    @property
    def start(self) -> datetime:
        return self.visit.start_at

    @property
    def anchor(self) -> str:
        """Where a button leads back to: the row that it stood in."""
        return f"#visit-{self.visit.public_id}"


class Day(PageMixin):
    """The visits of one day, of all doctors in reach or of one; what is no day is today."""

    permission = VIEW

    @cached_property
    def day(self) -> date:
        try:
            asked = parse_date(self.request.GET.get("day", ""))
        except ValueError:
            asked = None
        return asked if asked and FIRST_DAY <= asked <= LAST_DAY else timezone.localdate()

    @cached_property
    def doctors(self) -> list[Doctor]:
        """Those whose day may be asked for alone."""
        how_far = reach(self.request.user, VIEW)
        if how_far is Reach.MINE:
            return list(Doctor.objects.filter(user=self.request.user))
        rows = Doctor.objects.current()
        if how_far is Reach.DEPARTMENT:
            rows = rows.filter(department__in=Department.objects.below(self.request.user.department_id))
        return list(rows)

    @cached_property
    def doctor(self) -> Doctor | None:
        """The one whose day it is: doctors see their own, the others choose."""
        if self.is_own:
            return self.doctors[0] if self.doctors else None
        if not (asked := self.request.GET.get("doctor")):
            return None
        return next((doctor for doctor in self.doctors if str(doctor.public_id) == asked), None)

    @property
    def is_own(self) -> bool:
        return reach(self.request.user, VIEW) is Reach.MINE

    def visits(self) -> Any:
        rows = Appointment.objects.visible_to(self.request.user).on_day(self.day).shown_on_the_day()
        return rows.filter(doctor=self.doctor) if self.doctor else rows


def stamp(visits: list[tuple[int, int]]) -> str:
    """Another one after every change of a visit, and when one comes or goes."""
    return sha256(repr(visits).encode()).hexdigest()[:16]


class DayList(Day, TemplateView):
    """Everyone of the day in the order of time; eight queries at most, however many visits."""

    template_name = "scheduling/day_list.html"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        now = timezone.now()
        visits = list(
            self.visits().with_people().annotate(has_notes=self.notes()).select_related("encounter")
        )
        return super().get_context_data(
            rows=self.with_gaps(self.rows(visits, now), now),
            number=len(visits),
            average=average_wait(visits),
            stamp=stamp([(visit.pk, visit.version) for visit in visits]),
            day=self.day,
            today=timezone.localdate(),
            previous_day=self.day - timedelta(days=1),
            next_day=self.day + timedelta(days=1),
            now=now,
            doctor=self.doctor,
            doctors=[] if self.is_own else self.doctors,
            shows_doctor=self.doctor is None,
            is_private=self.is_private,
            is_print="print" in self.request.GET,
            **kwargs,
        )

    def notes(self) -> Exists:
        """Whether the record of the visit has been begun. Django resolves the names: this app imports no record."""
        return Exists(Appointment.objects.filter(pk=OuterRef("pk"), encounter__records__isnull=False))

    @property
    def is_private(self) -> bool:
        return self.request.GET.get("names") == INITIALS

    def rows(self, visits: list[Appointment], now: datetime) -> list[Row]:
        meeting, charts = overlapping(visits), self.charts(visits)
        return [self.row(visit, now, visit.pk in meeting, visit.patient_id in charts) for visit in visits]

    def row(self, visit: Appointment, now: datetime, overlaps: bool, opens_chart: bool) -> Row:
        user, waited = self.request.user, wait(visit, now)
        return Row(
            visit=visit,
            who=initials(visit.patient) if self.is_private else visit.patient.full_name,
            minutes=None if waited is None else waited // MINUTE,
            overlaps=overlaps,
            opens_chart=opens_chart,
            actions=actions(user, visit, now),
            can_start=can_start(user, visit),
            can_end=can_end(user, visit),
            can_take_back=can_take_back(user, visit),
        )

    def charts(self, visits: list[Appointment]) -> set[int]:
        """The patients whose chart opens to this person, by the question that the chart itself asks."""
        patients = Patient.objects.visible_to(self.request.user, CHART)
        wanted = patients.filter(pk__in={visit.patient_id for visit in visits})
        return set(wanted.values_list("pk", flat=True))

    def with_gaps(self, rows: list[Row], now: datetime) -> list[Row | Gap]:
        """Free time stands among the visits when the list is one doctor's."""
        if self.doctor is None:
            return list(rows)
        midnight = [
            timezone.make_aware(datetime.combine(self.day + timedelta(days=n), time.min)) for n in (0, 1)
        ]
        gaps = free_time(doctor=self.doctor, start=midnight[0], end=midnight[1], now=now)
        return sorted([*rows, *gaps], key=lambda entry: entry.start)


class DayChanges(Day, Page):
    """Whether the list has changed: its stamp, for the page's script to compare; the page itself stays."""

    def get(self, request: HttpRequest) -> HttpResponse:
        found = self.visits().values_list("pk", "version")
        return HttpResponse(stamp(list(found)), content_type="text/plain")


def initials(patient: Patient) -> str:
    return " ".join(f"{word[0]}." for word in patient.full_name.split())
