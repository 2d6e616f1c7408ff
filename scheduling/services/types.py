"""Kinds of visit: put away when they are no longer offered; visits booked for them stay."""

from datetime import datetime

from accounts.audit import acting
from accounts.models import User
from accounts.rules import demand
from accounts.services.archiving import Removal, has_history
from scheduling.models import AppointmentType, AvailabilityRule


def archive(*, type: AppointmentType, actor: User, now: datetime) -> None:
    with acting(actor, reason="kind of visit put away"):
        demand(actor, "scheduling.change_appointmenttype", type)
        AppointmentType.objects.current().filter(pk=type.pk).update(archived_at=now)


def restore(*, type: AppointmentType, actor: User) -> None:
    with acting(actor, reason="kind of visit offered again"):
        demand(actor, "scheduling.change_appointmenttype", type)
        AppointmentType.objects.filter(pk=type.pk).update(archived_at=None)


def remove(*, type: AppointmentType, actor: User, now: datetime) -> Removal:
    """Delete what nothing was ever booked for, else put it away."""
    demand(actor, "scheduling.delete_appointmenttype", type)
    with acting(actor, reason="removal"):
        type = AppointmentType.objects.select_for_update(of=("self",)).get(pk=type.pk)
        if is_used(type):
            archive(type=type, actor=actor, now=now)
            return Removal(False)
        type.delete()
        return Removal(True)


def is_used(type: AppointmentType) -> bool:
    """Booked, or named by weekly hours: those that named no other kind would then be open for every kind."""
    return has_history(type) or AvailabilityRule.objects.filter(types=type).exists()
