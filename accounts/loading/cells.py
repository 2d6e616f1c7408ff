"""One row's cells, read as what they mean; what cannot be read is collected, and reading goes on."""

import re
from collections.abc import Mapping
from datetime import UTC, date, datetime, time, tzinfo
from decimal import Decimal
from functools import lru_cache
from typing import TypeVar
from unicodedata import is_normalized, normalize
from zoneinfo import ZoneInfo

from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.loading.numbers import decimal_point, exact
from accounts.loading.options import Options

# How a spreadsheet rewrites a long number: 2.98725E+13, 9377952927E-5.
REWRITTEN = re.compile(r"\d+([.,]\d+)?E[+-]?\d+", re.IGNORECASE)
# What a spreadsheet shows instead of a value that it could not work out.
UNWORKED = frozenset(
    {"#N/A", "#REF!", "#VALUE!", "#DIV/0!", "#NAME?", "#NULL!", "#NUM!", "#SPILL!", "#CALC!", "########"}
)
ISO_DAY = "2021-08-23"
ISO_TIME = "2021-08-23T03:26:50Z"

T = TypeVar("T")
__all__ = ["REWRITTEN", "Cells", "exact"]


# .NET's empty date is of the year 1, and others write 9999 for “for ever”.
FIRST_YEAR, LAST_YEAR = 1800, 9000


class Cells:
    """Blank text is "", a blank or faulty date None; `faults` holds (column, value, reason).

    Letters are composed (NFC), so that what looks alike is alike; that is told.
    """

    def __init__(
        self,
        columns: Mapping[str, int],
        cells: list[str],
        now: datetime,
        number: int = 0,
        options: Options | None = None,
    ) -> None:
        self.columns, self.cells, self.now, self.number = columns, cells, now, number
        self.options = options or Options()
        self.faults: list[tuple[str, str, str]] = []
        self.warnings: list[str] = []

    def get(self, column: str) -> str:
        index = self.columns.get(column)
        value = "" if index is None else self.cells[index].strip()
        return value if value.isascii() or is_normalized("NFC", value) else self._composed(column, value)

    def refuse(self, column: str, reason: str) -> None:
        self.faults.append((column, self.get(column), reason))

    def warn(self, words: str) -> None:
        """Once, however often the cell is read."""
        if words not in self.warnings:
            self.warnings.append(words)

    def text(self, column: str, limit: int, *, required: bool = False) -> str:
        value = self.get(column)
        if required and not value:
            self.refuse(column, _("A value is needed."))
        if len(value) > limit:
            self.refuse(column, _("This is longer than %(limit)d characters.") % {"limit": limit})
        if value.startswith("#") and value in UNWORKED:
            self.refuse(column, _("A spreadsheet could not work this out. Mend the cell there."))
        return value

    def code(self, column: str, limit: int, *, required: bool = False) -> str:
        """A code stays text: leading zeros and all its digits count."""
        value = self.text(column, limit, required=required)
        if REWRITTEN.fullmatch(value):
            self.warn(_("%(column)s looks rewritten by a spreadsheet; kept as it is") % {"column": column})
        return value

    def choice(self, column: str, meanings: Mapping[str, T], blank: T) -> T:
        value = self.get(column)
        if not value:
            return blank
        if value.casefold() not in meanings:
            self.refuse(column, _("Use one of these: %(values)s.") % {"values": ", ".join(meanings)})
        return meanings.get(value.casefold(), blank)

    def day(self, column: str, *, required: bool = False) -> date | None:
        """A date as it stands: of an instant, the day that is written."""
        value = self.text(column, 40, required=required)
        try:
            return within_reach(datetime.fromisoformat(value)).date() if value else None
        except ValueError:
            self.refuse(column, self._unlike(column, ISO_DAY))
            return None

    def instant(self, column: str, *, required: bool = False, zone: tzinfo = UTC) -> datetime | None:
        """In UTC; a time without an offset is one of the load's zone, if it was told one, or else of `zone`."""
        value = self.text(column, 40, required=required)
        try:
            found = within_reach(datetime.fromisoformat(value)) if value else None
            return found and (found if found.tzinfo else self._local(column, found, zone)).astimezone(UTC)
        except (ValueError, OverflowError):
            self.refuse(column, self._unlike(column, ISO_TIME))
            return None

    def start_of_day(self, column: str) -> datetime | None:
        """A date that is kept as an instant: midnight where the hospital stands; a full instant stays."""
        if len(self.get(column)) > len(ISO_DAY):
            return self.instant(column)
        found = self.day(column)
        return timezone.make_aware(datetime.combine(found, time.min)).astimezone(UTC) if found else None

    def number_of(self, column: str, *, digits: int, places: int) -> Decimal | None:
        """A comma is taken for the point only where it can be nothing else, and that is told."""
        try:
            value = self.get(column)
            number = exact(decimal_point(value), digits=digits, places=places)
        except ValueError as error:
            self.refuse(column, str(error))
            return None
        if "," in value:
            self.warn(_("%(column)s has a comma, which was read as the decimal point") % {"column": column})
        return number

    def past(self, column: str) -> datetime | None:
        """The instant at which something was done, which cannot lie ahead."""
        found = self.instant(column, required=True)
        if found and found > self.now:
            self.refuse(column, _("This date lies in the future."))
        return found

    def in_order(self, first: date | None, last: date | None, column: str) -> None:
        if first and last and last < first:
            self.refuse(column, _("The end lies before the start."))

    def _composed(self, column: str, value: str) -> str:
        self.warn(
            _("%(column)s held letters in parts (not NFC); they were put together") % {"column": column}
        )
        return normalize("NFC", value)

    def _local(self, column: str, found: datetime, zone: tzinfo) -> datetime:
        """Of an hour that the clocks go through twice, the first; one that they leap over is refused."""
        zone = zone_of(self.options.time_zone) if self.options.time_zone else zone
        there = found.replace(tzinfo=zone)
        if there.astimezone(UTC).astimezone(zone).replace(tzinfo=None) != found:
            words = _("There was no such time on that day in %(zone)s: the clocks were put forward.")
            self.refuse(column, words % {"zone": zone})
        elif there.utcoffset() != there.replace(fold=1).utcoffset():
            words = _("%(column)s names an hour that came twice in %(zone)s; the first was taken")
            self.warn(words % {"column": column, "zone": zone})
        return there

    def _unlike(self, column: str, example: str) -> str:
        """What is expected there: the form that the mapping gives the column, or ISO 8601."""
        pattern = self.options.mapping.get("formats", {}).get(column)
        if pattern:
            return _("This is not written like %(format)s, as the mapping says.") % {"format": pattern}
        if example == ISO_DAY:
            return _("This is not a date like 2021-08-23.")
        return _("This is not a time like 2021-08-23T03:26:50Z.")


@lru_cache(maxsize=8)
def within_reach(moment: datetime) -> datetime:
    """ValueError for years that stand for “unknown” elsewhere, and in which no clock can be moved to UTC."""
    if not FIRST_YEAR <= moment.year <= LAST_YEAR:
        raise ValueError
    return moment


def zone_of(name: str) -> ZoneInfo:
    return ZoneInfo(name)
