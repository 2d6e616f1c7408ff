"""Draft, sign, add: what each service does and what it refuses."""

from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest

from accounts.errors import DomainError, NotAllowed, StaleVersion
from accounts.models import AuditEvent, Message, PatientAccess
from accounts.tests.factories import UserFactory
from clinical.errors import (
    EmptyAddendum,
    EncounterNotOpen,
    NothingWritten,
    NotReadyToSign,
    NotSigned,
    SignedRecord,
)
from clinical.models import Addendum, Diagnosis, MedicalRecord, Prescription, PrescriptionItem, Seal
from clinical.services.encounters import end_visit
from clinical.services.records import add_addendum, save_draft, sign
from clinical.tests.factories import DIAGNOSIS, ITEM, drafted
from scheduling.models import Status

TYPED = {"sections": {"complaint": "Typed by me"}, "diagnoses": [{"display": "Mine"}], "items": []}


def save_again(draft: MedicalRecord, now: Any, version: int, **changes: Any) -> MedicalRecord:
    written = TYPED | changes
    return save_draft(encounter=draft.encounter, version=version, actor=draft.author, now=now, **written)


def test_the_first_draft_makes_the_record(draft: Any) -> None:
    assert (draft.status, draft.version, draft.complaint) == ("preliminary", 1, "Headache")
    assert draft.author == draft.encounter.doctor.user
    assert list(Diagnosis.objects.values_list("display", "code")) == [("Essential hypertension", "I10")]
    assert list(PrescriptionItem.objects.values_list("medicine", "dose_unit")) == [
        ("Ramipril 5 mg", "tablet")
    ]


def test_saving_again_keeps_one_record_and_the_rows_that_did_not_change(draft: Any, now: Any) -> None:
    before = set(Diagnosis.objects.values_list("pk", flat=True))

    again = save_again(draft, now, 1, diagnoses=[DIAGNOSIS, {"display": "Gout"}], items=[ITEM])

    assert (again.pk, again.version) == (draft.pk, 2)
    assert before < set(Diagnosis.objects.values_list("pk", flat=True))
    assert not AuditEvent.objects.filter(target_table="clinical_diagnosis", action="update").exists()


def test_rows_taken_out_of_the_draft_are_gone(draft: Any, now: Any) -> None:
    save_again(draft, now, 1, diagnoses=[], items=[])

    assert not Diagnosis.objects.exists()
    assert not Prescription.objects.exists()


def test_a_stale_draft_is_refused_with_both_texts(draft: Any, now: Any) -> None:
    save_again(draft, now, 1, sections={"complaint": "Typed by her"}, items=[])

    with pytest.raises(StaleVersion) as refused:
        save_again(draft, now, 1)

    rows = {str(label): (mine, theirs) for label, mine, theirs in refused.value.rows}
    assert rows == {"Complaint": ("Typed by me", "Typed by her")}
    assert MedicalRecord.objects.get().complaint == "Typed by her"


def test_a_second_first_draft_is_refused_with_both_texts(draft: Any, now: Any) -> None:
    with pytest.raises(StaleVersion) as refused:
        save_again(draft, now, 0)

    rows = {str(label): (mine, theirs) for label, mine, theirs in refused.value.rows}
    assert rows["Diagnoses"] == (
        "Mine, principal, confirmed",
        "Essential hypertension, I10, principal, confirmed",
    )
    assert rows["Medicines"] == ("", "Ramipril 5 mg, 1, tablet, once a day")
    assert MedicalRecord.objects.count() == 1


def test_an_empty_first_draft_makes_nothing(encounter: Any, now: Any) -> None:
    with pytest.raises(NothingWritten):
        drafted(encounter, now, sections={}, diagnoses=[], items=[])

    assert not MedicalRecord.objects.exists()


def test_another_doctor_cannot_write_in_the_visit(encounter: Any, dr_lee: Any, now: Any) -> None:
    with pytest.raises(NotAllowed):
        save_draft(encounter=encounter, version=0, actor=dr_lee.user, now=now, **TYPED)

    assert not MedicalRecord.objects.exists()


def test_a_note_of_5000_letters_is_kept_whole(encounter: Any, now: Any) -> None:
    long = "långt " * 1000

    record = drafted(encounter, now, sections={"notes": long})

    assert MedicalRecord.objects.get(pk=record.pk).notes == long


def test_a_medicine_name_of_5000_letters_is_refused_in_words(encounter: Any, now: Any) -> None:
    with pytest.raises(DomainError, match="at most 300 characters"):
        drafted(encounter, now, items=[ITEM | {"medicine": "x" * 5000}])

    assert not MedicalRecord.objects.exists()


def test_signing_finishes_record_visit_and_appointment(draft: Any, now: Any) -> None:
    later = now + timedelta(minutes=15)

    record = sign(record=draft, version=1, actor=draft.author, now=later)

    record = MedicalRecord.objects.get(pk=record.pk)
    assert (record.status, record.signed_by, record.signed_at) == ("final", draft.author, later)
    assert (record.released_at, record.version) == (later, 2)
    assert (record.encounter.status, record.encounter.ended_at) == ("finished", later)
    assert record.encounter.appointment.status == Status.FULFILLED
    assert Seal.objects.get().record == record


def test_signing_tells_the_patient_and_notes_the_act(draft: Any, now: Any) -> None:
    PatientAccess.objects.create(
        patient=draft.patient, user=UserFactory(), kind="proxy", scopes=["appointments"], starts_at=now
    )

    record = sign(record=draft, version=1, actor=draft.author, now=now)

    message = Message.objects.get(kind="record-ready")
    assert (message.recipient, message.target_id) == (
        record.patient.accesses.get(kind="self").user,
        record.pk,
    )
    event = AuditEvent.objects.get(action="sign")
    assert (event.actor, event.patient, event.target_id) == (draft.author, record.patient, str(record.pk))


def test_a_record_held_back_is_signed_but_tells_nobody(draft: Any, now: Any) -> None:
    record = sign(record=draft, version=1, actor=draft.author, now=now, held_back=True)

    assert (record.status, record.released_at) == ("final", None)
    assert not Message.objects.filter(kind="record-ready").exists()


def test_signing_after_the_end_of_the_visit_keeps_the_end(draft: Any, now: Any) -> None:
    end_visit(encounter=draft.encounter, actor=draft.author, now=now)

    record = sign(record=draft, version=1, actor=draft.author, now=now + timedelta(days=1))

    assert (record.encounter.ended_at, record.encounter.status) == (now, "finished")


def test_an_empty_note_cannot_be_signed(encounter: Any, now: Any) -> None:
    draft = drafted(encounter, now, sections={})

    with pytest.raises(NotReadyToSign, match="empty"):
        sign(record=draft, version=1, actor=draft.author, now=now)

    assert MedicalRecord.objects.get().status == "preliminary"


def test_a_medicine_without_dose_cannot_be_signed(encounter: Any, now: Any) -> None:
    draft = drafted(encounter, now, items=[{"medicine": "Ramipril"}])

    with pytest.raises(NotReadyToSign, match="Ramipril"):
        sign(record=draft, version=1, actor=draft.author, now=now)


def test_what_changed_since_the_review_is_not_signed(draft: Any, now: Any) -> None:
    save_again(draft, now, 1)

    with pytest.raises(StaleVersion):
        sign(record=draft, version=1, actor=draft.author, now=now)

    assert not Seal.objects.exists()


def test_a_record_is_signed_once(record: Any, now: Any) -> None:
    with pytest.raises(SignedRecord):
        sign(record=record, version=record.version, actor=record.author, now=now)

    assert Seal.objects.count() == 1


def test_another_doctor_cannot_sign(draft: Any, dr_lee: Any, now: Any) -> None:
    with pytest.raises(NotAllowed):
        sign(record=draft, version=1, actor=dr_lee.user, now=now)

    assert not Seal.objects.exists()


def test_a_signed_record_takes_no_draft(record: Any, now: Any) -> None:
    with pytest.raises(EncounterNotOpen):
        save_again(record, now, record.version)


def test_an_addendum_stands_beside_the_record_and_changes_nothing_in_it(record: Any, now: Any) -> None:
    before = MedicalRecord.objects.values().get(pk=record.pk)

    add_addendum(record=record, text="Left, not right.", reason="Slip", actor=record.author, now=now)

    assert list(record.addenda.values_list("text", "reason")) == [("Left, not right.", "Slip")]
    assert MedicalRecord.objects.values().get(pk=record.pk) == before


def test_one_key_is_one_addendum(record: Any, now: Any) -> None:
    told = {
        "record": record,
        "text": "More",
        "reason": "Late",
        "actor": record.author,
        "now": now,
        "key": uuid4(),
    }

    assert add_addendum(**told) == add_addendum(**told)
    assert Addendum.objects.count() == 1


def test_a_draft_takes_no_addendum(draft: Any, now: Any) -> None:
    with pytest.raises(NotSigned):
        add_addendum(record=draft, text="More", reason="Late", actor=draft.author, now=now)


def test_an_addendum_says_something(record: Any, now: Any) -> None:
    with pytest.raises(EmptyAddendum):
        add_addendum(record=record, text=" ", reason="Late", actor=record.author, now=now)


def test_another_doctor_adds_nothing(record: Any, dr_lee: Any, now: Any) -> None:
    with pytest.raises(NotAllowed):
        add_addendum(record=record, text="More", reason="Late", actor=dr_lee.user, now=now)
