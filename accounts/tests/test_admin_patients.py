"""Patients, and who may act for them, in the back office."""

from datetime import date, timedelta

import pytest
from django.core import mail
from django.utils import timezone

from accounts import outbox
from accounts.admin.accesses import AccessForm
from accounts.models import (
    AuditEvent,
    Patient,
    PatientAccess,
)
from accounts.tests.factories import (
    PatientFactory,
)
from accounts.tests.office import act, errors, told, url

pytestmark = pytest.mark.django_db


def test_the_desk_registers_a_patient_with_a_number(client, reception):
    client.force_login(reception)

    client.post(
        url("patient", "add"),
        {
            "given_name": "Zoë",
            "family_name": "Quist",
            "birth_date": "1990-02-03",
            "gender": "female",
            "phone": "020 7946 0123",
            "mrn": "1",
            "merged_into": "1",
        },
    )

    patient = Patient.objects.get()
    assert (patient.birth_date, patient.search_name, patient.merged_into) == (
        date(1990, 2, 3),
        "zoe quist",
        None,
    )
    assert len(patient.mrn) == 10
    assert AuditEvent.objects.filter(target_table="accounts_patient", actor=reception).exists()


@pytest.mark.parametrize(
    "words", ["zoe", "QUIST zo", "{mrn}", "{grouped}", "zoe@exa", "020 7946 0123", "+44 20 7946 0123"]
)
def test_patients_are_found_by_name_number_address_and_phone(client, reception, ana, words):
    zoe = PatientFactory(
        given_name="Zoë", family_name="Quist", email="zoe@example.org", phone="+442079460123"
    )
    client.force_login(reception)

    response = client.get(url("patient"), {"q": words.format(mrn=zoe.mrn, grouped=zoe.grouped_mrn)})

    assert list(response.context["cl"].queryset) == [zoe]


@pytest.mark.parametrize(
    "words",
    ["27 3 1987", "1987-03-27", "27/03/1987", "27.3.1987", "3/27/1987", "27 March 1987", "mar 27 1987"],
)
def test_patients_are_found_by_the_date_of_birth_as_people_type_it(client, reception, ana, words):
    zoe = PatientFactory(birth_date=date(1987, 3, 27))
    client.force_login(reception)

    response = client.get(url("patient"), {"q": words})

    assert list(response.context["cl"].queryset) == [zoe]


@pytest.mark.parametrize(
    "words", ["1987", "27 13 1987", "0 0 0", "99 99 9999", "1 2 3 4", "٢٧ ٣ ١٩٨٧ ٠", "²"]
)
def test_what_is_no_date_finds_nobody_by_date(client, reception, words):
    PatientFactory(birth_date=date(1987, 3, 27))
    client.force_login(reception)

    response = client.get(url("patient"), {"q": words})

    assert response.status_code == 200
    assert list(response.context["cl"].queryset) == []


def test_the_desk_invites_a_patient(client, reception):
    client.force_login(reception)
    patient = PatientFactory()

    act(client, "patient", "invite", patient, apply="1", email="pat@example.org")

    outbox.send_due()
    assert PatientAccess.objects.get().patient == patient
    assert "/accounts/invite/" in mail.outbox[0].body


def test_the_desk_neither_archives_nor_deletes_patients(client, reception, ana):
    client.force_login(reception)

    act(client, "patient", "archive", ana)

    ana.refresh_from_db()
    assert not ana.is_archived
    assert client.post(url("patient", "delete", ana.pk), {"post": "yes"}).status_code == 403


def test_deleting_a_person_with_history_archives_and_says_so(client, admin, ana):
    client.force_login(admin)

    asked = client.get(url("patient", "delete", ana.pk)).content.decode()
    done = client.post(url("patient", "delete", ana.pk), {"post": "yes"}, follow=True)

    ana.refresh_from_db()
    assert "not be deleted but archived" in asked
    assert "has a history and was archived" in told(done)
    assert ana.is_archived


def test_deleting_what_nothing_depends_on_deletes(client, admin):
    client.force_login(admin)
    patient = PatientFactory()

    asked = client.get(url("patient", "delete", patient.pk)).content.decode()
    done = client.post(url("patient", "delete", patient.pk), {"post": "yes"}, follow=True)

    assert "deleted for good" in asked
    assert "was deleted." in told(done)
    assert not Patient.objects.exists()


def test_acting_for_another_is_granted_by_name(client, admin, ana, ben_user):
    client.force_login(admin)
    until = timezone.localtime() + timedelta(days=30)

    client.post(
        url("patientaccess", "add"),
        {
            "patient": ana.pk,
            "user": ben_user.pk,
            "kind": "self",
            "scopes": ["appointments"],
            "reason": "Carer",
            "starts_at_0": "2026-01-01",
            "starts_at_1": "08:00",
            "ends_at_0": until.date().isoformat(),
            "ends_at_1": "08:00",
        },
    )

    grant = PatientAccess.objects.get(patient=ana, user=ben_user)
    assert (grant.kind, grant.scopes, grant.granted_by) == ("proxy", ["appointments"], admin)


def test_an_own_access_that_ended_is_not_opened_beside_the_new_one(client, admin, ana):
    wrong = PatientAccess.objects.create(
        patient=PatientFactory(),
        user=ana.user,
        kind="self",
        starts_at=timezone.now() - timedelta(days=9),
        ends_at=timezone.now(),
    )
    client.force_login(admin)

    answer = client.post(
        url("patientaccess", "change", wrong.pk),
        {
            "scopes": ["records"],
            "starts_at_0": "2026-01-01",
            "starts_at_1": "08:00",
            "version": AccessForm.version_of(wrong),
        },
    )

    assert "End that one first." in errors(answer)
    assert PatientAccess.objects.get(pk=wrong.pk).ends_at is not None


def test_a_date_of_birth_that_can_be_read_in_two_ways_is_told_how_to_write(client, reception):
    client.force_login(reception)

    answer = client.post(
        url("patient", "add"), {"given_name": "Pat", "birth_date": "03/04/1987", "gender": "other"}
    )

    assert "Enter a date like 3 December 1985" in answer.content.decode()
    assert not Patient.objects.exists()
