"""The reports there are: index, addresses, permissions and tests all read this list."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext_lazy as _

from hospital.reports import lead_times, noshows, offered, unsigned, visits, waiting_times
from hospital.reports.asking import Question
from hospital.reports.tables import Table

PERMISSION = "accounts.view_report"


@dataclass(frozen=True)
class Report:
    """`slug` names the address and the file; `has_days` and `has_groups` say what may be asked."""

    slug: str
    title: Any
    summary: Any
    build: Callable[[Question], Table]
    definitions: Sequence[Any]
    has_days: bool = True
    has_groups: bool = False

    @property
    def url_name(self) -> str:
        return f"report_{self.slug.replace('-', '_')}"


REPORTS = [
    Report(
        "visits",
        _("Visits by department and doctor"),
        _("How many visits there were, in which state they are."),
        visits.build,
        visits.DEFINITIONS,
    ),
    Report(
        "no-shows",
        _("No-shows"),
        _(
            "How many of those who were expected did not come, by doctor, department, type of visit or weekday."
        ),
        noshows.build,
        noshows.DEFINITIONS,
        has_groups=True,
    ),
    Report(
        "lead-time",
        _("Lead time"),
        _("How many days lie between the booking and the visit."),
        lead_times.build,
        lead_times.DEFINITIONS,
        has_groups=True,
    ),
    Report(
        "waiting-time",
        _("Waiting time"),
        _("How many minutes patients sit in the waiting room."),
        waiting_times.build,
        waiting_times.DEFINITIONS,
        has_groups=True,
    ),
    Report(
        "offered-time",
        _("Use of offered time"),
        _("How much of the time that doctors offered was booked."),
        offered.build,
        offered.DEFINITIONS,
    ),
    Report(
        "unsigned-notes",
        _("Unsigned notes"),
        _("How many notes wait for a signature, whose they are and how old the oldest is."),
        unsigned.build,
        unsigned.DEFINITIONS,
        has_days=False,
    ),
]
