"""The states of a visit and the table of their changes: what is not listed is refused."""

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _


class Status(TextChoices):
    """FHIR R4 appointment status, with `held` and `expired` inside the house."""

    HELD = "held", _("Held")
    PENDING = "pending", _("Waiting for approval")
    BOOKED = "booked", _("Booked")
    ARRIVED = "arrived", _("Waiting")
    CHECKED_IN = "checked-in", _("In consultation")
    FULFILLED = "fulfilled", _("Completed")
    CANCELLED = "cancelled", _("Cancelled")
    NOSHOW = "noshow", _("Did not attend")
    EXPIRED = "expired", _("Expired")
    ENTERED_IN_ERROR = "entered-in-error", _("Entered in error")


ACTIVE = [Status.HELD, Status.PENDING, Status.BOOKED, Status.ARRIVED, Status.CHECKED_IN]
UPCOMING = [Status.PENDING, Status.BOOKED, Status.ARRIVED, Status.CHECKED_IN]
# Visits that tie the clinician who sees them to the patient.
OPENS_CHART = [*UPCOMING, Status.FULFILLED]

NEW = ""

ALLOWED: dict[str, set[str]] = {
    NEW: {
        Status.HELD,
        Status.PENDING,
        Status.BOOKED,
        Status.ARRIVED,
        Status.FULFILLED,
        Status.CANCELLED,
        Status.NOSHOW,
    },
    Status.HELD: {Status.PENDING, Status.BOOKED, Status.EXPIRED, Status.CANCELLED},
    Status.PENDING: {Status.BOOKED, Status.CANCELLED},
    Status.BOOKED: {Status.ARRIVED, Status.NOSHOW, Status.CANCELLED, Status.BOOKED},
    Status.ARRIVED: {Status.CHECKED_IN, Status.BOOKED, Status.CANCELLED},
    Status.CHECKED_IN: {Status.FULFILLED, Status.ARRIVED},
    Status.FULFILLED: set(),
    Status.NOSHOW: {Status.ARRIVED},
    Status.CANCELLED: {Status.BOOKED},
    Status.EXPIRED: {Status.BOOKED},
    Status.ENTERED_IN_ERROR: set(),
}


def _transitions() -> dict[str, frozenset[str]]:
    """Whatever exists may turn out to have been entered in error."""
    found = {}
    for status, following in ALLOWED.items():
        exists = status not in (NEW, Status.ENTERED_IN_ERROR)
        found[status] = frozenset(following | ({Status.ENTERED_IN_ERROR} if exists else set()))
    return found


TRANSITIONS = _transitions()


def may_become(status: str, following: str) -> bool:
    return following in TRANSITIONS.get(status, frozenset())
