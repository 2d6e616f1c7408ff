"""The patient's side: what the hospital holds, and the wish to have it put right."""

from datetime import timedelta

import pytest

from accounts.models import AuditEvent, DetailsChange, Patient, PatientAccess
from accounts.tests.factories import PatientFactory
from accounts.tests.pages import queries

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("frozen")]
PAGE = "/patient/details/"
ODD = [
    "Ṱ̺̺̕o͞ ̷i̲̬n̝̗v̼o̤͔k",
    "<script>alert(1)</script>",
    "'; DROP TABLE accounts_patient; --",
    "ثم نفس سقطت",
    "‮evil‬",
    "田中さんにあげて下さい",
    "{{ 7|add:7 }} {% debug %}",
    "N" * 100,
]


@pytest.fixture
def told(ana):
    """Ana's file with something in most fields."""
    Patient.objects.filter(pk=ana.pk).update(
        phone="+442079460123", email="ana@home.example", address="1 High Street", city="Leeds"
    )
    ana.refresh_from_db(fields=["phone", "email", "address", "city"])
    return ana


def page_of(patient):
    return f"{PAGE}{patient.public_id}/"


def typed(client, patient, **changed):
    """The form as the browser would send it."""
    form = client.get(page_of(patient)).context["form"]
    born = [str(part) for part in form.fields["birth_date"].widget.decompress(form["birth_date"].value())]
    sent = {name: form[name].value() or "" for name in form.fields if name != "birth_date"}
    return (
        sent
        | {f"birth_date_{part}": number for part, number in zip(("day", "month", "year"), born, strict=False)}
        | changed
    )


def send(client, patient, **changed):
    return client.post(page_of(patient), typed(client, patient, **changed))


def wishes(patient, **which):
    rows = patient.details_changes.filter(**which).order_by("pk")
    return [(row.field, row.old, row.wanted, row.status) for row in rows]


def proxied(user, patient, now, **more):
    told = {"kind": "proxy", "starts_at": now - timedelta(days=9)} | more
    return PatientAccess.objects.create(user=user, patient=patient, **told)


def test_the_page_shows_own_and_proxied_people_and_nobody_else(sign_in, told, ben, now):
    child = PatientFactory(given_name="Cora", family_name="Silva")
    proxied(told.user, child, now)
    proxied(told.user, PatientFactory(given_name="Past"), now, ends_at=now - timedelta(days=1))

    answer = sign_in(told.user).get(PAGE)

    assert [person["patient"] for person in answer.context["people"]] == [told, child]
    text = answer.content.decode()
    for words in ("Ana Silva", "17 May 1980", "+44 20 7946 0123", "1 High Street", "Cora Silva", "Not known"):
        assert words in text
    assert "Okafor" not in text
    assert "Past" not in text


def test_only_what_differs_is_asked_for(sign_in, told):
    answer = send(sign_in(told.user), told, phone="020 7946 0999", city="York", birth_date_day="18")

    assert (answer.status_code, answer.url) == (302, PAGE)
    assert wishes(told) == [
        ("birth_date", "1980-05-17", "1980-05-18", "requested"),
        ("phone", "+442079460123", "+442079460999", "requested"),
        ("city", "Leeds", "York", "requested"),
    ]


def test_the_file_and_the_account_stay_as_they_are(sign_in, told):
    before = Patient.objects.values().get(pk=told.pk)
    sign_in_address = told.user.email

    send(sign_in(told.user), told, email="new@home.example", given_name="Anna")

    told.user.refresh_from_db()
    assert Patient.objects.values().get(pk=told.pk) == before
    assert (told.user.email, told.user.given_name) == (sign_in_address, "Ana")


def test_sent_twice_it_is_one(sign_in, told):
    client = sign_in(told.user)
    form = typed(client, told, city="York")

    answers = [client.post(page_of(told), form) for _time in range(2)]

    assert [answer.status_code for answer in answers] == [302, 302]
    assert wishes(told) == [("city", "Leeds", "York", "requested")]


def test_a_newer_wish_for_the_same_field_replaces_the_open_one(sign_in, told):
    client = sign_in(told.user)
    send(client, told, city="York")

    send(client, told, city="Hull", address="2 High Street")

    assert wishes(told) == [
        ("city", "Leeds", "York", "cancelled"),
        ("address", "1 High Street", "2 High Street", "requested"),
        ("city", "Leeds", "Hull", "requested"),
    ]


def test_a_wish_is_taken_back_by_writing_what_stands(sign_in, told):
    client = sign_in(told.user)
    send(client, told, city="York")

    send(client, told, city="Leeds")

    assert wishes(told) == [("city", "Leeds", "York", "cancelled")]


def test_a_form_that_stood_open_takes_no_other_wish_back(sign_in, told):
    client = sign_in(told.user)
    opened_before = typed(client, told, postal_code="LS1 1AA")
    send(client, told, city="York")

    client.post(page_of(told), opened_before)

    assert {(field, wanted) for field, _old, wanted, _status in wishes(told, status="requested")} == {
        ("city", "York"),
        ("postal_code", "LS1 1AA"),
    }


def test_a_change_at_the_desk_meanwhile_is_not_asked_back(sign_in, told):
    client = sign_in(told.user)
    opened_before = typed(client, told, city="York")
    Patient.objects.filter(pk=told.pk).update(phone="+442079460777")

    client.post(page_of(told), opened_before)

    assert wishes(told) == [("city", "Leeds", "York", "requested")]


@pytest.mark.parametrize("seen", ["", "forged", "WyJ4Iix7fV0:1abc:def"])
def test_a_form_without_its_seal_is_compared_with_the_file(sign_in, told, seen):
    send(sign_in(told.user), told, city="York", seen=seen)

    assert wishes(told) == [("city", "Leeds", "York", "requested")]


def test_nothing_changed_is_told_so(sign_in, told):
    answer = send(sign_in(told.user), told)

    assert answer.status_code == 422
    assert "Change what is not right" in answer.content.decode()
    assert not DetailsChange.objects.exists()


@pytest.mark.parametrize(
    ("changed", "words"),
    [
        ({"given_name": " "}, "Enter the given name"),
        ({"birth_date_year": "2090"}, "Date of birth must be in the past"),
        ({"birth_date_day": "", "birth_date_month": "", "birth_date_year": ""}, "Enter a date of birth"),
        ({"phone": "12"}, "Enter a phone number that can be called, like +44 121 234 5678"),
        ({"email": "ana@"}, "Enter an e-mail address"),
        ({"family_name": "N" * 101}, "at most 100 characters"),
        ({"gender": "x"}, "Select a valid choice"),
    ],
)
def test_what_cannot_be_is_told_beside_its_box_and_stays_typed(sign_in, told, changed, words):
    answer = send(sign_in(told.user), told, **changed)

    assert answer.status_code == 422
    assert words in answer.content.decode()
    assert not DetailsChange.objects.exists()


@pytest.mark.parametrize("name", ODD)
def test_odd_and_long_names_are_kept_and_shown_as_they_are(sign_in, told, name):
    client = sign_in(told.user)

    send(client, told, family_name=name)

    assert wishes(told) == [("family_name", "Silva", name, "requested")]
    assert "<script>alert" not in client.get(PAGE).content.decode()
    assert client.get(PAGE).context["people"][0]["waiting"][0].wanted_shown == name


def test_an_old_value_that_would_be_refused_today_stands_in_nobodys_way(sign_in, told):
    Patient.objects.filter(pk=told.pk).update(phone="555-CALL", birth_date="1850-01-02")

    answer = send(sign_in(told.user), told, city="York")

    assert answer.status_code == 302
    assert wishes(told) == [("city", "Leeds", "York", "requested")]


def test_a_file_without_a_date_of_birth_needs_none(sign_in, told):
    Patient.objects.filter(pk=told.pk).update(birth_date=None)

    send(sign_in(told.user), told, birth_date_day="", birth_date_month="", birth_date_year="", city="York")

    assert [field for field, *_rest in wishes(told)] == ["city"]


def test_a_wish_for_somebody_else_stands_in_that_file(sign_in, told, now):
    child = PatientFactory(given_name="Cora", family_name="Silva")
    proxied(told.user, child, now)

    send(sign_in(told.user), child, city="York")

    assert wishes(child) == [("city", "", "York", "requested")]
    assert DetailsChange.objects.get().requested_by == told.user
    assert 'autocomplete="tel"' not in sign_in(told.user).get(page_of(child)).content.decode()


def test_the_page_says_what_waits_and_what_was_decided_and_why(sign_in, told, reception, now):
    client = sign_in(told.user)
    send(client, told, phone="020 7946 0999")
    decided = {"requested_by": told.user, "decided_by": reception, "decided_at": now}
    for status, wanted, reason in (("completed", "Hull", ""), ("rejected", "York", "No such street <b>")):
        told.details_changes.create(field="city", wanted=wanted, status=status, reason=reason, **decided)
        decided["decided_at"] += timedelta(minutes=1)

    person = client.get(PAGE).context["people"][0]
    text = client.get(PAGE).content.decode()

    assert [row.wanted for row in person["waiting"]] == ["+442079460999"]
    assert [(row.wanted, row.status) for row in person["answers"]] == [("York", "rejected")]
    for words in ("+44 20 7946 0999", "Asked on 11 January 2027", "Not changed", "No such street &lt;b&gt;"):
        assert words in text


def test_the_form_shows_the_open_wish_and_what_stands(sign_in, told):
    client = sign_in(told.user)
    send(client, told, city="York")

    text = client.get(page_of(told)).content.decode()

    assert 'value="York"' in text
    assert "You asked for this. On the file stands: Leeds" in text


def test_another_persons_file_is_not_there(sign_in, told, ben):
    client = sign_in(told.user)

    answers = [client.get(page_of(ben)), client.post(page_of(ben), typed(client, told, city="York"))]

    assert [answer.status_code for answer in answers] == [404, 404]
    assert not DetailsChange.objects.exists()


@pytest.mark.parametrize("role", ["nurse", "reception", "privacy", "admin"])
def test_other_roles_have_no_such_page(sign_in, request, told, role):
    client = sign_in(request.getfixturevalue(role))

    answers = [client.get(PAGE), client.get(page_of(told)), client.post(page_of(told), {"city": "York"})]

    assert {answer.status_code for answer in answers} == {403}


def test_a_wish_is_audited_under_the_name_of_who_asked(sign_in, told):
    send(sign_in(told.user), told, city="York")

    event = AuditEvent.objects.get(target_table="accounts_detailschange")
    assert (event.actor, event.patient_id, event.action) == (told.user, told.pk, "create")


def test_the_page_asks_as_often_for_three_people_as_for_one(sign_in, told, now):
    client = sign_in(told.user)
    send(client, told, city="York", phone="")
    few, _answer = queries(client, PAGE)
    for _number in range(2):
        child = PatientFactory()
        proxied(told.user, child, now)
        send(client, child, city="York")

    many, answer = queries(client, PAGE)

    assert few == many <= 6
    assert len(answer.context["people"]) == 3
