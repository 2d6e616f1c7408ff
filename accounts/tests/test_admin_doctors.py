"""Doctors and departments in the back office."""

import re

import pytest
from django.utils import timezone

from accounts.models import (
    Doctor,
)
from accounts.roles import Role
from accounts.services import archiving
from accounts.tests.factories import (
    DoctorFactory,
)
from accounts.tests.office import act, errors, told, url

pytestmark = pytest.mark.django_db
DOCTOR = {"title": "Dr", "given_name": "Ines", "gender": "female", "specialty": "Cardiology"}


def test_reception_changes_no_doctor(client, reception, dr_rao):
    client.force_login(reception)

    response = client.post(url("doctor", "change", dr_rao.pk), {"given_name": "Eve"})

    dr_rao.refresh_from_db()
    assert (response.status_code, dr_rao.given_name) == (403, "Asha")
    assert client.get(url("doctor", "add")).status_code == 403
    assert client.get(url("doctor", "delete", dr_rao.pk)).status_code == 403


def test_a_doctor_is_made_invited_and_deactivated(client, admin, cardiology, clinic):
    client.force_login(admin)
    client.post(url("doctor", "add"), DOCTOR | {"department": cardiology.pk, "location": clinic.pk})
    doctor = Doctor.objects.get()

    asked = act(client, "doctor", "invite", doctor)
    invited = act(client, "doctor", "invite", doctor, apply="1", email="ines@example.org")
    done = act(client, "doctor", "deactivate", doctor)

    doctor.refresh_from_db()
    assert "E-mail address" in asked.content.decode()
    assert "is on its way" in told(invited)
    assert told(done) == "Dr Ines is deactivated."
    assert (doctor.user.role, doctor.user.is_active, doctor.is_archived) == (Role.DOCTOR, False, True)


def test_doctors_are_invited_one_at_a_time(client, admin):
    client.force_login(admin)

    response = act(client, "doctor", "invite", DoctorFactory(), DoctorFactory())

    assert told(response) == "Invite one person at a time."


def test_an_address_in_use_is_refused_on_the_page_that_asked(client, admin, ana_user):
    client.force_login(admin)
    doctor = DoctorFactory()

    response = act(client, "doctor", "invite", doctor, apply="1", email="ANA@example.org")

    doctor.refresh_from_db()
    assert "Another account uses this e-mail address" in response.content.decode()
    assert doctor.user is None


def test_a_name_of_5000_characters_is_refused_in_words(client, admin, cardiology):
    client.force_login(admin)

    response = client.post(
        url("doctor", "add"), DOCTOR | {"given_name": "x" * 5000, "department": cardiology.pk}
    )

    assert "at most 100 characters" in errors(response)
    assert not Doctor.objects.exists()


def test_a_stale_form_gets_the_conflict_page(client, admin, dr_rao):
    client.force_login(admin)
    form = DOCTOR | {"department": dr_rao.department.pk, "location": dr_rao.location.pk, "version": 1}
    client.post(url("doctor", "change", dr_rao.pk), form | {"given_name": "First"})

    response = client.post(url("doctor", "change", dr_rao.pk), form | {"given_name": "Second"})

    dr_rao.refresh_from_db()
    assert (response.status_code, dr_rao.given_name, dr_rao.version) == (409, "First", 2)


def test_a_form_opened_before_a_deactivation_does_not_undo_it(client, admin, dr_rao):
    client.force_login(admin)
    form = DOCTOR | {"department": dr_rao.department.pk, "location": dr_rao.location.pk, "version": 1}
    archiving.deactivate_doctor(doctor=dr_rao, actor=admin, now=timezone.now())

    response = client.post(url("doctor", "change", dr_rao.pk), form)

    dr_rao.refresh_from_db()
    assert (response.status_code, dr_rao.is_archived) == (409, True)


def test_the_form_of_a_row_carries_its_version(client, admin, dr_rao):
    client.force_login(admin)

    page = client.get(url("doctor", "change", dr_rao.pk)).content.decode()

    assert re.search(r'<input type="hidden" name="version" value="1"', page)


def test_a_department_with_doctors_is_neither_deleted_nor_archived(client, admin, dr_rao):
    client.force_login(admin)

    done = client.post(url("department", "delete", dr_rao.department.pk), {"post": "yes"}, follow=True)

    dr_rao.department.refresh_from_db()
    assert "Move its doctors" in told(done)
    assert not dr_rao.department.is_archived


def test_an_archived_department_comes_back(client, admin, cardiology):
    client.force_login(admin)
    archiving.archive_place(place=cardiology, actor=admin, now=timezone.now())

    act(client, "department", "restore", cardiology)

    cardiology.refresh_from_db()
    assert not cardiology.is_archived
