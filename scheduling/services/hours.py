"""Weekly hours and their exceptions: looked at before they are saved, with the visits that would be left outside."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from django.utils.translation import gettext as _

from accounts.audit import acting
from accounts.errors import NotAllowed
from accounts.models import Doctor, User
from accounts.roles import Reach, reach
from accounts.rules import demand
from scheduling import slots
from scheduling.errors import InTwoPlaces
from scheduling.models import Appointment, AppointmentType, AvailabilityOverride, AvailabilityRule
from scheduling.services.calendar import locked
from scheduling.services.occupancy import Hours, busy_blocks, read_hours
from scheduling.slots import Closed, Slot

CHANGE = "scheduling.change_availabilityrule"
PREVIEW = timedelta(days=14)
OVERLAP_LOOK = timedelta(days=371)  # a year of alternate weeks, and the week it began in
Entry = AvailabilityRule | AvailabilityOverride


@dataclass(frozen=True)
class Preview:
    """What a change would mean: the free starts of the next days, and booked visits that fall out of the hours."""

    slots: list[Slot]
    outside: list[Appointment]


def may_edit(actor: User, doctor: Doctor) -> bool:
    """Doctors their own hours, administrators everybody's."""
    how_far = reach(actor, CHANGE)
    return how_far is Reach.ALL or (how_far is Reach.MINE and doctor.user_id == actor.pk)


def preview_change(
    *,
    doctor: Doctor,
    type: AppointmentType,
    now: datetime,
    adds: Sequence[Entry] = (),
    drops: Iterable[Entry] = (),
    type_ids: frozenset[int] = frozenset(),
) -> Preview:
    """The next 14 days as they would be with some entries added and others gone; nothing is written.

    Entries to add are unsaved; `type_ids` are the types that an added rule names.
    """
    hours = changed(doctor, now, adds, drops, type_ids)
    busy = busy_blocks([doctor.pk], type.shape, now, now + PREVIEW, now)
    found = slots.free_slots(hours.rules, busy, type.shape, now, now + PREVIEW, hours.closed)
    upcoming = list(Appointment.objects.upcoming(now).filter(doctor=doctor.pk).with_people())
    before = {visit.pk for visit in outside(upcoming, whole_hours(doctor, upcoming, now))}
    after = outside(upcoming, changed(doctor, now, adds, drops, type_ids, upcoming))
    return Preview(found, [visit for visit in after if visit.pk not in before])


def changed(
    doctor: Doctor,
    now: datetime,
    adds: Sequence[Entry],
    drops: Iterable[Entry],
    type_ids: frozenset[int],
    visits: Sequence[Appointment] = (),
) -> Hours:
    gone = {(entry.__class__, entry.pk) for entry in drops}
    end = max([now + PREVIEW, *(visit.end_at for visit in visits)])
    hours = read_hours([doctor.pk], now, end, gone)
    rules, closed = list(hours.rules), list(hours.closed)
    for entry in adds:
        if isinstance(entry, AvailabilityRule):
            rules.append(entry.as_slot_rule(type_ids))
        elif entry.kind == AvailabilityOverride.Kind.OPEN:
            rules.append(entry.as_rule())
        else:
            closed.append(entry.as_closed())
    return Hours(rules, closed)


def whole_hours(doctor: Doctor, visits: Sequence[Appointment], now: datetime) -> Hours:
    return read_hours([doctor.pk], now, max([now, *(visit.end_at for visit in visits)]))


def outside(visits: Sequence[Appointment], hours: Hours) -> list[Appointment]:
    """Visits that do not lie within open hours for their type at their place, or that leave or a closure meets."""
    if not visits:
        return []
    first = min(visit.start_at for visit in visits).date() - timedelta(days=2)
    last = max(visit.end_at for visit in visits).date() + timedelta(days=1)
    spans: dict[tuple[int, int, int], list[tuple[int, int]]] = defaultdict(list)
    for type_id in {visit.type_id for visit in visits}:
        rules = [rule for rule in hours.rules if not rule.type_ids or type_id in rule.type_ids]
        for doctor, start, end, location, _department in slots.windows(rules, first, last):
            spans[type_id, doctor, location].append((start, end))
    return [visit for visit in visits if not is_covered(visit, spans, hours.closed)]


def is_covered(visit: Appointment, spans: Any, closed: list[Closed]) -> bool:
    low, high = slots.to_minutes(visit.start_at), slots.to_minutes(visit.end_at)
    within = spans.get((visit.type_id, visit.doctor_id, visit.location_id), ())
    return any(a <= low and high <= b for a, b in within) and not any(
        one.start < high
        and one.end > low
        and one.doctor_id in (None, visit.doctor_id)
        and one.location_id in (None, visit.location_id)
        for one in closed
    )


def check_places(doctor: Doctor, entry: Entry, drops: Iterable[Entry], type_ids: frozenset[int]) -> None:
    """InTwoPlaces when hours at another location run at the same time; alternate weeks need not meet.

    Hours at one location may overlap: they are merged.
    """
    if isinstance(entry, AvailabilityOverride) and entry.kind == AvailabilityOverride.Kind.CLOSE:
        return
    added = entry.as_slot_rule(type_ids) if isinstance(entry, AvailabilityRule) else entry.as_rule()
    gone = {(one.__class__, one.pk) for one in drops}
    first = added.valid_from or date.today()
    last = min(added.valid_until or date.max, first + OVERLAP_LOOK)
    start = datetime.combine(first, datetime.min.time(), tzinfo=slots.EPOCH.tzinfo)
    known = read_hours([doctor.pk], start, start + (last - first), gone).rules
    others = [rule for rule in known if rule.location_id != added.location_id]
    mine, theirs = slots.windows([added], first, last), slots.windows(others, first, last)
    if meets(mine, theirs):
        raise InTwoPlaces


def meets(mine: list[slots.Window], theirs: list[slots.Window]) -> bool:
    """Both lists are sorted, so neither pointer turns back."""
    at = 0
    for _doctor, start, end, *_place in mine:
        while at < len(theirs) and theirs[at][2] <= start:
            at += 1
        if at < len(theirs) and theirs[at][1] < end:
            return True
    return False


def save_rule(
    *,
    rule: AvailabilityRule,
    types: Iterable[AppointmentType],
    actor: User,
    replaces: AvailabilityRule | None = None,
    version: int | None = None,
) -> AvailabilityRule:
    """Add weekly hours; with `replaces`, the old hours end on the day before these begin, and visits stay.

    Hours that have not begun yet are replaced altogether. StaleVersion when the old ones changed meanwhile.
    """
    kinds = list(types)
    with acting(actor, reason="weekly hours"):
        doctor = writable(rule.doctor, actor)
        drops = [replaces] if replaces else []
        check_places(doctor, rule, drops, frozenset(kind.pk for kind in kinds))
        if replaces is not None:
            end_before(replaces, rule.valid_from, version)
        rule.save(force_insert=True)
        rule.types.set(kinds)
    return rule


def end_before(rule: AvailabilityRule, day: date | None, version: int | None) -> None:
    rule.claim_version(version if version is not None else rule.version)
    if day is None or (rule.valid_from and rule.valid_from >= day):
        rule.delete()
    else:
        rule.valid_until = day - timedelta(days=1)
        rule.save(update_fields=["valid_until"])


def end_rule(*, rule: AvailabilityRule, day: date, version: int, actor: User) -> None:
    """No hours from this day on; visits already booked stay and are listed as outside the hours."""
    with acting(actor, reason="weekly hours"):
        writable(rule.doctor, actor)
        end_before(rule, day, version)


def save_override(*, override: AvailabilityOverride, actor: User) -> AvailabilityOverride:
    """Open or close one day."""
    with acting(actor, reason="exception to the weekly hours"):
        doctor = writable(override.doctor, actor)
        check_places(doctor, override, [], frozenset())
        override.save(force_insert=True)
    return override


def remove_override(*, override: AvailabilityOverride, version: int, actor: User) -> None:
    with acting(actor, reason="exception to the weekly hours"):
        writable(override.doctor, actor)
        override.claim_version(version)
        override.delete()


def writable(doctor: Doctor, actor: User) -> Doctor:
    """The doctor under the lock that every write to the calendar takes; NotAllowed for another's hours."""
    demand(actor, CHANGE)
    doctor = locked(Doctor, [doctor])[doctor.pk]
    if not may_edit(actor, doctor):
        raise NotAllowed(_("You may change your own hours only."))
    return doctor
