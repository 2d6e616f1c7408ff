"""Medians, percentiles and shares, reckoned exactly here so that every database gives the same."""

from collections.abc import Iterable, Sequence
from decimal import ROUND_HALF_UP, Decimal

TENTH, WHOLE = Decimal("0.1"), Decimal(1)


def median(values: Iterable[int]) -> Decimal | None:
    """The middle value; half-way between the two in the middle when their number is even."""
    ordered = sorted(values)
    if not ordered:
        return None
    middle = len(ordered) // 2
    if len(ordered) % 2:
        return Decimal(ordered[middle])
    return Decimal(ordered[middle - 1] + ordered[middle]) / 2


def percentile(values: Iterable[int], percent: int) -> int | None:
    """By nearest rank: the smallest of the values that at least so many percent of them do not exceed."""
    ordered = sorted(values)
    if not ordered:
        return None
    rank = -(-percent * len(ordered) // 100)
    return ordered[max(rank, 1) - 1]


def whole(number: Decimal | None) -> int | None:
    """A half is rounded up."""
    return None if number is None else int(number.quantize(WHOLE, ROUND_HALF_UP))


def share(part: int, all_of_it: int) -> Decimal | None:
    """Percent with one decimal place; nothing of nothing is unknown."""
    if not all_of_it:
        return None
    return (Decimal(100 * part) / all_of_it).quantize(TENTH, ROUND_HALF_UP)


def middle_minutes(minutes: Sequence[int]) -> int | None:
    return whole(median(minutes))
