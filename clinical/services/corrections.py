"""What may still happen to a signed record: a later version with a reason, a strike through it, its release."""

from collections.abc import Mapping
from datetime import datetime

from accounts.audit import acting, record_event
from accounts.errors import DomainError, StaleVersion
from accounts.models import User
from accounts.rules import demand
from clinical.errors import (
    AlreadyInError,
    AlreadyReleased,
    NothingChanged,
    NothingToCorrect,
    NotSigned,
    ReasonMissing,
    SignedRecord,
)
from clinical.models import Addendum, Encounter, MedicalRecord
from clinical.models.record import SIGNED, RecordStatus
from clinical.services.drafts import check
from clinical.services.encounters import lock
from clinical.services.records import tell_of
from clinical.services.sealing import seal
from scheduling.services.calendar import patiently

WRONG = RecordStatus.ENTERED_IN_ERROR


@patiently
def begin_correction(*, record: MedicalRecord, actor: User, now: datetime) -> MedicalRecord:
    """A draft of the next version, with the text of the one before; asked again, the draft is the answer."""
    demand(actor, "clinical.correct_record", record)
    with acting(actor, reason="correction begun"):
        encounter = lock(record.encounter)
        versions = list(encounter.records.order_by("-revision"))
        newest = versions[0]
        if newest.status == RecordStatus.PRELIMINARY and newest.revision > 1:
            return newest
        if record.pk != (valid(versions) or newest).pk or not record.is_signed:
            raise NothingToCorrect
        texts = {name: getattr(record, name) for name in MedicalRecord.SECTIONS}
        return encounter.records.create(
            patient_id=encounter.patient_id,
            revision=newest.revision + 1,
            author=actor,
            recorded_at=now,
            **texts,
        )


def valid(versions: list[MedicalRecord]) -> MedicalRecord | None:
    return next((version for version in versions if version.status in SIGNED), None)


def latest_signed(versions: list[MedicalRecord]) -> MedicalRecord | None:
    """Also one that was struck through: what was held back of it is not let out by its next version."""
    return next((version for version in versions if version.is_signed), None)


@patiently
def save_correction(
    *, draft: MedicalRecord, version: int, sections: Mapping[str, str], reason: str, actor: User
) -> MedicalRecord:
    """Keep what was typed; raises StaleVersion with both texts when somebody saved in between."""
    demand(actor, "clinical.correct_record", draft)
    with acting(actor, reason="draft of a correction"):
        draft = hold(draft)
        require_begun(draft)
        typed = {"correction_reason": reason.strip(), **sections}
        differing = {name: text for name, text in typed.items() if getattr(draft, name) != text}
        if differing and draft.version != version:
            raise StaleVersion(
                version=draft.version,
                rows=[(label(name), text, getattr(draft, name)) for name, text in differing.items()],
            )
        if differing:
            for name, text in differing.items():
                setattr(draft, name, text)
            draft.version += 1
            check(draft)
            draft.save()
    return draft


@patiently
def sign_correction(*, draft: MedicalRecord, version: int, actor: User, now: datetime) -> MedicalRecord:
    """Fix the later version for good; the one before becomes `amended` and stays readable."""
    demand(actor, "clinical.correct_record", draft)
    with acting(actor, reason="correction signed"):
        encounter = lock(draft.encounter)
        draft = hold(draft)
        versions = list(encounter.records.order_by("-revision"))
        before = valid(versions)
        require_signable(draft, before, version)
        fix(draft, latest_signed(versions), actor, now)
        draft.encounter, draft.patient = encounter, encounter.patient
        seal(draft, now)
        if before and before.status == RecordStatus.FINAL:
            before.status = RecordStatus.AMENDED
            before.save(update_fields=["status"])
        tell_of(draft, now)
        record_event(actor=actor, action="sign", target=draft, patient=draft.patient)
    return draft


def require_begun(draft: MedicalRecord) -> None:
    """A later version that is neither signed nor dropped; the first one is signed with its visit."""
    if draft.is_signed:
        raise SignedRecord
    if draft.status == WRONG:
        raise AlreadyInError
    if draft.revision == 1:
        raise NothingToCorrect


def over(draft: MedicalRecord) -> str:
    """Why nothing can be written in a later version any more; empty while something can."""
    try:
        require_begun(draft)
    except DomainError as error:
        return str(error)
    return ""


def require_signable(draft: MedicalRecord, before: MedicalRecord | None, version: int) -> None:
    require_begun(draft)
    if draft.version != version:
        raise StaleVersion
    if not draft.correction_reason:
        raise ReasonMissing
    if not draft.sections or (before and draft.sections == before.sections):
        raise NothingChanged


def fix(draft: MedicalRecord, before: MedicalRecord | None, actor: User, now: datetime) -> None:
    """What was held back from the patient stays so, until it is released."""
    draft.status, draft.version = RecordStatus.FINAL, draft.version + 1
    draft.signed_by, draft.signed_at = actor, now
    is_held_back = before is not None and (before.released_at is None or before.released_at > now)
    draft.released_at = None if is_held_back else now
    draft.save()


@patiently
def mark_record_in_error(*, record: MedicalRecord, reason: str, actor: User, now: datetime) -> MedicalRecord:
    """Strike a version through, with the reason under it; the patient no longer sees it.

    A correction that was begun is dropped in the same way. The draft of an open visit is simply changed.
    """
    demand(actor, "clinical.correct_record", record)
    if not reason.strip():
        raise ReasonMissing
    with acting(actor, reason=reason.strip()):
        lock(record.encounter)
        record = hold(record)
        if record.status == WRONG:
            raise AlreadyInError
        if not record.is_signed and record.revision == 1:
            raise NotSigned
        if record.is_signed:
            explain(record, reason.strip(), actor, now)
        record.status = WRONG
        record.save(update_fields=["status"])
        record_event(actor=actor, action="entered-in-error", target=record, patient=record.patient)
    return record


def explain(record: MedicalRecord, reason: str, actor: User, now: datetime) -> None:
    """The reason stands under the record for good."""
    words = str(WRONG.label)
    addendum = Addendum(
        record=record, author=actor, reason=words, text=reason, happened_at=now, recorded_at=now
    )
    check(addendum)
    addendum.save()


@patiently
def release_record(*, record: MedicalRecord, actor: User, now: datetime) -> MedicalRecord:
    """Let the patient read what was held back; it cannot be taken back."""
    demand(actor, "clinical.correct_record", record)
    with acting(actor, reason="record released"):
        record = hold(record)
        if record.status not in SIGNED:
            raise NotSigned
        if record.released_at is not None:
            raise AlreadyReleased
        record.released_at = now
        record.save(update_fields=["released_at"])
        tell_of(record, now)
    return record


def hold(record: MedicalRecord) -> MedicalRecord:
    """Without its patient, for the same reason as `lock`."""
    return MedicalRecord.objects.select_for_update(of=("self",)).get(pk=record.pk)


def label(name: str) -> str:
    return MedicalRecord.heading(name)


def open_correction_of(encounter: Encounter) -> MedicalRecord | None:
    """The correction that was begun and not signed yet, if there is one."""
    drafts = encounter.records.filter(status=RecordStatus.PRELIMINARY, revision__gt=1)
    return drafts.order_by("-revision").first()
