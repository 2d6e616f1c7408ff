"""Vaccinations: where and by whom they are noted, what is refused, and what is due."""

import uuid
from datetime import date, timedelta
from typing import Any

import pytest
from django.utils import timezone

from accounts.errors import NotAllowed
from accounts.roles import Role
from accounts.tests.factories import UserFactory
from clinical.errors import DayDoesNotFit, EncounterNotOpen, OtherPatient, ReasonMissing, VaccineExpired
from clinical.models import Immunization
from clinical.services.immunizations import add_immunization, due_list
from clinical.services.records import sign
from clinical.services.rows import mark_in_error
from clinical.tests.factories import started

TODAY = date(2027, 1, 11)
TETANUS = {"display": "Td (adult)", "code": "113"}


def add(visit: Any, actor: Any, now: Any, **facts: Any) -> Immunization:
    facts = {"patient": visit.patient, "encounter": visit, "happened_at": now, **TETANUS} | facts
    return add_immunization(actor=actor, now=now, **facts)


def test_a_nurse_notes_it_in_the_open_visit_of_her_department(encounter: Any, nurse: Any, now: Any) -> None:
    row = add(encounter, nurse, now, lot_number="A1", expires_on=TODAY, dose_number=2)

    assert (row.encounter, row.recorded_by, row.status, row.happened_at) == (
        encounter,
        nurse,
        "completed",
        now,
    )


def test_an_order_sent_twice_is_one_dose(encounter: Any, nurse: Any, now: Any) -> None:
    key = uuid.uuid4()

    rows = [add(encounter, nurse, now, key=key) for _time in range(2)]

    assert rows[0] == rows[1]
    assert Immunization.objects.count() == 1


def test_a_nurse_of_another_department_notes_nothing(encounter: Any, dermatology: Any, now: Any) -> None:
    other = UserFactory(email="other@example.org", role=Role.NURSE, department=dermatology)

    with pytest.raises(NotAllowed):
        add(encounter, other, now)

    assert not Immunization.objects.exists()


def test_a_nurse_notes_nothing_in_another_departments_visit(
    encounter: Any, nurse: Any, dr_lee: Any, now: Any
) -> None:
    """Though the patient is in her department too."""
    elsewhere = started(dr_lee, encounter.patient, now + timedelta(hours=2))

    with pytest.raises(NotAllowed, match="another department"):
        add(elsewhere, nurse, now)


def test_a_nurse_notes_nothing_without_a_visit(encounter: Any, nurse: Any, now: Any) -> None:
    with pytest.raises(NotAllowed, match="Only doctors"):
        add(encounter, nurse, now, encounter=None)


def test_a_doctor_notes_what_was_given_elsewhere(encounter: Any, now: Any) -> None:
    row = add(encounter, encounter.doctor.user, now, encounter=None, happened_at=now - timedelta(days=900))

    assert (row.encounter, row.patient) == (None, encounter.patient)


def test_a_doctor_notes_nothing_in_a_colleagues_visit(encounter: Any, dr_lee: Any, now: Any) -> None:
    started(dr_lee, encounter.patient, now + timedelta(hours=2))

    with pytest.raises(NotAllowed):
        add(encounter, dr_lee.user, now)


def test_a_finished_visit_takes_no_vaccination(record: Any, now: Any) -> None:
    with pytest.raises(EncounterNotOpen):
        add(record.encounter, record.author, now)

    assert not Immunization.objects.exists()


def test_another_patients_visit_is_refused(encounter: Any, dr_rao: Any, ben: Any, now: Any) -> None:
    other = started(dr_rao, ben, now + timedelta(hours=2))

    with pytest.raises(OtherPatient):
        add(encounter, dr_rao.user, now, encounter=other)


@pytest.mark.parametrize(
    ("facts", "error"),
    [
        ({"expires_on": TODAY - timedelta(days=1)}, VaccineExpired),
        ({"next_due_on": TODAY}, DayDoesNotFit),
        ({"status": "not-done"}, ReasonMissing),
        ({"status": "not-done", "not_done_reason": "PATOBJ", "lot_number": "A1"}, DayDoesNotFit),
    ],
)
def test_what_cannot_be_is_refused(encounter: Any, nurse: Any, now: Any, facts: Any, error: Any) -> None:
    with pytest.raises(error):
        add(encounter, nurse, now, **facts)

    assert not Immunization.objects.exists()


@pytest.mark.parametrize("shift", [timedelta(minutes=1), timedelta(days=-1), timedelta(days=-20_000)])
def test_times_outside_the_visit_are_refused(encounter: Any, nurse: Any, now: Any, shift: Any) -> None:
    with pytest.raises(DayDoesNotFit):
        add(encounter, nurse, now, happened_at=now + shift)


def test_an_expired_vaccine_that_was_not_given_may_be_noted(encounter: Any, nurse: Any, now: Any) -> None:
    row = add(
        encounter, nurse, now, status="not-done", not_done_reason="OSTOCK", next_due_on=date(2027, 2, 1)
    )

    assert (row.status, row.not_done_reason) == ("not-done", "OSTOCK")


def told(days_ago: int, code: str, due: date | None, **facts: Any) -> Immunization:
    """A row as it would be read, without a database."""
    facts = {"display": code, "status": "completed", "pk": days_ago} | facts
    at = timezone.now() - timedelta(days=days_ago)
    return Immunization(code=code, happened_at=at, next_due_on=due, **facts)


def words(*rows: Immunization) -> list[str]:
    return [f"{one.row.display}: {one}" for one in due_list(rows, TODAY)]


def test_the_longest_overdue_stands_first() -> None:
    rows = [
        told(9, "21", date(2027, 3, 3)),
        told(9, "03", date(2027, 1, 10)),
        told(9, "10", date(2026, 12, 1)),
    ]

    assert words(*rows) == [
        "10: due since 1 December 2026",
        "03: due since 10 January 2027",
        "21: due on 3 March 2027",
    ]


def test_a_later_dose_meets_the_day_of_an_earlier_one() -> None:
    assert words(told(400, "88", date(2026, 11, 1)), told(60, "150", date(2027, 11, 1))) == [
        "150: due on 1 November 2027"
    ]
    assert words(told(400, "113", date(2026, 11, 1)), told(60, "115", None)) == []


def test_a_part_does_not_meet_a_combined_vaccine() -> None:
    assert words(told(400, "94", date(2026, 11, 1)), told(60, "03", None)) == [
        "94: due since 1 November 2026"
    ]
    assert words(told(400, "94", date(2026, 11, 1)), told(60, "03", None), told(50, "21", None)) == []


def test_what_was_not_given_meets_nothing_but_may_name_another_day() -> None:
    refused = {"status": "not-done", "not_done_reason": "PATOBJ"}

    assert words(told(400, "03", date(2026, 11, 1)), told(60, "03", None, **refused)) == [
        "03: due since 1 November 2026"
    ]
    assert words(told(400, "03", date(2026, 11, 1)), told(60, "03", date(2027, 6, 1), **refused)) == [
        "03: due on 1 June 2027"
    ]


def test_mistakes_are_neither_due_nor_meet_anything() -> None:
    wrong = {"status": "entered-in-error"}

    assert words(told(60, "03", date(2026, 11, 1), **wrong)) == []
    assert words(told(400, "03", date(2026, 11, 1)), told(60, "03", None, **wrong)) == [
        "03: due since 1 November 2026"
    ]


def test_a_vaccine_out_of_the_table_is_met_by_its_own_words() -> None:
    fever = {"display": "Q fever"}

    assert words(told(400, "", date(2026, 11, 1), **fever), told(60, "", None, display="q  FEVER")) == []
    assert words(told(400, "", date(2026, 11, 1), **fever), told(60, "03", None)) == [
        "Q fever: due since 1 November 2026"
    ]


def test_a_mistake_is_marked_even_after_the_visit(encounter: Any, nurse: Any, draft: Any, now: Any) -> None:
    row = add(encounter, nurse, now)
    sign(record=draft, version=draft.version, actor=draft.author, now=now)

    mark_in_error(row=row, reason="Other arm", actor=encounter.doctor.user, now=now)

    row.refresh_from_db()
    assert (row.status, row.status_reason) == ("entered-in-error", "Other arm")
