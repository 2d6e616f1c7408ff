"""How patients come to be, whoever enters them."""

from datetime import date

import pytest
from django.core.exceptions import ValidationError
from django.urls import reverse
from django.utils import timezone

from accounts import mrn
from accounts.errors import FileJoined, NotAllowed
from accounts.models import Patient, PatientAccess, User
from accounts.services import merging
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


@pytest.fixture
def joined(mia, admin) -> User:
    """Mia's account, after her file was merged into one that she cannot open."""
    goes, stays = register(mia), PatientFactory()
    told = {"choices": {}, "reason": "One passport", "versions": (stays.version, goes.version)}
    merging.merge(survivor=stays, loser=goes, actor=admin, now=timezone.now(), **told)
    return mia


def test_whose_file_was_merged_begins_no_second_one(joined):
    with pytest.raises(FileJoined, match="Call us"):
        register(joined)

    assert Patient.objects.filter(merged_into=None).count() == 1


def test_whose_file_was_merged_is_told_whom_to_call(sign_in, joined):
    client = sign_in(joined)

    shown = client.get(reverse("patient-dashboard"), follow=True)
    sent = client.post(reverse("accounts:registration"), {"gender": "female", "phone": "020 7946 0123"})

    assert "Your file was joined with another" in shown.content.decode()
    assert 'name="phone"' not in shown.content.decode()
    assert sent.status_code == 302 and Patient.objects.filter(merged_into=None).count() == 1


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
