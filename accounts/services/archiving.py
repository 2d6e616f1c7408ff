"""Putting away: what history hangs on is archived, never deleted; accounts are closed, never removed."""

from datetime import datetime
from typing import Any, NamedTuple

from django.db import models
from django.db.models.deletion import Collector, ProtectedError, RestrictedError
from django.utils.translation import gettext_lazy as _

from accounts.audit import acting
from accounts.errors import DomainError
from accounts.models import Department, Doctor, Location, Patient, User
from accounts.rules import demand

Place = Department | Location
MOVE_FIRST = {
    Department: _("Move its doctors and departments to another department first."),
    Location: _("Move its doctors to another location first."),
}


class CannotArchive(DomainError):
    message = _("This cannot be archived.")


class Removal(NamedTuple):
    """What became of a row that was to be deleted: `booked` visits stay with an archived doctor."""

    deleted: bool
    booked: int = 0


def deactivate_doctor(*, doctor: Doctor, actor: User, now: datetime) -> int:
    """No new bookings and no sign-in from now on; returns how many booked visits stay."""
    demand(actor, "accounts.archive_doctor", doctor)
    with acting(actor, reason="deactivation"):
        doctor = locked(doctor)
        put_away(doctor, now)
        close_account(doctor.user)
        return booked_visits(doctor, now)


def reactivate_doctor(*, doctor: Doctor, actor: User, now: datetime) -> None:
    """Listed and able to sign in again; the account comes back with its old password."""
    demand(actor, "accounts.archive_doctor", doctor)
    with acting(actor, reason="reactivation"):
        doctor = locked(doctor)
        bring_back(doctor)
        if doctor.user:
            switch(doctor.user, is_active=True)


def archive_patient(*, patient: Patient, actor: User, now: datetime) -> int:
    """Out of the lists; the record, the account and booked visits stay; returns how many visits do."""
    demand(actor, "accounts.archive_patient", patient)
    with acting(actor, reason="archiving"):
        patient = locked(patient)
        put_away(patient, now)
        return booked_visits(patient, now)


def restore_patient(*, patient: Patient, actor: User, now: datetime) -> None:
    """Refused for a file that was merged: undoing the merge brings it back with all that was its own."""
    demand(actor, "accounts.archive_patient", patient)
    with acting(actor, reason="restoring"):
        patient = locked(patient)
        if patient.merged_into_id is not None:
            raise CannotArchive(_("%(name)s was merged. Undo the merge instead.") % {"name": patient})
        bring_back(patient)


def archive_place(*, place: Place, actor: User, now: datetime) -> None:
    """Unlisted; refused while doctors or departments that are not archived belong to it."""
    demand(actor, permission_to_delete(place), place)
    with acting(actor, reason="archiving"):
        place = locked(place)
        if place.doctors.current().exists() or has_departments(place):
            raise CannotArchive(MOVE_FIRST[type(place)])
        put_away(place, now)


def restore_place(*, place: Place, actor: User, now: datetime) -> None:
    demand(actor, permission_to_delete(place), place)
    with acting(actor, reason="restoring"):
        bring_back(locked(place))


def remove_doctor(*, doctor: Doctor, actor: User, now: datetime) -> Removal:
    """Delete what nothing depends on, else deactivate; the account of a deleted doctor is closed."""
    demand(actor, "accounts.delete_doctor", doctor)
    with acting(actor, reason="removal"):
        doctor = locked(doctor)
        if has_history(doctor):
            return Removal(False, deactivate_doctor(doctor=doctor, actor=actor, now=now))
        close_account(doctor.user)
        doctor.delete()
        return Removal(True)


def remove_patient(*, patient: Patient, actor: User, now: datetime) -> Removal:
    """Delete what nothing depends on, else archive."""
    demand(actor, "accounts.delete_patient", patient)
    with acting(actor, reason="removal"):
        patient = locked(patient)
        if has_history(patient):
            return Removal(False, archive_patient(patient=patient, actor=actor, now=now))
        patient.delete()
        return Removal(True)


def remove_place(*, place: Place, actor: User, now: datetime) -> Removal:
    """Delete what nothing depends on, else archive."""
    demand(actor, permission_to_delete(place), place)
    with acting(actor, reason="removal"):
        place = locked(place)
        if has_history(place):
            archive_place(place=place, actor=actor, now=now)
            return Removal(False)
        place.delete()
        return Removal(True)


def deactivate_user(*, user: User, actor: User, now: datetime) -> None:
    """No sign-in from the next request on; a doctor is deactivated as a doctor, own accounts by another."""
    demand(actor, "accounts.deactivate_user")
    if user.pk == actor.pk:
        raise CannotArchive(_("You cannot deactivate your own account. Ask another administrator."))
    refuse_doctors(user)
    with acting(actor, reason="deactivation"):
        close_account(user)


def reactivate_user(*, user: User, actor: User, now: datetime) -> None:
    demand(actor, "accounts.deactivate_user")
    refuse_doctors(user)
    with acting(actor, reason="reactivation"):
        switch(user, is_active=True)


def refuse_doctors(user: User) -> None:
    if Doctor.objects.filter(user=user).exists():
        raise CannotArchive(_("This is a doctor's account. Deactivate or reactivate the doctor instead."))


def permission_to_delete(place: Place) -> str:
    return f"accounts.delete_{place._meta.model_name}"


def has_departments(place: Place) -> bool:
    return isinstance(place, Department) and place.children.current().exists()


def has_history(row: models.Model) -> bool:
    """Whether anything would stand in the way of deleting the row; reads, writes nothing."""
    try:
        Collector(using=row._state.db or "default", origin=row).collect([row])
    except (ProtectedError, RestrictedError):
        return True
    return False


def booked_visits(person: Any, now: datetime) -> int:
    """Visits still to come; the relation is scheduling's, known here by its name alone."""
    return person.appointments.upcoming(now).count()


def locked(row: Any) -> Any:
    return type(row).objects.select_for_update(of=("self",)).get(pk=row.pk)


def put_away(row: Any, now: datetime) -> None:
    """The version rises, so that a form that was open meanwhile does not bring the row back."""
    if row.archived_at is None:
        row.claim_version(row.version)
        row.archived_at = now
        row.save(update_fields=["archived_at"])


def bring_back(row: Any) -> None:
    row.claim_version(row.version)
    row.archived_at = None
    row.save(update_fields=["archived_at"])


def switch(user: User, *, is_active: bool) -> None:
    """Raises the version too, so that a form opened before does not take it back."""
    User.objects.filter(pk=user.pk).update(is_active=is_active, version=models.F("version") + 1)


def close_account(user: User | None) -> None:
    if user is not None:
        switch(user, is_active=False)
