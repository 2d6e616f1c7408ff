"""What runs in a process that has the base's Django: to fill its patients and charts, and to search them."""

from collections.abc import Iterator, Sequence
from datetime import date, timedelta
from itertools import cycle, islice
from typing import Any

from django.db import connection

from benchmarks.base.app import Visit
from benchmarks.base.clinic import MODELS, Code, Entry, File, Note, find, find_codes
from benchmarks.hours import SLOT, day_of_the_list, midnight, starts
from benchmarks.measuring import timed
from benchmarks.seeding.filling import fill, pour
from benchmarks.seeding.names import people

ENTRIES_A_VISIT = 11
THIN, THICK, LISTED = 10, 1_000, 60  # as in the hospital


def fill_clinic(codes: Sequence[tuple[str, str]], first: int, last: int, notes: int, today: date) -> None:
    with connection.schema_editor() as editor:
        for model in MODELS:
            editor.create_model(model)
    rows = ((one.search_name, one.mrn, one.phone, one.born.isoformat()) for one in people(first, last))
    pour(File, ("name", "mrn", "phone", "born"), rows)
    pour(Code, ("code", "text"), codes)
    fill(Entry, ("file", "at", "words"), chart_rows(first, today))
    pour(Note, ("words",), [("Headache",)] * notes)
    begins = starts(day_of_the_list(today))
    times = ((n % 20 + 1, begins[n // 20], begins[n // 20] + SLOT) for n in range(LISTED))
    fill(Visit, ("doctor", "start_at", "end_at"), times)


def chart_rows(first: int, today: date) -> Iterator[tuple[Any, ...]]:
    for file, visits in ((first, THIN), (first + 1, THICK)):
        for days in range(1, visits + 1):
            at = midnight(today) - timedelta(days=days)
            yield from ((file, at, f"Entry {n}") for n in range(ENTRIES_A_VISIT))


def search(kind: str, words: Sequence[str], times: int) -> list[float]:
    """Milliseconds of each of so many searches, each for the next word."""
    turn = islice(cycle(words), times)
    return timed(lambda: asked(kind, next(turn)), times)


def asked(kind: str, word: str) -> Sequence[object]:
    return find_codes(word) if kind == "code" else find(kind, word)


def examine(kind: str, words: Sequence[str]) -> dict[str, int]:
    """How many are found by all the words together."""
    return {"found": sum(len(asked(kind, word)) for word in words)}
