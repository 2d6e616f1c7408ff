"""Notes that wait for a signature: whose, how many, how old; not a word of their text."""

from collections import defaultdict
from datetime import datetime
from typing import Any

from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from clinical.models import MedicalRecord
from clinical.models.record import SIGNED_BY
from hospital.reports.asking import Question
from hospital.reports.tables import Column, Table
from hospital.reports.visits import Key, with_names

DEFINITIONS = [
    _(
        "Unsigned: a note, or a correction of one, that is still a draft at this moment. There are no days to choose."
    ),
    _("Its age runs from the moment the draft was begun. Days are whole: 47 hours are 1 day."),
    _("Over 48 hours: more than 48 hours old; exactly 48 are not."),
    _("The doctor and the department are those of the visit. Notes marked as entered in error never count."),
]


def build(question: Question) -> Table:
    """Three queries."""
    drafts = MedicalRecord.objects.metadata_for(question.user).unsigned()
    drafts = question.narrowed(drafts, "encounter__department", "encounter__doctor").order_by()
    begun: dict[Key, list[datetime]] = defaultdict(list)
    for department, doctor, at in drafts.values_list(
        "encounter__department_id", "encounter__doctor_id", "recorded_at"
    ):
        begun[department, doctor].append(at)
    rows = [[*names, *line(begun[key], question.now)] for key, names in with_names(begun)]
    columns = [
        Column(_("Department"), is_number=False),
        Column(_("Doctor"), is_number=False),
        Column(_("Unsigned")),
        Column(_("Over 48 hours")),
        Column(_("Oldest begun on")),
        Column(_("Age of the oldest, days")),
    ]
    everyone = [at for each in begun.values() for at in each]
    return Table(columns, rows, [_("All"), "", *line(everyone, question.now)] if rows else [])


def line(begun: list[datetime], now: datetime) -> list[Any]:
    late = sum(now - at > SIGNED_BY for at in begun)
    oldest = min(begun)
    return [len(begun), late, timezone.localtime(oldest).date(), (now - oldest).days]
