"""Accounts in the back office."""

import pytest
from allauth.account.models import EmailAddress

from accounts.models import (
    Message,
    User,
)
from accounts.roles import Role
from accounts.tests.office import act, errors, told, url

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize(("role", "words"), [("doctor", "Doctors first"), ("patient", "under Patients")])
def test_accounts_of_doctors_and_patients_do_not_begin_here(client, admin, role, words):
    client.force_login(admin)

    response = client.post(url("user", "add"), {"email": "x@example.org", "role": role, "given_name": "X"})

    assert words in errors(response)
    assert not User.objects.filter(email="x@example.org").exists()


def test_nobody_is_made_a_doctor_by_changing_the_role(client, admin, reception):
    client.force_login(admin)

    response = client.post(
        url("user", "change", reception.pk), {"role": "doctor", "given_name": "R", "version": 1}
    )

    reception.refresh_from_db()
    assert "Doctors first" in errors(response)
    assert reception.role == Role.RECEPTION


def test_a_doctor_stays_a_doctor(client, admin, dr_rao):
    client.force_login(admin)

    response = client.post(
        url("user", "change", dr_rao.user.pk), {"role": "admin", "given_name": "R", "version": 1}
    )

    assert "a doctor's account" in errors(response)


def test_staff_are_invited_and_no_password_is_set(client, admin):
    client.force_login(admin)

    client.post(
        url("user", "add"),
        {
            "email": "Desk@example.org",
            "role": "reception",
            "given_name": "Desk",
            "password": "x",
            "is_superuser": "1",
        },
    )

    user = User.objects.get(email="desk@example.org")
    assert (user.has_usable_password(), user.is_superuser, user.role) == (False, False, Role.RECEPTION)
    assert Message.objects.get().kind == "account-invitation"


def test_a_nurse_needs_a_department(client, admin):
    client.force_login(admin)

    response = client.post(url("user", "add"), {"email": "n@example.org", "role": "nurse", "given_name": "N"})

    assert "A nurse needs a department." in response.content.decode()


def test_accounts_are_deactivated_by_the_service(client, admin, reception, dr_rao):
    client.force_login(admin)

    done = act(client, "user", "deactivate", reception, admin, dr_rao.user)

    active = set(User.objects.active())
    assert active == {admin, dr_rao.user}
    assert "cannot deactivate your own account" in told(done)
    assert "Deactivate or reactivate the doctor instead" in told(done)


def test_nobody_changes_the_own_role(client, admin):
    client.force_login(admin)

    client.post(url("user", "change", admin.pk), {"role": "reception", "given_name": "A", "version": 1})

    admin.refresh_from_db()
    assert (admin.role, admin.given_name) == (Role.ADMIN, "A")


def test_a_superuser_who_becomes_something_else_keeps_no_key(client, admin):
    root = User.objects.create_superuser("root@example.org", given_name="Root")
    client.force_login(admin)
    client.post(url("user", "change", root.pk), {"role": "reception", "given_name": "R", "version": 1})
    client.force_login(root)

    answer = client.post(url("user", "add"), {"email": "x@example.org", "role": "admin", "given_name": "X"})

    assert answer.status_code == 403
    assert set(User.objects.filter(is_superuser=True)) == set()
    assert not User.objects.filter(email="x@example.org").exists()


def test_a_new_account_has_a_role(client, admin):
    client.force_login(admin)

    answer = client.post(url("user", "add"), {"email": "x@example.org", "role": "", "given_name": "X"})

    assert "Choose a role." in errors(answer)
    assert not User.objects.filter(email="x@example.org").exists()


def test_an_address_that_someone_else_confirmed_is_refused_in_words(client, admin, ana):
    EmailAddress.objects.create(user=ana.user, email="second@example.org", verified=True)
    client.force_login(admin)

    answer = client.post(
        url("user", "add"), {"email": "Second@example.org", "role": "reception", "given_name": "X"}
    )

    assert "Another account uses this e-mail address" in errors(answer)
    assert not User.objects.filter(email="second@example.org").exists()


def test_no_password_is_guessed_through_the_address(client, admin):
    client.force_login(admin)

    assert client.get(url("user") + "?password__startswith=md5").status_code == 400
