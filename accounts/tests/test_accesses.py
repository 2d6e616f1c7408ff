"""Who may act for whom, as the database holds it."""

from datetime import timedelta

import pytest
from django.db import IntegrityError, transaction
from django.utils import timezone

from accounts.models import Patient, PatientAccess, User
from accounts.tests.factories import PatientFactory, UserFactory


def grant(patient: Patient, user: User, **fields: object) -> PatientAccess:
    return PatientAccess.objects.create(patient=patient, user=user, kind="self", **fields)


def test_an_account_is_one_patient(ana: Patient) -> None:
    with pytest.raises(IntegrityError), transaction.atomic():
        grant(PatientFactory(), ana.user)


def test_a_patient_has_one_account_of_their_own(ana: Patient) -> None:
    with pytest.raises(IntegrityError), transaction.atomic():
        grant(ana, UserFactory())


def test_an_ended_link_leaves_room_for_the_right_one(ana: Patient) -> None:
    PatientAccess.objects.filter(patient=ana).update(ends_at=timezone.now())

    assert grant(PatientFactory(), ana.user).kind == "self"


def test_an_access_does_not_end_before_it_starts(ana: Patient) -> None:
    with pytest.raises(IntegrityError), transaction.atomic():
        grant(ana, UserFactory(), ends_at=timezone.now() - timedelta(days=1))
