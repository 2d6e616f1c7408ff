"""Times in Synthea's tables: instants in UTC, and in older files days alone."""

from datetime import UTC, datetime
from functools import lru_cache

from django.utils.translation import gettext as _

from accounts.loading.cells import Cells

# How today's files write a time: such text is its own key.
USUAL = len("2021-08-23T03:26:50Z")


def moment(cells: Cells, column: str, *, required: bool = False) -> datetime | None:
    """A day alone is its midnight where the hospital stands, so that it stays that day."""
    return cells.start_of_day(column) if cells.get(column) else cells.instant(column, required=required)


def past(cells: Cells, column: str) -> datetime | None:
    """When something was done, which cannot lie ahead."""
    found = moment(cells, column, required=True)
    if found and found > cells.now:
        cells.refuse(column, _("This date lies in the future."))
    return found


def key_of(text: str) -> str:
    """The same for one instant, with whatever offset it is written."""
    return text if len(text) == USUAL and text.endswith("Z") else spelt(text)


@lru_cache(maxsize=4096)
def spelt(text: str) -> str:
    try:
        found = datetime.fromisoformat(text)
        return found.astimezone(UTC).isoformat().replace("+00:00", "Z") if found.tzinfo else text
    except (ValueError, OverflowError):
        return text
