"""The locks of a merge, and what becomes of a refusal by the database."""

import time
from collections.abc import Callable, Iterable
from functools import wraps
from typing import Any, ParamSpec, TypeVar

from django.db import OperationalError, connection
from django.utils.translation import gettext_lazy as _

from accounts.errors import Busy, StaleVersion
from accounts.models import Patient

P = ParamSpec("P")
R = TypeVar("R")

TRIES, PAUSE_SECONDS = 4, 0.3
# No lock to be had, deadlock, cancelled by a limit.
LOCKED = {"55P03", "40P01", "40001", "57014"}
BUSY = _("Somebody is writing in one of these files just now. Try again in a moment.")


def hold_patients(*patients: Patient, versions: Iterable[int]) -> list[Patient]:
    """The rows as they stand, locked in the order of their keys with the lock that a booking takes too.

    A booking, a cancellation or another merge of either patient waits here, then reads what this one left.
    """
    keys = [patient.pk for patient in patients]
    rows = Patient.objects.select_for_update(no_key=True).filter(pk__in=keys).order_by("pk")
    found = {row.pk: row for row in rows}
    held = [found[key] for key in keys]
    if [row.version for row in held] != list(versions):
        raise StaleVersion
    return held


def hold_against_new_rows(*patients: Patient) -> None:
    """The strong lock, without waiting: whoever is just adding a row for one of them has it done, or we try again."""
    keys = [patient.pk for patient in patients]
    list(Patient._base_manager.select_for_update(nowait=True).filter(pk__in=keys).order_by("pk"))


def hold_rows(rows: Any) -> list[int]:
    """Locks the rows that are to change; it never waits, so that nobody who waits for us is waited for."""
    locked = rows.select_for_update(of=("self",), nowait=True).order_by("pk")
    return list(locked.values_list("pk", flat=True))


def patiently(write: Callable[P, R]) -> Callable[P, R]:
    """Tries a few times to get all locks, then says Busy."""

    @wraps(write)
    def attempt(*args: P.args, **kwargs: P.kwargs) -> R:
        for left in reversed(range(TRIES)):
            try:
                return write(*args, **kwargs)
            except OperationalError as error:
                if not is_locked(error):
                    raise
                if not left or connection.in_atomic_block:
                    raise Busy(BUSY) from error
                time.sleep(PAUSE_SECONDS)
        raise Busy(BUSY)

    return attempt


def is_locked(error: OperationalError) -> bool:
    code = getattr(error.__cause__, "sqlstate", None)
    return code in LOCKED or "database is locked" in str(error)
