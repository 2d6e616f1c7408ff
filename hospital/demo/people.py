"""The patients of the demo: made up, and the same on every machine."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta

GIVEN = {
    "female": ["Ana", "Beatrice", "Chloé", "Divya", "Elif", "Freya", "Gita", "Hannah", "Ines", "Joy"],
    "male": ["Aaron", "Bilal", "Callum", "Dmitri", "Emeka", "Felix", "Georgios", "Hamza", "Ivo", "José"],
}
FAMILY = ["Silva", "Okafor", "Smith", "Patel", "Nguyễn", "O'Neill"]
STREETS = ["Mill Street", "Station Road", "Church Lane", "Harbour View", "Elm Grove"]
COUNT = 120


@dataclass(frozen=True)
class Person:
    number: int
    given_name: str
    family_name: str
    gender: str
    birth_date: date
    phone: str
    address: str


def people() -> Iterator[Person]:
    """120 people, each with another name, aged from 1 to 96 in 2027; relatives do not stand in a row."""
    given_names = [
        (name, gender)
        for pair in zip(*GIVEN.values(), strict=True)
        for name, gender in zip(pair, GIVEN, strict=True)
    ]
    for number in range(COUNT):
        given, gender = given_names[number % len(given_names)]
        family = FAMILY[(number // len(given_names) + number % len(given_names)) % len(FAMILY)]
        yield Person(
            number=number,
            given_name=given,
            family_name=family,
            gender=gender,
            birth_date=date(1931, 3, 2) + timedelta(days=(20_000 + number * 7919) % 34_600),
            # Ofcom keeps 020 7946 0000 to 0999 for stories.
            phone=f"+442079460{number:03d}",
            address=f"{number % 90 + 1} {STREETS[number % len(STREETS)]}",
        )
