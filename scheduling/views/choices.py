"""Free times as a page shows them: by day, by part of the day, on the clock of the place."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date
from itertools import groupby
from typing import Any

from accounts.models import Location
from scheduling.services.availability import Opening
from scheduling.templatetags.visits import clock_at, day_at, local, part_of_day, zone_words

MOST_DAYS = 5
MOST_TIMES = 40


@dataclass(frozen=True)
class Choice:
    """One time that can be chosen; `key` makes the ids of its box and label."""

    opening: Opening
    place: Location

    @property
    def value(self) -> str:
        return self.opening.start.isoformat()

    @property
    def key(self) -> int:
        return self.opening.slot.start

    @property
    def here(self) -> Any:
        return local(self.opening.start, self.place.time_zone)

    @property
    def day(self) -> date:
        return self.here.date()

    @property
    def day_words(self) -> str:
        return day_at(self.opening.start, self.place.time_zone)

    @property
    def moment(self) -> dict[str, Any]:
        """As a summary list shows it, on the reader's own clock too."""
        return {"instant": self.opening.start, "zone": self.place.time_zone}

    @property
    def words(self) -> str:
        return clock_at(self.opening.start, self.place.time_zone)

    @property
    def zone(self) -> str:
        return zone_words(self.place.time_zone)


@dataclass
class Times:
    """The times of one page, and the first that no longer fits on it."""

    choices: list[Choice] = field(default_factory=list)
    rest: Choice | None = None

    @property
    def earliest(self) -> Choice | None:
        return self.choices[0] if self.choices else None

    @property
    def places(self) -> list[Location]:
        return list({choice.place.pk: choice.place for choice in self.choices}.values())

    @property
    def days(self) -> list[tuple[str, list[tuple[Any, list[Choice]]]]]:
        """Day in words, then the parts of the day, each with its times."""
        by_day = groupby(self.choices, key=lambda choice: choice.day_words)
        return [(words, parts(choices)) for words, choices in by_day]


def parts(choices: Iterable[Choice]) -> list[tuple[Any, list[Choice]]]:
    by_part = groupby(choices, key=lambda choice: part_of_day(choice.here))
    return [(words, list(found)) for words, found in by_part]


def as_choices(openings: Iterable[Opening]) -> list[Choice]:
    """One query, for the places."""
    openings = list(openings)
    places = Location.objects.in_bulk({opening.slot.location_id for opening in openings})
    return [Choice(opening, places[opening.slot.location_id]) for opening in openings]


def one_page(openings: list[Opening]) -> Times:
    """At most five days and forty times."""
    choices = as_choices(openings)
    days = sorted({choice.day for choice in choices})[:MOST_DAYS]
    shown = [choice for choice in choices if choice.day in days][:MOST_TIMES]
    return Times(shown, choices[len(shown)] if len(shown) < len(choices) else None)
