"""A signed record that is not right: a later version, a strike through it, a release; never a change."""

from datetime import datetime
from typing import Any

import pytest

from accounts.errors import DomainError, NotAllowed, StaleVersion
from accounts.models import AuditEvent, Doctor, Message, Patient
from clinical.errors import (
    AlreadyInError,
    AlreadyReleased,
    NothingChanged,
    NothingToCorrect,
    NotSigned,
    ReasonMissing,
    SignedRecord,
)
from clinical.models import Encounter, MedicalRecord, Seal
from clinical.services.corrections import (
    begin_correction,
    mark_record_in_error,
    release_record,
    save_correction,
    sign_correction,
)
from clinical.services.records import sign
from clinical.services.sealing import broken_seals, content, digest_of

TEXTS = {"complaint": "Headache on the left", "plan": "Rest"}
NO_TEXTS = dict.fromkeys(MedicalRecord.SECTIONS, "")


def written(record: MedicalRecord, now: datetime, **changes: Any) -> MedicalRecord:
    """A later version that waits for its signature."""
    actor = record.encounter.doctor.user
    draft = begin_correction(record=record, actor=actor, now=now)
    told = {"version": draft.version, "sections": NO_TEXTS | TEXTS, "reason": "Wrong side"} | changes
    return save_correction(draft=draft, actor=actor, **told)


def corrected(record: MedicalRecord, now: datetime) -> MedicalRecord:
    draft = written(record, now)
    return sign_correction(draft=draft, version=draft.version, actor=draft.author, now=now)


def test_a_later_version_stands_beside_the_signed_one(record: MedicalRecord, now: datetime) -> None:
    later = corrected(record, now)

    record.refresh_from_db()
    assert (record.status, record.complaint) == ("amended", "Headache")
    assert (later.status, later.revision, later.complaint) == ("final", 2, "Headache on the left")
    assert later.correction_reason == "Wrong side"
    assert MedicalRecord.objects.latest_of(record.encounter) == later
    assert Seal.objects.count() == 2
    assert list(broken_seals()) == []


def test_the_reason_of_a_correction_is_sealed(record: MedicalRecord, now: datetime) -> None:
    later = corrected(record, now)
    was = digest_of(content(later))

    later.correction_reason = "Another reason"

    assert was == later.seal.content_digest != digest_of(content(later))


def test_the_patient_reads_both_versions(record: MedicalRecord, ana: Patient, now: datetime) -> None:
    later = corrected(record, now)

    assert set(MedicalRecord.objects.kept_for(ana.user)) == {record, later}


def test_the_patient_is_told_of_the_later_version(record: MedicalRecord, now: datetime) -> None:
    told = Message.objects.filter(kind="record-ready").count()

    corrected(record, now)

    assert Message.objects.filter(kind="record-ready").count() == told + 1


def test_what_was_held_back_stays_so_in_its_later_version(draft: MedicalRecord, now: datetime) -> None:
    held = sign(record=draft, version=draft.version, actor=draft.author, now=now, held_back=True)

    later = corrected(held, now)

    assert later.released_at is None
    assert not Message.objects.filter(kind="record-ready").exists()


def test_begun_twice_it_is_one_draft(record: MedicalRecord, now: datetime) -> None:
    drafts = {begin_correction(record=record, actor=record.author, now=now) for _ in range(3)}

    assert len(drafts) == 1
    assert record.encounter.records.count() == 2


def test_signed_twice_it_is_one_seal(record: MedicalRecord, now: datetime) -> None:
    draft = written(record, now)
    sign_correction(draft=draft, version=draft.version, actor=draft.author, now=now)

    with pytest.raises(SignedRecord):
        sign_correction(draft=draft, version=draft.version, actor=draft.author, now=now)

    assert Seal.objects.count() == 2


def test_a_correction_needs_a_reason(record: MedicalRecord, now: datetime) -> None:
    draft = written(record, now, reason=" ")

    with pytest.raises(ReasonMissing):
        sign_correction(draft=draft, version=draft.version, actor=draft.author, now=now)


def test_a_correction_changes_something(record: MedicalRecord, now: datetime) -> None:
    draft = written(record, now, sections=NO_TEXTS | {"complaint": "Headache", "plan": "Rest"})

    with pytest.raises(NothingChanged):
        sign_correction(draft=draft, version=draft.version, actor=draft.author, now=now)


def test_the_second_editor_gets_both_texts(record: MedicalRecord, now: datetime) -> None:
    draft = written(record, now)
    other = NO_TEXTS | TEXTS | {"plan": "Surgery"}

    with pytest.raises(StaleVersion) as stale:
        save_correction(draft=draft, version=1, sections=other, reason="Wrong side", actor=draft.author)

    assert stale.value.rows == [("Plan", "Surgery", "Rest")]


def test_the_same_text_sent_twice_is_no_conflict(record: MedicalRecord, now: datetime) -> None:
    draft = written(record, now)

    again = save_correction(
        draft=draft, version=1, sections=NO_TEXTS | TEXTS, reason="Wrong side", actor=draft.author
    )

    assert again.version == draft.version


def test_only_the_newest_signed_version_is_corrected(record: MedicalRecord, now: datetime) -> None:
    corrected(record, now)
    record.refresh_from_db()

    with pytest.raises(NothingToCorrect):
        begin_correction(record=record, actor=record.author, now=now)


def test_a_draft_of_an_open_visit_is_changed_and_not_corrected(draft: MedicalRecord, now: datetime) -> None:
    with pytest.raises(NothingToCorrect):
        begin_correction(record=draft, actor=draft.author, now=now)


def test_a_record_in_error_is_hidden_from_the_patient_and_keeps_its_text(
    record: MedicalRecord, ana: Patient, now: datetime
) -> None:
    mark_record_in_error(record=record, reason="Other patient", actor=record.author, now=now)

    record.refresh_from_db()
    assert (record.status, record.complaint) == ("entered-in-error", "Headache")
    assert [addendum.text for addendum in record.addenda.all()] == ["Other patient"]
    assert list(MedicalRecord.objects.kept_for(ana.user)) == []
    assert list(broken_seals()) == []
    assert AuditEvent.objects.filter(action="entered-in-error", patient=ana).count() == 1


def test_a_record_is_struck_through_once(record: MedicalRecord, now: datetime) -> None:
    mark_record_in_error(record=record, reason="Other patient", actor=record.author, now=now)

    with pytest.raises(AlreadyInError):
        mark_record_in_error(record=record, reason="Again", actor=record.author, now=now)


def test_a_dropped_correction_gives_way_to_the_version_before(record: MedicalRecord, now: datetime) -> None:
    draft = written(record, now)

    mark_record_in_error(record=draft, reason="Not needed", actor=draft.author, now=now)

    assert MedicalRecord.objects.latest_of(record.encounter) == record
    again = begin_correction(record=record, actor=record.author, now=now)
    assert again.revision == 3


def test_the_draft_of_an_open_visit_is_not_struck_through(draft: MedicalRecord, now: datetime) -> None:
    with pytest.raises(NotSigned):
        mark_record_in_error(record=draft, reason="Mistake", actor=draft.author, now=now)


def test_a_held_back_record_is_released_once(draft: MedicalRecord, ana: Patient, now: datetime) -> None:
    held = sign(record=draft, version=draft.version, actor=draft.author, now=now, held_back=True)
    assert list(MedicalRecord.objects.held_back_from(ana.user)) == [held]

    release_record(record=held, actor=held.author, now=now)

    assert list(MedicalRecord.objects.kept_for(ana.user)) == [held]
    assert list(MedicalRecord.objects.held_back_from(ana.user)) == []
    with pytest.raises(AlreadyReleased):
        release_record(record=held, actor=held.author, now=now)


@pytest.mark.parametrize("service", [begin_correction, release_record, mark_record_in_error])
def test_only_whoever_wrote_it_may(
    service: Any, record: MedicalRecord, dr_lee: Doctor, nurse: Any, admin: Any, ana: Patient, now: datetime
) -> None:
    told = {"reason": "Mistake"} if service is mark_record_in_error else {}

    for actor in (dr_lee.user, nurse, admin, ana.user):
        with pytest.raises(NotAllowed):
            service(record=record, actor=actor, now=now, **told)

    assert Encounter.objects.get().records.count() == 1


def test_a_reason_that_is_too_long_is_refused_in_words(record: MedicalRecord, now: datetime) -> None:
    with pytest.raises(DomainError, match="200"):
        written(record, now, reason="x" * 201)
