"""What becomes of a medicine: stopped, on hold, resumed, completed, written anew."""

from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest

from accounts.errors import NotAllowed
from accounts.models import AuditEvent
from clinical.errors import MedicineMoved, NoOpenVisit, NotPrescribedYet, ReasonMissing
from clinical.models import MedicalRecord, PrescriptionItem
from clinical.services.medication import complete, hold, renew, resume, stop
from clinical.services.prescribing import unresolved
from clinical.services.sealing import broken_seals
from clinical.tests.factories import drafted, signed, started
from clinical.tests.pharmacy import AMOXICILLIN, the_item, warned

STOP = {"code": "sintol", "reason": ""}


@pytest.fixture
def item(record: Any) -> PrescriptionItem:
    """Of a signed record."""
    return the_item()


def stored(item: PrescriptionItem) -> tuple[Any, ...]:
    item.refresh_from_db()
    return (item.status, item.status_code, item.status_reason, item.stopped_at)


def test_stopping_notes_reason_and_day_and_leaves_the_seal_whole(item: Any, dr_rao: Any, now: Any) -> None:
    stop(item=item, code="other", reason=" Moved house ", actor=dr_rao.user, now=now)

    assert stored(item) == ("stopped", "other", "Moved house", now)
    event = AuditEvent.objects.filter(target_table=PrescriptionItem._meta.db_table).order_by("-pk").first()
    assert (event.actor, event.reason) == (dr_rao.user, "Moved house")
    assert list(broken_seals()) == []


@pytest.mark.parametrize(("code", "reason"), [("", "why"), ("other", " "), ("nonsense", "why")])
def test_stopping_needs_a_reason(item: Any, dr_rao: Any, now: Any, code: str, reason: str) -> None:
    with pytest.raises(ReasonMissing):
        stop(item=item, code=code, reason=reason, actor=dr_rao.user, now=now)

    assert stored(item) == ("active", "", "", None)


def test_held_and_resumed_it_is_as_before(item: Any, dr_rao: Any, now: Any) -> None:
    hold(item=item, reason="Operation", actor=dr_rao.user, now=now)
    on_hold = stored(item)
    resume(item=item, actor=dr_rao.user, now=now)

    assert on_hold == ("on-hold", "", "Operation", None)
    assert stored(item) == ("active", "", "", None)


def test_holding_needs_a_reason(item: Any, dr_rao: Any, now: Any) -> None:
    with pytest.raises(ReasonMissing):
        hold(item=item, reason=" ", actor=dr_rao.user, now=now)


def test_a_course_is_completed(item: Any, dr_rao: Any, now: Any) -> None:
    complete(item=item, actor=dr_rao.user, now=now)

    assert stored(item) == ("completed", "", "", now)


def test_sent_twice_the_first_counts(item: Any, dr_rao: Any, now: Any) -> None:
    stop(item=item, **STOP, actor=dr_rao.user, now=now)
    stop(item=item, code="other", reason="Later", actor=dr_rao.user, now=now + timedelta(days=1))

    assert stored(item) == ("stopped", "sintol", "", now)


@pytest.mark.parametrize("status", ["stopped", "completed", "cancelled", "entered-in-error"])
def test_what_ended_never_comes_back(item: Any, dr_rao: Any, now: Any, status: str) -> None:
    PrescriptionItem.objects.update(status=status)

    with pytest.raises(MedicineMoved, match="already. Nothing was changed"):
        resume(item=item, actor=dr_rao.user, now=now)
    with pytest.raises(MedicineMoved):
        hold(item=item, reason="Operation", actor=dr_rao.user, now=now)

    assert stored(item)[0] == status


def test_a_draft_is_changed_in_the_note(draft: Any, dr_rao: Any, now: Any) -> None:
    with pytest.raises(NotPrescribedYet):
        stop(item=the_item(), **STOP, actor=dr_rao.user, now=now)


def test_another_doctor_with_an_own_visit_stops_it_and_one_without_does_not(
    item: Any, ana: Any, dr_lee: Any, now: Any
) -> None:
    with pytest.raises(NotAllowed):
        stop(item=item, **STOP, actor=dr_lee.user, now=now)

    started(dr_lee, ana, now + timedelta(hours=2))
    stop(item=item, **STOP, actor=dr_lee.user, now=now)

    assert stored(item)[0] == "stopped"


@pytest.mark.parametrize("who", ["nurse", "reception", "admin", "ana_user"])
def test_others_stop_nothing(item: Any, now: Any, who: str, request: Any) -> None:
    with pytest.raises(NotAllowed):
        stop(item=item, **STOP, actor=request.getfixturevalue(who), now=now)


def test_a_stopped_medicine_does_not_block_a_new_prescription_of_it(dr_rao: Any, ana: Any, now: Any) -> None:
    signed(dr_rao, ana, now - timedelta(days=2), items=[AMOXICILLIN])
    stop(item=the_item(), **STOP, actor=dr_rao.user, now=now)

    visit = started(dr_rao, ana, now)
    drafted(visit, now, items=[AMOXICILLIN])

    assert unresolved(encounter=visit, now=now) == []


def test_renewing_writes_a_copy_into_the_open_visit_and_checks_it(dr_rao: Any, ana: Any, now: Any) -> None:
    coded = {"dose_quantity": Decimal("0.5"), "start_on": (now - timedelta(days=2)).date(), "refills": 1}
    signed(dr_rao, ana, now - timedelta(days=2), items=[AMOXICILLIN | coded])
    old = the_item()
    visit = started(dr_rao, ana, now)

    assert renew(item=old, actor=dr_rao.user, now=now) == visit

    new = PrescriptionItem.objects.get(prescription__encounter=visit)
    assert (new.product, new.dose_quantity, new.refills, new.start_on, new.status) == (
        "Amoxicillin, 500 mg, capsule",
        Decimal("0.5"),
        1,
        None,
        "active",
    )
    assert (new.prescription.prescriber, new.prescription.number) == (dr_rao, None)
    assert warned(visit, now) == [("duplicate", "Amoxicillin, 500 mg, capsule")]


def test_renewing_twice_is_once_and_leaves_what_is_written(dr_rao: Any, ana: Any, now: Any) -> None:
    signed(dr_rao, ana, now - timedelta(days=2), items=[AMOXICILLIN])
    old, visit = the_item(), started(dr_rao, ana, now)
    drafted(visit, now)

    for _time in range(2):
        renew(item=old, actor=dr_rao.user, now=now)

    draft = MedicalRecord.objects.get(encounter=visit)
    assert (draft.version, draft.complaint) == (2, "Headache")
    assert list(visit.prescriptions.get().items.order_by("pk").values_list("medicine", flat=True)) == [
        "Ramipril 5 mg",
        "Amoxicillin",
    ]


def test_a_code_is_kept_in_the_copy_and_when_the_note_is_saved(dr_rao: Any, ana: Any, now: Any) -> None:
    signed(dr_rao, ana, now - timedelta(days=2), items=[AMOXICILLIN | {"system": "urn:x", "code": "1"}])
    visit = started(dr_rao, ana, now)
    renew(item=the_item(), actor=dr_rao.user, now=now)

    drafted(visit, now, version=1, items=[AMOXICILLIN])

    assert PrescriptionItem.objects.get(prescription__encounter=visit).code == "1"


def test_without_an_open_visit_nothing_is_renewed(
    item: Any, dr_rao: Any, dr_lee: Any, ana: Any, now: Any
) -> None:
    started(dr_lee, ana, now + timedelta(hours=2))

    with pytest.raises(NoOpenVisit):
        renew(item=item, actor=dr_rao.user, now=now)

    assert PrescriptionItem.objects.count() == 1
