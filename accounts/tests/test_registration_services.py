"""How patients come to be, whoever enters them."""

from datetime import date

import pytest
from django.core.exceptions import ValidationError
from django.utils import timezone

from accounts import mrn
from accounts.errors import NotAllowed
from accounts.models import Patient, PatientAccess, User
from accounts.services.registration import register_patient, register_self
from accounts.tests.factories import PatientFactory, UserFactory

pytestmark = pytest.mark.django_db
BORN = date(1987, 3, 27)


@pytest.fixture
def mia() -> User:
    return UserFactory(email="mia@example.org", given_name="Mia", birth_date=date(1987, 3, 27))


def register(user, **changes):
    fields = {"gender": "female", "phone": "+442079460123", "actor": user, "now": timezone.now()}
    return register_self(user=user, **(fields | changes))


def test_registering_twice_is_one_patient(mia):
    first, second = register(mia), register(mia, phone="+442079460999")

    assert first == second
    assert Patient.objects.count() == PatientAccess.objects.count() == 1


def test_an_alike_patient_is_never_taken_over(mia):
    alike = PatientFactory(
        given_name="Mia", family_name=mia.family_name, birth_date=mia.birth_date, email=mia.email
    )

    own = register(mia)

    assert own != alike
    assert set(Patient.objects.of_user(mia)) == {own}


def test_nobody_registers_for_another(mia, ana_user):
    with pytest.raises(NotAllowed):
        register(mia, actor=ana_user)

    assert not PatientAccess.objects.filter(user=mia).exists()


def test_a_patient_without_the_account_is_registered_at_the_desk(reception, now):
    patient = register_patient(
        actor=reception, now=now, given_name="Old", family_name="Paper", birth_date=BORN
    )

    assert (patient.search_name, patient.recorded_at) == ("old paper", now)
    assert mrn.is_mrn(patient.mrn)


def test_numbers_follow_each_other(reception, now):
    patients = [
        register_patient(actor=reception, now=now, given_name=name, birth_date=BORN)
        for name in ("Ada", "Boris", "Chloe")
    ]

    counters = [int(patient.mrn[:9]) for patient in patients]
    assert counters == [counters[0], counters[0] + 1, counters[0] + 2]


def test_a_name_of_5000_characters_is_refused_at_the_desk(reception, now):
    with pytest.raises(ValidationError, match="at most 100 characters"):
        register_patient(actor=reception, now=now, given_name="x" * 5000)

    assert not Patient.objects.exists()


def test_doctors_may_not_register_patients(dr_rao, now):
    with pytest.raises(NotAllowed):
        register_patient(actor=dr_rao.user, now=now, given_name="A", birth_date=BORN)
