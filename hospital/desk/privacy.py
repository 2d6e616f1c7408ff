"""What the privacy officer looks at: who read, printed and took out what, and who acts for whom."""

from datetime import datetime, timedelta
from typing import Any
from urllib.parse import urlencode

from django.db.models import Count
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.admin.recent import WEEK
from accounts.backoffice.trail import VIEW
from accounts.models import AuditEvent, PatientAccess
from accounts.models.audit import ACTIONS
from accounts.roles import Reach, reach
from hospital.desk.figures import ACCESS, NOTED, Figure, how_many, proof, waiting

TRAIL, ACCESSES = "accounts_auditevent", "accounts_patientaccess"
LOOKED_AT = ["read", "search", "print", "export", "merge", "unmerge", "see-as"]
ASKED = {"action": "create", "target_table": "clinical_correctionrequest"}


def privacy(user: Any, now: datetime) -> list[Figure]:
    """Six queries, for those who see the whole audit; who looks on as one of them sees none of it."""
    if reach(user, VIEW) is not Reach.ALL:
        return []
    trail = AuditEvent.objects.visible_to(user)
    return [*accesses(PatientAccess.objects.visible_to(user), now), *noted(trail, now)]


def accesses(rows: Any, now: datetime) -> list[Figure]:
    kinds = PatientAccess.Kind
    urgent, acting = rows.filter(kind=kinds.BREAK_GLASS), rows.filter(kind=kinds.PROXY)
    begun = how_many(urgent.filter(starts_at__gte=now - WEEK))
    lasting, proxies = how_many(urgent.open_at(now)), how_many(acting.open_at(now))
    opened, acts = f"kind__exact={kinds.BREAK_GLASS}", f"kind__exact={kinds.PROXY}"
    return [
        waiting(_("Emergency access, last 7 days"), begun, proof(ACCESSES, f"{opened}&begun=week")),
        Figure(_("Emergency access that is open"), lasting, proof(ACCESSES, f"{opened}&state=open"), ACCESS),
        Figure(_("People acting for a patient"), proxies, proof(ACCESSES, f"{acts}&state=open"), ACCESS),
    ]


def noted(trail: Any, now: datetime) -> list[Figure]:
    today, week = days_back(0, now), days_back(7, now)
    rows = trail.filter(**week).order_by()
    counts = dict(rows.filter(action__in=LOOKED_AT).values_list("action").annotate(Count("pk")))
    return [
        Figure(_("Everything noted today"), how_many(trail.filter(**today)), listed(today), NOTED),
        *(Figure(ACTIONS[one], counts.get(one, 0), listed(week, action=one), NOTED) for one in LOOKED_AT),
        Figure(
            _("Corrections of notes asked for"), how_many(rows.filter(**ASKED)), listed(week, **ASKED), NOTED
        ),
    ]


def days_back(number: int, now: datetime) -> dict[str, datetime]:
    """Whole days up to the end of this one, as the list's own filter “Past 7 days” has them."""
    today = timezone.localtime(now).replace(hour=0, minute=0, second=0, microsecond=0)
    return {
        "recorded_at__gte": today - timedelta(days=number),
        "recorded_at__lt": today + timedelta(days=1),
    }


def listed(days: dict[str, datetime], **also: str) -> str:
    return proof(TRAIL, urlencode({**also, **days}))
