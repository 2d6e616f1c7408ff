"""What may be done with a visit just now: worked out from the role, the state and the clock, without a query."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from accounts.roles import reach
from scheduling.models import Appointment, Status
from scheduling.rules import CANCEL, too_late_to_cancel
from scheduling.services.booking import acts_as_patient
from scheduling.services.visits import ARRIVE, NOSHOW, START, is_same_day
from scheduling.states import may_become


@dataclass(frozen=True)
class Action:
    """One button: it posts, but for cancelling, which asks first."""

    name: str
    label: Any
    url: str
    posts: bool = True


def actions(user: Any, visit: Appointment, now: datetime) -> list[Action]:
    """Needs `type` and `location` loaded."""
    found = [
        (can_arrive(user, visit, now), "arrive", _("Arrived")),
        (can_miss(user, visit, now), "noshow", _("Did not attend")),
        (visit.status == Status.ARRIVED and reach(user, ARRIVE), "undo", _("Undo arrival")),
    ]
    buttons = [
        Action(name, label, reverse(f"scheduling:appointment-{name}", args=[visit.public_id]))
        for allowed, name, label in found
        if allowed
    ]
    if can_cancel(user, visit, now):
        url = reverse("scheduling:appointment-cancel", args=[visit.public_id])
        buttons.append(Action("cancel", _("Cancel appointment"), url, posts=False))
    return buttons


def can_arrive(user: Any, visit: Appointment, now: datetime) -> bool:
    waits = visit.status == Status.BOOKED or (visit.status == Status.NOSHOW and is_same_day(visit, now))
    return waits and reach(user, ARRIVE) is not None


def can_miss(user: Any, visit: Appointment, now: datetime) -> bool:
    return visit.status == Status.BOOKED and now >= visit.start_at and reach(user, NOSHOW) is not None


def can_cancel(user: Any, visit: Appointment, now: datetime) -> bool:
    if reach(user, CANCEL) is None or not may_become(visit.status, Status.CANCELLED):
        return False
    if acts_as_patient(user) and visit.status == Status.ARRIVED:
        return False
    return not too_late_to_cancel(user, visit, now)


def can_start(user: Any, visit: Appointment) -> bool:
    """The button posts to the clinical app, whose service starts the visit too."""
    return visit.status == Status.ARRIVED and reach(user, START) is not None
