"""The layout of a trend: nothing outside the box, time and value in order, no line over a long gap."""

import re
from datetime import UTC, datetime, timedelta
from decimal import Decimal

from hypothesis import given
from hypothesis import strategies as st

from clinical.trends import BOTTOM, LEFT, LONGEST_JOIN, RIGHT, TOP, Band, Point, draw

FIRST = datetime(2000, 2, 29, 12, tzinfo=UTC)
VALUES = st.decimals("-500", "5000", places=2)
MOMENTS = st.integers(0, 60 * 365 * 24).map(lambda hours: FIRST + timedelta(hours=hours))
POINTS = st.lists(st.builds(Point, MOMENTS, VALUES), min_size=1, max_size=60).map(
    lambda points: sorted(points, key=lambda point: point.at)
)
BANDS = st.lists(
    st.tuples(MOMENTS, MOMENTS, VALUES, VALUES).map(
        lambda one: Band(min(one[:2]), max(one[:2]), min(one[2:]), max(one[2:]))
    ),
    max_size=3,
)
PLACE = re.compile(r"([ML])(-?[\d.]+) (-?[\d.]+)")


def places(path: str) -> list[tuple[float, float]]:
    return [(float(x), float(y)) for _, x, y in PLACE.findall(path)]


def moves(path: str) -> str:
    return "".join(letter for letter, _, _ in PLACE.findall(path))


def ends(at: datetime, value: str, days: int) -> list[Point]:
    return [Point(at, Decimal(value)), Point(at + timedelta(days=days), Decimal(value))]


@given(POINTS, BANDS)
def test_all_points_lie_inside_the_box(points: list[Point], bands: list[Band]) -> None:
    [line] = draw([points], bands).lines

    assert len(places(line.joined)) == len(places(line.dots)) == len(points)
    assert all(LEFT <= x <= RIGHT and TOP <= y <= BOTTOM for x, y in places(line.joined))


@given(POINTS, BANDS)
def test_bands_and_levels_lie_inside_the_box(points: list[Point], bands: list[Band]) -> None:
    drawing = draw([points], bands)

    for box in drawing.boxes:
        x, y, width, height = (float(part) for part in (box.x, box.y, box.width, box.height))
        assert x >= LEFT and x + width <= RIGHT + 0.11 and y >= TOP - 0.01 and y + height <= BOTTOM + 0.11
    assert all(TOP <= float(level.y) <= BOTTOM for level in drawing.levels)


@given(POINTS)
def test_later_is_never_further_left_and_higher_never_further_down(points: list[Point]) -> None:
    [line] = draw([points]).lines
    laid = list(zip(points, places(line.joined), strict=True))

    by_value = sorted(laid, key=lambda one: one[0].value)
    assert all(one[1][0] <= other[1][0] for one, other in zip(laid, laid[1:], strict=False))
    assert all(one[1][1] >= other[1][1] for one, other in zip(by_value, by_value[1:], strict=False))


@given(POINTS)
def test_a_line_breaks_where_and_only_where_the_gap_is_too_long(points: list[Point]) -> None:
    [line] = draw([points]).lines

    expected = "M" + "".join(
        "M" if later.at - earlier.at > LONGEST_JOIN else "L"
        for earlier, later in zip(points, points[1:], strict=False)
    )
    assert moves(line.joined) == expected


def test_a_gap_of_exactly_a_year_is_joined() -> None:
    paths = [draw([ends(FIRST, "70", days)]).lines[0].joined for days in (365, 366)]

    assert [moves(path) for path in paths] == ["ML", "MM"]


@given(POINTS, BANDS)
def test_a_few_round_levels_hold_all_values(points: list[Point], bands: list[Band]) -> None:
    levels = [level.value for level in draw([points], bands).levels]

    values = [point.value for point in points] + [edge for band in bands for edge in (band.low, band.high)]
    steps = {later - earlier for earlier, later in zip(levels, levels[1:], strict=False)}
    assert levels[0] <= min(values) and max(values) <= levels[-1]
    assert 2 <= len(levels) <= 6
    assert len(steps) == 1


def test_a_value_that_never_changed_lies_in_the_middle() -> None:
    drawing = draw([ends(FIRST, "171", 3)])

    assert [level.value for level in drawing.levels] == [170, 171, 172]


def test_two_series_share_one_scale() -> None:
    upper, lower = ends(FIRST, "120", 3), ends(FIRST, "80", 3)

    drawing = draw([upper, lower])

    heights = [places(line.joined)[0][1] for line in drawing.lines]
    assert heights == [TOP, BOTTOM]


def test_a_band_of_another_time_is_left_out() -> None:
    before = Band(FIRST - timedelta(days=9), FIRST - timedelta(days=1), Decimal(1), Decimal(2))

    assert draw([ends(FIRST, "1", 3)], [before]).boxes == []
