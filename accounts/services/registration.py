"""How a person becomes a patient: by signing up, or at the desk."""

from datetime import date, datetime
from typing import Any

from accounts.audit import acting
from accounts.errors import NotAllowed
from accounts.models import MrnCounter, Patient, PatientAccess, User
from accounts.rules import demand


def register_self(
    *, user: User, gender: str, phone: Any, actor: User, now: datetime, birth_date: date | None = None
) -> Patient:
    """The second step of signing up; done twice, it is one patient still.

    Always a new patient: another with the same name and date of birth may be another person.
    """
    demand(actor, "accounts.register_self")
    if actor.pk != user.pk:
        raise NotAllowed
    with acting(actor, reason="registration"):
        user = User.objects.select_for_update().get(pk=user.pk)
        grants = PatientAccess.objects.open_at(now).filter(user=user, kind=PatientAccess.Kind.SELF)
        own = grants.select_related("patient").first()
        birth_date = user.birth_date or birth_date
        return own.patient if own else begin(user, now, gender=gender, phone=phone, birth_date=birth_date)


def begin(user: User, now: datetime, **told: Any) -> Patient:
    patient = add(
        now,
        given_name=user.given_name,
        family_name=user.family_name,
        email=user.email,
        **told,
    )
    PatientAccess.objects.create(
        patient=patient, user=user, kind=PatientAccess.Kind.SELF, granted_by=user, starts_at=now
    )
    return patient


def register_patient(*, actor: User, now: datetime, **fields: Any) -> Patient:
    """A patient without an account, from the desk or the back office; raises ValidationError by field."""
    demand(actor, "accounts.add_patient")
    with acting(actor, reason="registration"):
        return add(now, **fields)


def add(now: datetime, **fields: Any) -> Patient:
    """The next number and the row; a number is never used twice, though one may be skipped."""
    patient = Patient(recorded_at=now, **fields)
    patient.full_clean(exclude=["mrn", "search_name"])
    patient.mrn = MrnCounter.take()[0]
    patient.save()
    return patient
