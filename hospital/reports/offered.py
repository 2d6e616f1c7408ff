"""How much of the time that doctors offered was booked."""

from collections import defaultdict
from collections.abc import Iterable
from typing import Any

from django.db.models import F
from django.utils.translation import gettext_lazy as _

from accounts.models import Doctor
from hospital.reports.asking import DAY, Question
from hospital.reports.ranges import common, length, union, without
from hospital.reports.reckoning import share
from hospital.reports.tables import Column, Table
from hospital.reports.visits import LEFT_OUT, Key, added_up, with_names
from scheduling import slots
from scheduling.constraints import LONGEST_BLOCK
from scheduling.models import Appointment, AvailabilityOverride, AvailabilityRule, Status
from scheduling.services.occupancy import Minute, MinuteAfter, as_rules, away
from scheduling.slots import Closed, Range, Rule

# A no-show has used the time up, for nobody else could have it.
USING = [
    Status.PENDING,
    Status.BOOKED,
    Status.ARRIVED,
    Status.CHECKED_IN,
    Status.FULFILLED,
    Status.NOSHOW,
]
Times = dict[Key, list[Range]]
DEFINITIONS = [
    _(
        "Offered: the weekly hours and the days also open, less leave, closures of the place or of the house, and what "
        "was taken away from a day, in minutes. Hours count as they stand now, also for days that are past."
    ),
    _("A doctor who has left offers nothing from that moment on; the time before still counts."),
    _(
        "Booked: minutes of the offered time that lie within a visit, from its start to its end, without the buffers. "
        "Visits at the same time count once. No-shows count: their time was gone. Cancelled visits do not."
    ),
    _("Used is booked ÷ offered, in percent with one decimal place."),
    _("Booked outside the hours: minutes of visits when the doctor offered none. They are not in “Booked”."),
    _("Visits and hours that reach over midnight count with the part that lies in the days asked about."),
    LEFT_OUT,
]


def build(question: Question) -> Table:
    """Seven queries."""
    offered, visited = offered_time(question), visited_time(question)
    rows = [
        [*names, *measured(offered.get(key, []), visited.get(key, []))]
        for key, names in with_names(offered.keys() | visited.keys())
    ]
    columns = [
        Column(_("Department"), is_number=False),
        Column(_("Doctor"), is_number=False),
        Column(_("Offered, minutes")),
        Column(_("Booked, minutes")),
        Column(_("Used, %")),
        Column(_("Booked outside the hours, minutes")),
    ]
    return Table(columns, rows, totals(rows) if rows else [])


def measured(offered: list[Range], visited: list[Range]) -> list[Any]:
    booked = length(common(offered, visited))
    return [length(offered), booked, share(booked, length(offered)), length(visited) - booked]


def totals(rows: list[list[Any]]) -> list[Any]:
    offered, booked, outside = added_up([[row[2], row[3], row[5]] for row in rows], 0)
    return [_("All"), "", offered, booked, share(booked, offered), outside]


def period(question: Question) -> Range:
    return slots.to_minutes(question.start), slots.to_minutes(question.end)


# What was offered


def offered_time(question: Question) -> Times:
    """By department and doctor; four queries."""
    doctors = Doctor.objects.visible_to(question.user)
    if question.doctor:
        doctors = doctors.filter(pk=question.doctor.pk)
    left = dict(doctors.order_by().values_list("pk", "archived_at"))
    rules, closed = hours_of(left, question)
    found: Times = defaultdict(list)
    for (doctor, location, department), ranges in opened(rules, question).items():
        if question.department and department not in question.departments:
            continue
        shut = union((one.start, one.end) for one in closed_to(closed, doctor, location))
        found[department, doctor] += without(union(ranges), shut)
    clipped = {key: common(union(ranges), [period(question)]) for key, ranges in found.items()}
    return {key: ranges for key, ranges in clipped.items() if ranges}


def hours_of(left: dict[int, Any], question: Question) -> tuple[list[Rule], dict[int | None, list[Closed]]]:
    """Weekly hours and extra days; by doctor, what takes them away: also that the doctor has left."""
    ids = list(left)
    rules = as_rules(AvailabilityRule.objects.filter(doctor__in=ids))
    closed = away(ids, question.start, question.end)
    days = AvailabilityOverride.objects.between(question.first - 2 * DAY, question.last + DAY)
    for override in days.filter(doctor__in=ids).select_related("location"):
        if override.kind == AvailabilityOverride.Kind.OPEN:
            rules.append(override.as_rule())
        else:
            closed.append(override.as_closed())
    end = slots.to_minutes(question.end + LONGEST_BLOCK)
    closed += [Closed(slots.to_minutes(at), end, doctor) for doctor, at in left.items() if at]
    by_doctor: dict[int | None, list[Closed]] = defaultdict(list)
    for one in closed:
        by_doctor[one.doctor_id].append(one)
    return rules, by_doctor


def opened(rules: Iterable[Rule], question: Question) -> dict[tuple[int, int, int], list[Range]]:
    """Open hours by doctor, place and department; a day more at both ends, for nights and far places."""
    found: dict[tuple[int, int, int], list[Range]] = defaultdict(list)
    first, last = question.first - 2 * DAY, question.last + DAY
    for doctor, start, end, location, department in slots.windows(rules, first, last):
        found[doctor, location, department].append((start, end))
    return found


def closed_to(closed: dict[int | None, list[Closed]], doctor: int, location: int) -> list[Closed]:
    both = [*closed.get(None, ()), *closed.get(doctor, ())]
    return [one for one in both if one.location_id in (None, location)]


# What was booked


def visited_time(question: Question) -> Times:
    """By department and doctor, visits at the same time once; one query."""
    low, high = question.start, question.end
    visits = Appointment.objects.visible_to(question.user).filter(status__in=USING)
    # No visit is longer than a day: the index need not be read from the beginning of time.
    visits = visits.between(low - LONGEST_BLOCK, high).filter(end_at__gt=low)
    found: Times = defaultdict(list)
    columns = ("department_id", "doctor_id", Minute(F("start_at")), MinuteAfter(F("end_at")))
    for department, doctor, start, end in question.narrowed(visits).order_by().values_list(*columns):
        found[department, doctor].append((start, end))
    return {key: common(union(ranges), [period(question)]) for key, ranges in found.items()}
