"""More patients, as many as the size of the hospital asks for; and the list of diagnoses."""

import random
from collections.abc import Iterable
from typing import Any

from django.db import connection

from accounts.inventory import without_rules
from accounts.models import Patient
from accounts.models.patient import MrnCounter
from benchmarks.seeding.filling import pour, reset_sequences
from benchmarks.seeding.names import people
from benchmarks.seeding.people import new_id
from clinical.loading.icd10 import judged, packaged
from clinical.models import Icd10Code

COLUMNS = ("id", "mrn", "given_name", "family_name", "search_name", "birth_date", "phone", "public_id")


def fill_files(first: int, last: int) -> None:
    """Keys follow those that are there."""
    ids = random.Random(6)
    with without_rules(connection):
        pour(
            Patient,
            COLUMNS,
            (
                (
                    one.number,
                    one.mrn,
                    one.given,
                    one.family,
                    one.search_name,
                    one.born.isoformat(),
                    one.phone,
                    new_id(ids).hex,
                )
                for one in people(first, last)
            ),
        )
        MrnCounter.objects.update(next_number=MrnCounter.objects.get().next_number + last - first + 1)
        reset_sequences(Patient)


def fill_codes() -> list[tuple[str, str]]:
    """ICD-10-CM as it is loaded; returned for the base: the code, and the text that is searched."""
    rows = judged(packaged().words)
    found: Iterable[tuple[Any, ...]] = ((code, *rest) for code, rest in rows.items())
    pour(Icd10Code, ("code", "display", "is_billable", "search_text"), found)
    reset_sequences(Icd10Code)
    return [(code, text) for code, (_display, _billable, text) in rows.items()]
