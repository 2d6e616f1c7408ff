"""What was read off a device, judged: possible, usual, or worth asking."""

from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from django.utils.translation import gettext as _

from clinical.measures.kinds import MEASURES
from clinical.measures.shapes import Measure, Part, figure
from clinical.measures.spans import Person


@dataclass(frozen=True)
class Reading:
    """What somebody read off a device, in the unit of the device; without one, in the stored unit."""

    code: str
    value: Decimal
    second: Decimal | None = None
    unit: str = ""

    @property
    def measure(self) -> Measure:
        return MEASURES[self.code]

    def numbers(self) -> list[Decimal]:
        """In the stored unit."""
        read = [self.value] if self.second is None else [self.value, self.second]
        return [self.measure.stored(number, self.unit) for number in read]

    def __str__(self) -> str:
        return self.measure.shown(*self.numbers())

    @property
    def token(self) -> str:
        """Names exactly this value, so that a yes to it is no yes to another one."""
        return f"{self.code}={'/'.join(f'{number:f}' for number in self.numbers())}"

    def objection(self) -> str:
        """Why this cannot be, in words; empty when it can."""
        measure, numbers = self.measure, self.numbers()
        if len(numbers) != len(measure.parts):
            return _("Write both numbers.") if len(measure.parts) > 1 else _("Write one number.")
        for part, number in zip(measure.parts, numbers, strict=True):
            if number not in part.possible:
                return impossible(measure, part, number)
        if len(numbers) > 1 and numbers[0] <= numbers[1]:
            return _("The upper number must be higher than the lower one.")
        return ""

    def is_unusual(self, person: Person, at: datetime) -> bool:
        return any(
            self.measure.is_unusual(number, person, at, part) for part, number in enumerate(self.numbers())
        )


def impossible(measure: Measure, part: Part, number: Decimal) -> str:
    return _("%(what)s of %(value)s is not possible: it lies between %(low)s and %(high)s.") % {
        "what": part.words,
        "value": measure.shown(number),
        "low": figure(part.possible.low),
        "high": measure.shown(part.possible.high),
    }
