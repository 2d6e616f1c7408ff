"""Write, sign and add to the record of a visit."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from uuid import UUID, uuid4, uuid5

from django.utils.translation import gettext as _

from accounts.audit import acting, record_event
from accounts.errors import StaleVersion
from accounts.models import PatientAccess, User
from accounts.outbox import enqueue
from accounts.rules import demand
from clinical.errors import (
    EmptyAddendum,
    EncounterNotOpen,
    NothingWritten,
    NotReadyToSign,
    NotSigned,
    SignedRecord,
)
from clinical.models import Addendum, Encounter, MedicalRecord, PrescriptionItem
from clinical.models.record import SIGNED, RecordStatus
from clinical.services.drafts import Values, check, differences, write_diagnoses, write_items
from clinical.services.encounters import finish, lock
from clinical.services.sealing import seal
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
) -> MedicalRecord:
    """Keep what was typed; `version` is that of the draft the form was opened with, 0 when there was none.

    Raises StaleVersion with both texts when somebody saved in between.
    """
    demand(actor, "clinical.write_record", encounter)
    with acting(actor, reason="draft of a record"):
        encounter = lock(encounter)
        if not encounter.is_open:
            raise EncounterNotOpen
        record = MedicalRecord.objects.latest_of(encounter)
        if version != (record.version if record else 0):
            raise StaleVersion(rows=differences(encounter, record, sections, diagnoses, items))
        if record is None and not (any(sections.values()) or diagnoses or items):
            raise NothingWritten
        record = write_sections(record or begin(encounter, actor, now), sections)
        write_diagnoses(encounter, diagnoses, now)
        write_items(encounter, items, now)
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
        encounter = lock(record.encounter)
        record = MedicalRecord.objects.select_for_update().get(pk=record.pk)
        require_signable(record, encounter, version)
        record.status, record.version = RecordStatus.FINAL, version + 1
        record.signed_by, record.signed_at = actor, now
        record.released_at = None if held_back else now
        record.save()
        record.encounter, record.patient = encounter, encounter.patient
        seal(record, now)
        finish(encounter, actor, now)
        tell_readers(record, now)
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


def tell_readers(record: MedicalRecord, now: datetime) -> None:
    """A message to every account that may read the record as the patient or for the patient."""
    if record.released_at is None:
        return
    kinds = [PatientAccess.Kind.SELF, PatientAccess.Kind.PROXY]
    accesses = PatientAccess.objects.open_at(now).filter(patient=record.patient_id, kind__in=kinds)
    for access in accesses.select_related("user"):
        if "records" in access.scopes:
            enqueue("record-ready", record, recipient=access.user, at=now)


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
