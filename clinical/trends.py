"""Where the points of a trend lie on its drawing: pure reckoning, without rows, words or a clock."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal
from math import floor, log10

# The drawing's own units: near the pixels of a phone, so that its words stay readable there.
WIDTH, HEIGHT = 320, 180
LEFT, RIGHT, TOP, BOTTOM = 40, 312, 10, 152
# Across a longer gap nobody can say how the value went, so no line is drawn.
LONGEST_JOIN = timedelta(days=365)
FEWEST_LEVELS = 3


@dataclass(frozen=True)
class Point:
    at: datetime
    value: Decimal


@dataclass(frozen=True)
class Band:
    """What is normal from one moment to another; children grow, so there may be several."""

    start: datetime
    end: datetime
    low: Decimal
    high: Decimal


@dataclass(frozen=True)
class Scale:
    """From moments and values to places; later is further right, higher is further up."""

    start: datetime
    end: datetime
    low: float
    high: float

    def x(self, at: datetime) -> float:
        length = (self.end - self.start).total_seconds()
        share = (at - self.start).total_seconds() / length if length else 0.5
        return LEFT + share * (RIGHT - LEFT)

    def y(self, value: float) -> float:
        return BOTTOM - (value - self.low) / (self.high - self.low) * (BOTTOM - TOP)


@dataclass(frozen=True)
class Level:
    """A value at the side, and its height."""

    y: str
    value: Decimal


@dataclass(frozen=True)
class Box:
    x: str
    y: str
    width: str
    height: str


@dataclass(frozen=True)
class Line:
    """Two paths: the joined stretches, and a dot for each point."""

    joined: str
    dots: str


@dataclass(frozen=True)
class Drawing:
    lines: list[Line]
    boxes: list[Box]
    levels: list[Level]


def draw(series: Sequence[Sequence[Point]], bands: Sequence[Band] = ()) -> Drawing:
    """Lay the series out over one another, each in the order of time; there is at least one point."""
    points = [point for line in series for point in line]
    scale, step = fit(points, bands)
    return Drawing(
        lines=[as_line(line, scale) for line in series],
        boxes=[box for band in bands if (box := as_box(band, scale))],
        levels=[Level(place(scale.y(float(value))), value) for value in levels(scale, step)],
    )


def fit(points: Sequence[Point], bands: Sequence[Band]) -> tuple[Scale, Decimal]:
    """All points and bands lie between two round values, which are whole steps."""
    values = [point.value for point in points]
    values += [edge for band in bands for edge in (band.low, band.high)]
    lowest, highest = min(values), max(values)
    step = round_step(highest - lowest)
    low = (lowest // step) * step
    # A value that never changed lies in the middle.
    is_flat = lowest == highest
    if low > lowest or is_flat:
        low -= step
    high = low + step
    while high < highest or (is_flat and high == highest):
        high += step
    moments = [point.at for point in points]
    return Scale(min(moments), max(moments), float(low), float(high)), step


def round_step(spread: Decimal) -> Decimal:
    """1, 2 or 5 times a power of ten, so that the spread holds a few of them."""
    rough = float(spread) / FEWEST_LEVELS
    if rough <= 0:
        return Decimal(1)
    power = Decimal(1).scaleb(floor(log10(rough)))
    return next(power * factor for factor in (1, 2, 5, 10) if float(power) * factor >= rough * 0.999)


def levels(scale: Scale, step: Decimal) -> Iterator[Decimal]:
    value, highest = Decimal(str(scale.low)), Decimal(str(scale.high))
    while value <= highest:
        yield value
        value += step


def as_line(points: Sequence[Point], scale: Scale) -> Line:
    places = [(place(scale.x(point.at)), place(scale.y(float(point.value)))) for point in points]
    joined = "".join(
        f"{'M' if is_apart(points, number) else 'L'}{x} {y}" for number, (x, y) in enumerate(places)
    )
    # A stretch of almost no length shows as a dot: its ends are as wide as the line.
    return Line(joined, "".join(f"M{x} {y}h.01" for x, y in places))


def is_apart(points: Sequence[Point], number: int) -> bool:
    return number == 0 or points[number].at - points[number - 1].at > LONGEST_JOIN


def as_box(band: Band, scale: Scale) -> Box | None:
    """The part of the band that falls into the time drawn."""
    start, end = max(band.start, scale.start), min(band.end, scale.end)
    if start > end:
        return None
    left, right = scale.x(start), scale.x(end)
    if scale.start == scale.end:
        left, right = LEFT, RIGHT
    top, bottom = scale.y(float(band.high)), scale.y(float(band.low))
    return Box(place(left), place(top), place(right - left), place(bottom - top))


def place(number: float) -> str:
    """To a tenth; as text, because a template would write it in the form of the reader's language."""
    return f"{number:.1f}"
