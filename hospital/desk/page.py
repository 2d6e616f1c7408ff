"""Everything that the desk shows to one account."""

from typing import Any

from django.utils import timezone

from hospital.desk.charts import charts
from hospital.desk.figures import ACCESS, LOADS, NOTED, PEOPLE, TODAY, Figure
from hospital.desk.loads import last_times, loads
from hospital.desk.people import files_waiting, people
from hospital.desk.privacy import privacy
from hospital.desk.records import records_waiting
from hospital.desk.tools import tools
from hospital.desk.visits import visits_today, visits_waiting

GROUPS = [TODAY, LOADS, NOTED, ACCESS, PEOPLE]


def desk_for(user: Any) -> dict[str, Any]:
    """What the template reads; a bounded number of counts, whatever the rows."""
    now = timezone.now()
    shown = figures(user)
    return {
        "figures": shown,
        "calling": [figure for figure in shown if figure.needs_action],
        "quiet": [figure for figure in shown if figure.calls and not figure.number],
        "groups": [(name, members) for name in GROUPS if (members := of_group(shown, name))],
        "facts": last_times(user, now),
        "tools": tools(user),
        "charts": charts(user, timezone.localdate(now)),
    }


def figures(user: Any) -> list[Figure]:
    """Those figures whose list the user may open."""
    now = timezone.now()
    return [
        *visits_today(user, timezone.localdate(now)),
        *visits_waiting(user, now),
        *records_waiting(user, now),
        *files_waiting(user),
        *loads(user, now),
        *privacy(user, now),
        *people(user),
    ]


def of_group(shown: list[Figure], name: Any) -> list[Figure]:
    return [figure for figure in shown if figure.group == name]
