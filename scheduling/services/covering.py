"""Which visits lie within open hours, for one doctor or for the whole house."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from typing import NamedTuple

from scheduling import slots
from scheduling.services.occupancy import Hours
from scheduling.slots import Closed, Range

Place = tuple[int, int, int]  # type, doctor, location


class Stay(NamedTuple):
    """A visit as the hours see it, in whole minutes since the epoch; by the visit's key."""

    key: int
    doctor_id: int
    type_id: int
    location_id: int
    start: int
    end: int


def uncovered(stays: Sequence[Stay], hours: Hours) -> list[int]:
    """Keys of visits outside the hours for their type at their place, or that leave or a closure meets."""
    if not stays:
        return []
    opened, shut = open_ranges(stays, hours), by_doctor(hours.closed)
    return [stay.key for stay in stays if not is_within(stay, opened) or is_shut(stay, shut)]


def open_ranges(stays: Sequence[Stay], hours: Hours) -> Mapping[Place, list[Range]]:
    first = slots.from_minutes(min(stay.start for stay in stays)).date() - 2 * slots.DAY
    last = slots.from_minutes(max(stay.end for stay in stays)).date() + slots.DAY
    found: dict[Place, list[Range]] = defaultdict(list)
    for type_id in {stay.type_id for stay in stays}:
        rules = [rule for rule in hours.rules if not rule.type_ids or type_id in rule.type_ids]
        for doctor, start, end, location, _department in slots.windows(rules, first, last):
            found[type_id, doctor, location].append((start, end))
    return found


def by_doctor(closed: Iterable[Closed]) -> Mapping[int | None, list[Closed]]:
    found: dict[int | None, list[Closed]] = defaultdict(list)
    for one in closed:
        found[one.doctor_id].append(one)
    return found


def is_within(stay: Stay, opened: Mapping[Place, list[Range]]) -> bool:
    ranges = opened.get((stay.type_id, stay.doctor_id, stay.location_id), ())
    return any(start <= stay.start and stay.end <= end for start, end in ranges)


def is_shut(stay: Stay, shut: Mapping[int | None, list[Closed]]) -> bool:
    return any(
        one.start < stay.end and one.end > stay.start and one.location_id in (None, stay.location_id)
        for whose in (None, stay.doctor_id)
        for one in shut.get(whose, ())
    )
