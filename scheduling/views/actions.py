"""What may be done with a visit just now: worked out from the role, the state and the clock, without a query."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from accounts.roles import reach
from scheduling.models import Appointment, Status
from scheduling.rules import CANCEL, MOVE, cannot_move, too_late_to_cancel
from scheduling.services.availability import may_see
from scheduling.services.booking import acts_as_patient
from scheduling.services.review import APPROVE
from scheduling.services.visits import ARRIVE, FINISH, NOSHOW, START, is_same_day
from scheduling.states import may_become

WRITE = "clinical.write_record"
START_RECORD = "clinical.start_encounter"


@dataclass(frozen=True)
class Action:
    """One button: it posts, but for moving and cancelling, which ask first."""

    name: str
    label: Any
    url: str
    posts: bool = True


def actions(user: Any, visit: Appointment, now: datetime) -> list[Action]:
    """Needs `type`, `location` and `encounter` loaded; a patient who may move costs one query."""
    found = [
        (can_approve(user, visit), "approve", _("Approve"), True),
        (can_arrive(user, visit, now), "arrive", _("Arrived"), True),
        (can_finish(user, visit), "finish", _("Finish visit"), True),
        (can_miss(user, visit, now), "noshow", _("Did not attend"), True),
        (visit.status == Status.ARRIVED and reach(user, ARRIVE), "undo", _("Undo arrival"), True),
        (can_move(user, visit, now), "reschedule", _("Move appointment"), False),
        (can_cancel(user, visit, now), "cancel", _("Cancel appointment"), False),
    ]
    return [
        Action(name, label, reverse(f"scheduling:appointment-{name}", args=[visit.public_id]), posts)
        for allowed, name, label, posts in found
        if allowed
    ]


def can_approve(user: Any, visit: Appointment) -> bool:
    return visit.status == Status.PENDING and reach(user, APPROVE) is not None


def can_arrive(user: Any, visit: Appointment, now: datetime) -> bool:
    waits = visit.status == Status.BOOKED or (visit.status == Status.NOSHOW and is_same_day(visit, now))
    return waits and reach(user, ARRIVE) is not None


def can_miss(user: Any, visit: Appointment, now: datetime) -> bool:
    return visit.status == Status.BOOKED and now >= visit.start_at and reach(user, NOSHOW) is not None


def can_move(user: Any, visit: Appointment, now: datetime) -> bool:
    """Staff with a reason, patients within their notice; either only what they could book."""
    may = visit.status == Status.BOOKED and reach(user, MOVE) is not None and may_see(visit.type, user)
    return may and not cannot_move(user, visit, now)


def can_cancel(user: Any, visit: Appointment, now: datetime) -> bool:
    if reach(user, CANCEL) is None or not may_become(visit.status, Status.CANCELLED):
        return False
    if acts_as_patient(user) and visit.status == Status.ARRIVED:
        return False
    return not too_late_to_cancel(user, visit, now)


def can_start(user: Any, visit: Appointment) -> bool:
    """The button posts to the clinical app, whose service starts the visit too."""
    return visit.status == Status.ARRIVED and reach(user, START) is not None


def can_finish(user: Any, visit: Appointment) -> bool:
    """A visit that nobody writes a record of; else the record ends the visit."""
    begun = visit.status == Status.CHECKED_IN and record_under_way(visit) is None
    return begun and reach(user, FINISH) is not None


def can_end(user: Any, visit: Appointment) -> bool:
    """The button posts to the clinical app, which ends the visit with its record."""
    return record_under_way(visit) is not None and reach(user, WRITE) is not None


def can_take_back(user: Any, visit: Appointment) -> bool:
    """Only while nothing is written; a page that has not asked whether there is does not offer it."""
    untouched = record_under_way(visit) is not None and not getattr(visit, "has_notes", True)
    return untouched and reach(user, START_RECORD) is not None


def record_under_way(visit: Appointment) -> Any:
    """The open encounter of a visit in consultation. Django resolves the name: this app imports no record."""
    encounter = getattr(visit, "encounter", None)
    return encounter if encounter is not None and encounter.is_open and not encounter.ended_at else None
