"""How a person becomes a patient: by signing up, or at the desk."""

from collections.abc import Collection
from datetime import date, datetime
from typing import Any

from accounts.audit import acting
from accounts.errors import FileJoined, NotAllowed
from accounts.models import MrnCounter, Patient, PatientAccess, PossibleTwin, User
from accounts.rules import demand
from accounts.services import twins


def register_self(
    *, user: User, gender: str, phone: Any, actor: User, now: datetime, birth_date: date | None = None
) -> Patient:
    """The second step of signing up; done twice, it is one patient still.

    Always a new patient: another with the same name and date of birth may be another person. But nobody whose
    file was merged begins one more: the hospital opens the file that stands.
    """
    demand(actor, "accounts.register_self")
    if actor.pk != user.pk:
        raise NotAllowed
    with acting(actor, reason="registration"):
        user = User.objects.select_for_update().get(pk=user.pk)
        grants = PatientAccess.objects.open_at(now).filter(user=user, kind=PatientAccess.Kind.SELF)
        own = grants.select_related("patient").first()
        if own is None and PatientAccess.objects.lost_to_merge(user).exists():
            raise FileJoined
        birth_date = user.birth_date or birth_date
        return own.patient if own else begin(user, now, gender=gender, phone=phone, birth_date=birth_date)


def begin(user: User, now: datetime, **told: Any) -> Patient:
    """Whoever is alike waits for the desk, and nothing of it shows here: the person is told no more than any other."""
    patient = numbered(
        now,
        given_name=user.given_name,
        family_name=user.family_name,
        email=user.email,
        **told,
    )
    alike = twins.likely(patient)
    patient.save()
    twins.queue(patient, alike, source=PossibleTwin.Source.SELF, now=now)
    PatientAccess.objects.create(
        patient=patient, user=user, kind=PatientAccess.Kind.SELF, granted_by=user, starts_at=now
    )
    return patient


def register_patient(
    *, actor: User, now: datetime, not_twins: Collection[int] = (), asks: bool = True, **fields: Any
) -> Patient:
    """A patient without an account, from the desk or the back office; raises ValidationError by field.

    LikelyTwin while somebody alike is not among `not_twins`, the keys of those whom the desk looked at and found
    to be someone else. A command, which cannot ask, leaves them for the desk (`asks=False`).
    """
    demand(actor, "accounts.add_patient")
    with acting(actor, reason="registration"):
        patient = numbered(now, **fields)
        alike = twins.likely(patient)
        if asks:
            twins.refuse_unseen(alike, not_twins)
        patient.save()
        if asks:
            twins.note_different(patient, alike, actor=actor, now=now)
        else:
            twins.queue(patient, alike, source=PossibleTwin.Source.LOAD, now=now)
    return patient


def numbered(now: datetime, **fields: Any) -> Patient:
    """Not stored yet. A number is never used twice, though one may be skipped.

    Its lock makes registrations wait for each other: two desks with one person see each other's.
    """
    patient = Patient(recorded_at=now, **fields)
    patient.full_clean(exclude=["mrn", "search_name"])
    patient.set_keys()
    patient.mrn = MrnCounter.take()[0]
    return patient
