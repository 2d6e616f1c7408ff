"""Where the pages of hours, leave and free times are, and what they say."""

import re
from datetime import date
from typing import Any

from django.urls import reverse


def at(name: str, row: Any) -> str:
    return reverse(f"scheduling:{name}", args=[row.public_id])


def said(answer: Any) -> str:
    """The main part of the page without its marks."""
    main = re.search(r"<main.*</main>", answer.content.decode(), re.DOTALL)
    assert main is not None
    return " ".join(re.sub(r"<[^>]*>", " ", main[0]).split())


def counts(weeks: Any) -> dict[date, int]:
    """Free starts by day, as the table of two weeks has them."""
    return {day.date: day.count for week in weeks for day in week}
