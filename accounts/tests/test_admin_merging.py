"""The back office's pages of merging: compare, choose, merge, look, undo."""

from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from accounts.admin.merging import merge_url
from accounts.models import Patient, PatientAccess, PatientMerge
from accounts.services import archiving, merging
from accounts.tests.factories import PatientFactory, UserFactory
from accounts.tests.office import act, told, url

pytestmark = pytest.mark.django_db


@pytest.fixture
def stays():
    return PatientFactory(given_name="Anna", family_name="Silva", city="York")


@pytest.fixture
def goes():
    return PatientFactory(given_name="Ana", family_name="Silva", city="Leeds")


def typed(stays, goes, **more):
    chosen = {"value-given_name": "loser", "value-city": "survivor", "reason": "Same passport"}
    return chosen | {"version": stays.version, "other_version": goes.version} | more


def merge(stays, goes, admin):
    versions = {"versions": (stays.version, goes.version), "choices": {}, "reason": "Same passport"}
    return merging.merge(survivor=stays, loser=goes, actor=admin, now=timezone.now(), **versions)


def test_the_action_takes_exactly_two(client, admin, stays, goes):
    client.force_login(admin)

    one = act(client, "patient", "merge", stays)
    two = act(client, "patient", "merge", stays, goes)
    three = act(client, "patient", "merge", stays, goes, PatientFactory())

    assert "exactly two" in told(one)
    assert "exactly two" in told(three)
    assert two.redirect_chain == [(merge_url(stays, goes), 302)]
    assert two.status_code == 200


def test_the_page_compares_and_names_who_loses_access(client, admin, stays, goes):
    user = UserFactory(email="anas@example.org")
    PatientAccess.objects.create(
        patient=goes, user=user, kind="self", starts_at=timezone.now() - timedelta(days=9)
    )
    client.force_login(admin)

    page = client.get(merge_url(stays, goes)).content.decode()

    for words in ("York", "Leeds", stays.grouped_mrn, goes.grouped_mrn, "anas@example.org (The patient)"):
        assert words in page
    assert merge_url(goes, stays).replace("&", "&amp;") in page


def test_a_merge_with_a_reason_is_done_as_chosen(client, admin, stays, goes):
    client.force_login(admin)

    answer = client.post(merge_url(stays, goes), typed(stays, goes), follow=True)

    for patient in (stays, goes):
        patient.refresh_from_db()
    done = PatientMerge.objects.get()
    assert (stays.given_name, stays.city, goes.merged_into) == ("Ana", "York", stays)
    assert (done.reason, done.merged_by) == ("Same passport", admin)
    assert "is merged into" in told(answer)


def test_without_a_reason_nothing_happens_and_the_choices_stay(client, admin, stays, goes):
    client.force_login(admin)

    answer = client.post(merge_url(stays, goes), typed(stays, goes, reason=""))

    form = answer.context["form"]
    assert answer.status_code == 422
    assert form["value-given_name"].value() == "loser"
    assert form.errors == {"reason": ["Say how you know that this is one person"]}
    assert '<a href="#id_reason">' in answer.content.decode()
    assert not PatientMerge.objects.exists()


def test_a_file_that_changed_meanwhile_brings_the_conflict_page(client, admin, stays, goes):
    form = typed(stays, goes)
    stays.claim_version(stays.version)
    client.force_login(admin)

    answer = client.post(merge_url(stays, goes), form)

    assert answer.status_code == 409
    assert not PatientMerge.objects.exists()


def test_an_archived_file_leads_back_with_words(client, admin, stays, goes):
    archiving.archive_patient(patient=goes, actor=admin, now=timezone.now())
    client.force_login(admin)

    answer = client.get(merge_url(stays, goes), follow=True)

    assert "is archived" in told(answer)


@pytest.mark.parametrize("other", ["", "x", "0", "999999", "1e3", "9" * 40])
def test_another_file_that_is_none_is_not_found(client, admin, stays, other):
    client.force_login(admin)

    answer = client.get(reverse("admin:accounts_patient_merge", args=[stays.pk]), {"other": other})

    assert answer.status_code == 404


def test_the_page_of_a_merged_file_leads_to_the_one_that_stands(client, reception, admin, stays, goes):
    merge(stays, goes, admin)
    client.force_login(reception)

    answer = client.get(url("patient", "change", goes.pk))
    client.post(url("patient", "change", goes.pk), {"given_name": "Forged", "gender": "male", "version": 2})

    page = answer.content.decode()
    assert url("patient", "change", stays.pk) in page
    assert "Merged into" in page
    assert Patient.objects.get(pk=goes.pk).given_name == "Ana"


def test_the_undo_page_tells_first_and_undoes_by_post(client, admin, stays, goes):
    done = merge(stays, goes, admin)
    client.force_login(admin)

    shown = client.get(url("patientmerge", "undo", done.pk))
    answer = client.post(url("patientmerge", "undo", done.pk), follow=True)

    goes.refresh_from_db()
    assert "becomes a file of its own again" in shown.content.decode()
    assert (goes.merged_into, goes.archived_at) == (None, None)
    assert "The merge is undone" in told(answer)
    assert "Undo the merge" not in answer.content.decode()


def test_a_merge_that_is_too_old_says_so(client, admin, stays, goes):
    done = merge(stays, goes, admin)
    PatientMerge.objects.update(merged_at=timezone.now() - timedelta(days=31))
    client.force_login(admin)

    answer = client.get(url("patientmerge", "undo", done.pk), follow=True)

    assert "30 days" in told(answer)


@pytest.mark.parametrize("role", ["reception", "privacy", "nurse", "ana_user"])
def test_only_administrators_merge_and_undo(client, request, role, admin, stays, goes):
    done = merge(PatientFactory(), PatientFactory(), admin)
    client.force_login(request.getfixturevalue(role))

    answers = [
        client.get(merge_url(stays, goes)),
        client.post(merge_url(stays, goes), typed(stays, goes)),
        client.post(url("patientmerge", "undo", done.pk)),
        client.get(url("patientmerge")),
    ]

    done.refresh_from_db()
    assert {answer.status_code for answer in answers} <= {302, 403}
    assert (PatientMerge.objects.count(), done.undone_at) == (1, None)


def test_the_page_costs_as_much_for_three_rows_as_for_one(
    client, admin, stays, goes, django_assert_max_num_queries
):
    client.force_login(admin)
    counts = []
    for rows in (1, 2):
        for _row in range(rows):
            PatientAccess.objects.create(patient=goes, user=UserFactory(), kind="proxy")
        with django_assert_max_num_queries(45) as queries:
            client.get(merge_url(stays, goes))
        counts.append(len(queries))

    assert counts[0] == counts[1]
