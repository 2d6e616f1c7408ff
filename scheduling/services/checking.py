"""What is wrong with the calendar: damage that no rule lets in, and visits that somebody has to look at. Reads only."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, NamedTuple
from uuid import UUID

from django.db.models import F, Q, QuerySet, TextChoices
from django.utils.translation import gettext_lazy as _

from scheduling import slots
from scheduling.models import Appointment, AvailabilityRule, Status
from scheduling.services.covering import Stay, uncovered
from scheduling.services.occupancy import Hours, Minute, read_hours
from scheduling.states import ACTIVE

FORGOTTEN = timedelta(hours=1)


class Kind(TextChoices):
    """What can be found."""

    DOCTOR_OVERLAP = "doctor-overlap", _("the doctor is in two visits at once")
    PATIENT_OVERLAP = "patient-overlap", _("the patient is in two places at once")
    BLOCK = "block", _("the time kept does not cover the visit")
    FORGOTTEN_HOLD = "forgotten-hold", _("held, though the time to decide is over")
    OFFER = "offer-without-decision", _("kept as an offer that nobody was made")
    OUTSIDE_HOURS = "outside-hours", _("outside the doctor's hours")
    IN_LEAVE = "in-leave", _("the doctor is away, and nobody decided to keep the visit")
    DOCTOR_LEFT = "doctor-left", _("booked with a doctor who has left")
    PLACE_CLOSED_DOWN = "archived-place", _("weekly hours at a place that is no longer used")


@dataclass(frozen=True)
class Finding:
    """One thing that is wrong with a visit, or with a weekly rule, by its public id."""

    kind: Kind
    public_id: UUID
    with_id: UUID | None = None  # the other visit of an overlap


def findings(now: datetime) -> list[Finding]:
    """Everything, by kind; thirteen queries, whatever the rows."""
    return [
        *overlaps(Kind.DOCTOR_OVERLAP, "doctor", "block"),
        *overlaps(Kind.PATIENT_OVERLAP, "patient", "visit"),
        *rows(Kind.BLOCK, Appointment.objects.active().filter(sticks_out())),
        *rows(Kind.FORGOTTEN_HOLD, Appointment.objects.lapsed(now - FORGOTTEN)),
        *rows(Kind.OFFER, orphan_offers()),
        *rows(Kind.OUTSIDE_HOURS, Appointment.objects.filter(pk__in=outside_hours(now))),
        *rows(Kind.IN_LEAVE, Appointment.objects.in_leave(now)),
        *rows(Kind.DOCTOR_LEFT, Appointment.objects.of_archived_doctors(now)),
        *rows(Kind.PLACE_CLOSED_DOWN, rules_at_archived_places(now)),
    ]


def rows(kind: Kind, found: QuerySet) -> list[Finding]:
    return [Finding(kind, public_id) for public_id in found.values_list("public_id", flat=True)]


def sticks_out() -> Q:
    return Q(block_start__gt=F("start_at")) | Q(block_end__lt=F("end_at"))


def orphan_offers() -> QuerySet:
    """Only offers are held in nobody's name; each belongs to the decision of a leave."""
    return Appointment.objects.filter(status=Status.HELD, booked_by__isnull=True, offer__isnull=True)


def rules_at_archived_places(now: datetime) -> QuerySet:
    rules = AvailabilityRule.objects.current(now.date()).filter(doctor__archived_at__isnull=True)
    return rules.filter(location__archived_at__isnull=False)


# Overlaps


class Occupied(NamedTuple):
    """A stretch of somebody's time."""

    who: int
    start: datetime
    end: datetime
    session: UUID
    public_id: UUID


RANGES = {"block": ("block_start", "block_end"), "visit": ("start_at", "end_at")}


def overlaps(kind: Kind, who: str, what: str) -> Iterator[Finding]:
    """Each visit that begins while an earlier one of the same person lasts, and neither may overlap."""
    start, end = RANGES[what]
    visits = Appointment.objects.filter(status__in=ACTIVE, **{f"{who}_overlap_allowed": False})
    columns = (f"{who}_id", start, end, "session", "public_id")
    last: Occupied | None = None
    for row in visits.order_by(f"{who}_id", start, "pk").values_list(*columns).iterator():
        this = Occupied(*row)
        if last is not None and last.who == this.who and this.start < last.end:
            if this.session != last.session:
                yield Finding(kind, this.public_id, last.public_id)
        if last is None or last.who != this.who or this.end > last.end:
            last = this


# Hours


def outside_hours(now: datetime, visits: Any = None) -> list[int]:
    """Keys of visits to come that lie outside the hours and that nobody put there on purpose; four queries.

    A reason without an overlap is why a visit may be outside. Leave is no matter of hours: `in_leave` names
    those visits, as `of_archived_doctors` names those of doctors without any hours.
    """
    stays = to_come(now, Appointment.objects.all() if visits is None else visits)
    if not stays:
        return []
    last = slots.from_minutes(max(stay.end for stay in stays))
    return uncovered(stays, without_leave(read_hours({stay.doctor_id for stay in stays}, now, last)))


def to_come(now: datetime, visits: Any) -> list[Stay]:
    """As tuples of numbers: a big house has tens of thousands, and rows of the model take five times as long."""
    found = visits.upcoming(now).filter(status__in=[Status.PENDING, Status.BOOKED], doctor__archived_at=None)
    found = found.filter(
        Q(overlap_reason="") | Q(doctor_overlap_allowed=True) | Q(patient_overlap_allowed=True)
    )
    times = Minute(F("start_at")), Minute(F("end_at"))
    return [Stay(*row) for row in found.values_list("pk", "doctor_id", "type_id", "location_id", *times)]


def without_leave(hours: Hours) -> Hours:
    """Leave alone names a doctor and no place."""
    closed = [one for one in hours.closed if one.doctor_id is None or one.location_id is not None]
    return Hours(hours.rules, closed)


def counts(found: Iterable[Finding]) -> dict[str, Any]:
    """How many of each kind, none left out."""
    numbers: dict[str, Any] = dict.fromkeys(Kind.values, 0)
    for finding in found:
        numbers[finding.kind.value] += 1
    return numbers
