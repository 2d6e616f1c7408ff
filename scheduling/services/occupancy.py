"""What the calendar says about some doctors and days, read as the slot search takes it: whole minutes, few queries."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from django.db import models
from django.db.models import F, Func, Q, Value
from django.db.models.functions import Cast

from accounts.models import Patient
from scheduling import slots
from scheduling.constraints import LONGEST_BLOCK
from scheduling.models import (
    Appointment,
    AppointmentType,
    AvailabilityOverride,
    AvailabilityRule,
    ClinicClosure,
    Status,
    TimeOff,
)
from scheduling.slots import Blocks, Closed, Rule, Shape, Slot
from scheduling.states import ACTIVE

LOOK_BACK = timedelta(days=10)  # a night, the farthest zone and the whole week that the grid starts from
LOOK_AHEAD = timedelta(days=2)
DAY = timedelta(days=1)
# Visits that have used up one of the day's places, whether or not they still occupy time.
COUNTED = [*ACTIVE, Status.FULFILLED, Status.NOSHOW]

RULE_COLUMNS = (
    "pk",
    "doctor_id",
    "department_id",
    "location_id",
    "location__time_zone",
    "weekday",
    "start_time",
    "end_time",
    "valid_from",
    "valid_until",
    "every_weeks",
    "anchor_date",
)


class Minute(Func):
    """Whole minutes since the epoch, rounded down: integers cost the database less than Python pays for datetimes."""

    output_field = models.BigIntegerField()
    arity = 1

    def as_postgresql(self, compiler: Any, connection: Any, **extra: Any) -> Any:
        return self.as_sql(
            compiler, connection, template="FLOOR(EXTRACT(EPOCH FROM %(expressions)s) / 60)::bigint", **extra
        )

    def as_sqlite(self, compiler: Any, connection: Any, **extra: Any) -> Any:
        template = "CAST(strftime('%%%%s', %(expressions)s) AS INTEGER) / 60"
        return self.as_sql(compiler, connection, template=template, **extra)


class MinuteAfter(Func):
    """The first whole minute not before the instant: what ends within a minute occupies it."""

    output_field = models.BigIntegerField()
    arity = 1

    def as_postgresql(self, compiler: Any, connection: Any, **extra: Any) -> Any:
        template = "CEIL(EXTRACT(EPOCH FROM %(expressions)s) / 60)::bigint"
        return self.as_sql(compiler, connection, template=template, **extra)

    def as_sqlite(self, compiler: Any, connection: Any, **extra: Any) -> Any:
        """As text an instant is as long as its fraction makes it: nineteen characters when it has none."""
        sql, params = compiler.compile(self.source_expressions[0])
        seconds = f"CAST(strftime('%%s', {sql}) AS INTEGER)"
        return f"({seconds} + (length({sql}) > 19) + 59) / 60", [*params, *params]


@dataclass(frozen=True)
class Hours:
    """When doctors see patients, and when in spite of that they do not."""

    rules: list[Rule]
    closed: list[Closed]

    def zones(self) -> dict[int, str]:
        """The clock of each place at which there are hours."""
        return {rule.location_id: rule.zone for rule in self.rules}


Entry = tuple[type[models.Model], int]


def read_hours(
    doctor_ids: Iterable[int], start: datetime, end: datetime, without: Collection[Entry] = ()
) -> Hours:
    """All that decides about starts in [start, end) but the visits: three queries. Archived doctors have none.

    `without` names rules and overrides to be read as if they were not there.
    """
    ids, first, last = list(doctor_ids), (start - LOOK_BACK).date(), (end + LOOK_AHEAD).date()
    weekly = AvailabilityRule.objects.on_days(ids, first, last)
    rules = as_rules(weekly.exclude(pk__in=[pk for model, pk in without if model is AvailabilityRule]))
    closed = away(ids, start, end)
    overrides = AvailabilityOverride.objects.between(first, last).filter(doctor__in=ids)
    overrides = overrides.exclude(pk__in=[pk for model, pk in without if model is AvailabilityOverride])
    for override in overrides.filter(doctor__archived_at__isnull=True).select_related("location"):
        if override.kind == AvailabilityOverride.Kind.OPEN:
            rules.append(override.as_rule())
        else:
            closed.append(override.as_closed())
    return Hours(rules, closed)


def as_rules(rows: models.QuerySet[AvailabilityRule]) -> list[Rule]:
    """One query: a rule comes once for each type that it names, and the types are gathered here."""
    types: dict[int, set[int]] = defaultdict(set)
    found: dict[int, tuple[Any, ...]] = {}
    for *columns, type_id in rows.order_by().values_list(*RULE_COLUMNS, "types"):
        found[columns[0]] = tuple(columns[1:])
        types[columns[0]] |= {type_id} if type_id else set()
    return [Rule(*[*columns, frozenset(types[pk])]) for pk, columns in found.items()]


def away(doctor_ids: list[int], start: datetime, end: datetime) -> list[Closed]:
    """Leave of the doctors and closures of places that visits begun in [start, end) meet, in one query."""
    end += LONGEST_BLOCK
    nobody = Cast(Value(None), models.BigIntegerField())
    leave = TimeOff.objects.current().filter(doctor__in=doctor_ids).overlapping(start, end)
    closures = ClinicClosure.objects.overlapping(start, end)
    columns = {"low": Minute(F("start_at")), "high": MinuteAfter(F("end_at"))}
    of_doctors = leave.order_by().values_list(
        columns["low"], columns["high"], Cast("doctor_id", models.BigIntegerField()), nobody
    )
    of_places = closures.order_by().values_list(
        columns["low"], columns["high"], nobody, Cast("location_id", models.BigIntegerField())
    )
    return [Closed(*row) for row in of_doctors.union(of_places, all=True)]


def longest(types: Iterable[AppointmentType]) -> Shape:
    """Covers the visit of every type, so that one reading of the busy blocks serves them all."""
    kinds = list(types)
    return Shape(
        type_id=0,
        minutes=max(kind.minutes + kind.buffer_after_minutes for kind in kinds),
        step=1,
        before=max(kind.buffer_before_minutes for kind in kinds),
    )


def busy_blocks(
    doctor_ids: Iterable[int],
    shape: Shape,
    start: datetime,
    end: datetime,
    now: datetime,
    exclude: Q | None = None,
) -> Blocks:
    """What occupies the doctors' time, in minutes, in one range scan over one index; lapsed holds do not."""
    low = start - shape.before * slots.MINUTE
    high = end + (shape.minutes + shape.after) * slots.MINUTE
    rows = Appointment.objects.occupying(now).overlapping(low, high).filter(doctor__in=list(doctor_ids))
    # No block is longer than a day: the index need not be read from the beginning of time.
    rows = rows.filter(block_start__gte=low - LONGEST_BLOCK)
    if exclude is not None:
        rows = rows.exclude(exclude)
    blocks: dict[int, list[slots.Busy]] = defaultdict(list)
    columns = ("doctor_id", Minute(F("block_start")), MinuteAfter(F("block_end")))
    for doctor_id, begins, ends in rows.order_by().values_list(*columns):
        blocks[doctor_id].append((begins, ends))
    return blocks


def elsewhere(
    patient: Patient | None, start: datetime, end: datetime, now: datetime, exclude: Q | None = None
) -> list[Closed]:
    """When the patient is with any doctor: that bars the visit itself, but not its buffers, as the constraint."""
    if patient is None:
        return []
    visits = Appointment.objects.occupying(now).overlapping(start - LONGEST_BLOCK, end + LONGEST_BLOCK)
    visits = visits.filter(patient=patient.pk, patient_overlap_allowed=False)
    if exclude is not None:
        visits = visits.exclude(exclude)
    times = visits.order_by().values_list(Minute(F("start_at")), MinuteAfter(F("end_at")))
    return [Closed(begins, ends) for begins, ends in times]


Counts = dict[tuple[int, date], int]


def day_counts(
    doctor_ids: Iterable[int],
    type: AppointmentType,
    start: datetime,
    end: datetime,
    now: datetime,
    exclude: Q | None = None,
) -> Counts:
    """Visits of a type by doctor and local day; one query if the type has a daily limit, else none.

    Holds and visits waiting for approval count, cancelled ones do not.
    """
    counts: Counts = defaultdict(int)
    if type.daily_limit is None:
        return counts
    visits = Appointment.objects.between(start - 2 * DAY, end + 2 * DAY).filter(status__in=COUNTED)
    visits = visits.filter(type=type.pk, doctor__in=list(doctor_ids))
    visits = visits.exclude(status=Status.HELD, hold_expires_at__lte=now)
    if exclude is not None:
        visits = visits.exclude(exclude)
    for doctor_id, at, zone in visits.order_by().values_list("doctor_id", "start_at", "location__time_zone"):
        counts[doctor_id, at.astimezone(ZoneInfo(zone)).date()] += 1
    return counts


def below_limit(
    found: list[Slot], type: AppointmentType, counts: Counts, zones: Mapping[int, str]
) -> list[Slot]:
    """Without the days on which a doctor has as many visits of this type as one day may have."""
    limit = type.daily_limit
    if limit is None:
        return found
    return [slot for slot in found if counts.get((slot.doctor_id, local_day(slot, zones)), 0) < limit]


def local_day(slot: Slot, zones: Mapping[int, str]) -> date:
    return slots.from_minutes(slot.start).astimezone(ZoneInfo(zones[slot.location_id])).date()
