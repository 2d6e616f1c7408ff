"""The page “History” of a row in the back office: who, when, what and why, from the audit; never a value."""

from typing import Any

import pytest
from django.contrib.admin.models import LogEntry
from django.test import Client

from accounts.audit import acting, record_event
from accounts.models import AuditEvent, Doctor, LoadBatch, Patient, User
from accounts.tests.factories import PatientFactory
from accounts.tests.office import url
from accounts.tests.pages import queries, text_of
from accounts.tests.test_admin_doctors import DOCTOR

pytestmark = pytest.mark.django_db


@pytest.fixture
def history(client: Client, ana: Patient) -> Any:
    """What the page about Ana says to an account."""

    def read(user: User) -> Any:
        client.force_login(user)
        return client.get(url("patient", "history", ana.pk))

    return read


def moved(patient: Patient, actor: User, **fields: str) -> None:
    with acting(actor, reason="new address"):
        for name, words in fields.items():
            setattr(patient, name, words)
        patient.save()


def test_it_says_who_changed_which_fields_and_why(history: Any, ana: Patient, reception: User) -> None:
    moved(ana, reception, city="Leeds", address="17 Canary Lane")

    answer = history(reception)

    first = answer.context["entries"][0]
    assert (first.who, first.role, first.what) == (str(reception), "Reception", "Changed")
    assert (first.fields, first.reason) == ("address, town or city", "new address")
    assert first.at == AuditEvent.objects.filter(target_table="accounts_patient").latest("id").recorded_at


@pytest.mark.parametrize("role", ["reception", "admin", "privacy"])
def test_no_value_of_a_field_is_told(
    history: Any, ana: Patient, reception: User, request: pytest.FixtureRequest, role: str
) -> None:
    moved(ana, reception, city="CanaryTown", address="17 Canary Lane", email="canary@example.org")

    page = text_of(history(request.getfixturevalue(role)))

    assert "town or city" in page
    assert "canary" not in page.lower()


def test_the_newest_stands_first_and_other_rows_stay_out(history: Any, ana: Patient, reception: User) -> None:
    other = PatientFactory()
    moved(ana, reception, city="Leeds")
    moved(other, reception, state="York")
    moved(ana, reception, phone="+442079460123")

    fields = [entry.fields for entry in history(reception).context["entries"]]

    assert fields[:2] == ["phone", "town or city"]
    assert "state or region" not in fields


def test_who_looked_is_for_the_privacy_officer(
    history: Any, ana: Patient, reception: User, privacy: User, dr_rao: Doctor
) -> None:
    record_event(actor=dr_rao.user, action="read", target=ana, patient=ana, reason="summary")

    told = {role: [entry.what for entry in history(role).context["entries"]] for role in (reception, privacy)}

    assert "Read" not in told[reception]
    assert told[privacy][0] == "Read"


def test_the_load_that_wrote_the_row_is_named(
    history: Any, ana: Patient, admin: User, reception: User
) -> None:
    batch = LoadBatch.objects.create(kind="synthea", source="folder", actor=admin)
    with acting(admin, reason="load folder", batch=batch.pk):
        Patient.objects.filter(pk=ana.pk).update(city="Leeds")

    assert history(admin).context["entries"][0].batch == batch
    # Reception may not open loads, so it is told none.
    assert history(reception).context["entries"][0].batch is None


def test_a_row_out_of_sight_has_no_history(client: Client, reception: User, admin: User) -> None:
    client.force_login(reception)

    assert client.get(url("user", "history", admin.pk)).status_code in (302, 403)


def test_long_histories_have_pages_and_cost_as_much_as_short_ones(
    history: Any, client: Client, ana: Patient, reception: User
) -> None:
    moved(ana, reception, city="0")
    history(reception)
    few, _answer = queries(client, url("patient", "history", ana.pk))
    for number in range(60):
        moved(ana, reception, city=str(number + 1))

    many, answer = queries(client, url("patient", "history", ana.pk))
    second = client.get(url("patient", "history", ana.pk) + "?p=2")

    assert few == many <= 12
    assert (len(answer.context["entries"]), len(second.context["entries"])) == (50, 12)


def test_what_is_done_in_the_back_office_is_in_the_history_and_in_no_second_book(
    client: Client, admin: User, dr_rao: Doctor
) -> None:
    form = DOCTOR | {"department": dr_rao.department.pk, "location": dr_rao.location.pk, "version": 1}
    client.force_login(admin)
    client.post(url("doctor", "change", dr_rao.pk), form | {"specialty": "Dermatology"})

    entry = client.get(url("doctor", "history", dr_rao.pk)).context["entries"][0]

    assert (entry.who, entry.what, entry.reason) == (str(admin), "Changed", "back office")
    assert "specialty" in entry.fields
    assert LogEntry.objects.count() == 0
