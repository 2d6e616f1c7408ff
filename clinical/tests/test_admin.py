"""The back office sees who, when and in which state; the text of the record nowhere."""

from typing import Any

import pytest
from django.contrib import admin as django_admin
from django.urls import reverse

from clinical.models import Addendum, Condition, Diagnosis, Encounter, MedicalRecord, Prescription, Seal
from clinical.services.records import add_addendum, sign
from clinical.tests.factories import ConditionFactory, drafted

MODELS = [Addendum, Condition, Diagnosis, Encounter, MedicalRecord, Prescription, Seal]
SECRET = "CANARY"


@pytest.fixture
def secrets(encounter: Any, now: Any) -> MedicalRecord:
    """A row of each model, every text of it a canary."""
    Encounter.objects.update(reason=SECRET)
    doctor = encounter.doctor.user
    draft = drafted(
        encounter,
        now,
        sections=dict.fromkeys(MedicalRecord.SECTIONS, SECRET),
        diagnoses=[{"display": SECRET, "code": SECRET}],
        items=[{"medicine": SECRET, "dose_quantity": 1, "dose_unit": SECRET, "frequency": SECRET}],
    )
    record = sign(record=draft, version=1, actor=doctor, now=now)
    add_addendum(record=record, text=SECRET, reason=SECRET, actor=doctor, now=now)
    ConditionFactory(patient=record.patient, display=SECRET, code=SECRET)
    return record


def pages(model: Any) -> list[str]:
    name = f"admin:clinical_{model._meta.model_name}"
    row = model.objects.get()
    found = reverse(f"{name}_changelist")
    return [
        found,
        f"{found}?q=Silva",
        reverse(f"{name}_change", args=[row.pk]),
        reverse(f"{name}_history", args=[row.pk]),
    ]


@pytest.mark.parametrize("model", MODELS)
def test_no_page_shows_clinical_text(secrets: Any, admin: Any, client: Any, model: Any) -> None:
    client.force_login(admin)

    answers = [client.get(url) for url in pages(model)]

    assert [answer.status_code for answer in answers] == [200] * 4
    assert not any(SECRET in answer.content.decode() for answer in answers)


@pytest.mark.parametrize("model", MODELS)
def test_a_search_for_clinical_text_finds_nothing(secrets: Any, admin: Any, client: Any, model: Any) -> None:
    client.force_login(admin)

    answer = client.get(reverse(f"admin:clinical_{model._meta.model_name}_changelist"), {"q": SECRET})

    assert answer.context["cl"].result_count == 0


@pytest.mark.parametrize("model", MODELS)
def test_nobody_adds_changes_or_deletes_here(secrets: Any, admin: Any, client: Any, model: Any) -> None:
    client.force_login(admin)
    name, row = f"admin:clinical_{model._meta.model_name}", model.objects.get()
    before = list(model.objects.values())

    urls = [
        reverse(f"{name}_add"),
        reverse(f"{name}_change", args=[row.pk]),
        reverse(f"{name}_delete", args=[row.pk]),
    ]
    answers = [client.post(url, {"status": "final", "post": "yes"}) for url in urls]

    assert [answer.status_code for answer in answers] == [403] * 3
    assert list(model.objects.values()) == before


@pytest.mark.parametrize("who", ["reception", "privacy"])
@pytest.mark.parametrize("model", MODELS)
def test_other_staff_see_not_even_that(secrets: Any, client: Any, model: Any, who: str, request: Any) -> None:
    client.force_login(request.getfixturevalue(who))

    answers = [client.get(url) for url in pages(model)]

    assert [answer.status_code for answer in answers[:3]] == [403] * 3
    assert answers[3].status_code in (302, 403)


def test_unsigned_records_have_an_address(draft: Any, admin: Any, client: Any) -> None:
    client.force_login(admin)
    url = reverse("admin:clinical_medicalrecord_changelist")

    unsigned = client.get(f"{url}?status__exact=preliminary")
    signed = client.get(f"{url}?status__exact=final")

    assert list(unsigned.context["cl"].result_list) == [draft]
    assert list(signed.context["cl"].result_list) == []


@pytest.mark.parametrize("model", MODELS)
def test_the_name_of_a_row_says_nothing_clinical(secrets: Any, model: Any) -> None:
    assert SECRET not in str(model.objects.get())


def test_medicines_have_no_page() -> None:
    names = {model._meta.model_name for model in django_admin.site._registry}

    assert "prescriptionitem" not in names


@pytest.mark.parametrize(
    "question",
    [
        "medicalrecord/?plan__icontains=CAN",
        "diagnosis/?display__startswith=C",
        "condition/?display__contains=CAN",
        "encounter/?reason__contains=CAN",
        "addendum/?text__contains=CAN",
    ],
)
def test_no_text_is_guessed_through_the_address(
    secrets: MedicalRecord, admin: Any, sign_in: Any, question: str
) -> None:
    answer = sign_in(admin).get(f"/admin/clinical/{question}")

    assert answer.status_code == 400


def test_the_filters_on_show_still_filter(secrets: MedicalRecord, admin: Any, sign_in: Any) -> None:
    answer = sign_in(admin).get("/admin/clinical/medicalrecord/?status__exact=final")

    assert list(answer.context["cl"].result_list) == [secrets]
