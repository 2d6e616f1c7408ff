"""Patients with names of their own, made from their number: the house and the base know the same people."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta

from accounts import mrn

GIVEN = ("Ada", "Bela", "Chidi", "Dana", "Emre", "Femi", "Greta", "Hana", "Ivo", "Jun", "Kofi", "Lena")
STARTS = (
    *("Ba", "Cor", "Den", "Fal", "Gre", "Hol", "Ish", "Jor", "Kel", "Lam"),
    *("Mer", "Nor", "Osk", "Pel", "Qui", "Ros", "Sten", "Tor", "Ula", "Ver"),
)
MIDDLES = (
    *("ab", "ade", "ane", "ari", "eb", "eda", "ell", "ema", "eno", "ib"),
    *("ida", "ile", "ino", "ob", "ode", "ola", "omi", "ub", "uda", "uri"),
)
ENDS = (
    *("berg", "dal", "feld", "gard", "ham", "kins", "lund", "man", "nik", "ov"),
    *("quist", "rup", "sen", "ski", "stad", "ton", "vik", "wald", "wen", "zak"),
)
NAMES = len(STARTS) * len(MIDDLES) * len(ENDS)
STRIDE = 7919  # a prime, so that neighbours by number are no neighbours by name or age
FIRST_BIRTH, LIVES = date(1932, 1, 1), 33_000  # days


@dataclass(frozen=True)
class Person:
    number: int
    given: str
    family: str
    born: date

    @property
    def mrn(self) -> str:
        return mrn.mrn(mrn.FIRST + self.number)

    @property
    def phone(self) -> str:
        return f"+4420{70_000_000 + self.number}"

    @property
    def search_name(self) -> str:
        return f"{self.given} {self.family}".lower()


def person(number: int) -> Person:
    turn = number // LIVES  # those who share a date of birth have other names
    place = (number * STRIDE + turn) % NAMES
    start, rest = divmod(place, len(MIDDLES) * len(ENDS))
    middle, end = divmod(rest, len(ENDS))
    born = FIRST_BIRTH + timedelta(days=number * STRIDE % LIVES)
    given = GIVEN[(number + turn) % len(GIVEN)]
    return Person(number, given, STARTS[start] + MIDDLES[middle] + ENDS[end], born)


def people(first: int, last: int) -> Iterator[Person]:
    return map(person, range(first, last + 1))


def words(kind: str, first: int, last: int, count: int = 50) -> list[str]:
    """What is typed to find so many of these people: a part of the name, or the whole number or date."""
    step = (last - first) // count
    chosen = [person(first + n * step) for n in range(count)]
    return [typed(kind, one) for one in chosen]


def typed(kind: str, one: Person) -> str:
    if kind == "name":
        return one.family[2:-1].lower()
    return {"mrn": one.mrn, "phone": one.phone, "born": one.born.isoformat()}[kind]
