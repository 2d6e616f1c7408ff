"""The problem list: nothing twice, no change over another, and days that make sense."""

import uuid
from datetime import date
from typing import Any

import pytest

from accounts.errors import NotAllowed, StaleVersion
from clinical.errors import DayDoesNotFit, ListedAlready, ListedBefore
from clinical.models import Condition
from clinical.models.icd10 import ICD10CM
from clinical.services.conditions import (
    add_condition,
    change_condition,
    reactivate_condition,
    resolve_condition,
)
from clinical.services.rows import mark_in_error

pytestmark = pytest.mark.usefixtures("encounter")
SPRING = date(2026, 4, 1)


def add(encounter: Any, now: Any, **facts: Any) -> Condition:
    facts = {"display": "Gout", "system": ICD10CM, "code": "M10.9", "onset_date": SPRING} | facts
    return add_condition(patient=encounter.patient, actor=encounter.doctor.user, now=now, **facts)


@pytest.fixture
def gout(encounter: Any, now: Any) -> Condition:
    return add(encounter, now)


@pytest.fixture
def over(encounter: Any, gout: Any, now: Any) -> Condition:
    return resolve_condition(
        condition=gout, version=1, on=date(2026, 9, 1), reason="Diet", actor=encounter.doctor.user, now=now
    )


def test_an_order_sent_twice_is_one_problem(encounter: Any, now: Any) -> None:
    key = uuid.uuid4()

    rows = [add(encounter, now, key=key) for _time in range(2)]

    assert rows[0] == rows[1]
    assert list(Condition.objects.active()) == [rows[0]]


@pytest.mark.parametrize("who", ["nurse", "reception", "ana_user"])
def test_only_doctors_write_on_the_list(encounter: Any, now: Any, who: str, request: Any) -> None:
    with pytest.raises(NotAllowed):
        add_condition(patient=encounter.patient, display="Gout", actor=request.getfixturevalue(who), now=now)

    assert not Condition.objects.exists()


def test_a_doctor_without_an_own_visit_changes_nothing(gout: Any, dr_lee: Any, now: Any) -> None:
    with pytest.raises(NotAllowed):
        resolve_condition(condition=gout, version=1, on=SPRING, actor=dr_lee.user, now=now)

    assert list(Condition.objects.active()) == [gout]


@pytest.mark.usefixtures("gout")
@pytest.mark.parametrize("facts", [{"display": "Arthritis"}, {"display": "GOUT", "code": "", "system": ""}])
def test_an_active_problem_is_not_recorded_twice(encounter: Any, now: Any, facts: Any) -> None:
    """The code tells, or the words where one has no code."""
    with pytest.raises(ListedAlready, match="Gout"):
        add(encounter, now, **facts)

    assert Condition.objects.count() == 1


def test_what_is_over_asks_first(encounter: Any, over: Any, now: Any) -> None:
    with pytest.raises(ListedBefore) as refused:
        add(encounter, now)

    assert (refused.value.row, Condition.objects.count()) == (over, 1)


def test_what_is_over_is_made_active_again(encounter: Any, over: Any, now: Any) -> None:
    row = add(encounter, now, twin="again", verification="provisional")

    assert (row, row.clinical_status, row.abatement_date) == (over, "active", None)
    assert (row.onset_date, row.verification, row.status_reason) == (SPRING, "provisional", "")


def test_what_is_over_may_be_recorded_anew(encounter: Any, over: Any, now: Any) -> None:
    row = add(encounter, now, twin="new")

    assert set(Condition.objects.values_list("pk", "clinical_status")) == {
        (over.pk, "resolved"),
        (row.pk, "active"),
    }


def test_a_mistake_is_no_twin(encounter: Any, gout: Any, now: Any) -> None:
    mark_in_error(row=gout, reason="Ben's", actor=encounter.doctor.user, now=now)

    assert add(encounter, now) != gout


def test_an_earlier_episode_stands_beside_the_one_now(encounter: Any, gout: Any, now: Any) -> None:
    row = add(encounter, now, clinical_status="resolved", abatement_date=date(2026, 5, 1))

    assert list(Condition.objects.active()) == [gout]
    assert row.abatement_date == date(2026, 5, 1)


def test_resolving_notes_the_last_day(over: Any) -> None:
    over.refresh_from_db()

    assert (over.clinical_status, over.abatement_date, over.status_reason) == (
        "resolved",
        date(2026, 9, 1),
        "Diet",
    )
    assert over.version == 2


def test_making_it_active_again_takes_the_last_day_away(encounter: Any, over: Any, now: Any) -> None:
    row = reactivate_condition(condition=over, version=2, actor=encounter.doctor.user, now=now)

    assert (row.clinical_status, row.abatement_date, row.version) == ("active", None, 3)


def test_it_is_not_made_active_beside_its_twin(encounter: Any, over: Any, now: Any) -> None:
    add(encounter, now, twin="new")

    with pytest.raises(ListedAlready):
        reactivate_condition(condition=over, version=2, actor=encounter.doctor.user, now=now)


@pytest.mark.parametrize(
    ("facts", "words"),
    [
        ({"onset_date": date(2027, 1, 12)}, "not come yet"),
        ({"onset_date": date(1979, 1, 1)}, "before the patient was born"),
        ({"clinical_status": "resolved", "abatement_date": date(2026, 3, 31)}, "ended before it began"),
    ],
)
def test_days_that_cannot_be_are_refused(encounter: Any, now: Any, facts: Any, words: str) -> None:
    with pytest.raises(DayDoesNotFit, match=words):
        add(encounter, now, **facts)

    assert not Condition.objects.exists()


def test_the_second_editor_sees_both_sides(encounter: Any, over: Any, now: Any) -> None:
    values = {"clinical_status": "inactive", "onset_date": None, "abatement_date": date(2026, 9, 1)}

    with pytest.raises(StaleVersion) as refused:
        change_condition(condition=over, version=1, values=values, actor=encounter.doctor.user, now=now)

    assert refused.value.rows == [("status", "Inactive", "Resolved"), ("since", "", "1 April 2026")]
