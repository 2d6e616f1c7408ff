"""Warnings before a medicine is prescribed: by substance, by class, for what is taken already."""

from datetime import timedelta
from typing import Any

import pytest

from clinical.models import Allergy, PrescriptionItem
from clinical.services.prescribing import cautions, unknown_to_checks, unresolved
from clinical.tests.factories import signed, started
from clinical.tests.pharmacy import AMOXICILLIN, PARACETAMOL, allergy, warned, written

RXNORM = "http://www.nlm.nih.gov/research/umls/rxnorm"
SNOMED = "http://snomed.info/sct"


def medicine(name: str, **fields: Any) -> dict[str, Any]:
    return PARACETAMOL | {"medicine": name, "strength": "", "form": ""} | fields


def messages(encounter: Any, now: Any) -> list[str]:
    return [caution.message for caution in cautions(encounter=encounter, now=now)]


@pytest.mark.parametrize(
    "told",
    [
        {"display": "Penicillin"},
        {"display": "penicillins"},
        {"display": "Penicillin V", "system": RXNORM, "code": "7984"},
        {"display": "Allergy to penicillin", "system": SNOMED, "code": "91936005"},
        {"display": "Rash as a child", "system": SNOMED, "code": "91936005"},
        {"display": "Flucloxacillin"},
    ],
)
def test_penicillin_warns_for_amoxicillin_by_its_class_and_not_for_paracetamol(
    encounter: Any, ana: Any, now: Any, told: dict[str, str]
) -> None:
    allergy(ana, **told)
    written(encounter, now, AMOXICILLIN, PARACETAMOL)

    assert warned(encounter, now) == [("allergy-class", "Amoxicillin, 500 mg, capsule")]


@pytest.mark.parametrize(
    "told", [{"display": "amoxicillin"}, {"display": "Rash", "system": RXNORM, "code": "723"}]
)
def test_the_same_substance_warns_as_such(encounter: Any, ana: Any, now: Any, told: dict[str, str]) -> None:
    allergy(ana, **told)
    written(encounter, now, medicine("Co-amoxiclav 625"), PARACETAMOL)

    assert warned(encounter, now) == [("allergy", "Co-amoxiclav 625")]


def test_words_that_the_table_does_not_know_warn_where_they_stand_again(
    encounter: Any, ana: Any, now: Any
) -> None:
    allergy(ana, "Zolpidem")
    written(encounter, now, medicine("zolpidem tablet"), medicine("Zolpidemol"), PARACETAMOL)

    assert warned(encounter, now) == [("allergy", "zolpidem tablet")]


def test_the_message_names_allergy_reaction_danger_and_medicine(encounter: Any, ana: Any, now: Any) -> None:
    allergy(ana, reaction="Anaphylaxis", criticality="high", verification="unconfirmed")
    written(encounter, now, AMOXICILLIN)

    assert messages(encounter, now) == [
        "Amoxicillin: there is an allergy to Penicillin (Anaphylaxis, Severe; danger high: may be "
        "life-threatening; unconfirmed). Amoxicillin is one of the penicillins."
    ]


def test_a_class_that_reacts_across_says_how_often(encounter: Any, ana: Any, now: Any) -> None:
    allergy(ana)
    written(encounter, now, medicine("Cefalexin"))

    (message,) = messages(encounter, now)
    assert warned(encounter, now) == [("allergy-class", "Cefalexin")]
    assert "penicillins and cephalosporins: Few people" in message


@pytest.mark.parametrize(
    "told",
    [
        {"verification": "refuted"},
        {"verification": "entered-in-error"},
        {"clinical_status": "resolved"},
        {"clinical_status": "inactive"},
    ],
)
def test_an_allergy_that_is_none_does_not_warn(encounter: Any, ana: Any, now: Any, told: Any) -> None:
    allergy(ana, **told)
    written(encounter, now, AMOXICILLIN)

    assert warned(encounter, now) == []


def test_another_patients_allergy_and_medicine_do_not_warn(
    encounter: Any, ben: Any, dr_lee: Any, now: Any
) -> None:
    allergy(ben)
    signed(dr_lee, ben, now - timedelta(days=1), items=[AMOXICILLIN])
    written(encounter, now, AMOXICILLIN)

    assert warned(encounter, now) == []


def test_what_is_taken_already_warns(encounter: Any, ana: Any, dr_lee: Any, now: Any) -> None:
    signed(dr_lee, ana, now - timedelta(days=3), items=[AMOXICILLIN])
    written(encounter, now, medicine("amoxicillin 250 mg syrup"), PARACETAMOL)

    assert messages(encounter, now) == [
        "amoxicillin 250 mg syrup: taken already, prescribed on 8 January 2027 by Dr Min Lee "
        "(Amoxicillin, 500 mg, capsule: 1 capsule, by mouth, three times a day, for 7 days)."
    ]


@pytest.mark.parametrize("status", ["stopped", "completed", "cancelled", "entered-in-error"])
def test_what_has_ended_does_not_stand_in_the_way(
    encounter: Any, ana: Any, dr_lee: Any, now: Any, status: str
) -> None:
    signed(dr_lee, ana, now - timedelta(days=3), items=[AMOXICILLIN])
    PrescriptionItem.objects.update(status=status)
    written(encounter, now, AMOXICILLIN)

    assert warned(encounter, now) == []


def test_a_course_that_ran_out_does_not_stand_in_the_way(
    encounter: Any, ana: Any, dr_lee: Any, now: Any
) -> None:
    signed(dr_lee, ana, now - timedelta(days=7), items=[AMOXICILLIN])
    written(encounter, now, AMOXICILLIN)

    assert warned(encounter, now) == []
    assert warned(encounter, now - timedelta(days=1)) == [("duplicate", "Amoxicillin, 500 mg, capsule")]


def test_one_on_hold_warns_in_other_words(encounter: Any, ana: Any, dr_lee: Any, now: Any) -> None:
    signed(dr_lee, ana, now - timedelta(days=3), items=[AMOXICILLIN])
    PrescriptionItem.objects.update(status="on-hold")
    written(encounter, now, AMOXICILLIN)

    assert ["on hold already" in message for message in messages(encounter, now)] == [True]


def test_a_colleagues_unsigned_draft_is_no_prescription(
    encounter: Any, ana: Any, dr_lee: Any, now: Any
) -> None:
    written(started(dr_lee, ana, now + timedelta(hours=1)), now, AMOXICILLIN)
    written(encounter, now, AMOXICILLIN)

    assert warned(encounter, now) == []


def test_the_same_twice_in_one_prescription_warns_once(encounter: Any, now: Any) -> None:
    written(encounter, now, PARACETAMOL, medicine("Co-codamol 8/500"))

    assert warned(encounter, now) == [("duplicate", "Co-codamol 8/500")]


def test_the_checks_cost_the_same_with_1_and_9_allergies(
    encounter: Any, ana: Any, now: Any, django_assert_num_queries: Any
) -> None:
    for _number in range(9):
        allergy(ana, reaction="Rash")
    written(encounter, now, AMOXICILLIN, PARACETAMOL)

    with django_assert_num_queries(5):
        unresolved(encounter=encounter, now=now)


def test_allergies_that_no_check_knows_are_named(ana: Any, ben: Any) -> None:
    allergy(ana, "Penicillin")
    allergy(ana, "Red tablets")
    allergy(ana, "Peanut", category="food")
    allergy(ana, "Blue tablets", verification="refuted")
    allergy(ben, "Green tablets")

    assert unknown_to_checks(Allergy.objects.active().filter(patient=ana)) == ["Red tablets"]
