"""Free times: one search for the lists and for the booking, so that the two cannot disagree."""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.contrib.auth.models import AnonymousUser

from accounts.models import Doctor, Patient, User
from accounts.roles import Reach, reach
from scheduling import slots
from scheduling.constraints import LONGEST_BLOCK
from scheduling.models import Appointment, AppointmentType, AvailabilityRule
from scheduling.slots import Blocks, Closed, Rule, Shape, Slot

Viewer = User | AnonymousUser

STAFF_HORIZON = timedelta(days=730)
CHUNK = timedelta(days=7)
LOOK_BACK = timedelta(days=10)  # a night, the farthest zone and the whole week that the grid starts from
LOOK_AHEAD = timedelta(days=2)
ROUND_UP = timedelta(seconds=59, microseconds=999_999)
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
    """Times in [start, end) that the viewer may book, by start and doctor: three queries in all.

    With a patient, who costs one query more, times at which the patient is elsewhere are left out.
    """
    earliest, latest = bookable_range(type=type, viewer=viewer, now=now)
    start, end = max(start, earliest), min(end, latest)
    if start >= end or not may_see(type, viewer):
        return []
    ids = [doctor.pk for doctor in doctors]
    rules, shape = read_rules(ids, start, end), type.shape
    busy = busy_blocks(ids, shape, start, end, exclude)
    return slots.free_slots(rules, busy, shape, start, end, elsewhere(patient, start, end))


def types_of(*, doctor: Doctor, viewer: Viewer) -> list[AppointmentType]:
    """The kinds of visit that the doctor's hours offer and the viewer may book; three queries."""
    rules = AvailabilityRule.objects.filter(doctor=doctor.pk).prefetch_related("types")
    named = [{type.pk for type in rule.types.all()} for rule in rules]
    offered = [type for type in AppointmentType.objects.current() if may_see(type, viewer)]
    return [type for type in offered if any(not ids or type.pk in ids for ids in named)]


def is_open(*, doctor: Doctor, type: AppointmentType, start: datetime) -> bool:
    """Whether the doctor's hours offer this start, were nobody booked."""
    rules = read_rules([doctor.pk], start, start + slots.MINUTE)
    return slots.is_free(rules, {}, type.shape, start, doctor.pk)


def first_free(
    *,
    doctors: Iterable[Doctor],
    types: Iterable[AppointmentType],
    viewer: Viewer,
    now: datetime,
    start: datetime | None = None,
    count: int = 1,
    patient: Patient | None = None,
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
    rules = [
        rule
        for rule in read_rules([doctor.pk for doctor in doctors], at, last)
        if not rule.type_ids or rule.type_ids & limits.keys()
    ]
    closed = elsewhere(patient, at, last)
    while at < last and (wanting := [rule for rule in rules if len(found.get(rule.doctor_id, [])) < count]):
        for opening in week_of_openings(wanting, offered, limits, at, closed):
            openings = found.setdefault(opening.slot.doctor_id, [])
            if len(openings) < count and not (openings and openings[-1].slot.start == opening.slot.start):
                openings.append(opening)
        at += CHUNK
    return found


def week_of_openings(
    rules: list[Rule],
    types: list[AppointmentType],
    limits: Mapping[int, tuple[datetime, datetime]],
    at: datetime,
    closed: list[Closed],
) -> list[Opening]:
    """By start; at one time the first of the types comes first."""
    longest = Shape(
        type_id=0,
        minutes=max(type.minutes + type.buffer_after_minutes for type in types),
        step=1,
        before=max(type.buffer_before_minutes for type in types),
    )
    busy = busy_blocks({rule.doctor_id for rule in rules}, longest, at, at + CHUNK)
    openings = []
    for type in types:
        start, end = max(at, limits[type.pk][0]), min(at + CHUNK, limits[type.pk][1])
        if start < end:
            found = slots.free_slots(rules, busy, type.shape, start, end, closed)
            openings += [Opening(type, slot) for slot in found]
    return sorted(openings, key=lambda opening: opening.slot.start)


def read_rules(doctor_ids: list[int], start: datetime, end: datetime) -> list[Rule]:
    """Weekly hours that may decide about starts in [start, end); archived doctors have none. Two queries."""
    first, last = (start - LOOK_BACK).date(), (end + LOOK_AHEAD).date()
    return [rule.as_slot_rule() for rule in AvailabilityRule.objects.on_days(doctor_ids, first, last)]


def busy_blocks(
    doctor_ids: Iterable[int],
    shape: Shape,
    start: datetime,
    end: datetime,
    exclude: Appointment | None = None,
) -> Blocks:
    """What occupies the doctors' time, in minutes, in one range scan."""
    low = start - shape.before * slots.MINUTE
    high = end + (shape.minutes + shape.after) * slots.MINUTE
    rows = Appointment.objects.active().overlapping(low, high).filter(doctor__in=list(doctor_ids))
    # No block is longer than a day: the index need not be read from the beginning of time.
    rows = rows.filter(block_start__gte=low - LONGEST_BLOCK)
    if exclude is not None:
        rows = rows.exclude(pk=exclude.pk)
    blocks: dict[int, list[slots.Busy]] = defaultdict(list)
    for doctor_id, begins, ends in rows.order_by().values_list("doctor", "block_start", "block_end"):
        blocks[doctor_id].append((slots.to_minutes(begins), slots.to_minutes(ends + ROUND_UP)))
    return blocks


def elsewhere(patient: Patient | None, start: datetime, end: datetime) -> list[Closed]:
    """When the patient is with any doctor: that bars the visit itself, but not its buffers, as the constraint."""
    if patient is None:
        return []
    visits = Appointment.objects.active().overlapping(start - LONGEST_BLOCK, end + LONGEST_BLOCK)
    times = visits.filter(patient=patient.pk).order_by().values_list("start_at", "end_at")
    return [Closed(slots.to_minutes(begins), slots.to_minutes(ends + ROUND_UP)) for begins, ends in times]
