"""Weekly hours and their exceptions: looked at before they are saved, with the visits that would be left outside."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, time, timedelta
from typing import Any

from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.audit import acting
from accounts.errors import NotAllowed
from accounts.models import Doctor, User
from accounts.roles import Reach, reach
from accounts.rules import demand
from scheduling import slots
from scheduling.errors import InTwoPlaces
from scheduling.models import Appointment, AppointmentType, AvailabilityOverride, AvailabilityRule
from scheduling.services.calendar import locked, patiently
from scheduling.services.covering import Stay, uncovered
from scheduling.services.occupancy import Hours, below_limit, busy_blocks, day_counts, read_hours
from scheduling.slots import Rule, Slot

CHANGE = "scheduling.change_availabilityrule"
PREVIEW_DAYS = 14
# Whole local days: one on which the clocks go back is longer.
PREVIEW = timedelta(days=PREVIEW_DAYS, hours=2)
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


def overview(*, doctor: Doctor, type: AppointmentType, now: datetime) -> Preview:
    """The calendar as it stands: the free starts of the next days, and every visit to come outside the hours."""
    visits = to_come(doctor, now)
    hours = changed(doctor, now, visits=visits)
    return Preview(free_starts(doctor, type, hours, now, now), outside(visits, hours))


def preview_change(
    *,
    doctor: Doctor,
    type: AppointmentType,
    now: datetime,
    adds: Sequence[Entry] = (),
    drops: Sequence[Entry] = (),
    type_ids: frozenset[int] = frozenset(),
    day: date | None = None,
) -> Preview:
    """The 14 days from now, or from the day of the change on, with some entries added and others gone.

    Nothing is written. Entries to add are unsaved; `type_ids` are the types that an added rule names. With a
    day, rules that go hold until the day before it, as saving leaves them.
    """
    start = max(now, midnight(doctor, day)) if day else now
    visits = to_come(doctor, now)
    before = {visit.pk for visit in outside(visits, whole_hours(doctor, visits, now))}
    hours = changed(doctor, start, adds, drops, type_ids, day, visits)
    after = outside(visits, changed(doctor, now, adds, drops, type_ids, day, visits))
    found = free_starts(doctor, type, hours, start, now)
    return Preview(found, [visit for visit in after if visit.pk not in before])


def midnight(doctor: Doctor, day: date) -> datetime:
    """The beginning of the day by the clock of the doctor's place."""
    zone = doctor.location.zone if doctor.location else timezone.get_default_timezone()
    return datetime.combine(day, time.min, tzinfo=zone)


def to_come(doctor: Doctor, now: datetime) -> list[Appointment]:
    return list(Appointment.objects.upcoming(now).filter(doctor=doctor.pk).with_people())


def free_starts(
    doctor: Doctor, type: AppointmentType, hours: Hours, start: datetime, now: datetime
) -> list[Slot]:
    """As staff find them: bound by the hours and the daily limit, not by the notice that patients give."""
    end = start + PREVIEW
    busy = busy_blocks([doctor.pk], type.shape, start, end, now)
    found = slots.free_slots(hours.rules, busy, type.shape, start, end, hours.closed)
    return below_limit(found, type, day_counts([doctor.pk], type, start, end, now), hours.zones())


def changed(
    doctor: Doctor,
    start: datetime,
    adds: Sequence[Entry] = (),
    drops: Sequence[Entry] = (),
    type_ids: frozenset[int] = frozenset(),
    day: date | None = None,
    visits: Sequence[Appointment] = (),
) -> Hours:
    gone = {(entry.__class__, entry.pk) for entry in drops}
    end = max([start + PREVIEW, *(visit.end_at for visit in visits)])
    hours = read_hours([doctor.pk], start, end, gone)
    rules, closed = [*hours.rules, *remainders(drops, day)], list(hours.closed)
    for entry in adds:
        if isinstance(entry, AvailabilityRule):
            rules.append(entry.as_slot_rule(type_ids))
        elif entry.kind == AvailabilityOverride.Kind.OPEN:
            rules.append(entry.as_rule())
        else:
            closed.append(entry.as_closed())
    return Hours(rules, closed)


def remainders(drops: Sequence[Entry], day: date | None) -> list[Rule]:
    """What is left of rules that end on the day before this one; those that begin later leave nothing."""
    found = []
    for rule in drops:
        if isinstance(rule, AvailabilityRule) and day and (last := last_day(rule, day)):
            whole = rule.as_slot_rule(frozenset(kind.pk for kind in rule.types.all()))
            found.append(replace(whole, valid_until=last))
    return found


def last_day(rule: AvailabilityRule, day: date) -> date | None:
    """The last day of a rule that is to end before this day; none for one that has not begun by then."""
    if rule.valid_from and rule.valid_from >= day:
        return None
    return min(rule.valid_until or date.max, day - timedelta(days=1))


def whole_hours(doctor: Doctor, visits: Sequence[Appointment], now: datetime) -> Hours:
    return read_hours([doctor.pk], now, max([now, *(visit.end_at for visit in visits)]))


def outside(visits: Sequence[Appointment], hours: Hours) -> list[Appointment]:
    """Visits that do not lie within open hours for their type at their place, or that leave or a closure meets."""
    found = set(uncovered([as_stay(visit) for visit in visits], hours))
    return [visit for visit in visits if visit.pk in found]


def as_stay(visit: Appointment) -> Stay:
    start, end = slots.to_minutes(visit.start_at), slots.to_minutes(visit.end_at)
    return Stay(visit.pk, visit.doctor_id, visit.type_id, visit.location_id, start, end)


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


@patiently
def save_rule(
    *,
    rule: AvailabilityRule,
    types: Iterable[AppointmentType],
    actor: User,
    replaces: AvailabilityRule | None = None,
    version: int | None = None,
) -> AvailabilityRule:
    """Add weekly hours; with `replaces`, the old hours end on the day before these begin, and visits stay.

    Hours that have not begun yet are replaced altogether. The same hours twice are one rule. StaleVersion when
    the old ones changed meanwhile.
    """
    kinds = list(types)
    with acting(actor, reason="weekly hours"):
        doctor = writable(rule.doctor, actor)
        stands = replaces is not None and version in (None, replaces.version)
        if not stands and (known := twin(rule, kinds)) is not None:
            return known
        drops = [replaces] if replaces else []
        check_places(doctor, rule, drops, frozenset(kind.pk for kind in kinds))
        if replaces is not None:
            end_before(replaces, rule.valid_from, version)
        rule.save(force_insert=True)
        rule.types.set(kinds)
    return rule


def twin(rule: AvailabilityRule, types: Iterable[AppointmentType]) -> AvailabilityRule | None:
    """A rule that says the same already: the form was sent twice."""
    wanted = {kind.pk for kind in types}
    rows = AvailabilityRule.objects.filter(**said(rule)).prefetch_related("types")
    return next((row for row in rows if {kind.pk for kind in row.types.all()} == wanted), None)


def said(entry: Entry) -> dict[str, Any]:
    """All that people typed, as a query; a null is looked for as such."""
    own = {"id", "public_id", "version"}
    names = [field.attname for field in entry._meta.concrete_fields if field.attname not in own]
    values = {name: getattr(entry, name) for name in names}
    found = {name: value for name, value in values.items() if value is not None}
    return found | {f"{name}__isnull": True for name in values if name not in found}


def end_before(rule: AvailabilityRule, day: date | None, version: int | None) -> None:
    rule.claim_version(version if version is not None else rule.version)
    last = last_day(rule, day) if day else None
    if last is None:
        rule.delete()
    else:
        rule.valid_until = last
        rule.save(update_fields=["valid_until"])


@patiently
def end_rule(*, rule: AvailabilityRule, day: date, version: int, actor: User) -> None:
    """No hours from this day on; visits already booked stay and are listed as outside the hours."""
    with acting(actor, reason="weekly hours"):
        writable(rule.doctor, actor)
        end_before(rule, day, version)


@patiently
def save_override(*, override: AvailabilityOverride, actor: User) -> AvailabilityOverride:
    """Open or close one day; the same twice is one exception."""
    with acting(actor, reason="exception to the weekly hours"):
        doctor = writable(override.doctor, actor)
        if (known := AvailabilityOverride.objects.filter(**said(override)).first()) is not None:
            return known
        check_places(doctor, override, [], frozenset())
        override.save(force_insert=True)
    return override


@patiently
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
