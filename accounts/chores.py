"""What the worker does between its messages, told by the upper apps in their `AppConfig.ready`."""

import logging
from collections.abc import Callable, Iterator
from datetime import datetime
from typing import Protocol

from django.utils import timezone

logger = logging.getLogger(__name__)
Counts = dict[str, int]


class Chore(Protocol):
    """Work that is safe to do twice, and twice at once; it says how much it did."""

    def __call__(self, *, now: datetime) -> Counts: ...


CHORES: dict[str, Chore] = {}


def register(name: str, chore: Chore) -> None:
    CHORES[name] = chore


def run(clock: Callable[[], datetime] = timezone.now) -> Iterator[tuple[str, Counts]]:
    """Each chore once. One that fails, in whatever way, is logged and stops neither the others nor the worker."""
    for name, chore in CHORES.items():
        try:
            counts = chore(now=clock())
        except Exception:
            logger.exception("The chore “%s” failed.", name)
        else:
            yield name, counts
