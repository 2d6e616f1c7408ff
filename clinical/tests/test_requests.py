"""A patient asks for a correction, the doctor answers, and nobody else reads or answers it."""

from datetime import datetime
from typing import Any
from uuid import UUID

import pytest
from django.urls import reverse

from accounts.errors import NotAllowed
from accounts.models import Doctor, Message, Patient
from accounts.tests.pages import queries
from clinical.errors import AlreadyAnswered, ReasonMissing
from clinical.models import CorrectionRequest, MedicalRecord
from clinical.services.requests import answer_correction, request_correction

KEY = UUID(int=7)


@pytest.fixture
def asked(record: MedicalRecord, ana: Patient, now: datetime) -> CorrectionRequest:
    return request_correction(record=record, text="It was the left side", actor=ana.user, now=now, key=KEY)


def test_a_request_waits_for_the_doctor_who_wrote(
    asked: CorrectionRequest, dr_rao: Doctor, dr_lee: Doctor
) -> None:
    permission = "clinical.answer_correctionrequest"

    assert list(CorrectionRequest.objects.visible_to(dr_rao.user, permission).open()) == [asked]
    assert list(CorrectionRequest.objects.visible_to(dr_lee.user, permission)) == []


def test_sent_twice_it_is_one_request(
    asked: CorrectionRequest, record: MedicalRecord, ana: Patient, now: datetime
) -> None:
    again = request_correction(record=record, text="It was the left side", actor=ana.user, now=now, key=KEY)

    assert again == asked
    assert CorrectionRequest.objects.count() == 1


def test_a_request_says_what_is_wrong(record: MedicalRecord, ana: Patient, now: datetime) -> None:
    with pytest.raises(ReasonMissing):
        request_correction(record=record, text="  ", actor=ana.user, now=now)


def test_only_who_may_read_the_record_asks(
    record: MedicalRecord, ben: Patient, dr_rao: Doctor, now: datetime
) -> None:
    for actor in (ben.user, dr_rao.user):
        with pytest.raises(NotAllowed):
            request_correction(record=record, text="Wrong", actor=actor, now=now)


def test_the_answer_reaches_the_patient(asked: CorrectionRequest, dr_rao: Doctor, now: datetime) -> None:
    answered = answer_correction(
        request=asked, status="completed", answer="I added it", actor=dr_rao.user, now=now
    )

    assert (answered.status, answered.answer, answered.answered_by) == (
        "completed",
        "I added it",
        dr_rao.user,
    )
    assert Message.objects.filter(kind="correction-answered", recipient=asked.recorded_by).count() == 1


def test_a_request_is_answered_once(asked: CorrectionRequest, dr_rao: Doctor, now: datetime) -> None:
    told = {"request": asked, "answer": "No", "status": "rejected", "actor": dr_rao.user, "now": now}
    answer_correction(**told)

    with pytest.raises(AlreadyAnswered):
        answer_correction(**told)


def test_another_doctor_does_not_answer(asked: CorrectionRequest, dr_lee: Doctor, now: datetime) -> None:
    with pytest.raises(NotAllowed):
        answer_correction(request=asked, status="rejected", answer="No", actor=dr_lee.user, now=now)


def test_from_the_record_to_the_answer_and_back(
    record: MedicalRecord, ana: Patient, dr_rao: Doctor, sign_in: Any
) -> None:
    client = sign_in(ana.user)
    ask = reverse("clinical:correction-ask", args=[record.public_id])
    assert ask in client.get(record.get_absolute_url()).content.decode()
    client.post(ask, {"text": "It was the left side", "key": str(KEY)})
    asked = CorrectionRequest.objects.get()

    client = sign_in(dr_rao.user)
    answer = reverse("clinical:correction-answer", args=[asked.public_id])
    assert answer in client.get(reverse("doctor-dashboard")).content.decode()
    sent = client.post(answer, {"status": "rejected", "answer": "The picture shows the right one"})

    assert sent.status_code == 302
    page = sign_in(ana.user).get(record.get_absolute_url()).content.decode()
    assert "The picture shows the right one" in page


def test_an_answer_without_words_comes_back(asked: CorrectionRequest, dr_rao: Doctor, sign_in: Any) -> None:
    url = reverse("clinical:correction-answer", args=[asked.public_id])

    answer = sign_in(dr_rao.user).post(url, {"status": "rejected", "answer": ""})

    assert answer.status_code == 422
    assert "Write an answer to the patient." in answer.content.decode()
    asked.refresh_from_db()
    assert asked.status == "requested"


@pytest.mark.parametrize("who", ["ben", "dr_lee", "nurse", "admin"])
def test_the_pages_are_closed_to_others(
    who: str, asked: CorrectionRequest, record: MedicalRecord, sign_in: Any, request: Any
) -> None:
    person = request.getfixturevalue(who)
    client = sign_in(getattr(person, "user", person))
    ask = reverse("clinical:correction-ask", args=[record.public_id])
    answer = reverse("clinical:correction-answer", args=[asked.public_id])

    assert {client.get(ask).status_code, client.get(answer).status_code} <= {403, 404}


def test_requests_cost_the_record_page_the_same(
    record: MedicalRecord, ana: Patient, now: datetime, sign_in: Any
) -> None:
    client = sign_in(ana.user)
    request_correction(record=record, text="One", actor=ana.user, now=now)
    few, _page = queries(client, record.get_absolute_url())
    for text in ("Two", "Three"):
        request_correction(record=record, text=text, actor=ana.user, now=now)

    many, page = queries(client, record.get_absolute_url())

    assert few == many
    assert all(text in page.content.decode() for text in ("One", "Two", "Three"))
