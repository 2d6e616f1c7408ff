"""Who is likely the same person, what the desk is asked, and what it decides."""

from datetime import date

import pytest
from django.urls import reverse

from accounts.errors import CannotMerge, LikelyTwin, NotAllowed
from accounts.models import AuditEvent, Patient, PossibleTwin
from accounts.services import twins
from accounts.services.loaded_twins import queue_loaded
from accounts.services.registration import register_patient, register_self
from accounts.tests.factories import PatientFactory, UserFactory

pytestmark = pytest.mark.django_db
BORN = date(1987, 3, 9)
MARRIED = ["given", "birth-date", "email"]
KNOWN = {
    "given_name": "Katherine",
    "family_name": "Smith",
    "birth_date": BORN,
    "phone": "+442079460123",
    "email": "kate@example.org",
    "gender": "female",
}


def person(**facts):
    patient = Patient(**{"phone": "", "email": "", "gender": "female"} | facts)
    patient.set_keys()
    return patient


@pytest.mark.parametrize(
    ("typed", "reasons"),
    [
        ({"given_name": "Catherine", "family_name": "Smyth", "birth_date": BORN}, ["sound", "birth-date"]),
        ({"given_name": "Smith", "family_name": "Katherine", "birth_date": date(1987, 9, 3)}, ["name", "swapped"]),
        ({"given_name": "Katherine", "family_name": "Smith", "birth_date": date(1978, 3, 9)}, ["name", "near"]),
        ({"given_name": "Katherine", "family_name": "Smitt", "phone": "+442079460123"}, ["similar", "phone"]),
        ({"given_name": "Kathryn", "family_name": "Jones", "birth_date": BORN, "email": "KATE@example.org"}, MARRIED),
        ({"given_name": "Katherine", "family_name": "Smith Jones", "birth_date": BORN}, ["similar", "birth-date"]),
    ],
)  # fmt: skip
def test_likely_the_same_person_with_reasons(typed, reasons):
    known = PatientFactory(**KNOWN)

    found = twins.likely(person(**typed))

    assert [(twin.patient, twin.reasons) for twin in found] == [(known, reasons)]


@pytest.mark.parametrize(
    "typed",
    [
        {"given_name": "Katherine", "family_name": "Smith"},
        {"given_name": "Katherine", "family_name": "Smith", "birth_date": date(1950, 1, 20)},
        {"given_name": "Emma", "family_name": "Smith", "birth_date": BORN, "phone": "+442079460123"},
        {"given_name": "Omar", "family_name": "Haddad", "birth_date": BORN},
        {"given_name": "Katherine", "family_name": "Smith", "birth_date": date(2015, 6, 1), "phone": "+442079460123"},
    ],
)  # fmt: skip
def test_a_name_a_birthday_or_a_family_telephone_alone_is_nobody(typed):
    PatientFactory(**KNOWN)

    assert twins.likely(person(**typed)) == []


def test_names_without_latin_letters_compare_as_they_are_written():
    known = PatientFactory(given_name="小龍", family_name="李", birth_date=BORN)
    PatientFactory(given_name="大文", family_name="陳", birth_date=BORN)

    found = twins.likely(person(given_name="李", family_name="小龍", birth_date=BORN))

    assert [twin.patient for twin in found] == [known]


def test_finding_is_one_query_however_many_are_alike(django_assert_num_queries):
    for _number in range(3):
        PatientFactory(**KNOWN)

    with django_assert_num_queries(1):
        assert len(twins.likely(person(**KNOWN))) == 3


def test_the_desk_is_asked_first_and_nothing_is_saved(reception, now):
    known = PatientFactory(**KNOWN)

    with pytest.raises(LikelyTwin) as refusal:
        register_patient(actor=reception, now=now, **KNOWN)

    assert [twin.patient for twin in refusal.value.twins] == [known]
    assert list(Patient.objects.all()) == [known]


def test_someone_else_is_a_recorded_choice(reception, now):
    known = PatientFactory(**KNOWN)

    new = register_patient(actor=reception, now=now, not_twins=[known.pk], **KNOWN)

    pair = PossibleTwin.objects.get()
    assert (pair.first, pair.second, pair.status, pair.decided_by) == (known, new, "different", reception)
    assert AuditEvent.objects.filter(target_table="accounts_possibletwin", actor=reception).exists()


def test_whoever_was_not_among_those_seen_is_asked_about(reception, now):
    PatientFactory(**KNOWN)
    seen = PatientFactory(**KNOWN)

    with pytest.raises(LikelyTwin):
        register_patient(actor=reception, now=now, not_twins=[seen.pk], **KNOWN)


def test_a_command_leaves_the_pair_for_the_desk(admin, now):
    known = PatientFactory(**KNOWN)

    new = register_patient(actor=admin, now=now, asks=False, **KNOWN)

    pair = PossibleTwin.objects.get()
    assert (pair.first, pair.second, pair.status) == (known, new, "open")


def test_signing_up_queues_the_twin_and_gives_a_new_file(now):
    known = PatientFactory(**KNOWN)
    user = UserFactory(given_name="Katherine", family_name="Smith", birth_date=KNOWN["birth_date"])

    own = register_self(user=user, gender="female", phone="", actor=user, now=now)

    pair = PossibleTwin.objects.get()
    assert (pair.first, pair.second, pair.source, pair.status) == (known, own, "self", "open")
    assert own != known


def test_the_desk_decides_once(reception, now):
    pair = PossibleTwin.objects.create(first=PatientFactory(), second=PatientFactory(), source="self")

    twins.keep_apart(twin=pair, actor=reception, now=now)

    pair.refresh_from_db()
    assert (pair.status, pair.decided_by, pair.decided_at) == ("different", reception, now)
    assert not PossibleTwin.objects.waiting().exists()


def test_a_merged_pair_is_not_two_people(reception, now):
    pair = PossibleTwin.objects.create(
        first=PatientFactory(), second=PatientFactory(), source="self", status="merged", decided_at=now
    )

    with pytest.raises(CannotMerge):
        twins.keep_apart(twin=pair, actor=reception, now=now)

    pair.refresh_from_db()
    assert pair.status == "merged"


def test_a_doctor_decides_nothing(dr_rao, now):
    pair = PossibleTwin.objects.create(first=PatientFactory(), second=PatientFactory(), source="self")

    with pytest.raises(NotAllowed):
        twins.keep_apart(twin=pair, actor=dr_rao.user, now=now)


def test_loaded_twins_wait_for_the_desk(now, django_assert_num_queries):
    known = PatientFactory(**KNOWN)
    loaded = [PatientFactory(**KNOWN), PatientFactory(given_name="Omar", family_name="Haddad")]

    with django_assert_num_queries(6):
        queue_loaded({patient.pk: str(patient.pk) for patient in loaded}, now=now)

    pair = PossibleTwin.objects.get()
    assert (pair.first, pair.second, pair.source) == (known, loaded[0], "load")


def test_signing_up_looks_the_same_whether_known_or_not(client, mailoutbox):
    PatientFactory(**KNOWN)
    seen = []
    for given_name in ("Katherine", "Omar"):
        user = UserFactory(given_name=given_name, family_name="Smith", birth_date=BORN)
        client.force_login(user)
        answer = client.post(
            reverse("accounts:registration"), {"gender": "female", "phone": "+442079460123"}, follow=True
        )
        words = [str(message)[:40] for message in answer.context["messages"]]
        page = [template.name for template in answer.templates]
        seen.append((answer.status_code, answer.redirect_chain, words, page, len(mailoutbox)))

    assert seen[0] == seen[1]
    assert PossibleTwin.objects.count() == 1
