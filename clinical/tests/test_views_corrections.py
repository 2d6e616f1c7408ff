"""The pages of corrections: what they offer, to whom, and that they do what they say."""

from datetime import datetime, timedelta
from typing import Any

import pytest
from django.urls import reverse

from accounts.models import Doctor, Patient
from clinical.models import Allergy, MedicalRecord
from clinical.services.corrections import begin_correction
from clinical.services.records import sign

TEXT = {"complaint": "Headache on the left", "plan": "Rest", "correction_reason": "Wrong side"}


def page(name: str, record: MedicalRecord) -> str:
    return reverse(f"clinical:{name}", args=[record.public_id])


@pytest.fixture
def later(record: MedicalRecord, now: datetime) -> MedicalRecord:
    return begin_correction(record=record, actor=record.author, now=now)


def test_a_doctor_writes_and_signs_a_later_version(
    record: MedicalRecord, dr_rao: Doctor, sign_in: Any
) -> None:
    client = sign_in(dr_rao.user)
    assert page("record-correct", record) in client.get(record.get_absolute_url()).content.decode()

    begun = client.post(page("record-correct", record))
    draft = MedicalRecord.objects.get(revision=2)
    assert begun.url == page("correction-write", draft)
    written = client.post(begun.url, TEXT | {"version": draft.version, "action": "sign"})
    review = client.get(written.url).content.decode()
    signed = client.post(written.url, {"version": draft.version + 1})

    assert "Headache on the left" in review
    assert "Wrong side" in review
    assert signed.url == draft.get_absolute_url()
    draft.refresh_from_db()
    record.refresh_from_db()
    assert (draft.status, record.status) == ("final", "amended")


def test_signing_a_later_version_needs_a_fresh_sign_in(
    later: MedicalRecord, dr_rao: Doctor, sign_in: Any, frozen: Any
) -> None:
    client = sign_in(dr_rao.user)
    client.post(page("correction-write", later), TEXT | {"version": later.version})
    frozen.shift(timedelta(minutes=16))

    answer = client.post(page("correction-sign", later), {"version": later.version + 1})

    assert "reauthenticate" in answer.url
    later.refresh_from_db()
    assert later.signed_at is None


def test_the_patient_sees_the_reason_and_the_way_to_the_version_before(
    record: MedicalRecord, later: MedicalRecord, ana: Patient, dr_rao: Doctor, sign_in: Any
) -> None:
    client = sign_in(dr_rao.user)
    client.post(page("correction-write", later), TEXT | {"version": later.version})
    client.post(page("correction-sign", later), {"version": later.version + 1})

    shown = sign_in(ana.user).get(later.get_absolute_url()).content.decode()

    assert "Wrong side" in shown
    assert record.get_absolute_url() in shown


def test_the_patient_sees_nothing_of_a_correction_that_is_being_written(
    record: MedicalRecord, later: MedicalRecord, ana: Patient, sign_in: Any
) -> None:
    client = sign_in(ana.user)

    assert client.get(later.get_absolute_url()).status_code == 404
    assert later.get_absolute_url() not in client.get(record.get_absolute_url()).content.decode()


def test_a_record_is_struck_through_with_a_reason(
    record: MedicalRecord, ana: Patient, dr_rao: Doctor, sign_in: Any
) -> None:
    client = sign_in(dr_rao.user)
    without = client.post(page("record-in-error", record), {"reason": ""})
    client.post(page("record-in-error", record), {"reason": "Other patient"})

    assert without.status_code == 422
    shown = client.get(record.get_absolute_url()).content.decode()
    assert "Entered in error" in shown
    assert "Other patient" in shown
    assert sign_in(ana.user).get(record.get_absolute_url()).status_code == 404


def test_a_held_back_record_is_announced_and_then_released(
    draft: MedicalRecord, ana: Patient, dr_rao: Doctor, now: datetime, sign_in: Any
) -> None:
    held = sign(record=draft, version=draft.version, actor=draft.author, now=now, held_back=True)
    listed = sign_in(ana.user).get(reverse("clinical:record-list")).content.decode()
    assert "Your doctor will release it." in listed
    assert "Headache" not in listed

    client = sign_in(dr_rao.user)
    assert page("record-release", held) in client.get(held.get_absolute_url()).content.decode()
    client.post(page("record-release", held))

    assert "Headache" in sign_in(ana.user).get(held.get_absolute_url()).content.decode()


@pytest.mark.parametrize("name", ["record-correct", "record-in-error", "record-release"])
@pytest.mark.parametrize("who", ["dr_lee", "nurse", "admin", "ana"])
def test_others_do_not_reach_the_pages(
    name: str, who: str, record: MedicalRecord, sign_in: Any, request: Any
) -> None:
    person = request.getfixturevalue(who)
    client = sign_in(getattr(person, "user", person))

    answers = {client.get(page(name, record)).status_code, client.post(page(name, record)).status_code}

    assert answers <= {403, 404}
    record.refresh_from_db()
    assert record.status == "final"


def test_a_signed_version_is_not_written_again(record: MedicalRecord, dr_rao: Doctor, sign_in: Any) -> None:
    answer = sign_in(dr_rao.user).post(page("correction-write", record), TEXT | {"version": record.version})

    assert answer.url == record.get_absolute_url()
    record.refresh_from_db()
    assert record.complaint == "Headache"


def test_a_later_version_goes_on_to_the_signature_with_a_reason_only(
    later: MedicalRecord, dr_rao: Doctor, sign_in: Any
) -> None:
    client = sign_in(dr_rao.user)
    typed = TEXT | {"version": later.version, "correction_reason": ""}

    to_sign = client.post(page("correction-write", later), typed | {"action": "sign"})
    to_save = client.post(page("correction-write", later), typed | {"action": "save"})

    assert (to_sign.status_code, to_save.status_code) == (422, 302)
    assert to_sign.content.decode().count("Say why the record is corrected.") == 2  # summary, and at the box
    later.refresh_from_db()
    assert later.complaint == "Headache on the left"


@pytest.mark.parametrize("name", ["record-detail", "record-in-error", "record-correct", "addendum-add"])
def test_the_banner_over_a_record_tells_of_the_allergies(
    name: str, record: MedicalRecord, dr_rao: Doctor, ana: Patient, sign_in: Any
) -> None:
    Allergy.objects.create(patient=ana, display="Penicillin")

    text = sign_in(dr_rao.user).get(page(name, record)).content.decode()

    assert "Allergic to Penicillin" in text


def test_a_patient_reads_a_record_without_the_banner(
    record: MedicalRecord, ana: Patient, sign_in: Any
) -> None:
    Allergy.objects.create(patient=ana, display="Penicillin")

    assert "Penicillin" not in sign_in(ana.user).get(record.get_absolute_url()).content.decode()


def test_a_record_in_error_is_struck_through_in_the_chart(
    record: MedicalRecord, dr_rao: Doctor, sign_in: Any
) -> None:
    client, notes = sign_in(dr_rao.user), reverse("clinical:chart-notes", args=[record.patient.public_id])
    before = client.get(notes).content.decode()

    client.post(page("record-in-error", record), {"reason": "Another patient's"})

    assert "row-card--void" not in before
    for address in (notes, reverse("clinical:chart-visits", args=[record.patient.public_id])):
        assert "row-card--void" in client.get(address).content.decode()
