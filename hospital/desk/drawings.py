"""Where the parts of a chart lie: columns in equal places from left to right, on a scale from nought. Pure."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from decimal import ROUND_CEILING, Decimal

from clinical.trends import BOTTOM, LEFT, RIGHT, TOP, Box, Level, Line, place, round_step

Number = Decimal | int | None
# So much of its place is a column.
FILLED = 0.7
# A column of nought is a line on the ground: it differs from none at all.
LOWEST = 1.5


@dataclass(frozen=True)
class Plot:
    boxes: list[Box]
    lines: list[Line]
    levels: list[Level]


def columns(numbers: Sequence[Number], fewest: int = 1) -> Plot:
    """A column for each number; what is unknown has none."""
    scale = Scale(numbers, fewest, len(numbers))
    boxes = [scale.box(at, number) for at, number in enumerate(numbers) if number is not None]
    return Plot(boxes, [], list(scale.levels()))


def curves(series: Sequence[Sequence[Number]], fewest: int = 1) -> Plot:
    """Lines over the same places, broken where a number is unknown."""
    known = [number for numbers in series for number in numbers]
    scale = Scale(known, fewest, len(series[0]))
    return Plot([], [scale.line(numbers) for numbers in series], list(scale.levels()))


class Scale:
    """From nought to the first round number that no value exceeds; `fewest` is the smallest step between levels."""

    def __init__(self, numbers: Sequence[Number], fewest: int, places: int) -> None:
        highest = max((Decimal(number) for number in numbers if number is not None), default=Decimal(0))
        self.step = max(round_step(highest), Decimal(fewest))
        steps = (highest / self.step).to_integral_value(ROUND_CEILING)
        self.top = max(steps, Decimal(1)) * self.step
        self.width = (RIGHT - LEFT) / places

    def x(self, at: int) -> float:
        """The middle of the place."""
        return LEFT + (at + 0.5) * self.width

    def y(self, number: Decimal | int) -> float:
        return BOTTOM - float(number / self.top) * (BOTTOM - TOP)

    def box(self, at: int, number: Decimal | int) -> Box:
        left, top = self.x(at) - self.width * FILLED / 2, min(self.y(number), BOTTOM - LOWEST)
        return Box(place(left), place(top), place(self.width * FILLED), place(BOTTOM - top))

    def line(self, numbers: Sequence[Number]) -> Line:
        joined, dots, is_joined = "", "", False
        for at, number in enumerate(numbers):
            if number is None:
                is_joined = False
                continue
            x, y = place(self.x(at)), place(self.y(number))
            joined += f"{'L' if is_joined else 'M'}{x} {y}"
            dots += f"M{x} {y}h.01"
            is_joined = True
        return Line(joined, dots)

    def levels(self) -> Iterator[Level]:
        value = Decimal(0)
        while value <= self.top:
            yield Level(place(self.y(value)), value)
            value += self.step
