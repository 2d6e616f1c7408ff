"""Weekly hours of doctors, as another house writes them."""

import re
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from contextlib import suppress
from dataclasses import replace
from datetime import UTC, date, datetime, time
from typing import Any

from django.db.models import Model
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.loading.cells import Cells
from accounts.loading.house.keys import Get
from accounts.loading.house.kinds import HouseKind
from accounts.loading.kinds import Kind, Parent, Row
from accounts.loading.known import Known
from accounts.loading.numbers import MOST_DIGITS
from accounts.loading.tables import Table
from accounts.models import Doctor
from scheduling import slots
from scheduling.errors import InTwoPlaces
from scheduling.loading.clocks import day_number, read_time, time_of, weekday
from scheduling.loading.places import WHO_AND_WHERE, Home, hold, homes, zones
from scheduling.loading.types import types_named
from scheduling.models import AvailabilityRule
from scheduling.services.hours import OVERLAP_LOOK, meets
from scheduling.services.occupancy import read_hours
from scheduling.slots import Rule

BETWEEN_TYPES = re.compile(r"[;,|]")
COLUMNS = ("weekday", "start_time", "end_time", "valid_from", "valid_until", "every_weeks", "anchor_date")
PLACED = ("doctor_id", "location_id", "department_id")
MOST_WEEKS = 52
Refusals = dict[str, tuple[str, str, str]]


class Availability(HouseKind):
    """Hours that overlap at one place are merged; a doctor cannot be at two places at once."""

    name = table = "availability"
    model = AvailabilityRule
    asks_house = True
    required = ("WEEKDAY", "START", "END")
    optional = ("VALID_FROM", "VALID_UNTIL", "EVERY_WEEKS", "ANCHOR_DATE", "TYPES")
    parents = (
        Parent("doctor", "DOCTOR", "doctors"),
        Parent("location", "LOCATION", "locations", required=False),
        Parent("department", "DEPARTMENT", "departments", required=False),
    )
    synonyms = WHO_AND_WHERE | {
        "WEEKDAY": ("DAY", "DAY OF WEEK", "DOW"),
        "START": ("FROM", "START TIME", "BEGIN", "OPENS", "STARTS"),
        "END": ("TO", "UNTIL", "END TIME", "CLOSES", "ENDS"),
        "VALID_FROM": ("FIRST DAY", "START DATE", "EFFECTIVE FROM"),
        "VALID_UNTIL": ("LAST DAY", "END DATE", "EFFECTIVE UNTIL", "VALID TO"),
        "EVERY_WEEKS": ("WEEKS", "EVERY N WEEKS"),
        "TYPES": ("TYPE", "VISIT TYPES", "VISIT TYPE", "SERVICES"),
    }
    samples = (
        {"DOCTOR": "D1", "WEEKDAY": "Monday", "START": "09:00", "END": "12:30", "LOCATION": "Main building"},
        {"DOCTOR": "D1", "WEEKDAY": "Thursday", "START": "13:00", "END": "17:00"}
        | {"VALID_FROM": "2027-01-04", "EVERY_WEEKS": "2", "ANCHOR_DATE": "2027-01-04"},
    )

    def over(self, table: Table) -> Kind:
        return Reading()

    def adopt(self, rows: Sequence[Row]) -> dict[str, int]:
        """The same hours that somebody entered here."""
        asked = {row.key: said_by_row(row, at) for row, at in placed(rows)}
        known = {said_by_rule(rule): rule.pk for rule in rules_of(rows)}
        return {key: known[said] for key, said in asked.items() if said in known}

    def objections(self, rows: Sequence[Row]) -> dict[str, tuple[str, str]]:
        """What an undo could not bring back does not change."""
        types = {rule.pk: {kind.pk for kind in rule.types.all()} for rule in rules_of(rows)}
        words = _("The types of visit of hours are changed in the back office, not by a load.")
        differing = (row for row in rows if types.get(row.target_id) != set(row.values["types"]))
        return {row.key: ("TYPES", words) for row in differing}

    def refusals(self, rows: Sequence[Row], known: Known) -> Refusals:
        """No place to be at, or hours at another place at the same time, in this file or in the house."""
        hold(Doctor, (row.parent_ids["doctor"] for row in rows))
        read: Read = known.kept.setdefault(self.name, Read())
        read.changed |= {row.target_id for row in rows if row.target_id}
        places = placed(rows)
        clocks = zones(at["location_id"] for _row, at in places)
        asked = [(row, at, as_slot_rule(row, at, clocks)) for row, at in places]
        standing = by_doctor([*here([rule for _row, _at, rule in asked], read.changed)])
        found: Refusals = {}
        for row, at, rule in asked:
            others = [*standing[rule.doctor_id], *read.rules[rule.doctor_id]]
            if at["location_id"] is None:
                words = _("Give the doctor a location first, or name one here.")
                found[row.key] = ("LOCATION", row.parents["location"], words)
            elif in_two_places(rule, others):
                found[row.key] = ("START", str(rule.start), str(InTwoPlaces()))
            else:
                read.rules[rule.doctor_id].append(rule)
        return found

    def before(self, rows: Sequence[Row]) -> list[tuple[type[Model], int, list[str]]]:
        return [(self.model, row.target_id, [*COLUMNS, *PLACED, "version"]) for row in rows]

    def create(self, rows: Sequence[Row]) -> list[int]:
        made = AvailabilityRule.objects.bulk_create(
            AvailabilityRule(**columns(row), **at) for row, at in placed(rows)
        )
        link = AvailabilityRule.types.through
        link.objects.bulk_create(
            link(availabilityrule_id=rule.pk, appointmenttype_id=kind)
            for row, rule in zip(rows, made, strict=True)
            for kind in row.values["types"]
        )
        return [rule.pk for rule in made]

    def update(self, rows: Sequence[Row]) -> Sequence[Model] | None:
        return super().update(
            [replace(row, values=columns(row) | at, parent_ids={}) for row, at in placed(rows)]
        )


class Reading(Availability):
    """One reading of the table; the types that it names are looked up once each."""

    def __init__(self) -> None:
        self.types: dict[str, set[int]] = {}

    def parse(self, cells: Cells) -> dict[str, Any]:
        start, end = time_of(cells, "START"), time_of(cells, "END")
        if start is not None and start == end:
            cells.refuse("END", _("The rule is as long as a whole day: give it an end."))
        first, last = cells.day("VALID_FROM"), cells.day("VALID_UNTIL")
        if first and last and last < first:
            cells.refuse("VALID_UNTIL", _("The last day is before the first."))
        found: dict[str, Any] = {"weekday": weekday(cells), "start_time": start, "end_time": end}
        found |= {"valid_from": first, "valid_until": last, "types": self._types(cells)}
        return found | weeks(cells, first)

    def _types(self, cells: Cells) -> list[int]:
        names = [name.strip() for name in BETWEEN_TYPES.split(cells.get("TYPES")) if name.strip()]
        self.types |= types_named(set(names) - self.types.keys()) if names else {}
        found = [self.types[name] for name in names]
        if unknown := [name for name in names if len(self.types[name]) != 1]:
            words = _("There is no type of visit “%(name)s”. Add it in the back office first.")
            cells.refuse("TYPES", words % {"name": unknown[0]})
        return sorted(set().union(*found)) if found else []


class Read:
    """The hours that were read so far in this run, by doctor, and the rules of the house that they replace."""

    def __init__(self) -> None:
        self.rules: dict[int, list[Rule]] = defaultdict(list)
        self.changed: set[int] = set()


def weeks(cells: Cells, first: date | None) -> dict[str, Any]:
    """Every week, unless it is said otherwise; alternate weeks count from the anchor, else from the first day."""
    text, anchor = cells.get("EVERY_WEEKS") or "1", cells.day("ANCHOR_DATE") or first
    is_number = text.isascii() and text.isdecimal() and len(text) <= MOST_DIGITS
    if not (is_number and 1 <= int(text) <= MOST_WEEKS):
        cells.refuse("EVERY_WEEKS", _("Use a number from 1 to %(most)d.") % {"most": MOST_WEEKS})
        return {}
    if int(text) > 1 and anchor is None:
        cells.refuse("ANCHOR_DATE", _("Name a day in a week that counts."))
    return {"every_weeks": int(text), "anchor_date": anchor if int(text) > 1 else None}


def placed(rows: Sequence[Row]) -> list[tuple[Row, dict[str, Any]]]:
    """Each row with the keys of doctor, place and department; where none is named, the doctor's own. One query."""
    own = homes(row.parent_ids["doctor"] for row in rows)
    return [(row, at_home(row.parent_ids, own[row.parent_ids["doctor"]])) for row in rows]


def at_home(named: Mapping[str, Any], home: Home) -> dict[str, Any]:
    return {
        "doctor_id": named["doctor"],
        "location_id": named["location"] or home.location_id,
        "department_id": named["department"] or home.department_id,
    }


def columns(row: Row) -> dict[str, Any]:
    return {name: row.values[name] for name in COLUMNS}


def as_slot_rule(row: Row, at: Mapping[str, Any], clocks: Mapping[int, str]) -> Rule:
    said = {name: row.values[name] for name in ("weekday", "valid_from", "valid_until", "every_weeks")}
    times = {"start": row.values["start_time"], "end": row.values["end_time"]}
    return Rule(
        **at, zone=clocks.get(at["location_id"], ""), **said, **times, anchor=row.values["anchor_date"]
    )


def here(asked: Sequence[Rule], changed: set[int]) -> list[Rule]:
    """The hours of these doctors that stand in the house at that time; three queries."""
    first = min(first_day(rule) for rule in asked)
    last = max(last_day(rule) for rule in asked)
    start = datetime.combine(first, time.min, tzinfo=UTC)
    gone = {(AvailabilityRule, pk) for pk in changed}
    return read_hours({rule.doctor_id for rule in asked}, start, start + (last - first), gone).rules


def in_two_places(rule: Rule, others: Iterable[Rule]) -> bool:
    elsewhere = [other for other in others if other.location_id != rule.location_id]
    if not elsewhere:
        return False
    first, last = first_day(rule), last_day(rule)
    return meets(slots.windows([rule], first, last), slots.windows(elsewhere, first, last))


def first_day(rule: Rule) -> date:
    return rule.valid_from or timezone.localdate()


def last_day(rule: Rule) -> date:
    return min(rule.valid_until or date.max, first_day(rule) + OVERLAP_LOOK)


def by_doctor(rules: Iterable[Rule]) -> dict[int, list[Rule]]:
    found: dict[int, list[Rule]] = defaultdict(list)
    for rule in rules:
        found[rule.doctor_id].append(rule)
    return found


def rules_of(rows: Sequence[Row]) -> Any:
    doctors = {row.parent_ids["doctor"] for row in rows}
    return AvailabilityRule.objects.filter(doctor__in=doctors).prefetch_related("types")


Said = tuple[Any, ...]


def said_by_rule(rule: AvailabilityRule) -> Said:
    types = frozenset(kind.pk for kind in rule.types.all())
    return (*(getattr(rule, name) for name in (*COLUMNS, *PLACED)), types)


def said_by_row(row: Row, at: Mapping[str, Any]) -> Said:
    values = {**columns(row), **at}
    return (*(values[name] for name in (*COLUMNS, *PLACED)), frozenset(row.values["types"]))


def weekly(get: Get) -> str:
    """The natural key of hours: whose, on which day, from when, where and since when, however it is written."""
    day, start = day_number(get("WEEKDAY")), get("START")
    with suppress(ValueError):
        start = read_time(start).isoformat()
    return "|".join([get("DOCTOR"), str(day), start, get("LOCATION"), get("VALID_FROM")])
