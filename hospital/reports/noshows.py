"""How many of those who were expected did not come."""

from typing import Any, NamedTuple

from django.db.models import Count, Q
from django.utils.translation import gettext_lazy as _

from hospital.reports.asking import Question
from hospital.reports.groups import GROUPS, in_order
from hospital.reports.reckoning import share
from hospital.reports.tables import Column, Table
from hospital.reports.visits import LEFT_OUT, visits_of
from scheduling.models import Status

CAME = [Status.ARRIVED, Status.CHECKED_IN, Status.FULFILLED]
DEFINITIONS = [
    _("A no-show is a visit that somebody marked “Did not attend”. No clock does that."),
    _("Came: the patient is waiting, in consultation, or the visit is completed."),
    _("The rate is no-shows ÷ (came + no-shows), in percent with one decimal place."),
    _(
        "Nobody has said: still booked or waiting for approval, although the end is past. These visits are in neither "
        "half of the rate, and so are cancelled visits and visits still to come."
    ),
    LEFT_OUT,
]


class Outcome(NamedTuple):
    came: int
    missed: int
    unsaid: int

    @property
    def rate(self) -> Any:
        return share(self.missed, self.came + self.missed)


def outcomes(visits: Any, key: Any, now: Any) -> dict[Any, Outcome]:
    """What became of the visits, by key; keys without any are left out. One query."""
    unsaid = Q(status__in=[Status.PENDING, Status.BOOKED], end_at__lte=now)
    found = visits.values_list(key).annotate(
        came=Count("pk", filter=Q(status__in=CAME)),
        missed=Count("pk", filter=Q(status=Status.NOSHOW)),
        unsaid=Count("pk", filter=unsaid),
    )
    return {row[0]: Outcome(*row[1:]) for row in found if any(row[1:])}


def build(question: Question) -> Table:
    """Two queries."""
    group = GROUPS[question.by]
    found = outcomes(visits_of(question), group.key, question.now)
    names = group.names(found)
    rows = [line(names[key][1], found[key]) for key in in_order(found, names)]
    columns = [
        Column(group.label, is_number=False),
        Column(_("Came")),
        Column(_("No-shows")),
        Column(_("No-show rate, %")),
        Column(_("Nobody has said")),
    ]
    together = Outcome(*(sum(numbers) for numbers in zip(*found.values(), strict=True))) if found else None
    return Table(columns, rows, line(_("All"), together) if together else [])


def line(name: Any, outcome: Outcome) -> list[Any]:
    return [name, outcome.came, outcome.missed, outcome.rate, outcome.unsaid]
