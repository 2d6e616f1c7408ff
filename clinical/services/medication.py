"""What becomes of a medicine after it was prescribed: it is stopped, held, resumed, over, or written anew."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from django.utils.translation import gettext as _

from accounts.audit import acting
from accounts.errors import DomainError
from accounts.models import User
from accounts.rules import demand
from clinical.errors import MedicineMoved, NoOpenVisit, NotPrescribedYet, ReasonMissing, SignedRecord
from clinical.models import Encounter, MedicalRecord, PrescriptionItem
from clinical.models.encounter import EncounterStatus
from clinical.services.dosage import MOST_MEDICINES, settled
from clinical.services.drafts import ITEM_FIELDS, write_items
from clinical.services.encounters import lock
from clinical.services.records import begin
from scheduling.services.calendar import patiently

Status, StopReason = PrescriptionItem.Status, PrescriptionItem.StopReason
# What ended never comes back: it is prescribed anew.
MAY_BECOME: dict[str, frozenset[str]] = {
    Status.ACTIVE: frozenset({Status.ON_HOLD, Status.STOPPED, Status.COMPLETED}),
    Status.ON_HOLD: frozenset({Status.ACTIVE, Status.STOPPED, Status.COMPLETED}),
}


def stop(*, item: PrescriptionItem, code: str, reason: str, actor: User, now: datetime) -> PrescriptionItem:
    """End it early. Raises ReasonMissing without a reason from the list, or without words for another one."""
    if code not in StopReason.values or (code == StopReason.OTHER and not reason.strip()):
        raise ReasonMissing
    return move(item, Status.STOPPED, actor, code=code, reason=reason, at=now)


def hold(*, item: PrescriptionItem, reason: str, actor: User, now: datetime) -> PrescriptionItem:
    """Not to be taken for the time being."""
    if not reason.strip():
        raise ReasonMissing
    return move(item, Status.ON_HOLD, actor, reason=reason)


def resume(*, item: PrescriptionItem, actor: User, now: datetime) -> PrescriptionItem:
    return move(item, Status.ACTIVE, actor)


def complete(*, item: PrescriptionItem, actor: User, now: datetime) -> PrescriptionItem:
    """The course is over as it was meant to be."""
    return move(item, Status.COMPLETED, actor, at=now)


@patiently
def move(
    item: PrescriptionItem,
    status: str,
    actor: User,
    *,
    code: str = "",
    reason: str = "",
    at: datetime | None = None,
) -> PrescriptionItem:
    """Sent twice, the first counts. Raises MedicineMoved in words when somebody else was quicker."""
    demand(actor, "clinical.change_prescriptionitem", item)
    with acting(actor, reason=reason.strip() or f"medicine {status}"):
        item = held(item)
        if item.status == status:
            return item
        if status not in MAY_BECOME.get(item.status, frozenset()):
            raise MedicineMoved(MedicineMoved.message % {"status": str(item.get_status_display()).casefold()})
        item.status, item.status_code = status, code
        item.status_reason, item.stopped_at = reason.strip()[:200], at
        item.save(update_fields=["status", "status_code", "status_reason", "stopped_at"])
    return item


def held(item: PrescriptionItem) -> PrescriptionItem:
    """As it is now, and nobody else's until the transaction ends; what is still a draft is changed in the note."""
    rows = PrescriptionItem.objects.select_for_update(of=("self",)).select_related("prescription__encounter")
    item = rows.get(pk=item.pk)
    if item.prescription.encounter.status != EncounterStatus.FINISHED:
        raise NotPrescribedYet
    return item


def visit_for(item: PrescriptionItem, actor: User) -> Encounter | None:
    """The newest open visit of this doctor with the medicine's patient."""
    visits = Encounter.objects.in_progress().filter(patient=item.prescription.patient_id, doctor__user=actor)
    return visits.last()


@patiently
def renew(*, item: PrescriptionItem, actor: User, now: datetime) -> Encounter:
    """Write it once more, into the draft of the open visit, where it is checked anew; sent twice, it is one.

    Raises NoOpenVisit when the doctor has no open visit with the patient.
    """
    demand(actor, "clinical.change_prescriptionitem", item)
    visit = visit_for(item, actor)
    if visit is None:
        raise NoOpenVisit
    demand(actor, "clinical.write_record", visit)
    with acting(actor, reason="medicine renewed"):
        visit = lock(visit)
        if not visit.is_open:
            raise NoOpenVisit
        written = [values_of(row) for row in in_draft(visit)]
        copy = settled(values_of(item) | {"start_on": None})
        if copy not in written:
            require_room(written)
            count(visit, actor, now)
            write_items(visit, [*written, copy], now)
    return visit


def require_room(written: Sequence[Any]) -> None:
    """The form of the note shows no more rows than these."""
    if len(written) >= MOST_MEDICINES:
        words = _("The note holds %(most)d medicines. Remove one first.")
        raise DomainError(words % {"most": MOST_MEDICINES})


def in_draft(visit: Encounter) -> Any:
    return PrescriptionItem.objects.filter(prescription__encounter=visit).order_by("pk")


def values_of(item: PrescriptionItem) -> dict[str, Any]:
    return {name: getattr(item, name) for name in ("system", "code", *ITEM_FIELDS)}


def count(visit: Encounter, actor: User, now: datetime) -> None:
    """The draft has changed: a form that was opened before will be shown both texts."""
    record = MedicalRecord.objects.latest_of(visit)
    if record and record.is_signed:
        raise SignedRecord
    record = record or begin(visit, actor, now)
    record.version += 1
    record.save()
