"""The desk's pages about patients who may be registered twice."""

import pytest

from accounts.models import Patient, PossibleTwin
from accounts.tests.factories import PatientFactory
from accounts.tests.office import act, errors, told, url

pytestmark = pytest.mark.django_db
TYPED = {
    "given_name": "Catherine",
    "family_name": "Smyth",
    "birth_date": "1987-03-09",
    "gender": "female",
    "phone": "020 7946 0123",
    "city": "Leeds",
}


@pytest.fixture
def known():
    return PatientFactory(
        given_name="Katherine", family_name="Smith", birth_date="1987-03-09", email="kate@example.org"
    )


@pytest.fixture
def pair():
    return PossibleTwin.objects.create(
        first=PatientFactory(), second=PatientFactory(), source="self", reasons=["sound", "birth-date"]
    )


def test_the_desk_sees_likely_twins_before_anything_is_saved(client, reception, known):
    client.force_login(reception)

    answer = client.post(url("patient", "add"), TYPED)

    page = answer.content.decode()
    assert answer.status_code == 422
    assert Patient.objects.count() == 1
    assert "may be a patient whom we know already" in errors(answer)
    for words in ("Katherine Smith", known.grouped_mrn, "9 March 1987", "kate@example.org", "Leave it"):
        assert words in page
    assert "Name that sounds the same, same date of birth" in page
    assert url("patient", "change", known.pk) in page


def test_nothing_typed_is_lost_while_the_desk_is_asked(client, reception, known):
    client.force_login(reception)

    form = client.post(url("patient", "add"), TYPED).context["adminform"].form

    assert {name: form[name].value() for name in TYPED} == TYPED


def test_the_button_registers_someone_else_and_records_it(client, reception, known):
    client.force_login(reception)
    keys = client.post(url("patient", "add"), TYPED).context["twin_keys"]

    client.post(url("patient", "add"), TYPED | {"not_twins": keys, "_someone_else": "yes"})

    new = Patient.objects.exclude(pk=known.pk).get()
    pair = PossibleTwin.objects.get()
    assert (new.full_name, pair.status, pair.decided_by) == ("Catherine Smyth", "different", reception)


@pytest.mark.parametrize("keys", ["", "999", "x", "0,,-2", "9" * 40])
def test_keys_of_others_register_nobody(client, reception, known, keys):
    client.force_login(reception)

    client.post(url("patient", "add"), TYPED | {"not_twins": keys, "_someone_else": "yes"})

    assert list(Patient.objects.all()) == [known]


def test_saving_again_without_the_button_asks_again(client, reception, known):
    client.force_login(reception)

    answer = client.post(url("patient", "add"), TYPED | {"not_twins": str(known.pk)})

    assert answer.status_code == 422
    assert list(Patient.objects.all()) == [known]


def test_a_change_of_details_asks_nothing(client, reception, known):
    PatientFactory(given_name="Katherine", family_name="Smith", birth_date="1987-03-09")
    client.force_login(reception)

    client.post(url("patient", "change", known.pk), TYPED | {"version": known.version})

    known.refresh_from_db()
    assert known.city == "Leeds"


def test_the_queue_shows_open_pairs_first_with_reasons(client, reception, pair, now):
    decided = PossibleTwin.objects.create(
        first=PatientFactory(), second=PatientFactory(), source="desk", status="different", decided_at=now
    )
    client.force_login(reception)

    answer = client.get(url("possibletwin"))

    assert list(answer.context["cl"].result_list) == [pair, decided]
    assert "Name that sounds the same, same date of birth" in answer.content.decode()


def test_the_page_of_a_pair_shows_both_and_offers_what_the_role_may(client, reception, admin, pair):
    pages = {}
    for user in (reception, admin):
        client.force_login(user)
        pages[user.role] = client.get(url("possibletwin", "change", pair.pk)).content.decode()

    for page in pages.values():
        assert pair.first.grouped_mrn in page
        assert pair.second.grouped_mrn in page
        assert "It is someone else" in page
    assert "Compare and merge" in pages["admin"]
    assert "Compare and merge" not in pages["reception"]


@pytest.mark.parametrize("way", ["page", "action"])
def test_the_desk_says_it_is_someone_else(client, reception, pair, way):
    client.force_login(reception)

    if way == "page":
        answer = client.post(url("possibletwin", "different", pair.pk), follow=True)
    else:
        answer = act(client, "possibletwin", "different", pair)

    pair.refresh_from_db()
    assert (pair.status, pair.decided_by) == ("different", reception)
    assert "noted as different people" in told(answer)


def test_looking_at_the_address_of_the_decision_decides_nothing(client, reception, pair):
    client.force_login(reception)

    client.get(url("possibletwin", "different", pair.pk))

    pair.refresh_from_db()
    assert pair.status == "open"


@pytest.mark.parametrize("role", ["privacy", "nurse", "ana_user"])
def test_others_neither_see_nor_decide(client, request, role, pair):
    client.force_login(request.getfixturevalue(role))

    answers = [
        client.get(url("possibletwin")),
        client.get(url("possibletwin", "change", pair.pk)),
        client.post(url("possibletwin", "different", pair.pk)),
    ]

    pair.refresh_from_db()
    assert {answer.status_code for answer in answers} <= {302, 403}
    assert pair.status == "open"


def test_an_open_pair_of_which_one_file_was_merged_is_listed_no_more(client, reception, pair):
    other = PossibleTwin.objects.create(first=PatientFactory(), second=PatientFactory(), source="self")
    PossibleTwin.objects.filter(pk=other.pk).update(status="different", decided_at="2026-01-01T00:00Z")
    Patient.objects.filter(pk__in=[pair.second_id, other.second_id]).update(merged_into=PatientFactory())
    stands = PossibleTwin.objects.create(first=PatientFactory(), second=PatientFactory(), source="self")
    client.force_login(reception)

    listed = client.get(url("possibletwin")).context["cl"].queryset

    assert set(listed) == {stands, other}
    assert set(PossibleTwin.objects.waiting()) == {stands}
