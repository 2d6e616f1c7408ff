"""Records: who reads what, what is noted, and at which cost."""

from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest
from django.urls import reverse

from accounts.models import AuditEvent, PatientAccess
from accounts.tests.pages import queries
from clinical.models import Addendum, MedicalRecord
from clinical.services.records import add_addendum, sign
from clinical.tests.factories import drafted, history, signed, started

LIST = reverse("clinical:record-list")


def chart(patient: Any) -> str:
    return reverse("clinical:chart", args=[patient.public_id])


def test_the_patient_reads_a_released_record(sign_in: Any, ana: Any, record: Any) -> None:
    client = sign_in(ana.user)

    listed = client.get(LIST)
    text = client.get(record.get_absolute_url()).content.decode()

    assert list(listed.context["records"]) == [record]
    assert all(part in text for part in ["Headache", "Essential hypertension", "Ramipril 5 mg", "Asha Rao"])


def test_the_patient_does_not_find_a_draft(sign_in: Any, ana: Any, draft: Any) -> None:
    client = sign_in(ana.user)

    assert list(client.get(LIST).context["records"]) == []
    assert client.get(draft.get_absolute_url()).status_code == 404


def test_the_patient_does_not_find_what_is_held_back(sign_in: Any, ana: Any, draft: Any, now: Any) -> None:
    record = sign(record=draft, version=1, actor=draft.author, now=now, held_back=True)
    client = sign_in(ana.user)

    assert list(client.get(LIST).context["records"]) == []
    assert client.get(record.get_absolute_url()).status_code == 404


def test_the_patient_does_not_find_what_was_struck_out(sign_in: Any, ana: Any, record: Any) -> None:
    MedicalRecord.objects.update(status="entered-in-error")
    client = sign_in(ana.user)

    assert client.get(record.get_absolute_url()).status_code == 404


def test_another_patient_does_not_find_it(sign_in: Any, ben: Any, record: Any) -> None:
    client = sign_in(ben.user)

    answer = client.get(record.get_absolute_url())

    assert answer.status_code == 404
    assert "Headache" not in answer.content.decode()


def test_the_records_stand_newest_first(sign_in: Any, dr_rao: Any, ana: Any, now: Any) -> None:
    records = history(dr_rao, ana, now, 3)

    assert list(sign_in(ana.user).get(LIST).context["records"]) == records


@pytest.mark.parametrize("who", ["reception", "privacy", "admin"])
def test_staff_without_care_read_nothing(sign_in: Any, record: Any, who: str, request: Any) -> None:
    client = sign_in(request.getfixturevalue(who))

    assert [client.get(url).status_code for url in (LIST, record.get_absolute_url())] == [403, 403]


def test_a_doctor_reads_drafts_of_patients_in_care_only(
    sign_in: Any, dr_lee: Any, draft: Any, now: Any
) -> None:
    client = sign_in(dr_lee.user)

    before = client.get(draft.get_absolute_url()).status_code
    started(dr_lee, draft.patient, now + timedelta(hours=2))
    after = client.get(draft.get_absolute_url()).status_code

    assert (before, after) == (404, 200)


def test_the_nurse_of_the_department_reads_the_record(sign_in: Any, nurse: Any, draft: Any) -> None:
    assert sign_in(nurse).get(draft.get_absolute_url()).status_code == 200


def test_the_author_keeps_sight_of_old_records(sign_in: Any, dr_rao: Any, ana: Any, now: Any) -> None:
    record = signed(dr_rao, ana, now - timedelta(days=800))
    client = sign_in(dr_rao.user)

    assert client.get(record.get_absolute_url()).status_code == 200
    assert client.get(chart(ana)).status_code == 404


def test_a_doctor_is_a_patient_too(sign_in: Any, dr_lee: Any, record: Any, now: Any) -> None:
    PatientAccess.objects.create(patient=record.patient, user=dr_lee.user, kind="proxy", starts_at=now)
    client = sign_in(dr_lee.user)

    assert list(client.get(LIST).context["records"]) == [record]
    assert client.get(record.get_absolute_url()).status_code == 200


def test_a_doctors_own_list_holds_no_patients_records(sign_in: Any, dr_rao: Any, record: Any) -> None:
    assert list(sign_in(dr_rao.user).get(LIST).context["records"]) == []


def test_reading_a_record_is_noted_once(sign_in: Any, ana: Any, record: Any) -> None:
    client = sign_in(ana.user)

    client.get(record.get_absolute_url())

    event = AuditEvent.objects.get(action="read")
    assert (event.actor, event.patient, event.target_id) == (ana.user, ana, str(record.pk))


def test_the_print_names_the_patient_and_stands_over_the_addenda(
    sign_in: Any, ana: Any, record: Any, now: Any
) -> None:
    add_addendum(record=record, text="Left, not right.", reason="Slip", actor=record.author, now=now)

    text = sign_in(ana.user).get(record.get_absolute_url()).content.decode()

    head = text[text.index("print-head") :]
    assert "Ana Silva" in head and ana.grouped_mrn in head and "17 May 1980" in head
    assert text.index("Headache") < text.index("Left, not right.")


def test_a_record_costs_the_same_with_one_and_three_rows(
    sign_in: Any, dr_rao: Any, ana: Any, now: Any
) -> None:
    encounter = started(dr_rao, ana, now)
    three = [{"display": f"D{n}"} for n in range(3)]
    one = signed(dr_rao, ana, now - timedelta(days=1))
    other = drafted(encounter, now, diagnoses=three, items=[{"medicine": f"M{n}"} for n in range(3)])
    client = sign_in(dr_rao.user)

    costs = {queries(client, one.get_absolute_url())[0], queries(client, other.get_absolute_url())[0]}

    assert len(costs) == 1 and costs.pop() <= 15


def test_the_author_adds_an_addendum(sign_in: Any, dr_rao: Any, record: Any) -> None:
    client = sign_in(dr_rao.user)
    url = reverse("clinical:addendum-add", args=[record.public_id])
    sent = {"key": str(uuid4()), "reason": "Slip", "text": "Left, not right."}

    form = client.get(url)
    answers = [client.post(url, sent), client.post(url, sent)]

    assert form.status_code == 200
    assert [answer.url for answer in answers] == [record.get_absolute_url()] * 2
    assert Addendum.objects.get().author == dr_rao.user


def test_an_addendum_without_text_is_refused_in_words(sign_in: Any, dr_rao: Any, record: Any) -> None:
    url = reverse("clinical:addendum-add", args=[record.public_id])

    answer = sign_in(dr_rao.user).post(url, {"key": str(uuid4()), "reason": "", "text": "x"})

    assert answer.status_code == 422
    assert "There is a problem" in answer.content.decode()
    assert not Addendum.objects.exists()


def test_another_doctors_record_takes_no_addendum(sign_in: Any, dr_lee: Any, record: Any, now: Any) -> None:
    started(dr_lee, record.patient, now + timedelta(hours=2))
    url = reverse("clinical:addendum-add", args=[record.public_id])

    answer = sign_in(dr_lee.user).post(url, {"key": str(uuid4()), "reason": "x", "text": "x"})

    assert answer.status_code == 404
    assert not Addendum.objects.exists()
