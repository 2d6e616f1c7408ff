"""The public check of a printed prescription: it knows ours, and tells no health fact and no name of a patient."""

import os
import subprocess
import sys
from typing import Any

import pytest
from django.conf import settings as configured
from django.core.cache import cache
from django.test import Client
from django.urls import reverse

from accounts.models import AuditEvent
from accounts.tests.pages import enter
from accounts.tests.processes import database_url
from clinical.models import Encounter, MedicalRecord, Prescription, PrescriptionItem
from clinical.services import verifying
from clinical.tests.factories import ITEM
from clinical.tests.sheets import prescribed

URL = reverse("clinical:prescription-check")
UNKNOWN = "We know no prescription with this number and code."
TWO = [ITEM, ITEM | {"medicine": "Amoxicillin"}]
ASK = """
import django; django.setup()
from django.test import Client
print(Client().post("/prescriptions/check/", {"number": "1", "code": "1"}, HTTP_HOST="127.0.0.1").status_code)
"""


@pytest.fixture(autouse=True)
def _no_tries_yet() -> None:
    cache.clear()


@pytest.fixture
def prescription(dr_rao: Any, ana: Any, now: Any) -> Prescription:
    return prescribed(dr_rao, ana, now, items=TWO)


def asked(client: Client, number: str, code: str) -> str:
    answer = client.post(URL, {"number": number, "code": code})
    assert answer.status_code == 200
    return " ".join(answer.content.decode().split())


def told(page: str) -> str:
    """The answer alone, without the form that repeats what was typed."""
    return page[page.index('role="status"') : page.index("<form class=")]


def test_a_stranger_is_told_that_it_is_ours(client: Client, prescription: Any) -> None:
    text = told(asked(client, prescription.number, prescription.verification_code))

    issued = "This prescription was issued by Dr Asha Rao on 11 January 2027 at Riverside Hospital"
    assert f"{issued} and has 2 medicines." in text and "None of them has been stopped since." in text


def test_it_is_told_how_many_were_stopped_since(client: Client, prescription: Any) -> None:
    PrescriptionItem.objects.filter(medicine="Amoxicillin").update(status="stopped")

    text = told(asked(client, prescription.number, prescription.verification_code))

    assert "has 2 medicines." in text and "1 of them has been stopped or put on hold since." in text


def test_no_patient_no_medicine_no_health_fact_is_told(client: Client, prescription: Any, ana: Any) -> None:
    page = asked(client, prescription.number, prescription.verification_code)

    secrets = [
        "Ana",
        "Silva",
        ana.mrn,
        ana.grouped_mrn,
        "1980",
        "Ramipril",
        "Amoxicillin",
        "tablet",
        "hypertension",
    ]
    assert [word for word in secrets if word in page] == []
    assert str(prescription.public_id) not in page and str(ana.public_id) not in page


def test_the_code_may_be_typed_as_people_type(client: Client, prescription: Any) -> None:
    number, code = prescription.number, prescription.verification_code.lower()

    text = told(asked(client, f" {number[:4]}-{number[4:]} ", f"{code[:4]} {code[4:6]}–{code[6:]}"))

    assert "Dr Asha Rao" in text


def same_answer(client: Client, number: str, code: str) -> bool:
    unknown = told(asked(client, "0000000000", "AAAAAAAA"))
    text = told(asked(client, number, code))
    return text == unknown and UNKNOWN in text


@pytest.mark.parametrize(("number", "code"), [("", "wrong"), ("9", ""), ("9", "wrong")])
def test_a_wrong_half_is_unknown(client: Client, prescription: Any, number: str, code: str) -> None:
    """Neither half tells whether the other was right."""
    assert same_answer(client, prescription.number + number, code or prescription.verification_code)


def test_an_unsigned_one_is_unknown(client: Client, draft: Any) -> None:
    Prescription.objects.update(number="1234567890", verification_code="K7M2Q9XT")

    assert same_answer(client, "1234567890", "K7M2Q9XT")


@pytest.mark.parametrize("model", [MedicalRecord, Encounter, PrescriptionItem])
def test_one_that_was_a_mistake_is_unknown(client: Client, prescription: Any, model: Any) -> None:
    model.objects.update(status="entered-in-error")

    assert same_answer(client, prescription.number, prescription.verification_code)


def test_one_of_another_system_has_no_number_to_ask_for(client: Client, prescription: Any) -> None:
    assert verifying.confirm(number="", code="") is None
    assert verifying.confirm(number="-", code="\x00") is None


def test_the_codes_are_compared_in_constant_time_and_at_the_same_cost(
    prescription: Any, monkeypatch: Any, django_assert_num_queries: Any
) -> None:
    compared: list[tuple[str, str]] = []
    monkeypatch.setattr(verifying, "constant_time_compare", lambda *pair: compared.append(pair))

    for number in (prescription.number, "0"):
        with django_assert_num_queries(1):
            verifying.confirm(number=number, code="wrong")

    assert compared == [(prescription.verification_code, "WRONG"), ("", "WRONG")]


def test_the_form_says_what_is_missing(client: Client) -> None:
    answer = client.post(URL, {"number": "", "code": ""})

    text = answer.content.decode()
    assert answer.status_code == 422
    assert "There is a problem" in text and "<title>Error:" in text
    assert "Write the number that is printed on the prescription." in text


@pytest.mark.django_db
def test_the_page_is_open_to_everyone_and_kept_by_no_cache(client: Client, ana: Any, nurse: Any) -> None:
    answers = [client.get(URL), enter(Client(), ana.user).get(URL), enter(Client(), nurse).get(URL)]

    assert [answer.status_code for answer in answers] == [200, 200, 200]
    assert all("no-store" in answer["Cache-Control"] for answer in answers)
    assert 'role="status"' not in answers[0].content.decode().split("<main")[1]


def test_nothing_is_noted_of_the_patient(client: Client, prescription: Any) -> None:
    before = AuditEvent.objects.count()

    asked(client, prescription.number, prescription.verification_code)

    assert AuditEvent.objects.count() == before


def test_who_guesses_is_stopped_in_words_and_others_are_not(client: Client, prescription: Any) -> None:
    for turn in range(10):
        asked(client, prescription.number, f"guess{turn}")
    right = {"number": prescription.number, "code": prescription.verification_code}

    guesser, other = client.post(URL, right), client.post(URL, right, REMOTE_ADDR="203.0.113.9")

    assert (guesser.status_code, other.status_code) == (429, 200)
    assert "That was too often" in guesser.content.decode()
    assert "Dr Asha Rao" not in guesser.content.decode() and "Dr Asha Rao" in other.content.decode()
    assert client.get(URL).status_code == 200


@pytest.mark.django_db(transaction=True)
def test_the_tries_are_counted_for_all_processes_together(
    client: Client, settings: Any, tmp_path: Any
) -> None:
    settings.CACHES = {
        "default": {"BACKEND": "django.core.cache.backends.db.DatabaseCache", "LOCATION": "hospital_cache"}
    }
    cache.clear()
    for _turn in range(10):
        client.post(URL, {"number": "1", "code": "1"})
    outside = {
        "DATABASE_URL": database_url(tmp_path),
        "DEBUG": "yes",
        "DJANGO_SETTINGS_MODULE": "hospital.settings",
    }

    other = subprocess.run(
        [sys.executable, "-c", ASK],
        cwd=configured.BASE_DIR,
        env=os.environ | outside,
        capture_output=True,
        text=True,
        timeout=60,
    )

    assert other.stdout.strip() == "429", other.stderr


@pytest.mark.parametrize(
    ("status", "words"),
    [("active", "It has not been stopped since."), ("on-hold", "It has been stopped or put on hold since.")],
)
def test_of_a_single_medicine_it_is_told_as_of_one(
    client: Client, dr_rao: Any, ana: Any, now: Any, status: str, words: str
) -> None:
    one = prescribed(dr_rao, ana, now, items=[ITEM])
    one.items.update(status=status)

    text = told(asked(client, one.number, one.verification_code))

    assert words in text and "of them" not in text
