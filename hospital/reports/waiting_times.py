"""How long patients sit in the waiting room."""

from collections.abc import Iterator
from typing import Any

from django.db.models import F
from django.utils.translation import gettext_lazy as _

from hospital.reports.asking import Question
from hospital.reports.groups import GROUPS, gathered, in_order
from hospital.reports.reckoning import middle_minutes, percentile
from hospital.reports.tables import Column, Table
from hospital.reports.visits import LEFT_OUT, visits_of
from scheduling.models import Status
from scheduling.slots import MINUTE

SEEN = [Status.CHECKED_IN, Status.FULFILLED]
DEFINITIONS = [
    _(
        "The waiting time runs from the moment the patient was marked as arrived to the start of the consultation, in "
        "whole minutes; seconds are cut off. Who comes early waits from then on."
    ),
    _("Visits count that are in consultation or completed and have both moments, in this order."),
    _(
        "Half of the visits waited the median or less; between two values it is half-way, and a half is rounded up."
    ),
    _("Nine in ten visits waited the 90th percentile or less. It is always the waiting time of a visit."),
    LEFT_OUT,
]


def waiting_times(visits: Any, key: Any) -> Iterator[tuple[Any, int]]:
    """One query, read row by row."""
    seen = visits.filter(status__in=SEEN, arrived_at__isnull=False, started_at__gte=F("arrived_at"))
    for group, arrived_at, started_at in seen.values_list(key, "arrived_at", "started_at").iterator():
        yield group, (started_at - arrived_at) // MINUTE


def build(question: Question) -> Table:
    """Two queries."""
    group = GROUPS[question.by]
    found = gathered(waiting_times(visits_of(question), group.key))
    names = group.names(found)
    rows = [line(names[key][1], found[key]) for key in in_order(found, names)]
    columns = [
        Column(group.label, is_number=False),
        Column(_("Visits")),
        Column(_("Median, minutes")),
        Column(_("90th percentile, minutes")),
        Column(_("Longest, minutes")),
    ]
    return Table(columns, rows, line(_("All"), [minutes for each in found.values() for minutes in each]))


def line(name: Any, minutes: list[int]) -> list[Any]:
    return [name, len(minutes), middle_minutes(minutes), percentile(minutes, 90), max(minutes, default=None)]
