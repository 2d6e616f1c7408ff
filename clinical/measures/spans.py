"""From what to what a value lies, by age and sex."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Protocol

from django.utils import timezone

# The mean length of a month in days, with which the growth standards of the WHO reckon.
DAYS_A_MONTH = Decimal("30.4375")


class Person(Protocol):
    """What is asked of a patient here."""

    birth_date: date | None
    gender: str


@dataclass(frozen=True)
class Age:
    """Whole months by the calendar, so that a birthday is a birthday; and days."""

    months: int
    days: int

    @classmethod
    def of(cls, person: Person, at: datetime) -> "Age | None":
        """Nothing when the date of birth is not known; before birth nobody has an age either."""
        day, born = timezone.localdate(at), person.birth_date
        if born is None or day < born:
            return None
        months = (day.year - born.year) * 12 + day.month - born.month - (day.day < born.day)
        return cls(months, (day - born).days)


@dataclass(frozen=True)
class Span:
    """Both ends belong to it."""

    low: Decimal
    high: Decimal

    def __contains__(self, value: Decimal) -> bool:
        return self.low <= value <= self.high

    def around(self, other: "Span") -> "Span":
        """The least span that holds both."""
        return Span(min(self.low, other.low), max(self.high, other.high))


def span(low: str, high: str) -> Span:
    return Span(Decimal(low), Decimal(high))


@dataclass(frozen=True)
class ByAge:
    """Spans in the order of the months from which each holds; the last one holds for life."""

    steps: tuple[tuple[int, Span], ...]

    def at(self, age: Age | None, sex: str = "") -> Span | None:
        """Nothing below the first step, and nothing without an age, unless all ages share one span."""
        if age is None:
            return self.steps[0][1] if self.is_one else None
        reached = [found for months, found in self.steps if months <= age.months]
        return reached[-1] if reached else None

    @property
    def is_one(self) -> bool:
        return len(self.steps) == 1 and self.steps[0][0] == 0

    def widest(self) -> Span:
        """What holds for somebody of any age."""
        whole = self.steps[0][1]
        for _months, found in self.steps[1:]:
            whole = whole.around(found)
        return whole


def at_any_age(low: str, high: str) -> ByAge:
    return ByAge(((0, span(low, high)),))


def by_age(*steps: tuple[int, str, str]) -> ByAge:
    return ByAge(tuple((months, span(low, high)) for months, low, high in steps))


@dataclass(frozen=True)
class Growth:
    """Spans of growing children, by sex, at some months of age; between those they grow evenly.

    Without a known sex the span holds those of both. From the last month on there is none.
    """

    tables: Mapping[str, tuple[tuple[int, Span], ...]]

    def at(self, age: Age | None, sex: str = "") -> Span | None:
        if age is None:
            return None
        months = age.days / DAYS_A_MONTH
        found = [between(table, months) for table in self.of(sex)]
        spans = [one for one in found if one is not None]
        if not spans:
            return None
        return spans[0].around(spans[-1])

    def of(self, sex: str) -> list[tuple[tuple[int, Span], ...]]:
        return [self.tables[sex]] if sex in self.tables else list(self.tables.values())


def between(table: tuple[tuple[int, Span], ...], months: Decimal) -> Span | None:
    for (start, young), (end, old) in zip(table, table[1:], strict=False):
        if start <= months <= end:
            share = (months - start) / (end - start)
            return Span(
                young.low + (old.low - young.low) * share, young.high + (old.high - young.high) * share
            )
    return None


NEVER = ByAge(((10**6, span("0", "0")),))
