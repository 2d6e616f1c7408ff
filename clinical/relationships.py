"""Which encounters tie a clinician to a patient."""

from datetime import timedelta
from typing import Any

from django.db.models import Q
from django.utils import timezone

from accounts.access import relationships
from accounts.models import Department
from accounts.roles import Reach
from clinical.models.encounter import Encounter, EncounterStatus

AFTERCARE = timedelta(days=365)


@relationships.register(Reach.MINE, "own encounter in progress")
@relationships.register(Reach.TREATING, "encounter in progress")
def treats_now(user: Any) -> Q:
    open_now = Encounter.objects.filter(doctor__user=user, status=EncounterStatus.IN_PROGRESS)
    return Q(pk__in=open_now.values("patient"))


@relationships.register(Reach.MINE, "own encounter within the last 365 days")
@relationships.register(Reach.TREATING, "encounter within the last 365 days")
def treated(user: Any) -> Q:
    since = timezone.now() - AFTERCARE
    finished = Encounter.objects.filter(
        doctor__user=user, status=EncounterStatus.FINISHED, ended_at__gte=since
    )
    return Q(pk__in=finished.values("patient"))


@relationships.register(Reach.DEPARTMENT, "open encounter in the department")
@relationships.register(Reach.PRESENT, "open encounter in the department")
def is_seen_in_department(user: Any) -> Q:
    open_now = Encounter.objects.filter(
        department__in=Department.objects.below(user.department_id), status=EncounterStatus.IN_PROGRESS
    )
    return Q(pk__in=open_now.values("patient"))
