"""Whose time is taken: by visits of the house, and by the rows of this file that were good so far."""

from bisect import bisect_right, insort
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import Q
from django.utils.translation import gettext as _

from scheduling.constraints import LONGEST_BLOCK
from scheduling.models import Appointment, Status
from scheduling.services.calendar import change_state

# Conditions that one query takes.
AT_ONCE = 100
Span = tuple[datetime, datetime, int]


@dataclass(frozen=True)
class Wanted:
    """A visit that would occupy its time; `target` is the row of the house that it is, if any."""

    number: int
    target: int | None
    doctor: int
    patient: int
    block: tuple[datetime, datetime]
    visit: tuple[datetime, datetime]


WHOSE = {
    "doctor": ("block", "block_start", "block_end"),
    "patient": ("visit", "start_at", "end_at"),
}


class Taken:
    """The spans of one file, kept apart by person; no two of one person's overlap.

    `left` are visits of the house that a row of the file cancels or moves, with its number: rows below it may take
    their time.
    """

    def __init__(self) -> None:
        self.spans: dict[tuple[str, int], list[Span]] = defaultdict(list)
        self.numbers: set[int] = set()
        self.left: dict[int, int] = {}

    def forget(self, numbers: Iterable[int]) -> None:
        """A chunk that is judged once more does not stand in its own way."""
        again = self.numbers & set(numbers)
        if again:
            for key, spans in self.spans.items():
                self.spans[key] = [span for span in spans if span[2] not in again]
            self.numbers -= again

    def is_gone(self, visit: int, number: int) -> bool:
        return self.left.get(visit, number) < number

    def clash(self, key: tuple[str, int], start: datetime, end: datetime) -> int | None:
        """The row that is in the way."""
        spans = self.spans[key]
        at = bisect_right(spans, (start, datetime.max.replace(tzinfo=start.tzinfo), 0))
        near = spans[max(0, at - 1) : at + 1]
        return next((number for low, high, number in near if low < end and high > start), None)

    def add(self, wanted: Wanted) -> None:
        self.numbers.add(wanted.number)
        for who, (what, _start, _end) in WHOSE.items():
            start, end = getattr(wanted, what)
            insort(self.spans[who, getattr(wanted, who)], (start, end, wanted.number))


def judge(asked: Sequence[Wanted], taken: Taken, now: datetime) -> dict[int, tuple[str, str]]:
    """By row number what is in the way: the column, and the words; what is free is taken."""
    taken.forget(wanted.number for wanted in asked)
    standing = {who: in_the_way(who, asked, now) for who in WHOSE}
    found = {}
    for wanted in asked:
        fault = next(faults_of(wanted, taken, standing), None)
        if fault:
            found[wanted.number] = fault
            taken.left.pop(wanted.target or 0, None)
        else:
            taken.add(wanted)
    return found


def faults_of(wanted: Wanted, taken: Taken, standing: dict[str, Any]) -> Iterator[tuple[str, str]]:
    for who, (what, _start, _end) in WHOSE.items():
        start, end = getattr(wanted, what)
        person = getattr(wanted, who)
        for other in standing[who][person]:
            stays = other.pk != wanted.target and not taken.is_gone(other.pk, wanted.number)
            if stays and getattr(other, _start) < end and getattr(other, _end) > start:
                yield who.upper(), busy_words(who, visit_words(other))
        if number := taken.clash((who, person), start, end):
            yield who.upper(), busy_words(who, _("row %(number)d of this file") % {"number": number})


def busy_words(who: str, other: str) -> str:
    if who == "doctor":
        return _("The doctor has another visit at this time: %(other)s.") % {"other": other}
    return _("The patient has another visit at this time: %(other)s.") % {"other": other}


def visit_words(visit: Appointment) -> str:
    local = visit.start_at.astimezone(visit.location.zone)
    told = {"when": f"{local:%Y-%m-%d %H:%M}", "doctor": visit.doctor, "mrn": visit.patient.grouped_mrn}
    return _("%(when)s, %(doctor)s, patient %(mrn)s") % told


def in_the_way(who: str, asked: Sequence[Wanted], now: datetime) -> dict[int, list[Appointment]]:
    """Visits of the house that meet any of these, by person; ten queries for a thousand."""
    what, low, high = WHOSE[who]
    found: dict[int, list[Appointment]] = defaultdict(list)
    free = Appointment.objects.occupying(now).filter(**{f"{who}_overlap_allowed": False}).with_people()
    for some in chunked(asked):
        met = Q()
        for wanted in some:
            start, end = getattr(wanted, what)
            met |= Q(
                **{
                    who: getattr(wanted, who),
                    f"{low}__lt": end,
                    f"{low}__gte": start - LONGEST_BLOCK,
                    f"{high}__gt": start,
                }
            )
        for visit in free.filter(met):
            found[getattr(visit, f"{who}_id")].append(visit)
    return found


def chunked(asked: Sequence[Wanted]) -> Iterator[Sequence[Wanted]]:
    for at in range(0, len(asked), AT_ONCE):
        yield asked[at : at + AT_ONCE]


def let_go(asked: Sequence[Wanted], now: datetime) -> None:
    """Holds that are over occupy no time, but the database's own rule knows no clock."""
    people = Q(doctor__in={one.doctor for one in asked}) | Q(patient__in={one.patient for one in asked})
    for visit in Appointment.objects.lapsed(now).filter(people):
        change_state(visit, Status.EXPIRED, actor=None, now=now)
