"""Why a time is not free: the same facts as the search for free times, told one by one."""

from collections import Counter
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _

from accounts.models import Doctor
from scheduling import slots
from scheduling.models import Appointment, AppointmentType
from scheduling.services.availability import Viewer, bookable_range, may_see, set_aside
from scheduling.services.occupancy import (
    Counts,
    Hours,
    busy_blocks,
    day_counts,
    local_day,
    read_hours,
)
from scheduling.slots import Blocks, Slot


class Reason(TextChoices):
    """Why a start is not on offer."""

    ARCHIVED = "archived", _("The doctor no longer sees patients here")
    HIDDEN = "hidden", _("This kind of visit is not offered to you")
    OUTSIDE_HOURS = "outside-hours", _("Outside the doctor's hours")
    OTHER_TYPE = "other-type", _("These hours are for other kinds of visit")
    OFF_GRID = "off-grid", _("Between the starting times, or too close to the end of the hours")
    LEAVE = "leave", _("The doctor is away")
    CLOSED = "closed", _("The place is closed")
    DAY_CLOSED = "day-closed", _("The doctor closed this time")
    BUSY = "busy", _("Another visit")
    BUFFER = "buffer", _("Too close to another visit: preparation before or after")
    LIMIT = "limit", _("As many visits of this kind as one day may have")
    PAST = "past", _("In the past")
    LEAD = "lead", _("Too soon to be booked")
    HORIZON = "horizon", _("Too far ahead to be booked")


@dataclass(frozen=True)
class Facts:
    """All that decides about the starts of one doctor in one stretch of time; read once."""

    doctor: Doctor
    type: AppointmentType
    hours: Hours
    busy: Blocks
    counts: Counts
    bookable: tuple[datetime, datetime]
    now: datetime
    is_offered: bool

    def reasons(self, start: datetime) -> list[Reason]:
        """Every reason that speaks against this start; none means that it is on offer."""
        found = [*self.of_the_order(start), *self.of_the_hours(start)]
        return [*found, *self.of_the_calendar(start), *self.of_the_limit(start)]

    def of_the_order(self, start: datetime) -> list[Reason]:
        earliest, latest = self.bookable
        told = [
            (self.doctor.is_archived, Reason.ARCHIVED),
            (not self.is_offered, Reason.HIDDEN),
            (start < self.now, Reason.PAST),
            (self.now <= start < earliest, Reason.LEAD),
            (start >= latest, Reason.HORIZON),
        ]
        return [reason for holds, reason in told if holds]

    def of_the_hours(self, start: datetime) -> list[Reason]:
        if self.slot(start, self.hours.closed) is not None:
            return []
        if self.slot(start, []) is None:
            return [self.why_no_hours(start)]
        low, high = self.visit(start)
        places = {None, *self.hours.zones()}
        shut = [one for one in self.hours.closed if one.start < high and one.end > low]
        return list(dict.fromkeys(kind_of(one) for one in shut if one.location_id in places))

    def why_no_hours(self, start: datetime) -> Reason:
        """Told apart by what the hours would be without the type, and without the grid."""
        low, high = self.visit(start)
        if not self.meets(low, high, self.hours.rules):
            return Reason.OUTSIDE_HOURS
        fitting = [rule for rule in self.hours.rules if not rule.type_ids or self.type.pk in rule.type_ids]
        return Reason.OFF_GRID if self.meets(low, high, fitting) else Reason.OTHER_TYPE

    def of_the_calendar(self, start: datetime) -> list[Reason]:
        low, high = self.visit(start)
        blocks = self.busy.get(self.doctor.pk, ())
        if any(a < high and b > low for a, b in blocks):
            return [Reason.BUSY]
        low, high = low - self.type.buffer_before_minutes, high + self.type.buffer_after_minutes
        return [Reason.BUFFER] if any(a < high and b > low for a, b in blocks) else []

    def of_the_limit(self, start: datetime) -> list[Reason]:
        slot = self.slot(start, [])
        if self.type.daily_limit is None or slot is None:
            return []
        day = local_day(slot, self.hours.zones())
        return [Reason.LIMIT] if self.counts.get((self.doctor.pk, day), 0) >= self.type.daily_limit else []

    def visit(self, start: datetime) -> tuple[int, int]:
        low = slots.to_minutes(start)
        return low, low + self.type.minutes

    def slot(self, start: datetime, closed: list[slots.Closed]) -> Slot | None:
        """The slot at this start, were nobody booked."""
        return slots.slot_at(self.hours.rules, {}, self.type.shape, start, self.doctor.pk, closed)

    def meets(self, low: int, high: int, rules: list[slots.Rule]) -> bool:
        """Whether the visit would lie, at least in part, within these hours."""
        day = slots.from_minutes(low).date()
        open_hours = slots.windows(rules, day - timedelta(days=3), day + timedelta(days=2))
        return any(a < high and b > low for _doctor, a, b, *_place in open_hours)


def kind_of(closed: slots.Closed) -> Reason:
    if closed.doctor_id is None:
        return Reason.CLOSED
    return Reason.LEAVE if closed.location_id is None else Reason.DAY_CLOSED


def facts(
    doctor: Doctor,
    type: AppointmentType,
    start: datetime,
    end: datetime,
    viewer: Viewer,
    now: datetime,
    exclude: Appointment | None = None,
) -> Facts:
    free = set_aside(viewer, None, exclude)
    return Facts(
        doctor=doctor,
        type=type,
        hours=read_hours([doctor.pk], start, end),
        busy=busy_blocks([doctor.pk], type.shape, start, end, now, free),
        counts=day_counts([doctor.pk], type, start, end, now, free),
        bookable=bookable_range(type=type, viewer=viewer, now=now),
        now=now,
        is_offered=may_see(type, viewer),
    )


def explain(
    *,
    doctor: Doctor,
    type: AppointmentType,
    start: datetime,
    viewer: Viewer,
    now: datetime,
    exclude: Appointment | None = None,
) -> list[Reason]:
    """Why this start is not on offer to the viewer; empty exactly when `free_slots` lists it.

    A visit that is to move is no reason against its own new time.
    """
    return facts(doctor, type, start, start + slots.MINUTE, viewer, now, exclude).reasons(start)


@dataclass(frozen=True)
class DayExplained:
    """A doctor's day in words: how many starts the hours have, how many are free, what bars the others."""

    starts: int
    free: int
    reasons: list[tuple[Reason, int]]


def explain_day(
    *,
    doctor: Doctor,
    type: AppointmentType,
    day: date,
    zone: ZoneInfo,
    viewer: Viewer,
    now: datetime,
) -> DayExplained:
    """Each start of the day's hours is asked for its reasons; a day without any tells of one moment."""
    start = datetime.combine(day, time.min, tzinfo=zone)
    end = datetime.combine(day + timedelta(days=1), time.min, tzinfo=zone)
    known = facts(doctor, type, start, end, viewer, now)
    found = slots.free_slots(known.hours.rules, {}, type.shape, start, end)
    told = [known.reasons(slots.from_minutes(slot.start)) for slot in found]
    if not told:
        return DayExplained(0, 0, [(reason, 0) for reason in known.reasons(telling(known, start, end))])
    counts = Counter(reason for reasons in told for reason in reasons)
    return DayExplained(len(told), sum(not reasons for reasons in told), counts.most_common())


def telling(known: Facts, start: datetime, end: datetime) -> datetime:
    """Where hours for other kinds, or too short ones, begin on a day without starts; else midday."""
    low, high, day = slots.to_minutes(start), slots.to_minutes(end), start.date()
    open_hours = slots.windows(known.hours.rules, day - timedelta(days=3), day + timedelta(days=2))
    begun = [max(a, low) for _doctor, a, b, *_place in open_hours if a < high and b > low]
    return slots.from_minutes(min(begun)) if begun else start + timedelta(hours=12)
