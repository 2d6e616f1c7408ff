"""What runs in a process that has the base's Django: to fill its table, to search it, to count in it."""

from datetime import date, datetime

from django.db import connection

from benchmarks.base.app import Visit, free_starts
from benchmarks.measuring import timed
from benchmarks.seeding.filling import analyze, pour, stored
from benchmarks.seeding.plan import plan


def fill(*, doctors: int, past: int, future: int, today: date) -> None:
    """The same times as in the hospital, cancelled ones among them."""
    with connection.schema_editor() as editor:
        editor.create_model(Visit)
    planned = plan(doctors=doctors, past=past, future=future, today=today)
    pour(
        Visit,
        ("doctor", "start_at", "end_at"),
        ((visit.doctor, *map(stored, visit.block)) for visit in planned),
    )
    analyze()


def search(doctors: int, days: int, first: date, times: int) -> list[float]:
    """Milliseconds of each of so many searches."""
    return timed(lambda: free_starts(range(1, doctors + 1), first, days), times)


def examine(doctors: int, days: int, first: date) -> dict[str, int]:
    """How many free times there are."""
    return {"found": sum(map(len, free_starts(range(1, doctors + 1), first, days).values()))}


def count_booked(asked: list[tuple[int, str, str]]) -> int:
    """Rows of these doctors at these times."""
    wanted = {(doctor, datetime.fromisoformat(start)) for doctor, _, start in asked}
    near = Visit.objects.filter(start_at__gte=min(start for _, start in wanted))
    return sum(pair in wanted for pair in near.values_list("doctor", "start_at"))
