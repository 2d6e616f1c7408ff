"""One row's cells, read as what they mean; what cannot be read is collected, and reading goes on."""

import re
from collections.abc import Mapping
from datetime import UTC, date, datetime, time
from decimal import Decimal
from typing import TypeVar

from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.loading.options import Options

# Digits with a point, and nothing else that Python would take for a number.
NUMBER = re.compile(r"[+-]?(\d+\.?\d*|\.\d+)", re.ASCII)
# How a spreadsheet rewrites a long number: 2.98725E+13.
REWRITTEN = re.compile(r"\d+([.,]\d+)?E[+-]?\d+", re.IGNORECASE)

T = TypeVar("T")


def exact(text: str, *, digits: int, places: int) -> Decimal:
    """The number as written, with all places that its column has; ValueError says why it is none.

    A number with more digits than there is room for is refused, never rounded.
    """
    if not NUMBER.fullmatch(text):
        raise ValueError(_("This is not a number like 37.5."))
    number, room = Decimal(text), {"before": digits - places, "after": places}
    if abs(number) >= 10 ** room["before"] or round(number, places) != number:
        words = _("There is room for %(before)d digits before the point and %(after)d after it.")
        raise ValueError(words % room)
    return round(number, places)


class Cells:
    """Blank text is "", a blank or faulty date None; `faults` holds (column, value, reason)."""

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
        return "" if index is None else self.cells[index].strip()

    def refuse(self, column: str, reason: str) -> None:
        self.faults.append((column, self.get(column), reason))

    def text(self, column: str, limit: int, *, required: bool = False) -> str:
        value = self.get(column)
        if required and not value:
            self.refuse(column, _("A value is needed."))
        if len(value) > limit:
            self.refuse(column, _("This is longer than %(limit)d characters.") % {"limit": limit})
        return value

    def code(self, column: str, limit: int, *, required: bool = False) -> str:
        """A code stays text: leading zeros and all its digits count."""
        value = self.text(column, limit, required=required)
        if REWRITTEN.fullmatch(value):
            self.warnings.append(
                _("%(column)s looks rewritten by a spreadsheet; kept as it is") % {"column": column}
            )
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
            return datetime.fromisoformat(value).date() if value else None
        except ValueError:
            self.refuse(column, _("This is not a date like 2021-08-23."))
            return None

    def instant(self, column: str, *, required: bool = False) -> datetime | None:
        """In UTC, which is also what a time without an offset is taken to be."""
        value = self.text(column, 40, required=required)
        try:
            found = datetime.fromisoformat(value) if value else None
            return found and (found if found.tzinfo else found.replace(tzinfo=UTC)).astimezone(UTC)
        except (ValueError, OverflowError):
            self.refuse(column, _("This is not a time like 2021-08-23T03:26:50Z."))
            return None

    def start_of_day(self, column: str) -> datetime | None:
        """A date that is kept as an instant: midnight where the hospital stands; a full instant stays."""
        if len(self.get(column)) > len("2021-08-23"):
            return self.instant(column)
        found = self.day(column)
        return timezone.make_aware(datetime.combine(found, time.min)).astimezone(UTC) if found else None

    def number_of(self, column: str, *, digits: int, places: int) -> Decimal | None:
        try:
            return exact(self.get(column), digits=digits, places=places)
        except ValueError as error:
            self.refuse(column, str(error))
            return None

    def past(self, column: str) -> datetime | None:
        """The instant at which something was done, which cannot lie ahead."""
        found = self.instant(column, required=True)
        if found and found > self.now:
            self.refuse(column, _("This date lies in the future."))
        return found

    def in_order(self, first: date | None, last: date | None, column: str) -> None:
        if first and last and last < first:
            self.refuse(column, _("The end lies before the start."))
