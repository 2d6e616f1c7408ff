"""Visits by department and doctor, and the rule that all reports share: which visits count at all."""

from collections import defaultdict
from typing import Any

from django.db.models import Count
from django.utils.translation import gettext_lazy as _

from hospital.reports.asking import Question
from hospital.reports.groups import department_names, doctor_names
from hospital.reports.tables import Column, Table
from scheduling.models import Appointment, Status

STATES = [
    Status.PENDING,
    Status.BOOKED,
    Status.ARRIVED,
    Status.CHECKED_IN,
    Status.FULFILLED,
    Status.NOSHOW,
    Status.CANCELLED,
]
Key = tuple[int, int]  # department, doctor

LEFT_OUT = _(
    "Held times, expired ones and visits entered in error never count. A visit that was moved counts once, at "
    "its new time and with its new doctor. The day of a visit is the one on which it starts by the hospital's clock."
)
DEFINITIONS = [
    _("Each visit that starts on one of the days is in one column: the state in which it is now."),
    _("The department is the visit's own, which may differ from the doctor's."),
    LEFT_OUT,
]


def visits_of(question: Question) -> Any:
    """Visits that start in the days asked about and are more than a choice that was never made."""
    rows = Appointment.objects.visible_to(question.user).between(question.start, question.end)
    return question.narrowed(rows.shown_on_the_day()).order_by()


def build(question: Question) -> Table:
    """Three queries."""
    counts: dict[Key, dict[str, int]] = defaultdict(dict)
    found = visits_of(question).values_list("department_id", "doctor_id", "status").annotate(Count("pk"))
    for department, doctor, status, number in found:
        counts[department, doctor][status] = number
    rows = [[*names, *in_columns(counts[key])] for key, names in with_names(counts)]
    columns = [Column(_("Department"), is_number=False), Column(_("Doctor"), is_number=False)]
    columns += [Column(status.label) for status in STATES] + [Column(_("All"))]
    return Table(columns, rows, [_("All"), "", *added_up(rows, 2)])


def in_columns(counts: dict[str, int]) -> list[int]:
    numbers = [counts.get(status.value, 0) for status in STATES]
    return [*numbers, sum(numbers)]


def with_names(keys: Any) -> list[tuple[Key, list[str]]]:
    """The keys in the order of their names, with these; two queries."""
    departments = department_names(department for department, _doctor in keys)
    doctors = doctor_names(doctor for _department, doctor in keys)
    ordered = sorted(keys, key=lambda key: (departments[key[0]][0], doctors[key[1]][0]))
    return [(key, [departments[key[0]][1], doctors[key[1]][1]]) for key in ordered]


def added_up(rows: list[list[Any]], start: int) -> list[int]:
    """The sum of each column from this one on."""
    return [sum(column) for column in list(zip(*rows, strict=True))[start:]]
