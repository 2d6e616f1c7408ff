"""How long people wait for their day: from the day on which a visit was booked to the day of the visit."""

from collections.abc import Iterator
from datetime import datetime
from typing import Any

from django.db.models import Exists, OuterRef
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.models import SourceReference
from hospital.reports.asking import Question
from hospital.reports.groups import GROUPS, gathered, in_order
from hospital.reports.reckoning import TENTH, median, percentile
from hospital.reports.tables import Column, Table
from hospital.reports.visits import LEFT_OUT, visits_of
from scheduling.models import Status

COUNTED = [Status.BOOKED, Status.ARRIVED, Status.CHECKED_IN, Status.FULFILLED, Status.NOSHOW]
DEFINITIONS = [
    _(
        "The lead time is the number of days from the day of the booking to the day of the visit: 0 is the same day."
    ),
    _("A visit that was moved counts from its first booking to its new day."),
    _("Half of the visits had the median or less; between two values it is half-way, as in 2.5 days."),
    _("Nine in ten visits had the 90th percentile or less. It is always the lead time of a visit."),
    _(
        "Cancelled visits and those still waiting for approval are left out, and so are visits that were loaded from "
        "another system or written down after their day: nobody knows when they were booked."
    ),
    LEFT_OUT,
]


def lead_times(visits: Any, key: Any) -> Iterator[tuple[Any, int]]:
    """One query, read row by row."""
    loaded = SourceReference.objects.filter(kind="appointment", target_id=OuterRef("pk"))
    known = visits.filter(~Exists(loaded), status__in=COUNTED)
    for group, booked_at, start_at in known.values_list(key, "recorded_at", "start_at").iterator():
        days = (local_day(start_at) - local_day(booked_at)).days
        if days >= 0:
            yield group, days


def local_day(moment: datetime) -> Any:
    return timezone.localtime(moment).date()


def build(question: Question) -> Table:
    """Two queries."""
    group = GROUPS[question.by]
    found = gathered(lead_times(visits_of(question), group.key))
    names = group.names(found)
    rows = [line(names[key][1], found[key]) for key in in_order(found, names)]
    columns = [
        Column(group.label, is_number=False),
        Column(_("Visits")),
        Column(_("Median, days")),
        Column(_("90th percentile, days")),
        Column(_("Longest, days")),
    ]
    return Table(columns, rows, line(_("All"), [days for each in found.values() for days in each]))


def line(name: Any, days: list[int]) -> list[Any]:
    return [name, len(days), in_days(days), percentile(days, 90), max(days, default=None)]


def in_days(days: list[int]) -> Any:
    """With the half where it falls between two days, and one decimal place always."""
    middle = median(days)
    return None if middle is None else middle.quantize(TENTH)
