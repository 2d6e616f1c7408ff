"""Visits of today by their state, and those about which somebody has to decide."""

from datetime import date, datetime
from typing import Any

from django.db.models import Count
from django.utils.translation import gettext_lazy as _

from hospital.desk.figures import TODAY, Figure, how_many, proof, waiting
from hospital.reports.visits import STATES
from scheduling.models import Appointment, Status
from scheduling.services.checking import outside_hours

LIST = "scheduling_appointment"


def visits_today(user: Any, day: date) -> list[Figure]:
    """One query."""
    if not user.has_perm("scheduling.view_appointment"):
        return []
    today = Appointment.objects.visible_to(user).on_day(day).order_by()
    counts = dict(today.values_list("status").annotate(Count("pk")))
    return [
        Figure(
            status.label,
            counts.get(status.value, 0),
            proof(LIST, f"day={day}&status__exact={status.value}"),
            TODAY,
        )
        for status in STATES
    ]


def visits_waiting(user: Any, now: datetime) -> list[Figure]:
    """Seven queries."""
    rows, found = Appointment.objects.visible_to(user), []
    if user.has_perm("scheduling.approve_appointment"):
        pending = how_many(rows.filter(status=Status.PENDING))
        outside = len(outside_hours(now, rows))
        found = [
            waiting(_("Visits to approve"), pending, proof(LIST, "status__exact=pending")),
            waiting(
                _("Booked while the doctor is away"), how_many(rows.in_leave(now)), proof(LIST, "hours=leave")
            ),
            waiting(_("Booked outside the hours"), outside, proof(LIST, "hours=outside")),
        ]
    if user.has_perm("accounts.archive_doctor"):
        left = how_many(rows.of_archived_doctors(now))
        found.append(
            waiting(_("Booked with doctors who have left"), left, proof(LIST, "doctor_state=archived"))
        )
    return found
