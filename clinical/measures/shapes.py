"""What a kind of measurement is made of: units, numbers with their limits, flags."""

from dataclasses import dataclass
from datetime import datetime
from decimal import ROUND_HALF_UP, Decimal

from django.utils.formats import number_format
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy

from clinical.measures.spans import NEVER, Age, ByAge, Growth, Person, Span

Words = str | Promise


@dataclass(frozen=True)
class Unit:
    """A UCUM code, how it reads after a number, and the way to the stored unit: (value - minus) x times / by."""

    code: str
    words: Words
    minus: Decimal = Decimal(0)
    times: Decimal = Decimal(1)
    by: Decimal = Decimal(1)


@dataclass(frozen=True)
class Part:
    """One number of a measurement; blood pressure has two."""

    words: Words
    possible: Span
    usual: ByAge
    normal: ByAge | Growth = NEVER


@dataclass(frozen=True)
class Flag:
    """Said by word and arrow, never by colour alone."""

    word: Words
    arrow: str

    def __str__(self) -> str:
        return f"{self.word} {self.arrow}"


LOW, HIGH = Flag(gettext_lazy("Low"), "↓"), Flag(gettext_lazy("High"), "↑")


@dataclass(frozen=True)
class Measure:
    """The first unit is the one that is stored; `short` is for narrow places."""

    code: str
    words: Words
    short: Words
    units: tuple[Unit, ...]
    decimals: int
    parts: tuple[Part, ...]

    @property
    def unit(self) -> Unit:
        return self.units[0]

    def stored(self, value: Decimal, unit: str = "") -> Decimal:
        """In the stored unit, rounded once; KeyError for a unit in which this is not taken."""
        known = {one.code: one for one in self.units}[unit or self.unit.code]
        exact = (value - known.minus) * known.times / known.by
        return exact.quantize(Decimal(1).scaleb(-self.decimals), ROUND_HALF_UP)

    def normal(self, person: Person, at: datetime, part: int = 0) -> Span | None:
        """What is normal for the person's age and sex at that moment, where that can be said."""
        return self.parts[part].normal.at(Age.of(person, at), person.gender)

    def flag(self, value: Decimal, person: Person, at: datetime, part: int = 0) -> Flag | None:
        """High or low; nothing for what is normal, and where nobody can say."""
        normal = self.normal(person, at, part)
        if normal is None or value in normal:
            return None
        return LOW if value < normal.low else HIGH

    def is_unusual(self, value: Decimal, person: Person, at: datetime, part: int = 0) -> bool:
        """Worth asking: neither usual nor normal at this age."""
        usual = self.parts[part].usual
        expected = usual.at(Age.of(person, at)) or usual.widest()
        normal = self.normal(person, at, part)
        return value not in expected and (normal is None or value not in normal)

    def shown(self, *numbers: Decimal) -> str:
        """As people read it: 128/82 mmHg, 36.6 °C, 98%."""
        figures = "/".join(figure(number) for number in numbers)
        space = "" if self.unit.words == "%" else "\N{NO-BREAK SPACE}"
        return f"{figures}{space}{self.unit.words}".strip()


def figure(number: Decimal) -> str:
    """Without zeros at the end, in the language's own form."""
    plain = f"{number:f}"
    return number_format(plain.rstrip("0").rstrip(".") if "." in plain else plain, use_l10n=True)
