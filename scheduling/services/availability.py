"""Free times: one search for the lists and for the booking, so that the two cannot disagree."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.contrib.auth.models import AnonymousUser
from django.db.models import Q

from accounts.models import Doctor, Patient, User
from accounts.roles import Reach, reach
from scheduling import slots
from scheduling.models import Appointment, AppointmentType, AvailabilityOverride, AvailabilityRule, Status
from scheduling.services.occupancy import (
    LOOK_AHEAD,
    as_rules,
    below_limit,
    busy_blocks,
    day_counts,
    elsewhere,
    longest,
    read_hours,
)
from scheduling.slots import Closed, Rule, Slot

Viewer = User | AnonymousUser

STAFF_HORIZON = timedelta(days=730)
CHUNK = timedelta(days=7)
FARTHEST_LOOK = timedelta(days=98)


@dataclass(frozen=True)
class Opening:
    """A free time of one doctor for one type of visit."""

    type: AppointmentType
    slot: Slot

    @property
    def start(self) -> datetime:
        return slots.from_minutes(self.slot.start)

    @property
    def end(self) -> datetime:
        return slots.from_minutes(self.slot.end)


def books_for_everyone(viewer: Viewer) -> bool:
    """Staff who book are bound by the doctor's hours only, not by the limits for patients."""
    return reach(viewer, "scheduling.book_appointment") is Reach.ALL


def bookable_range(*, type: AppointmentType, viewer: Viewer, now: datetime) -> tuple[datetime, datetime]:
    """The first start that the viewer may book, and the first that is too far."""
    if books_for_everyone(viewer):
        return now, now + STAFF_HORIZON
    return now + timedelta(minutes=type.lead_minutes), now + timedelta(days=type.horizon_days)


def may_see(type: AppointmentType, viewer: Viewer) -> bool:
    return not type.is_archived and (type.patients_may_book or books_for_everyone(viewer))


def free_slots(
    *,
    doctors: Iterable[Doctor],
    type: AppointmentType,
    start: datetime,
    end: datetime,
    viewer: Viewer,
    now: datetime,
    exclude: Appointment | None = None,
    patient: Patient | None = None,
) -> list[Slot]:
    """Times in [start, end) that the viewer may book, by start and doctor: four queries in all.

    With a patient, who costs one query more, times at which the patient is elsewhere are left out. A type with
    a daily limit costs one more. What the viewer's own hold keeps for that patient counts as free.
    """
    earliest, latest = bookable_range(type=type, viewer=viewer, now=now)
    start, end = max(start, earliest), min(end, latest)
    if start >= end or not may_see(type, viewer):
        return []
    ids = [doctor.pk for doctor in doctors]
    hours, shape, free = read_hours(ids, start, end), type.shape, set_aside(viewer, patient, exclude)
    busy = busy_blocks(ids, shape, start, end, now, free)
    closed = hours.closed + elsewhere(patient, start, end, now, free)
    found = slots.free_slots(hours.rules, busy, shape, start, end, closed)
    return below_limit(found, type, day_counts(ids, type, start, end, now, free), hours.zones())


def set_aside(viewer: Viewer, patient: Patient | None, exclude: Appointment | None) -> Q | None:
    """Visits that do not stand in the way: the one that is to move, and what the viewer holds for the patient."""
    own = Q(pk=exclude.pk) if exclude is not None else None
    if patient is None or not viewer.is_authenticated:
        return own
    held = Q(status=Status.HELD, patient=patient.pk, booked_by=viewer.pk)
    return held if own is None else held | own


def types_of(*, doctor: Doctor, viewer: Viewer, now: datetime) -> list[AppointmentType]:
    """The kinds of visit that the doctor's hours offer and the viewer may book; three queries."""
    rules = AvailabilityRule.objects.filter(doctor=doctor.pk)
    named = [rule.type_ids for rule in as_rules(rules.current(now.date() - LOOK_AHEAD))]
    days = AvailabilityOverride.objects.filter(doctor=doctor.pk, kind=AvailabilityOverride.Kind.OPEN)
    if days.filter(date__gte=now.date() - LOOK_AHEAD).exists():
        named.append(frozenset())
    offered = [type for type in AppointmentType.objects.current() if may_see(type, viewer)]
    return [type for type in offered if any(not ids or type.pk in ids for ids in named)]


def is_open(*, doctor: Doctor, type: AppointmentType, start: datetime) -> bool:
    """Whether the doctor's hours offer this start, were nobody booked."""
    hours = read_hours([doctor.pk], start, start + slots.MINUTE)
    return slots.slot_at(hours.rules, {}, type.shape, start, doctor.pk, hours.closed) is not None


def first_free(
    *,
    doctors: Iterable[Doctor],
    types: Iterable[AppointmentType],
    viewer: Viewer,
    now: datetime,
    start: datetime | None = None,
    count: int = 1,
    patient: Patient | None = None,
    exclude: Appointment | None = None,
) -> dict[int, list[Opening]]:
    """The next times of each doctor, from now or a later start, for any of the types, by the doctor's pk.

    Searched in weeks, each one query, only for doctors who still lack some.
    """
    offered = [type for type in types if may_see(type, viewer)]
    limits = {type.pk: bookable_range(type=type, viewer=viewer, now=now) for type in offered}
    found: dict[int, list[Opening]] = {}
    at, last = max(start or now, now), max((end for _, end in limits.values()), default=now)
    if at >= last:
        return found
    last = min(last, at + FARTHEST_LOOK)
    hours = read_hours([doctor.pk for doctor in doctors], at, last)
    rules = [rule for rule in hours.rules if not rule.type_ids or rule.type_ids & limits.keys()]
    free = set_aside(viewer, patient, exclude)
    search = Search(offered, limits, hours.closed + elsewhere(patient, at, last, now, free), now, free, count)
    while at < last and (wanting := [rule for rule in rules if len(found.get(rule.doctor_id, [])) < count]):
        for opening in search.week(wanting, at):
            openings = found.setdefault(opening.slot.doctor_id, [])
            if len(openings) < count and not (openings and openings[-1].slot.start == opening.slot.start):
                openings.append(opening)
        at += CHUNK
    return found


@dataclass(frozen=True)
class Search:
    """What stays the same from week to week while free times are looked for."""

    types: list[AppointmentType]
    limits: Mapping[int, tuple[datetime, datetime]]
    closed: list[Closed]
    now: datetime
    free: Q | None
    count: int

    def week(self, rules: list[Rule], at: datetime) -> list[Opening]:
        """By start; at one time the first of the types comes first."""
        ids = {rule.doctor_id for rule in rules}
        busy = busy_blocks(ids, longest(self.types), at, at + CHUNK, self.now, self.free)
        zones = {rule.location_id: rule.zone for rule in rules}
        openings = []
        for type in self.types:
            start, end = max(at, self.limits[type.pk][0]), min(at + CHUNK, self.limits[type.pk][1])
            if start < end:
                # A daily limit takes some of them away again, so that all are needed.
                most = self.count if type.daily_limit is None else None
                found = slots.free_slots(rules, busy, type.shape, start, end, self.closed, most)
                counts = day_counts(ids, type, start, end, self.now, self.free)
                openings += [Opening(type, slot) for slot in below_limit(found, type, counts, zones)]
        return sorted(openings, key=lambda opening: opening.slot.start)
