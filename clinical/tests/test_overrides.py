"""Why warnings are passed over, and what signing makes of a prescription."""

from typing import Any

import pytest
from django.db import IntegrityError, transaction

from accounts.errors import DomainError, NotAllowed
from clinical.errors import EncounterNotOpen, NotReadyToSign, ReasonMissing
from clinical.models import Allergy, MedicalRecord, Prescription, PrescriptionCheck
from clinical.services import prescribing
from clinical.services.prescribing import override, unresolved
from clinical.services.records import save_draft, sign
from clinical.services.sealing import broken_seals
from clinical.services.verifying import confirm
from clinical.tests.factories import drafted, signed
from clinical.tests.pharmacy import AMOXICILLIN, allergy, passed_over, written

AMPICILLIN = AMOXICILLIN | {"medicine": "Ampicillin", "strength": "", "form": ""}


def test_signing_refuses_while_a_warning_has_no_reason(encounter: Any, ana: Any, now: Any) -> None:
    allergy(ana)
    record = drafted(encounter, now, items=[AMOXICILLIN])

    with pytest.raises(NotReadyToSign, match="there is an allergy to Penicillin"):
        sign(record=record, version=1, actor=record.author, now=now)

    assert MedicalRecord.objects.get().status == "preliminary"
    assert Prescription.objects.get().number is None


def test_the_override_is_recorded_and_lets_the_record_be_signed(
    encounter: Any, ana: Any, dr_rao: Any, now: Any
) -> None:
    row = allergy(ana)
    record = drafted(encounter, now, items=[AMOXICILLIN])

    (check,) = passed_over(encounter, now, "8", "Tested by the allergy clinic")
    sign(record=record, version=1, actor=record.author, now=now)

    assert (check.rule, check.medicine, check.actor) == (
        "allergy-class",
        "Amoxicillin, 500 mg, capsule",
        dr_rao.user,
    )
    assert (check.override_code, check.override_reason, check.happened_at) == (
        "8",
        "Tested by the allergy clinic",
        now,
    )
    assert check.subject.startswith(str(row.public_id)) and "allergy to Penicillin" in check.message


def test_an_override_is_asked_once(encounter: Any, ana: Any, now: Any) -> None:
    allergy(ana)
    written(encounter, now, AMOXICILLIN)
    passed_over(encounter, now)

    again = passed_over(encounter, now)

    assert again == [] == unresolved(encounter=encounter, now=now)
    assert PrescriptionCheck.objects.count() == 1


def test_another_medicine_and_a_changed_allergy_are_asked_anew(encounter: Any, ana: Any, now: Any) -> None:
    row = allergy(ana)
    written(encounter, now, AMOXICILLIN)
    passed_over(encounter, now)

    save(encounter, now, AMOXICILLIN, AMPICILLIN)
    other = [caution.medicine for caution in unresolved(encounter=encounter, now=now)]
    Allergy.objects.filter(pk=row.pk).update(criticality="high")
    worse = [caution.medicine for caution in unresolved(encounter=encounter, now=now)]

    assert (other, worse) == (["Ampicillin"], ["Amoxicillin, 500 mg, capsule", "Ampicillin"])


def save(encounter: Any, now: Any, *items: Any) -> MedicalRecord:
    return save_draft(
        encounter=encounter,
        version=1,
        sections={"complaint": "Cough"},
        diagnoses=[],
        items=items,
        actor=encounter.doctor.user,
        now=now,
    )


@pytest.mark.parametrize(("code", "words"), [("8", " "), ("", ""), ("99", "because")])
def test_an_override_needs_a_reason(encounter: Any, ana: Any, now: Any, code: str, words: str) -> None:
    allergy(ana)
    written(encounter, now, AMOXICILLIN)

    with pytest.raises(ReasonMissing):
        passed_over(encounter, now, code, words)

    assert not PrescriptionCheck.objects.exists()


def test_a_colleague_and_a_late_comer_override_nothing(
    encounter: Any, ana: Any, dr_lee: Any, record: Any, now: Any
) -> None:
    with pytest.raises(NotAllowed):
        override(encounter=encounter, reasons={}, actor=dr_lee.user, now=now)
    with pytest.raises(EncounterNotOpen):
        override(encounter=encounter, reasons={}, actor=encounter.doctor.user, now=now)


def test_overrides_are_append_only_and_part_of_what_is_signed(encounter: Any, ana: Any, now: Any) -> None:
    allergy(ana)
    record = drafted(encounter, now, items=[AMOXICILLIN])
    (check,) = passed_over(encounter, now)
    signed_record = sign(record=record, version=1, actor=record.author, now=now)

    with pytest.raises((DomainError, IntegrityError)), transaction.atomic():
        check.delete()
    whole = list(broken_seals())
    check.pk, check.public_id = None, "0b9f3c6e-6f5e-4a3b-9d0f-2f8f3f0c7d11"
    check.save(force_insert=True)

    assert whole == []
    assert [link.record for link in broken_seals()] == [signed_record]


def test_signing_gives_number_and_code(record: Any) -> None:
    prescription = Prescription.objects.get()

    letters = set(prescription.number + prescription.verification_code)
    assert (len(prescription.number), len(prescription.verification_code)) == (10, 10)
    assert letters <= set(prescribing.PLAIN) and prescription.number != prescription.verification_code


def test_a_pharmacy_finds_it_however_it_is_copied(record: Any) -> None:
    prescription = Prescription.objects.get()
    number, code = (
        prescription.number.lower(),
        f"{prescription.verification_code[:5]} {prescription.verification_code[5:]}",
    )

    assert confirm(number=number, code=code) is not None
    assert confirm(number=number, code=number) is None


def test_a_number_that_is_taken_is_drawn_again(
    draft: Any, dr_lee: Any, ben: Any, now: Any, monkeypatch: Any
) -> None:
    signed(dr_lee, ben, now)
    taken = Prescription.objects.exclude(number=None).get().number
    drawn = iter([taken, "CODE", "FRESH", "CODE"])
    monkeypatch.setattr(prescribing, "get_random_string", lambda *_length: next(drawn))

    sign(record=draft, version=1, actor=draft.author, now=now)

    assert set(Prescription.objects.values_list("number", flat=True)) == {taken, "FRESH"}
