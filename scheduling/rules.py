"""Under what condition a permission of this app holds for a row in sight."""

from datetime import datetime, timedelta
from typing import Any

from django.conf import settings
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.roles import Reach, reach
from accounts.rules import rule
from scheduling.models import Appointment

CANCEL = "scheduling.cancel_appointment"
MOVE = "scheduling.move_appointment"


@rule(CANCEL)
def may_cancel(user: Any, visit: Appointment) -> Any:
    return too_late_to_cancel(user, visit, timezone.now()) or True


def too_late_to_cancel(user: Any, visit: Appointment, now: datetime) -> str:
    """Words with the way out once a patient's notice has run out; staff need none. Needs `type` loaded."""
    if reach(user, CANCEL) is not Reach.OWN or now <= cancel_until(visit):
        return ""
    return _("It is too late to cancel this visit on the site. Call %(phone)s.") % {
        "phone": settings.HOSPITAL_PHONE
    }


def cancel_until(visit: Appointment) -> datetime:
    """The last instant at which a patient may cancel."""
    return visit.start_at - timedelta(minutes=visit.type.cancel_notice_minutes)


@rule(MOVE)
def may_move(user: Any, visit: Appointment) -> Any:
    return cannot_move(user, visit, timezone.now()) or True


def cannot_move(user: Any, visit: Appointment, now: datetime) -> str:
    """Words with the way out when a patient's own moves are used up or it is too late; staff are not bound.

    Needs `type` loaded. A visit that leave displaced may always be moved: the patient did not choose that.
    """
    if reach(user, MOVE) is not Reach.OWN or visit.decisions.unanswered().exists():
        return ""
    phone = {"phone": settings.HOSPITAL_PHONE}
    if now > move_until(visit):
        return _("It is too late to move this visit on the site. Call %(phone)s.") % phone
    if visit.moves >= visit.type.max_moves:
        return _("You have moved this visit as often as the site allows. Call %(phone)s.") % phone
    return ""


def move_until(visit: Appointment) -> datetime:
    """The last instant at which a patient may choose another time."""
    return visit.start_at - timedelta(minutes=visit.type.move_notice_minutes)
