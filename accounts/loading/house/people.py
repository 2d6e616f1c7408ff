"""What every table of patients has in common, whoever wrote it."""

import datetime as dt
from collections.abc import Iterable, Sequence
from functools import lru_cache
from typing import Any

from django.db.models import Model
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.loading.cells import Cells
from accounts.loading.kinds import Kind, Row
from accounts.models import Gender, MrnCounter, Patient
from accounts.names import sound_key
from accounts.services.loaded_twins import queue_loaded

GENDERS: dict[str, str] = {
    "m": Gender.MALE,
    "f": Gender.FEMALE,
    "o": Gender.OTHER,
    "u": Gender.UNKNOWN,
    "male": Gender.MALE,
    "female": Gender.FEMALE,
    "man": Gender.MALE,
    "woman": Gender.FEMALE,
    "other": Gender.OTHER,
    "x": Gender.OTHER,
    "unknown": Gender.UNKNOWN,
}
OLDEST_AGE_YEARS = 130
# Left with a row that was created: what is to be told of its chunk. It is no field.
TOO_MANY = "too_many_alike"


class People(Kind):
    """Patients of any layout: numbered in blocks, compared with those who are here."""

    model = Patient

    def fact(self, values: dict[str, Any]) -> Any:
        return values.get("deceased_at")

    def heirs(self, targets: Iterable[int]) -> dict[int, int]:
        merged = Patient.objects.filter(pk__in=set(targets), merged_into__isnull=False)
        return {patient.pk: patient.survivor().pk for patient in merged}

    def create(self, rows: Sequence[Row]) -> list[int]:
        """The chunk takes its block of record numbers with one lock."""
        for row, mrn in zip(rows, MrnCounter.take(len(rows)), strict=True):
            row.values["mrn"] = mrn
            row.values.pop(TOO_MANY, None)
        self.set_sounds(rows)
        made = super().create(rows)
        keys = dict(zip(made, (row.key for row in rows), strict=True))
        if not queue_loaded(keys, now=timezone.now()):
            rows[0].values[TOO_MANY] = True
        return made

    def warnings(self, row: Row, facts: dict[str, Any]) -> list[str]:
        if TOO_MANY not in row.values:
            return []
        return [
            _("so many people share a date of birth or phone that not all were compared as possible twins")
        ]

    def before(self, rows: Sequence[Row]) -> list[tuple[type[Model], int, list[str]]]:
        self.set_sounds(rows)
        return super().before(rows)

    def update(self, rows: Sequence[Row]) -> Sequence[Model] | None:
        self.set_sounds(rows)
        return super().update(rows)

    def set_sounds(self, rows: Sequence[Row]) -> None:
        """Here and not in `parse`: what we compute of a name is nothing that the source said."""
        for row in rows:
            row.values["name_sounds"] = sound_key(row.values["given_name"], row.values["family_name"])


@lru_cache(maxsize=1)
def day_of(now: dt.datetime, zone: dt.tzinfo) -> dt.date:
    """Kept, because all rows of a load ask for the day of one moment."""
    return timezone.localdate(now, zone)


def birth_date(cells: Cells, column: str, *, required: bool = False) -> dt.date | None:
    """None when it is blank; nobody is born tomorrow, and hardly anybody lives so long."""
    found = cells.day(column, required=required)
    today = day_of(cells.now, timezone.get_current_timezone())
    if found and found > today:
        cells.refuse(column, _("This date lies in the future."))
    elif found and today.year - found.year > OLDEST_AGE_YEARS:
        cells.warnings.append(_("born more than %(years)d years ago") % {"years": OLDEST_AGE_YEARS})
    return found


def death(cells: Cells, column: str, born: dt.date | None) -> dt.datetime | None:
    """The start of that day where the hospital stands, unless the hour is told."""
    found = cells.start_of_day(column)
    if found and found > cells.now:
        cells.refuse(column, _("This date lies in the future."))
    if born and found and found.date() < born - dt.timedelta(days=1):
        cells.refuse(column, _("The end lies before the start."))
    return found
