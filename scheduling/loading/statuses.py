"""What a loaded visit is, and what it may become."""

from collections import deque
from typing import Any

from django.utils.translation import gettext as _

from accounts.loading.cells import Cells
from scheduling.states import TRANSITIONS, Status

# Other systems' words for the states that can be loaded.
WORDS: dict[str, Status] = {
    "pending": Status.PENDING,
    "booked": Status.BOOKED,
    "fulfilled": Status.FULFILLED,
    "cancelled": Status.CANCELLED,
    "noshow": Status.NOSHOW,
}
SYNONYMS: dict[str, Status] = {
    "proposed": Status.PENDING,
    "requested": Status.PENDING,
    "tentative": Status.PENDING,
    "scheduled": Status.BOOKED,
    "confirmed": Status.BOOKED,
    "planned": Status.BOOKED,
    "completed": Status.FULFILLED,
    "complete": Status.FULFILLED,
    "done": Status.FULFILLED,
    "attended": Status.FULFILLED,
    "seen": Status.FULFILLED,
    "canceled": Status.CANCELLED,
    "no-show": Status.NOSHOW,
    "no show": Status.NOSHOW,
    "missed": Status.NOSHOW,
    "did not attend": Status.NOSHOW,
    "dna": Status.NOSHOW,
}
TO_COME = frozenset({Status.PENDING, Status.BOOKED})
OVER = frozenset({Status.FULFILLED, Status.CANCELLED, Status.NOSHOW})
# Nobody may be led through these by a file.
BARRED = frozenset({Status.HELD, Status.EXPIRED, Status.ENTERED_IN_ERROR})
# How far a visit has come: no file leads it back.
RANK = {Status.PENDING: 0, Status.BOOKED: 1, Status.ARRIVED: 2, Status.CHECKED_IN: 3} | dict.fromkeys(OVER, 4)


def status_of(cells: Cells, column: str = "STATUS") -> str:
    """Empty when the file does not say: then the time decides."""
    text = cells.get(column).casefold()
    found = SYNONYMS.get(text) or cells.choice(column, WORDS, None)
    return str(found.value) if found else ""


def fits(status: str, *, is_over: bool, has_begun: bool) -> str:
    """Why a visit at that time cannot be in this state, in words."""
    if status in TO_COME and is_over:
        return _("This visit is over. Say what became of it: fulfilled, noshow or cancelled.")
    if status in OVER - {Status.CANCELLED} and not has_begun:
        return _("This visit has not begun. Until then it is pending, booked or cancelled.")
    return ""


def way(before: Any, after: Any) -> list[str] | None:
    """The states through which a visit passes, the last included; None when there is no way forward."""
    if RANK.get(after, -1) < RANK.get(before, 99):
        return None
    ways: deque[list[str]] = deque([[]])
    seen = {before}
    while ways:
        passed = ways.popleft()
        if (passed or [before])[-1] == after:
            return passed
        for status in sorted(TRANSITIONS[(passed or [before])[-1]] - BARRED - seen):
            seen.add(status)
            ways.append([*passed, status])
    return None
