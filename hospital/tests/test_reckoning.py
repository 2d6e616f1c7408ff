"""Medians, percentiles, shares and stretches of time, held against the slowest way to find them."""

import random
import statistics
from decimal import Decimal

import pytest

from hospital.reports.ranges import common, length, union, without
from hospital.reports.reckoning import median, middle_minutes, percentile, share


@pytest.mark.parametrize(
    ("values", "middle", "ninetieth"),
    [
        ([], None, None),
        ([7], Decimal(7), 7),
        ([1, 2], Decimal("1.5"), 2),
        ([3, 1, 2], Decimal(2), 3),
        (list(range(1, 11)), Decimal("5.5"), 9),
        (list(range(1, 12)), Decimal(6), 10),
        ([0] * 9 + [100], Decimal(0), 0),
        ([0] * 8 + [100] * 2, Decimal(0), 100),
    ],
)
def test_the_middle_and_the_ninetieth_of_a_hundred(
    values: list[int], middle: Decimal | None, ninetieth: int | None
) -> None:
    assert (median(values), percentile(values, 90)) == (middle, ninetieth)


def test_at_least_so_many_percent_lie_at_or_below_a_percentile_and_no_smaller_value_does() -> None:
    chance = random.Random(5)
    for _ in range(300):
        values = [chance.randrange(40) for _ in range(chance.randrange(1, 60))]
        percent = chance.randrange(1, 101)

        found = percentile(values, percent)

        enough = [value for value in values if sum(v <= value for v in values) * 100 >= percent * len(values)]
        assert found == min(enough)
        assert median(values) == Decimal(str(statistics.median(values)))


def test_a_half_minute_is_rounded_up() -> None:
    assert [middle_minutes(values) for values in ([4, 5], [5, 6], [], [0, 1])] == [5, 6, None, 1]


@pytest.mark.parametrize(
    ("part", "whole", "percent"),
    [(1, 3, "33.3"), (2, 3, "66.7"), (1, 8, "12.5"), (1, 2000, "0.1"), (1, 2001, "0.0"), (5, 5, "100.0")],
)
def test_a_share_has_one_decimal_place_and_rounds_half_up(part: int, whole: int, percent: str) -> None:
    assert str(share(part, whole)) == percent


def test_nothing_of_nothing_is_unknown() -> None:
    assert share(0, 0) is None


def minutes(ranges: list[tuple[int, int]]) -> set[int]:
    return {minute for start, end in ranges for minute in range(start, end)}


def test_stretches_are_what_their_minutes_say() -> None:
    chance = random.Random(7)
    for _ in range(500):
        one, other = (
            [(at, at + chance.randrange(0, 6)) for at in chance.choices(range(30), k=chance.randrange(6))]
            for _ in range(2)
        )
        left, right = union(one), union(other)

        assert minutes(left) == minutes(one)
        assert minutes(common(left, right)) == minutes(one) & minutes(other)
        assert minutes(without(left, right)) == minutes(one) - minutes(other)
        assert length(left) == len(minutes(one))
        assert all(before[1] < after[0] for before, after in zip(left, left[1:], strict=False))
