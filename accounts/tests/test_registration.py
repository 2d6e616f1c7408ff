"""From a stranger to a patient with a record number: sign-up, confirmation, second step."""

import re
from datetime import date, timedelta
from urllib.parse import urlsplit

import pytest
from django.core import mail
from django.core.cache import cache
from django.urls import reverse
from django.utils import timezone

from accounts import mrn, outbox
from accounts.forms import SignupForm
from accounts.models import Message, Patient, PatientAccess, User
from accounts.roles import Role
from accounts.tests.factories import UserFactory
from accounts.tests.test_outbox import FaultyBackend

pytestmark = pytest.mark.django_db
PASSWORD = "violet-otter-lantern"
PERSON = {
    "given_name": "Mia",
    "family_name": "Novak",
    "email": "Mia@Example.org",
    "birth_date_day": "27",
    "birth_date_month": "March",
    "birth_date_year": "1987",
    "password1": PASSWORD,
}
BORN = date(1987, 3, 27)
SECOND_STEP = {"gender": "female", "phone": "020 7946 0123"}


def link() -> str:
    """The path of the first link in the last mail, after a pass of the worker."""
    outbox.send_due()
    urls = [url for url in re.findall(r"https?://\S+", mail.outbox[-1].body) if len(urlsplit(url).path) > 1]
    return urlsplit(urls[0]).path


def sign_up(client, **changes):
    return client.post(reverse("account_signup"), PERSON | changes)


def sign_in(client, email="mia@example.org", password=PASSWORD):
    return client.post(reverse("account_login"), {"login": email, "password": password})


def confirm(client):
    path = link()
    client.get(path)
    return client.post(path)


@pytest.fixture(autouse=True)
def _fresh_rate_limits():
    cache.clear()


@pytest.fixture
def mia() -> User:
    return UserFactory(email="mia@example.org", given_name="Mia", birth_date=date(1987, 3, 27))


def test_a_stranger_becomes_a_patient(client):
    sign_up(client)
    confirm(client)
    sign_in(client)

    led = client.get(reverse("dashboard"))
    done = client.post(led.url, SECOND_STEP)

    user = User.objects.get()
    patient = Patient.objects.get()
    assert led.url == reverse("accounts:registration")
    assert done.url == reverse("dashboard")
    assert (patient.given_name, patient.email, patient.birth_date) == ("Mia", user.email, date(1987, 3, 27))
    assert (patient.gender, str(patient.phone)) == ("female", "+442079460123")
    assert mrn.is_mrn(patient.mrn)
    assert list(PatientAccess.objects.values_list("kind", "user", "patient")) == [
        ("self", user.pk, patient.pk)
    ]
    assert client.get(reverse("dashboard")).url == reverse("patient-dashboard")


def test_what_was_told_waits_on_the_account(client):
    sign_up(client)

    user = User.objects.get()
    assert (user.given_name, user.family_name, user.birth_date) == ("Mia", "Novak", date(1987, 3, 27))
    assert (user.email, user.role, user.is_staff) == ("mia@example.org", Role.PATIENT, False)
    assert not Patient.objects.exists()


def test_nobody_signs_in_before_the_address_is_confirmed(client):
    sign_up(client)

    response = sign_in(client)

    assert response.url == reverse("account_email_verification_sent")
    assert client.get(reverse("dashboard")).status_code == 302
    assert "_auth_user_id" not in client.session


def test_opening_the_link_confirms_nothing(client):
    sign_up(client)

    page = client.get(link())

    assert page.status_code == 200
    assert not User.objects.get().emailaddress_set.filter(verified=True).exists()


def test_a_confirmation_works_once(client):
    sign_up(client)
    path = link()
    client.post(path)

    assert "used already" in client.get(path).content.decode()


def test_the_mail_to_an_unconfirmed_address_carries_nothing_that_was_typed(client):
    sign_up(client, given_name="Buy pills at evil.example")

    link()

    assert "evil" not in mail.outbox[0].body + mail.outbox[0].alternatives[0].content


def test_links_are_made_from_the_settings_and_not_from_the_request(client, settings):
    settings.ALLOWED_HOSTS = ["*"]
    settings.HOSPITAL_BASE_URL = "https://care.example.org"
    client.post(reverse("account_signup"), PERSON, headers={"host": "evil.example"})

    outbox.send_due()

    body = mail.outbox[0].body
    assert "https://care.example.org/accounts/confirm-email/" in body
    assert "evil.example" not in body


def test_a_used_address_gives_the_same_answer_and_mails_its_owner(client, ana_user):
    fresh = sign_up(client)
    client.cookies.clear()

    taken = sign_up(client, email=ana_user.email)

    outbox.send_due()
    told = {sent.to[0]: sent.subject for sent in mail.outbox}
    assert (fresh.status_code, fresh.url) == (taken.status_code, taken.url)
    assert "already have an account" in told[ana_user.email]
    assert User.objects.filter(email=ana_user.email).count() == 1


def test_two_sign_ups_with_one_address_at_the_same_moment_make_one_account(client, ana_user, monkeypatch):
    monkeypatch.setattr(SignupForm, "validate_unique_email", lambda form, value: value)

    second = sign_up(client, email=ana_user.email)

    assert second.url == reverse("account_email_verification_sent")
    assert User.objects.count() == 1
    assert Message.objects.get().kind == "account-account-already-exists"


def test_signing_up_waits_for_no_mail_server(client, settings):
    settings.EMAIL_BACKEND = f"{FaultyBackend.__module__}.FaultyBackend"

    answer = sign_up(client)
    outbox.send_due()
    settings.EMAIL_BACKEND = "django.core.mail.backends.locmem.EmailBackend"
    outbox.send_due(now=lambda: timezone.now() + timedelta(minutes=1))

    assert answer.url == reverse("account_email_verification_sent")
    assert [sent.to for sent in mail.outbox] == [["mia@example.org"]]


def test_no_other_posted_field_counts(client):
    privileges = {
        "role": "admin",
        "is_staff": "1",
        "is_superuser": "1",
        "is_active": "",
        "groups": "1",
        "email_verified": "1",
        "department": "1",
        "id": "1",
        "public_id": "00000000-0000-4000-8000-000000000000",
        "created_at": "2001-01-01",
        "version": "7",
        "username": "root",
        "last_login": "2001-01-01",
    }

    sign_up(client, **privileges)

    user = User.objects.get()
    assert (user.role, user.is_superuser, user.is_staff, user.is_active) == (Role.PATIENT, False, False, True)
    assert (user.department, user.version, user.last_login) == (None, 1, None)
    assert (str(user.public_id), user.created_at.year) != (privileges["public_id"], 2001)
    assert not user.emailaddress_set.filter(verified=True).exists()


def test_an_account_without_a_date_of_birth_is_asked_for_it(client, db):
    user = UserFactory(role="patient", birth_date=None)
    client.force_login(user)
    answers = {"gender": "female", "phone": "020 7946 0000"}

    refused = client.post(reverse("accounts:registration"), answers)
    told = {"birth_date_day": "1", "birth_date_month": "2", "birth_date_year": "1990"}
    client.post(reverse("accounts:registration"), answers | told)

    assert "birth_date" in refused.context["form"].errors
    assert Patient.objects.get().birth_date == date(1990, 2, 1)


def test_the_second_step_takes_nothing_but_its_two_answers(client, mia, ben):
    client.force_login(mia)

    client.post(
        reverse("accounts:registration"),
        SECOND_STEP | {"mrn": ben.mrn, "patient": ben.pk, "user": ben.user.pk, "given_name": "Eve"},
    )

    patient = Patient.objects.get(accesses__user=mia)
    assert patient.given_name == "Mia"
    assert patient.mrn != ben.mrn
    assert PatientAccess.objects.get(patient=ben).user == ben.user


@pytest.mark.parametrize(
    ("changes", "field", "words"),
    [
        ({"given_name": "x" * 5000}, "given_name", "at most 100 characters"),
        ({"family_name": "é" * 5000}, "family_name", "at most 100 characters"),
        ({"given_name": "   "}, "given_name", "Enter your given name"),
        ({"given_name": "Mia\x00"}, "given_name", "Null characters"),
        ({"email": "x" * 5000 + "@example.org"}, "email", "valid email address"),
        ({"email": "x" * 60 + "@" + "y.y" * 70 + ".org"}, "email", "at most 254 characters"),
        ({"birth_date_day": "30", "birth_date_month": "2"}, "birth_date", "real date"),
        ({"birth_date_year": ""}, "birth_date", "day, month and year"),
        ({"password1": "short"}, "password1", "12 characters"),
        ({"password1": "password1234"}, "password1", "too common"),
    ],
)
def test_bad_answers_are_refused_in_words(client, changes, field, words):
    response = sign_up(client, **changes)

    assert response.status_code == 200
    assert words in " ".join(response.context["form"].errors[field])
    assert not User.objects.exists()


@pytest.mark.parametrize(
    ("phone", "gender"), [("12", "female"), ("x" * 5000, "female"), ("020 7946 0123", "x")]
)
def test_a_bad_second_step_makes_nobody(client, mia, phone, gender):
    client.force_login(mia)

    response = client.post(reverse("accounts:registration"), {"gender": gender, "phone": phone})

    assert response.status_code == 200
    assert response.context["form"].errors
    assert not Patient.objects.exists()


def test_a_forgotten_password_is_chosen_anew_by_link(client, ana_user):
    client.post(reverse("account_reset_password"), {"email": ana_user.email})
    path = client.get(link()).url
    client.post(path, {"password1": PASSWORD, "password2": PASSWORD})

    outbox.send_due()
    ana_user.refresh_from_db()
    assert ana_user.check_password(PASSWORD)
    assert [sent.subject for sent in mail.outbox][1].startswith("A change to your account")


def test_an_unknown_address_gets_the_same_page_and_a_mail(client, ana_user):
    known = client.post(reverse("account_reset_password"), {"email": ana_user.email})

    unknown = client.post(reverse("account_reset_password"), {"email": "nobody@example.org"})

    assert (known.status_code, known.url) == (unknown.status_code, unknown.url)
    assert set(Message.objects.values_list("kind", "address")) == {
        ("account-password-reset-key", "ana@example.org"),
        ("account-unknown-account", "nobody@example.org"),
    }


def test_mail_that_nobody_knows_becomes_a_notice_without_details(ana_user):
    from accounts.adapter import AccountAdapter

    AccountAdapter().send_mail("mfa/email/totp_activated", ana_user.email, {"ip": "192.0.2.1"})

    outbox.send_due()
    assert "Something about your account was changed." in mail.outbox[0].body
    assert "192.0.2.1" not in mail.outbox[0].body
