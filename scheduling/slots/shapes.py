"""What the search takes and gives: hours, what is closed, the form of a visit, a free time."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, time
from typing import NamedTuple

from .clocks import Range

Busy = Range  # a block in epoch minutes that includes its own visit's buffers
Blocks = Mapping[int, Sequence[Busy]]  # busy blocks by doctor, in any order


@dataclass(frozen=True)
class Rule:
    """Weekly hours on the location's own clock; an extra open day is a rule valid on that day only.

    `end` at or before `start` means the next day; `valid_until` is the last day on which hours begin.
    Alternate weeks count from the week of `anchor`, else of `valid_from`. No types means every type.
    """

    doctor_id: int
    department_id: int
    location_id: int
    zone: str
    weekday: int
    start: time
    end: time
    valid_from: date | None = None
    valid_until: date | None = None
    every_weeks: int = 1
    anchor: date | None = None
    type_ids: frozenset[int] = frozenset()


@dataclass(frozen=True)
class Shape:
    """What a visit of one type takes, in minutes; `before` and `after` are its buffers."""

    type_id: int
    minutes: int
    step: int
    before: int = 0
    after: int = 0

    def __post_init__(self) -> None:
        # A step below one would walk the grid for ever.
        if min(self.minutes, self.step) < 1 or min(self.before, self.after) < 0:
            raise ValueError(f"not the shape of a visit: {self}")


@dataclass(frozen=True)
class Closed:
    """Leave, a closure or a removed part of the day; None stands for every doctor or location.

    Like the edge of a window it keeps out the visit but not its buffers, and it leaves the grid alone.
    """

    start: int
    end: int
    doctor_id: int | None = None
    location_id: int | None = None


Rules = Iterable[Rule]
Closures = Iterable[Closed]


class Slot(NamedTuple):
    """A free visit in epoch minutes, without buffers."""

    start: int
    doctor_id: int
    end: int
    location_id: int
    department_id: int
