"""The lists of the back office: who sees them, what they cost, what they show."""

import pytest
from django.contrib.auth.models import Group
from django.urls import NoReverseMatch, reverse
from django.utils import timezone

from accounts import outbox
from accounts.models import (
    AuditEvent,
    Department,
    DetailsChange,
    Doctor,
    LoadBatch,
    Location,
    Message,
    Patient,
    PatientAccess,
    PatientMerge,
    PossibleTwin,
    SourceReference,
    User,
)
from accounts.services import archiving
from accounts.tests.factories import (
    LocationFactory,
)
from accounts.tests.office import MODELS, act, row_of_each, told, url

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize("model", MODELS)
def test_a_list_asks_as_often_for_three_rows_as_for_one(client, admin, model, django_assert_max_num_queries):
    client.force_login(admin)
    counts = []
    for rows in (1, 2):
        for _row in range(rows):
            row_of_each()
        with django_assert_max_num_queries(12) as queries:
            assert client.get(url(model)).status_code == 200
        counts.append(len(queries))

    assert counts[0] == counts[1]


def test_every_page_of_a_row_opens(client, admin):
    row_of_each()
    client.force_login(admin)

    opened = {
        model._meta.model_name: client.get(
            url(model._meta.model_name, "change", model.objects.first().pk)
        ).status_code
        for model in (
            Department,
            Location,
            Doctor,
            Patient,
            User,
            PatientAccess,
            Message,
            LoadBatch,
            SourceReference,
            PossibleTwin,
            PatientMerge,
            DetailsChange,
        )
    }

    assert set(opened.values()) == {200}


@pytest.mark.parametrize(
    ("role", "seen"),
    [
        ("reception", {"department", "location", "doctor", "patient", "possibletwin", "detailschange"}),
        ("privacy", {"department", "doctor", "patient", "patientaccess", "auditevent"}),
        ("admin", set(MODELS)),
        ("nurse", set()),
        ("ana_user", set()),
    ],
)
def test_each_role_sees_the_lists_that_the_table_names(client, request, role, seen):
    client.force_login(request.getfixturevalue(role))

    opened = {model for model in MODELS if client.get(url(model)).status_code == 200}

    assert opened == seen


def test_addresses_and_groups_have_no_page():
    for name in ("account_emailaddress", f"auth_{Group._meta.model_name}"):
        with pytest.raises(NoReverseMatch):
            reverse(f"admin:{name}_changelist")


def test_failed_messages_are_retried(client, admin):
    row_of_each()
    Message.objects.update(status="dead", attempts=10)
    client.force_login(admin)

    done = act(client, "message", "retry", Message.objects.get())

    assert "is tried again" in told(done)
    assert outbox.send_due()["sent"] == 1


def test_the_audit_pages_name_columns_and_no_values(client, privacy, ana, admin):
    ana.address = "17 Canary Lane"
    ana.save()
    client.force_login(privacy)
    event = AuditEvent.objects.filter(target_table="accounts_patient").first()

    pages = [
        client.get(page).content.decode()
        for page in (url("auditevent"), url("auditevent", "change", event.pk))
    ]

    assert all("address" in page and "Canary" not in page for page in pages)


def test_administrators_see_no_audit_of_patients(client, admin, ana):
    client.force_login(admin)

    events = client.get(url("auditevent")).context["cl"].queryset

    assert {event.patient_id for event in events} == {None}
    assert AuditEvent.objects.filter(patient=ana).exists()


def test_choices_offer_current_rows_only(client, admin, cardiology):
    archiving.archive_place(place=LocationFactory(name="Old wing"), actor=admin, now=timezone.now())
    LocationFactory(name="New wing")
    client.force_login(admin)

    found = client.get(
        reverse("admin:autocomplete"),
        {"app_label": "accounts", "model_name": "doctor", "field_name": "location", "term": "wing"},
    ).json()

    assert [row["text"] for row in found["results"]] == ["New wing"]
