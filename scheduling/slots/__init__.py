"""Free starts, worked out from wall-clock rules and busy blocks: no ORM, no Django, no clock.

Instants are whole minutes since the epoch and every range is half-open. The list and the booking
both ask `free_slots`, so whatever it answers must not depend on the range asked for.
"""

from scheduling.slots.clocks import DAY, EPOCH, MINUTE, Range, from_minutes, stretch, to_minutes
from scheduling.slots.search import Window, free_slots, slot_at, windows
from scheduling.slots.shapes import Blocks, Busy, Closed, Rule, Shape, Slot

__all__ = [
    "DAY",
    "EPOCH",
    "MINUTE",
    "Blocks",
    "Busy",
    "Closed",
    "Range",
    "Rule",
    "Shape",
    "Slot",
    "Window",
    "free_slots",
    "from_minutes",
    "slot_at",
    "stretch",
    "to_minutes",
    "windows",
]
