"""Free times, asked for without a web server."""

from collections.abc import Callable
from datetime import date, timedelta
from functools import cache

from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from accounts.models import Doctor, User
from benchmarks.hours import midnight
from benchmarks.measuring import timed
from benchmarks.seeding.people import BOOKED_KIND, RECEPTION
from scheduling.models import AppointmentType
from scheduling.services.availability import free_slots
from scheduling.slots import Slot


@cache
def prepared(doctors: int, days: int, first: date) -> Callable[[], list[Slot]]:
    """The service as staff call it, with the doctors, the type and the viewer already read."""
    given = {
        "doctors": list(Doctor.objects.filter(pk__lte=doctors)),
        "type": AppointmentType.objects.get(pk=BOOKED_KIND),
        "viewer": User.objects.get(email=RECEPTION),
    }
    start = midnight(first)
    return lambda: free_slots(start=start, end=start + timedelta(days=days), now=timezone.now(), **given)


def search(doctors: int, days: int, first: date, times: int) -> list[float]:
    """Milliseconds of each of so many searches."""
    return timed(prepared(doctors, days, first), times)


def examine(doctors: int, days: int, first: date) -> dict[str, int]:
    """How many free times there are, and in how many queries they are found."""
    ask = prepared(doctors, days, first)
    with CaptureQueriesContext(connection) as seen:
        found = len(ask())
    return {"found": found, "queries": len(seen)}
