"""Whose calendar a page is about: one's own, or anybody's for those whose reach is the whole house."""

from datetime import date, datetime
from typing import Any
from zoneinfo import ZoneInfo

from django.db.models import QuerySet
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils import timezone
from django.utils.functional import cached_property

from accounts.models import Doctor
from accounts.roles import Reach, reach
from accounts.views.pages import PageMixin


def doctors_within(user: Any, permission: str) -> QuerySet:
    """The doctors whose calendar the permission opens to the user, with department and place."""
    how_far = reach(user, permission)
    rows = Doctor.objects.select_related("department", "location")
    if how_far is Reach.ALL:
        return rows
    return rows.filter(user=user) if how_far is Reach.MINE else rows.none()


def own_doctor(user: Any, permission: str) -> Doctor | None:
    return doctors_within(user, permission).filter(user=user.pk).first()


def zone_of(doctor: Doctor) -> ZoneInfo:
    """The clock of the doctor's place; without a place, the hospital's."""
    return doctor.location.zone if doctor.location else ZoneInfo(timezone.get_default_timezone_name())


def schedule_url(user: Any, doctor: Doctor) -> str:
    if doctor.user_id == user.pk:
        return reverse("scheduling:schedule")
    return reverse("scheduling:schedule-of", args=[doctor.public_id])


def leave_url(user: Any, doctor: Doctor) -> str:
    if doctor.user_id == user.pk:
        return reverse("scheduling:leave")
    return reverse("scheduling:leave-of", args=[doctor.public_id])


class OwnedPage(PageMixin):
    """A page about the calendar of one doctor; put it first among the bases."""

    @cached_property
    def doctor(self) -> Doctor:
        """The one that the address names; 404 for another's."""
        rows = doctors_within(self.request.user, self.permission)
        return get_object_or_404(rows, public_id=self.kwargs["public_id"])

    @cached_property
    def now(self) -> datetime:
        return timezone.now()

    @cached_property
    def zone(self) -> ZoneInfo:
        return zone_of(self.doctor)

    @cached_property
    def today(self) -> date:
        return self.now.astimezone(self.zone).date()
