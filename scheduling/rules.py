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
