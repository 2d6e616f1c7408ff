"""The charts of the desk: visits a day, no-shows and waiting times a week, by the definitions of the reports."""

from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from django.db.models import Count, DateField
from django.db.models.functions import TruncDate, TruncWeek
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from hospital.desk.drawings import Plot, columns, curves
from hospital.reports.asking import DAY, midnight
from hospital.reports.groups import gathered
from hospital.reports.noshows import Outcome, outcomes
from hospital.reports.reckoning import middle_minutes, percentile
from hospital.reports.registry import PERMISSION
from hospital.reports.tables import Sheet, as_text
from hospital.reports.visits import STATES
from hospital.reports.waiting_times import waiting_times
from scheduling.models import Appointment, Status

DAYS, WEEKS = 30, 12
WEEK = timedelta(days=7)
EXPECTED = [status for status in STATES if status not in (Status.PENDING, Status.CANCELLED)]


@dataclass(frozen=True)
class Chart:
    """`name` is different for each on the page; the sheet holds the numbers that are drawn."""

    name: str
    title: str
    summary: str
    key: str
    plot: Plot
    begins: str
    ends: str
    sheet: Sheet


def charts(user: Any, today: date) -> list[Chart]:
    """Three queries."""
    if not user.has_perm(PERMISSION):
        return []
    visits = Appointment.objects.visible_to(user).shown_on_the_day().order_by()
    monday = today - timedelta(days=today.weekday())
    weeks = [monday - WEEK * back for back in range(WEEKS, 0, -1)]
    weekly = visits.between(midnight(weeks[0]), midnight(monday))
    days = [today - DAY * back for back in range(DAYS - 1, -1, -1)]
    daily = visits.between(midnight(days[0]), midnight(today + DAY))
    return [visits_a_day(daily, days), no_shows_a_week(weekly, weeks), waiting_a_week(weekly, weeks)]


def visits_a_day(visits: Any, days: list[date]) -> Chart:
    counted = visits.filter(status__in=EXPECTED).values_list(TruncDate("start_at")).annotate(Count("pk"))
    found = dict(counted)
    numbers = [found.get(day, 0) for day in days]
    return Chart(
        name="visits",
        title=_("Visits a day, last 30 days"),
        summary=_("%(sum)s visits; at most %(most)s on a day.") % {"sum": sum(numbers), "most": max(numbers)},
        key=_("Visits that were booked for the day, without cancelled ones. Today is the last column."),
        plot=columns(numbers),
        begins=short(days[0]),
        ends=short(days[-1]),
        sheet=sheet_of(_("Day"), days, {_("Visits"): numbers}),
    )


def by_week() -> Any:
    """The Monday of the visit's week, by the hospital's clock."""
    return TruncWeek("start_at", output_field=DateField())


def no_shows_a_week(visits: Any, weeks: list[date]) -> Chart:
    found = outcomes(visits, by_week(), timezone.now())
    each = [found.get(week, Outcome(0, 0, 0)) for week in weeks]
    whole = Outcome(*(sum(numbers) for numbers in zip(*each, strict=True)))
    shown = {
        _("No-shows"): [one.missed for one in each],
        _("Came"): [one.came for one in each],
        _("No-show rate, %"): [one.rate for one in each],
    }
    return Chart(
        name="no-shows",
        title=_("No-show rate a week, last 12 weeks"),
        summary=_("No-show rate of the 12 weeks: %(rate)s %%.") % {"rate": as_text(whole.rate)},
        key=_("Percent of those who were expected. A week without a column had no visits that count."),
        plot=columns([one.rate for one in each]),
        begins=short(weeks[0]),
        ends=short(weeks[-1]),
        sheet=sheet_of(_("Week from"), weeks, shown),
    )


def waiting_a_week(visits: Any, weeks: list[date]) -> Chart:
    found = gathered(waiting_times(visits, by_week()))
    middle = [middle_minutes(found.get(week, [])) for week in weeks]
    late = [percentile(found.get(week, []), 90) for week in weeks]
    every = [minutes for each in found.values() for minutes in each]
    numbers = {"median": as_text(middle_minutes(every)), "late": as_text(percentile(every, 90))}
    shown = {
        _("Visits"): [len(found.get(week, [])) for week in weeks],
        _("Median, minutes"): middle,
        _("90th percentile, minutes"): late,
    }
    return Chart(
        name="waiting",
        title=_("Waiting time a week, last 12 weeks"),
        summary=_("Over the 12 weeks: median %(median)s minutes, 90th percentile %(late)s minutes.")
        % numbers,
        key=_("Minutes. Round dots: median. Squares on a dashed line: 90th percentile."),
        plot=curves([middle, late]),
        begins=short(weeks[0]),
        ends=short(weeks[-1]),
        sheet=sheet_of(_("Week from"), weeks, shown),
    )


def short(day: date) -> str:
    return date_format(day, "j M")


def sheet_of(label: str, days: list[date], shown: dict[str, list[Any]]) -> Sheet:
    rows = [
        [date_format(day, "j F Y"), *(as_text(number) for number in numbers)]
        for day, *numbers in zip(days, *shown.values(), strict=True)
    ]
    return Sheet([label, *shown], rows, [], [False, *(True for _name in shown)])
