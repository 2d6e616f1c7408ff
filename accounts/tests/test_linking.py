"""Invitations: who gets one, what the link does, and when it no longer does it."""

import re
from datetime import timedelta
from urllib.parse import urlsplit

import pytest
from django.core import mail, signing
from django.core.exceptions import ValidationError
from django.urls import reverse
from django.utils import timezone

from accounts import invitations, outbox
from accounts.errors import DomainError, NotAllowed
from accounts.models import Message, PatientAccess, User
from accounts.roles import Role
from accounts.services import linking
from accounts.tests.factories import DoctorFactory, PatientFactory, UserFactory

pytestmark = pytest.mark.django_db
PASSWORD = "violet-otter-lantern"


@pytest.fixture
def doctor(cardiology, clinic):
    return DoctorFactory(given_name="Ines", family_name="Duarte", department=cardiology, location=clinic)


@pytest.fixture
def patient(db):
    return PatientFactory(given_name="Tom", family_name="Berg")


def invite(doctor, actor, email="ines@example.org", now=None):
    return linking.invite_doctor(doctor=doctor, email=email, actor=actor, now=now or timezone.now())


def mailed_path() -> str:
    outbox.send_due()
    urls = re.findall(r"https?://\S+/invite/\S+", mail.outbox[-1].body)
    return urlsplit(urls[0]).path


def page(user) -> str:
    return reverse("accounts:invitation", args=[invitations.token(user)])


def test_an_invited_doctor_chooses_a_password_and_signs_in(client, doctor, admin):
    user = invite(doctor, admin, email="Ines@Example.org")
    path = mailed_path()

    client.get(path)
    done = client.post(path, {"password": PASSWORD})
    entered = client.post(done.url, {"login": "ines@example.org", "password": PASSWORD})

    doctor.refresh_from_db()
    assert (doctor.user, user.role, user.get_full_name()) == (user, Role.DOCTOR, "Ines Duarte")
    assert done.url == reverse("account_login")
    assert entered.url == reverse("dashboard")
    assert client.get(reverse("dashboard")).url == reverse("doctor-dashboard")


def test_an_invited_patient_sees_the_own_row(client, patient, reception):
    user = linking.invite_patient(
        patient=patient, email="tom@example.org", actor=reception, now=timezone.now()
    )

    client.post(mailed_path(), {"password": PASSWORD})
    client.post(reverse("account_login"), {"login": "tom@example.org", "password": PASSWORD})

    assert (user.role, user.birth_date) == (Role.PATIENT, patient.birth_date)
    assert client.get(reverse("dashboard")).url == reverse("patient-dashboard")
    grant = PatientAccess.objects.get(patient=patient)
    assert (grant.kind, grant.user, grant.granted_by) == ("self", user, reception)


def test_opening_the_invitation_changes_nothing(client, doctor, admin):
    user = invite(doctor, admin)

    shown = client.get(page(user))

    user.refresh_from_db()
    assert shown.status_code == 200
    assert not user.has_usable_password()


def test_an_invitation_works_once(client, doctor, admin):
    path = page(invite(doctor, admin))
    client.post(path, {"password": PASSWORD})

    again = client.post(path, {"password": "another-long-password"})

    assert again.status_code == 410
    assert "used already" in again.content.decode()
    assert User.objects.get(email="ines@example.org").check_password(PASSWORD)


def test_an_invitation_dies_after_seven_days(client, doctor, admin):
    user = invite(doctor, admin)
    path = page(user)

    late = timezone.now() + timedelta(days=7, seconds=5)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(signing.time, "time", late.timestamp)
        answer = client.post(path, {"password": PASSWORD})

    user.refresh_from_db()
    assert answer.status_code == 410
    assert "seven days" in answer.content.decode()
    assert not user.has_usable_password()


@pytest.mark.parametrize(
    "token",
    [
        "nonsense",
        "x" * 5000,
        signing.dumps({"user": "1", "state": "x"}, salt="accounts.invitation"),
        signing.dumps(["a"], salt="accounts.invitation"),
        signing.dumps({"user": "00000000-0000-4000-8000-000000000000", "state": "x"}, salt="other.purpose"),
        signing.dumps(
            {"user": "00000000-0000-4000-8000-000000000000", "state": "x"}, salt="accounts.invitation"
        ),
    ],
    ids=["no token", "too long", "no such user", "no user named", "other purpose", "public id of nobody"],
)
def test_a_forged_invitation_is_refused_in_words(client, token):
    for answer in (
        client.get(reverse("accounts:invitation", args=[token])),
        client.post(reverse("accounts:invitation", args=[token]), {"password": PASSWORD}),
    ):
        assert answer.status_code == 410
        assert "not valid" in answer.content.decode()


def test_a_weak_password_is_refused_and_the_link_still_works(client, doctor, admin):
    path = page(invite(doctor, admin))

    refused = client.post(path, {"password": "short"})

    assert "12 characters" in refused.content.decode()
    assert client.post(path, {"password": PASSWORD}).url == reverse("account_login")


def test_the_service_refuses_a_weak_password_too(doctor, admin):
    token = invitations.token(invite(doctor, admin))

    with pytest.raises(ValidationError):
        linking.accept_invitation(token=token, password="short")


def test_inviting_again_mails_again_while_no_password_is_chosen(doctor, admin):
    now = timezone.now()
    first = invite(doctor, admin, now=now)

    second = invite(doctor, admin, now=now + timedelta(minutes=5))

    assert first == second
    assert Message.objects.filter(kind="account-invitation").count() == 2


def test_pressing_invite_twice_is_one_mail(doctor, admin):
    now = timezone.now()

    invite(doctor, admin, now=now)
    invite(doctor, admin, now=now)

    assert Message.objects.count() == 1


def test_inviting_again_to_a_right_address_ends_the_link_to_the_wrong_one(client, doctor, admin):
    wrong = page(invite(doctor, admin, email="wrong@example.org"))

    invite(doctor, admin, email="right@example.org")

    outbox.send_due()
    assert client.get(wrong).status_code == 410
    assert mail.outbox[-1].to == ["right@example.org"]


def test_a_doctor_with_a_password_is_not_invited_again(dr_rao, admin):
    with pytest.raises(DomainError, match="can sign in"):
        invite(dr_rao, admin)

    assert not Message.objects.exists()


def test_an_address_in_use_is_refused_and_nothing_is_made(doctor, admin, ana_user):
    with pytest.raises(linking.EmailTaken):
        invite(doctor, admin, email="ANA@example.org")

    doctor.refresh_from_db()
    assert doctor.user is None
    assert not Message.objects.exists()


def test_an_address_taken_a_moment_ago_is_refused_in_words(doctor, admin, ana_user, monkeypatch):
    monkeypatch.setattr(linking, "refuse_taken", lambda email: None)

    with pytest.raises(linking.EmailTaken):
        invite(doctor, admin, email="ana@example.org")

    doctor.refresh_from_db()
    assert doctor.user is None


def test_a_word_that_is_no_address_is_refused(doctor, admin):
    with pytest.raises(ValidationError):
        invite(doctor, admin, email="ines")

    assert not User.objects.exclude(pk=admin.pk).exists()


def test_an_archived_doctor_is_not_invited(doctor, admin):
    doctor.archived_at = timezone.now()
    doctor.save()

    with pytest.raises(DomainError, match="archived"):
        invite(doctor, admin)


def test_a_patient_who_has_an_account_is_not_invited(ana, reception, now):
    with pytest.raises(DomainError, match="can sign in"):
        linking.invite_patient(patient=ana, email="new@example.org", actor=reception, now=timezone.now())

    assert PatientAccess.objects.filter(patient=ana).count() == 1


def test_reception_invites_patients_and_not_doctors(doctor, reception):
    with pytest.raises(NotAllowed):
        invite(doctor, reception)


def test_doctors_invite_nobody(patient, dr_rao):
    with pytest.raises(NotAllowed):
        linking.invite_patient(patient=patient, email="t@example.org", actor=dr_rao.user, now=timezone.now())


def test_an_invitation_that_was_accepted_is_not_mailed_any_more(doctor, admin):
    user = invite(doctor, admin)
    user.set_password(PASSWORD)
    user.save()

    assert outbox.send_due()["skipped"] == 1


@pytest.mark.parametrize("role", [Role.DOCTOR, Role.PATIENT])
def test_doctors_and_patients_are_invited_from_their_own_pages(admin, role):
    user = User(email="x@example.org", role=role, given_name="X")

    with pytest.raises(DomainError, match="Invite"):
        linking.invite_staff(user=user, actor=admin, now=timezone.now())

    assert not User.objects.filter(email="x@example.org").exists()


def test_staff_get_a_link_and_no_password(admin):
    user = User(email="desk@example.org", role=Role.RECEPTION, given_name="Desk")

    linking.invite_staff(user=user, actor=admin, now=timezone.now())

    user.refresh_from_db()
    assert not user.has_usable_password()
    assert Message.objects.get().recipient == user


def test_a_link_can_be_mailed_again_to_waiting_staff_only(admin):
    settled = UserFactory(role=Role.RECEPTION)

    with pytest.raises(DomainError, match="can sign in"):
        linking.invite_again(user=settled, actor=admin, now=timezone.now())


def test_a_forgotten_password_is_no_way_round_the_seven_days(client, doctor, admin):
    user = invite(doctor, admin)
    Message.objects.all().delete()

    client.post(reverse("account_reset_password"), {"email": user.email})

    assert outbox.send_due() == {"sent": 0, "skipped": 1, "postponed": 0, "dead": 0}
    assert mail.outbox == []


def test_the_longest_address_can_be_invited(doctor, admin, now):
    address = "a@" + ".".join(["b" * 60] * 4)[:245] + ".org"

    user = linking.invite_doctor(doctor=doctor, email=address, actor=admin, now=now)

    assert list(Message.objects.values_list("recipient", flat=True)) == [user.pk]
