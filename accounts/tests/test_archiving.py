"""Putting away people and places, and what stays."""

import uuid
from datetime import timedelta

import pytest
from django.apps import apps
from django.urls import reverse
from django.utils import timezone

from accounts.errors import DomainError, NotAllowed
from accounts.models import Department, Doctor, Location, Patient, User
from accounts.services import archiving
from accounts.tests.factories import DepartmentFactory, DoctorFactory, LocationFactory, PatientFactory

pytestmark = pytest.mark.django_db


def book(doctor, patient, start):
    """A visit as the upper app keeps it, which this one knows by the names of its relations."""
    name = uuid.uuid4().hex
    types = apps.get_model("scheduling", "AppointmentType").objects
    kind = types.create(name=name, code=name, minutes=20, step_minutes=20)
    end = start + timedelta(minutes=20)
    return doctor.appointments.create(
        patient=patient,
        type=kind,
        location=doctor.location,
        department=doctor.department,
        start_at=start,
        end_at=end,
        block_start=start,
        block_end=end,
    )


def test_deactivating_a_doctor_keeps_and_counts_booked_visits(dr_rao, ana, admin, now):
    for days in (-1, 1, 2):
        book(dr_rao, ana, now + timedelta(days=days))

    stay = archiving.deactivate_doctor(doctor=dr_rao, actor=admin, now=now)

    dr_rao.refresh_from_db()
    assert (stay, dr_rao.archived_at, dr_rao.user.is_active) == (2, now, False)
    assert dr_rao.appointments.filter(status="booked").count() == 3
    assert dr_rao not in Doctor.objects.listed()


def test_the_session_of_a_deactivated_doctor_ends_with_the_next_request(client, dr_rao, admin, now):
    client.force_login(dr_rao.user)
    opened = client.get(reverse("dashboard"))

    archiving.deactivate_doctor(doctor=dr_rao, actor=admin, now=now)

    assert opened.url == reverse("doctor-dashboard")
    assert client.get(reverse("dashboard")).url.startswith(reverse("account_login"))


def test_a_reactivated_doctor_is_listed_and_signs_in_again(dr_rao, admin, now):
    archiving.deactivate_doctor(doctor=dr_rao, actor=admin, now=now)

    archiving.reactivate_doctor(doctor=dr_rao, actor=admin, now=now)

    dr_rao.refresh_from_db()
    assert (dr_rao.archived_at, dr_rao.user.is_active) == (None, True)
    assert dr_rao in Doctor.objects.listed()


def test_deactivating_twice_keeps_the_first_day(dr_rao, admin, now):
    archiving.deactivate_doctor(doctor=dr_rao, actor=admin, now=now)

    archiving.deactivate_doctor(doctor=dr_rao, actor=admin, now=now + timedelta(days=9))

    dr_rao.refresh_from_db()
    assert dr_rao.archived_at == now


@pytest.mark.parametrize("role", ["reception", "nurse", "privacy", "ana_user"])
def test_others_deactivate_nobody(request, dr_rao, role, now):
    with pytest.raises(NotAllowed):
        archiving.deactivate_doctor(doctor=dr_rao, actor=request.getfixturevalue(role), now=now)

    dr_rao.refresh_from_db()
    assert (dr_rao.is_archived, dr_rao.user.is_active) == (False, True)


def test_an_archived_patient_keeps_visits_and_comes_back(dr_rao, ana, admin, now):
    book(dr_rao, ana, now + timedelta(days=1))

    stay = archiving.archive_patient(patient=ana, actor=admin, now=now)
    archived = set(Patient.objects.current())
    archiving.restore_patient(patient=ana, actor=admin, now=now)

    assert (stay, archived) == (1, set())
    assert set(Patient.objects.current()) == {ana}


def test_reception_does_not_archive_patients(ana, reception, now):
    with pytest.raises(NotAllowed):
        archiving.archive_patient(patient=ana, actor=reception, now=now)


def test_a_doctor_with_visits_is_archived_and_not_deleted(dr_rao, ana, admin, now):
    book(dr_rao, ana, now + timedelta(days=1))

    removal = archiving.remove_doctor(doctor=dr_rao, actor=admin, now=now)

    dr_rao.refresh_from_db()
    assert removal == archiving.Removal(deleted=False, booked=1)
    assert dr_rao.is_archived


def test_the_account_of_a_deleted_doctor_is_closed(dr_rao, admin, now):
    removal = archiving.remove_doctor(doctor=dr_rao, actor=admin, now=now)

    assert removal.deleted
    assert not Doctor.objects.exists()
    assert not User.objects.get(pk=dr_rao.user.pk).is_active


def test_a_patient_without_history_is_deleted(admin, now):
    removal = archiving.remove_patient(patient=PatientFactory(), actor=admin, now=now)

    assert removal == archiving.Removal(deleted=True)
    assert not Patient.objects.exists()


def test_empty_places_are_deleted(admin, now):
    archiving.remove_place(place=DepartmentFactory(), actor=admin, now=now)
    archiving.remove_place(place=LocationFactory(), actor=admin, now=now)

    assert not Department.objects.exists()
    assert not Location.objects.exists()


def test_places_whose_doctors_have_left_are_archived(dr_rao, admin, now):
    archiving.deactivate_doctor(doctor=dr_rao, actor=admin, now=now)

    archiving.remove_place(place=dr_rao.department, actor=admin, now=now)
    archiving.remove_place(place=dr_rao.location, actor=admin, now=now)

    assert not Department.objects.current().exists()
    assert not Location.objects.current().exists()
    assert Department.objects.get() == dr_rao.department


def test_places_in_use_are_refused_in_words(dr_rao, admin, now):
    with pytest.raises(DomainError, match="Move its doctors"):
        archiving.archive_place(place=dr_rao.department, actor=admin, now=now)
    with pytest.raises(DomainError, match="Move its doctors"):
        archiving.archive_place(place=dr_rao.location, actor=admin, now=now)


def test_a_department_above_others_is_refused_in_words(admin, now):
    above = DepartmentFactory()
    DepartmentFactory(parent=above)

    with pytest.raises(DomainError, match="departments"):
        archiving.archive_place(place=above, actor=admin, now=now)


def test_nobody_deactivates_the_own_account(admin):
    with pytest.raises(DomainError, match="your own account"):
        archiving.deactivate_user(user=admin, actor=admin, now=timezone.now())


def test_a_doctors_account_goes_with_the_doctor(dr_rao, admin):
    with pytest.raises(DomainError, match="doctor instead"):
        archiving.deactivate_user(user=dr_rao.user, actor=admin, now=timezone.now())


def test_a_doctor_without_an_account_is_deactivated_too(admin, now):
    doctor = DoctorFactory()

    assert archiving.deactivate_doctor(doctor=doctor, actor=admin, now=now) == 0
    assert not Doctor.objects.current().exists()
