"""Kinds of visit: put away when they are no longer offered; visits booked for them stay."""

from datetime import datetime

from accounts.audit import acting
from accounts.models import User
from accounts.rules import demand
from scheduling.models import AppointmentType


def archive(*, type: AppointmentType, actor: User, now: datetime) -> None:
    with acting(actor, reason="kind of visit put away"):
        demand(actor, "scheduling.change_appointmenttype", type)
        AppointmentType.objects.current().filter(pk=type.pk).update(archived_at=now)


def restore(*, type: AppointmentType, actor: User) -> None:
    with acting(actor, reason="kind of visit offered again"):
        demand(actor, "scheduling.change_appointmenttype", type)
        AppointmentType.objects.filter(pk=type.pk).update(archived_at=None)
