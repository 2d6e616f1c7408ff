"""Which visits tie a clinician to a patient."""

from datetime import timedelta
from typing import Any

from django.db.models import Q
from django.utils import timezone

from accounts.access import relationships
from accounts.models import Department
from accounts.roles import Reach
from scheduling.models import Appointment
from scheduling.states import OPENS_CHART, UPCOMING, Status

AFTERCARE = timedelta(days=365)


@relationships.register(Reach.TREATING, "visit ahead or under way")
def has_visit_ahead(user: Any) -> Q:
    visits = Appointment.objects.filter(doctor__user=user, status__in=UPCOMING)
    return Q(pk__in=visits.values("patient"))


@relationships.register(Reach.TREATING, "visit within the last 365 days")
def had_visit(user: Any) -> Q:
    since = timezone.now() - AFTERCARE
    visits = Appointment.objects.filter(doctor__user=user, status=Status.FULFILLED, end_at__gte=since)
    return Q(pk__in=visits.values("patient"))


@relationships.register(Reach.DEPARTMENT, "visit today in the department")
def has_visit_today(user: Any) -> Q:
    today = timezone.localtime().replace(hour=0, minute=0, second=0, microsecond=0)
    visits = Appointment.objects.filter(
        department__in=Department.objects.below(user.department_id), status__in=OPENS_CHART
    ).between(today, today + timedelta(days=1))
    return Q(pk__in=visits.values("patient"))
