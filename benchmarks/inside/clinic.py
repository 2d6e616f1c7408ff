"""Patients and diagnoses searched without a web server; and where charts and notes are found."""

from collections.abc import Sequence
from functools import cache
from itertools import cycle, islice
from typing import Any

from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from accounts.models import Patient, User
from benchmarks.measuring import timed
from benchmarks.seeding.charts import EMAIL
from benchmarks.seeding.people import RECEPTION
from clinical.models import Encounter, Icd10Code

SHOWN = 20


@cache
def account(email: str) -> User:
    return User.objects.get(email=email)


def asked(kind: str, word: str) -> list[Any]:
    """As a list shows them: the first page, in order."""
    if kind == "code":
        return list(Icd10Code.objects.visible_to(account(EMAIL)).matching(word)[:SHOWN])
    rows = Patient.objects.visible_to(account(RECEPTION), "accounts.view_patient").current()
    return list(rows.matching(word).order_by("family_name", "given_name", "pk")[:SHOWN])


def search(kind: str, words: Sequence[str], times: int) -> list[float]:
    """Milliseconds of each of so many searches, each for the next word."""
    turn = islice(cycle(words), times)
    return timed(lambda: asked(kind, next(turn)), times)


def examine(kind: str, words: Sequence[str]) -> dict[str, int]:
    """How many are found by all the words together, and the queries of one search."""
    found = sum(len(asked(kind, word)) for word in words)
    with CaptureQueriesContext(connection) as seen:
        asked(kind, words[0])
    return {"found": found, "queries": len(seen)}


def address(name: str, patient: int) -> str:
    """Of a part of the patient's chart."""
    return reverse(name, args=[Patient.objects.get(pk=patient).public_id])


def open_visits() -> list[str]:
    """The addresses of the notes that wait to be signed."""
    rows = Encounter.objects.in_progress().values_list("public_id", flat=True)
    return [reverse("clinical:encounter-write", args=[public_id]) for public_id in rows]


def count_signed() -> int:
    """Signed by way of a page: only those have a seal."""
    return Encounter.objects.filter(status="finished", records__seal__isnull=False).count()
