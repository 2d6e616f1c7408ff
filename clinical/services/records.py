"""Write, sign and add to the record of a visit."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from uuid import UUID, uuid4, uuid5

from django.utils.translation import gettext as _

from accounts.audit import acting, record_event
from accounts.errors import StaleVersion
from accounts.models import User
from accounts.rules import demand
from clinical.errors import (
    EmptyAddendum,
    EncounterNotOpen,
    NothingWritten,
    NotReadyToSign,
    NotSigned,
    SignedRecord,
)
from clinical.models import Addendum, Encounter, MedicalRecord, NoteDraft, PrescriptionItem
from clinical.models.record import SIGNED, RecordStatus
from clinical.services.drafts import Values, check, differences, write_diagnoses, write_items
from clinical.services.encounters import finish, lock
from clinical.services.prescribing import number_prescriptions, require_resolved
from clinical.services.sealing import seal
from clinical.services.telling import tell_readers
from clinical.services.typing import Window, forget
from scheduling.services.calendar import calendar_write, patiently


@patiently
def save_draft(
    *,
    encounter: Encounter,
    version: int,
    sections: Mapping[str, str],
    diagnoses: Sequence[Values],
    items: Sequence[Values],
    actor: User,
    now: datetime,
    window: Window | None = None,
) -> MedicalRecord:
    """Keep what was typed; `version` is that of the draft the form was opened with, 0 when there was none.

    Raises StaleVersion with both texts when somebody saved something else in between. What `window` had kept
    of the typing goes with the saving.
    """
    demand(actor, "clinical.write_record", encounter)
    with acting(actor, reason="draft of a record"):
        encounter = lock(encounter)
        if not encounter.is_open:
            raise EncounterNotOpen
        record = MedicalRecord.objects.latest_of(encounter)
        stored_version = record.version if record else 0
        if version != stored_version:
            rows = differences(encounter, record, sections, diagnoses, items)
            if rows or record is None:
                raise StaleVersion(rows=rows, version=stored_version)
        elif record is None and not (any(sections.values()) or diagnoses or items):
            raise NothingWritten
        else:
            record = write_sections(record or begin(encounter, actor, now), sections)
            write_diagnoses(encounter, diagnoses, now)
            write_items(encounter, items, now)
        if window:
            forget(NoteDraft.objects.of_note(encounter, actor), window)
    return record


def begin(encounter: Encounter, actor: User, now: datetime) -> MedicalRecord:
    """A draft that is not stored yet; it counts its versions from 1."""
    return MedicalRecord(
        encounter=encounter, patient_id=encounter.patient_id, author=actor, version=0, recorded_at=now
    )


def write_sections(record: MedicalRecord, sections: Mapping[str, str]) -> MedicalRecord:
    for name in MedicalRecord.SECTIONS:
        setattr(record, name, sections.get(name, ""))
    record.version += 1
    record.save()
    return record


@patiently
def sign(
    *, record: MedicalRecord, version: int, actor: User, now: datetime, held_back: bool = False
) -> MedicalRecord:
    """Fix the record for good, finish the visit, seal the text and tell the patient, in one transaction."""
    demand(actor, "clinical.sign_record", record)
    with calendar_write(record.encounter.doctor, record.patient, actor=actor, reason="record signed"):
        encounter, patient_id = lock(record.encounter), record.patient_id
        record = MedicalRecord.objects.select_for_update().get(pk=record.pk)
        if record.patient_id != patient_id:
            # Merged a moment ago: the patient who is locked is not the one whose allergies count.
            raise StaleVersion
        require_signable(record, encounter, version)
        require_resolved(encounter, now)
        record.status, record.version = RecordStatus.FINAL, version + 1
        record.signed_by, record.signed_at = actor, now
        record.released_at = None if held_back else now
        record.save()
        record.encounter, record.patient = encounter, encounter.patient
        number_prescriptions(encounter)
        seal(record, now)
        finish(encounter, actor, now)
        NoteDraft.objects.filter(encounter=encounter).delete()
        tell_of(record, now)
        record_event(actor=actor, action="sign", target=record, patient=record.patient)
    return record


def require_signable(record: MedicalRecord, encounter: Encounter, version: int) -> None:
    if record.is_signed:
        raise SignedRecord
    if record.version != version:
        raise StaleVersion(_("The draft changed after you opened it. Read it again before you sign."))
    if not encounter.is_open:
        raise EncounterNotOpen
    missing = what_is_missing(record)
    if missing:
        raise NotReadyToSign(" ".join(missing))


def what_is_missing(record: MedicalRecord) -> list[str]:
    """Why the draft cannot be signed yet, in sentences."""
    missing = [] if record.sections else [_("The note is empty: write at least one section.")]
    items = PrescriptionItem.objects.filter(prescription__encounter=record.encounter_id).order_by("pk")
    for item in items:
        if item.dose_quantity is None or not item.dose_unit or not item.frequency:
            missing.append(_("Say how much of %(medicine)s, and how often.") % {"medicine": item.medicine})
    return missing


def tell_of(record: MedicalRecord, now: datetime) -> None:
    at = now if record.released_at else None
    tell_readers("record-ready", record, patient_id=record.patient_id, at=at, now=now)


@patiently
def add_addendum(
    *, record: MedicalRecord, text: str, reason: str, actor: User, now: datetime, key: UUID | None = None
) -> Addendum:
    """Say more about a signed record, which itself stays as it is; one `key` is one addendum."""
    demand(actor, "clinical.add_addendum", record)
    with acting(actor, reason="addendum"):
        record = MedicalRecord.objects.select_for_update().get(pk=record.pk)
        if record.status not in SIGNED:
            raise NotSigned
        if not (text.strip() and reason.strip()):
            raise EmptyAddendum
        public_id = uuid5(record.public_id, f"{actor.pk} {key or uuid4()}")
        known = Addendum.objects.filter(public_id=public_id).first()
        if known:
            return known
        addendum = Addendum(
            public_id=public_id, record=record, author=actor, reason=reason.strip(), text=text.strip()
        )
        addendum.happened_at = addendum.recorded_at = now
        check(addendum)
        addendum.save()
    return addendum
