"""Steps that something else has overtaken: a dropped correction, a visit that closed, an entry that changed."""

import uuid
from typing import Any

import pytest

from accounts.errors import DomainError
from clinical.errors import AlreadyInError, EncounterNotOpen, ListedAlready, NothingToCorrect
from clinical.models import Allergy, Condition, LabResult, MedicalRecord, PrescriptionItem
from clinical.services.allergies import add_allergy, change_allergy
from clinical.services.conditions import add_condition, resolve_condition
from clinical.services.corrections import (
    mark_record_in_error,
    release_record,
    save_correction,
    sign_correction,
)
from clinical.services.dosage import MOST_MEDICINES
from clinical.services.medication import renew
from clinical.services.records import sign
from clinical.services.results import correct_result, order_test
from clinical.services.rows import mark_in_error
from clinical.tests.factories import drafted, signed, started
from clinical.tests.measured import found, reported, step
from clinical.tests.pharmacy import AMOXICILLIN
from clinical.tests.test_corrections import NO_TEXTS, TEXTS, written

OVER = {"clinical_status": "inactive", "status_reason": "No longer"}


def test_a_dropped_correction_is_neither_written_nor_signed(record: Any, now: Any) -> None:
    draft, actor = written(record, now), record.author
    mark_record_in_error(record=draft, reason="Not needed", actor=actor, now=now)

    with pytest.raises(AlreadyInError):
        save_correction(draft=draft, version=draft.version, sections=NO_TEXTS, reason="x", actor=actor)
    with pytest.raises(AlreadyInError):
        sign_correction(draft=draft, version=draft.version, actor=actor, now=now)

    draft.refresh_from_db()
    record.refresh_from_db()
    assert (draft.status, draft.complaint, draft.signed_at) == (
        "entered-in-error",
        TEXTS["complaint"],
        None,
    )
    assert record.status == "final"


def test_the_note_of_an_open_visit_is_not_signed_as_a_correction(draft: Any, now: Any) -> None:
    texts = {"version": draft.version, "sections": NO_TEXTS | TEXTS, "reason": "x"}
    with pytest.raises(NothingToCorrect):
        save_correction(draft=draft, actor=draft.author, **texts)
    MedicalRecord.objects.update(correction_reason="x")

    with pytest.raises(NothingToCorrect):
        sign_correction(draft=draft, version=draft.version, actor=draft.author, now=now)

    draft.refresh_from_db()
    assert (draft.complaint, draft.signed_at, draft.encounter.status) == ("Headache", None, "in-progress")


def test_a_new_version_of_what_was_held_back_and_struck_out_is_held_back_too(
    draft: Any, ana: Any, now: Any
) -> None:
    held = sign(record=draft, version=draft.version, actor=draft.author, now=now, held_back=True)
    mark_record_in_error(record=held, reason="Wrong side", actor=held.author, now=now)
    later = written(held, now)

    later = sign_correction(draft=later, version=later.version, actor=held.author, now=now)

    assert (later.status, later.released_at) == ("final", None)
    assert not MedicalRecord.objects.kept_for(ana.user).exists()
    assert release_record(record=later, actor=held.author, now=now).released_at == now


@pytest.mark.parametrize("service", [add_allergy, add_condition, order_test])
def test_no_row_of_a_list_joins_a_visit_that_is_closed(service: Any, record: Any, now: Any) -> None:
    visit, key = record.encounter, uuid.uuid4()
    told = {"patient": record.patient, "display": "Latex", "actor": record.author, "now": now, "key": key}

    with pytest.raises(EncounterNotOpen):
        service(encounter=visit, **told)

    assert service(**told).encounter is None
    assert service(encounter=visit, **told) == service(**told)


def test_an_order_sent_again_after_the_signing_is_the_same(encounter: Any, now: Any) -> None:
    told = {"patient": encounter.patient, "display": "HbA1c", "actor": encounter.doctor.user, "now": now}
    first = order_test(encounter=encounter, key=(key := uuid.uuid4()), **told)
    draft = drafted(encounter, now)
    sign(record=draft, version=draft.version, actor=draft.author, now=now)

    assert order_test(encounter=encounter, key=key, **told) == first
    assert LabResult.objects.count() == 1


def test_an_allergy_that_somebody_else_made_active_meanwhile_is_not_changed(encounter: Any, now: Any) -> None:
    told = {"patient": encounter.patient, "display": "Latex", "actor": encounter.doctor.user, "now": now}
    row = add_allergy(criticality="high", **told)
    change_allergy(allergy=row, version=1, values=OVER, actor=told["actor"], now=now)
    again = {"criticality": "high", "twin": "again", "key": uuid.uuid4()}
    add_allergy(**told, **again)

    with pytest.raises(ListedAlready):
        add_allergy(criticality="low", twin="again", **told)

    assert add_allergy(**told, **again) == row
    assert Allergy.objects.get().criticality == "high"


def test_a_problem_that_somebody_else_made_active_meanwhile_is_not_changed(encounter: Any, now: Any) -> None:
    told = {"patient": encounter.patient, "display": "Gout", "actor": encounter.doctor.user, "now": now}
    row = add_condition(**told)
    resolve_condition(condition=row, version=1, on=now.date(), actor=told["actor"], now=now)
    add_condition(twin="again", verification="confirmed", **told)

    with pytest.raises(ListedAlready):
        add_condition(twin="again", verification="provisional", **told)

    assert add_condition(twin="again", verification="confirmed", **told) == row
    assert Condition.objects.get().verification == "confirmed"


def test_a_note_that_is_full_takes_no_renewed_medicine(dr_rao: Any, ana: Any, now: Any) -> None:
    old = signed(dr_rao, ana, now)
    item = PrescriptionItem.objects.get(prescription__encounter=old.encounter)
    visit = started(dr_rao, ana, now)
    drafted(visit, now, items=[AMOXICILLIN | {"medicine": f"No. {n}"} for n in range(MOST_MEDICINES)])

    with pytest.raises(DomainError, match="holds 20 medicines"):
        renew(item=item, actor=dr_rao.user, now=now)

    assert PrescriptionItem.objects.filter(prescription__encounter=visit).count() == MOST_MEDICINES


def test_a_correction_is_not_struck_out_while_the_value_before_would_vanish_with_it(
    ana: Any, doctor: Any, now: Any
) -> None:
    first = reported(ana, doctor, now)
    second = step(correct_result, first, doctor, now, finding=found(now, "4.9"), reason="Mixed up")
    mistake = {"reason": "Not hers", "actor": doctor, "now": now}
    with pytest.raises(DomainError, match="would not come back"):
        mark_in_error(row=second, **mistake)
    shown = list(LabResult.objects.current().valid())

    mark_in_error(row=first, **mistake)
    mark_in_error(row=second, **mistake)

    assert shown == [second]
    assert not LabResult.objects.valid().exists()
