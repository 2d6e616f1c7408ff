"""Allergies and the word that there are none: what a doctor may record, and what never stands side by side."""

import uuid
from typing import Any

import pytest

from accounts.errors import NotAllowed, StaleVersion
from accounts.models import AuditEvent
from clinical.errors import (
    AlreadyInError,
    ListedAlready,
    ListedBefore,
    NoSubstance,
    ReasonMissing,
    StillAllergic,
)
from clinical.models import Allergy, AllergyReaction
from clinical.services.allergies import add_allergy, add_reaction, change_allergy, record_none_known
from clinical.services.rows import mark_in_error
from clinical.tests.factories import started

pytestmark = pytest.mark.usefixtures("encounter")


@pytest.fixture
def penicillin(encounter: Any, now: Any) -> Allergy:
    return add(encounter, now)


def add(encounter: Any, now: Any, **facts: Any) -> Allergy:
    facts = {"display": "Penicillin", "criticality": "high"} | facts
    return add_allergy(patient=encounter.patient, actor=encounter.doctor.user, now=now, **facts)


def none_known(encounter: Any, now: Any, **order: Any) -> Allergy:
    return record_none_known(patient=encounter.patient, actor=encounter.doctor.user, now=now, **order)


def state(encounter: Any) -> str:
    return str(Allergy.objects.state_of(encounter.patient))


def test_an_allergy_stands_with_its_reactions(encounter: Any, now: Any) -> None:
    row = add(encounter, now, reactions=[("Hives", "moderate"), ("Vomiting", "")])

    assert list(row.reactions.values_list("manifestation", "severity")) == [
        ("Hives", "moderate"),
        ("Vomiting", ""),
    ]
    assert (row.recorded_by, row.recorded_at, row.happened_at) == (encounter.doctor.user, now, now)
    assert state(encounter) == "Allergic to Penicillin"


def test_an_order_sent_twice_is_one_allergy(encounter: Any, now: Any) -> None:
    key = uuid.uuid4()

    rows = [add(encounter, now, key=key, reactions=[("Hives", "mild")]) for _time in range(2)]

    assert rows[0] == rows[1]
    assert (Allergy.objects.count(), AllergyReaction.objects.count()) == (1, 1)


@pytest.mark.parametrize("who", ["nurse", "reception", "ana_user"])
def test_only_doctors_record_allergies(encounter: Any, now: Any, who: str, request: Any) -> None:
    with pytest.raises(NotAllowed):
        add_allergy(patient=encounter.patient, display="Latex", actor=request.getfixturevalue(who), now=now)

    assert not Allergy.objects.exists()


def test_a_doctor_without_an_own_visit_records_nothing(encounter: Any, dr_lee: Any, now: Any) -> None:
    with pytest.raises(NotAllowed):
        add_allergy(patient=encounter.patient, display="Latex", actor=dr_lee.user, now=now)

    assert not Allergy.objects.exists()


@pytest.mark.parametrize("words", ["None", "NKDA", " no known  allergies. ", "nil"])
def test_words_for_none_are_no_substance(encounter: Any, now: Any, words: str) -> None:
    with pytest.raises(NoSubstance, match="button"):
        add(encounter, now, display=words)

    assert state(encounter) == "Allergies: not asked"


def test_the_word_that_there_is_none_says_who_asked_and_when(encounter: Any, now: Any) -> None:
    none_known(encounter, now)

    assert state(encounter) == "No known allergies (confirmed 11 January 2027, Asha Rao)"


def test_asked_again_the_answer_of_another_day_is_put_away(encounter: Any, now: Any, frozen: Any) -> None:
    first = none_known(encounter, now)
    frozen.shift(3600)

    second = none_known(encounter, now.replace(hour=9))

    first.refresh_from_db()
    assert (first.clinical_status, first.status_reason) == ("inactive", "Asked again.")
    assert list(Allergy.objects.none_known()) == [second]


def test_the_button_pressed_twice_is_one_answer(encounter: Any, now: Any) -> None:
    key = uuid.uuid4()

    rows = [none_known(encounter, now, key=key) for _time in range(2)]

    assert rows[0] == rows[1]
    assert Allergy.objects.count() == 1


@pytest.mark.usefixtures("penicillin")
def test_beside_an_allergy_nobody_knows_of_none(encounter: Any, now: Any) -> None:
    with pytest.raises(StillAllergic, match="once none is active"):
        none_known(encounter, now)

    assert state(encounter) == "Allergic to Penicillin"


def test_a_new_allergy_ends_the_word_that_there_is_none(encounter: Any, now: Any) -> None:
    said = none_known(encounter, now)

    add(encounter, now)

    said.refresh_from_db()
    assert (said.clinical_status, said.status_reason, said.version) == (
        "inactive",
        "An allergy was recorded.",
        2,
    )
    assert not Allergy.objects.none_known().exists()


def test_an_allergy_made_active_again_ends_the_word_too(encounter: Any, penicillin: Any, now: Any) -> None:
    change(penicillin, now, clinical_status="resolved", status_reason="Tolerated")
    none_known(encounter, now)

    change(penicillin, now, version=2, clinical_status="active", status_reason="")

    assert state(encounter) == "Allergic to Penicillin"
    assert not Allergy.objects.none_known().exists()


def test_a_mistake_ends_nothing_and_leaves_room(encounter: Any, penicillin: Any, now: Any) -> None:
    mark_in_error(row=penicillin, reason="Ben's", actor=encounter.doctor.user, now=now)

    none_known(encounter, now)

    assert state(encounter).startswith("No known allergies")


@pytest.mark.usefixtures("penicillin")
@pytest.mark.parametrize("twin", ["", "new", "nonsense"])
def test_what_is_active_is_not_recorded_twice(encounter: Any, now: Any, twin: str) -> None:
    with pytest.raises(ListedAlready, match="Penicillin"):
        add(encounter, now, display=" penicillin ", twin=twin)

    assert Allergy.objects.count() == 1


def test_what_is_over_asks_first(encounter: Any, penicillin: Any, now: Any) -> None:
    change(penicillin, now, clinical_status="resolved", status_reason="Tolerated")

    with pytest.raises(ListedBefore) as refused:
        add(encounter, now)

    assert (refused.value.row, Allergy.objects.count()) == (penicillin, 1)


def test_what_is_over_is_made_active_again(encounter: Any, penicillin: Any, now: Any) -> None:
    change(penicillin, now, verification="refuted", status_reason="Tolerated")

    row = add(encounter, now, twin="again", criticality="low", reactions=[("Rash", "mild")])

    assert (row, row.clinical_status, row.verification) == (penicillin, "active", "confirmed")
    assert (row.criticality, row.status_reason, row.reactions.count()) == ("low", "", 1)


def test_what_is_over_may_be_recorded_anew(encounter: Any, penicillin: Any, now: Any) -> None:
    change(penicillin, now, clinical_status="resolved", status_reason="Tolerated")

    row = add(encounter, now, twin="new")

    assert row != penicillin
    assert list(Allergy.objects.active()) == [row]


def test_another_patients_allergy_is_no_twin(encounter: Any, dr_rao: Any, ben: Any, now: Any) -> None:
    other = started(dr_rao, ben, now.replace(hour=12))
    add(other, now)

    assert add(encounter, now).patient == encounter.patient


def change(row: Allergy, now: Any, version: int = 1, **values: Any) -> Allergy:
    actor = row.recorded_by
    return change_allergy(allergy=row, version=version, values=values, actor=actor, now=now)


@pytest.mark.parametrize("values", [{"clinical_status": "resolved"}, {"verification": "refuted"}])
def test_what_no_longer_warns_says_why(penicillin: Any, now: Any, values: Any) -> None:
    with pytest.raises(ReasonMissing):
        change(penicillin, now, **values)

    penicillin.refresh_from_db()
    assert penicillin.version == 1


def test_the_second_editor_sees_both_sides(penicillin: Any, now: Any) -> None:
    change(penicillin, now, criticality="low")

    with pytest.raises(StaleVersion) as refused:
        change(penicillin, now, clinical_status="resolved", criticality="low", status_reason="Gone")

    assert refused.value.rows == [("status", "Resolved", "Active"), ("reason of the status", "Gone", "")]
    penicillin.refresh_from_db()
    assert (penicillin.clinical_status, penicillin.criticality, penicillin.version) == ("active", "low", 2)


def test_a_mistake_does_not_change_any_more(encounter: Any, penicillin: Any, now: Any) -> None:
    mark_in_error(row=penicillin, reason="Ben's", actor=encounter.doctor.user, now=now)

    with pytest.raises(AlreadyInError):
        change(penicillin, now, criticality="low")


def test_a_reaction_said_twice_stands_once(encounter: Any, penicillin: Any, now: Any) -> None:
    for words in ("Hives", "hives "):
        add_reaction(
            allergy=penicillin, manifestation=words, severity="mild", actor=encounter.doctor.user, now=now
        )

    assert list(penicillin.reactions.values_list("manifestation", flat=True)) == ["Hives"]


def test_all_of_it_is_audited(encounter: Any, penicillin: Any) -> None:
    written = AuditEvent.objects.filter(target_table="clinical_allergy", target_id=str(penicillin.pk))

    assert [(row.actor, row.patient) for row in written] == [(encounter.doctor.user, encounter.patient)]
