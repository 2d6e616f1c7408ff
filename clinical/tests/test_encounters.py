"""Start, undo and end: the encounter and its appointment move together."""

from datetime import timedelta
from typing import Any

import pytest

from accounts.errors import DomainError, NotAllowed
from clinical.errors import EncounterHasContent, EncounterNotOpen, VisitAlreadyEnded
from clinical.models import Encounter
from clinical.services.encounters import end_visit, start_encounter, undo_start
from clinical.tests.factories import drafted
from scheduling.models import Status


def test_starting_opens_the_encounter_and_moves_the_appointment(visit: Any, now: Any) -> None:
    encounter = start_encounter(appointment=visit, actor=visit.doctor.user, now=now)

    visit.refresh_from_db()
    assert visit.status == Status.CHECKED_IN
    assert (encounter.patient, encounter.doctor, encounter.status) == (
        visit.patient,
        visit.doctor,
        "in-progress",
    )
    assert (encounter.started_at, encounter.ended_at) == (now, None)


def test_starting_twice_makes_one_encounter(visit: Any, now: Any) -> None:
    first = start_encounter(appointment=visit, actor=visit.doctor.user, now=now)
    second = start_encounter(appointment=visit, actor=visit.doctor.user, now=now)

    assert first == second
    assert Encounter.objects.count() == 1


def test_starting_makes_no_record(encounter: Any) -> None:
    assert not encounter.records.exists()


def test_a_visit_that_is_not_waiting_cannot_start(visit: Any, now: Any) -> None:
    visit.status = Status.CANCELLED
    visit.save()

    with pytest.raises(DomainError, match="Cancelled"):
        start_encounter(appointment=visit, actor=visit.doctor.user, now=now)

    assert not Encounter.objects.exists()


def test_another_doctor_cannot_start_the_visit(visit: Any, dr_lee: Any, now: Any) -> None:
    with pytest.raises(NotAllowed):
        start_encounter(appointment=visit, actor=dr_lee.user, now=now)

    visit.refresh_from_db()
    assert visit.status == Status.ARRIVED


@pytest.mark.parametrize("who", ["nurse", "reception", "privacy", "admin", "ana_user"])
def test_only_the_doctor_starts_a_visit(visit: Any, who: str, now: Any, request: Any) -> None:
    actor = request.getfixturevalue(who)

    with pytest.raises(NotAllowed):
        start_encounter(appointment=visit, actor=actor, now=now)

    assert not Encounter.objects.exists()


def test_undoing_a_start_lets_the_patient_wait_again(encounter: Any, now: Any) -> None:
    undo_start(encounter=encounter, actor=encounter.doctor.user, now=now)

    encounter.refresh_from_db()
    assert (encounter.status, encounter.appointment.status) == ("cancelled", Status.ARRIVED)


def test_an_undone_visit_starts_again_as_the_same_encounter(encounter: Any, now: Any) -> None:
    later = now + timedelta(minutes=5)
    undo_start(encounter=encounter, actor=encounter.doctor.user, now=now)

    again = start_encounter(appointment=encounter.appointment, actor=encounter.doctor.user, now=later)

    assert (again, again.status, again.started_at) == (encounter, "in-progress", later)


def test_a_start_with_a_draft_cannot_be_undone(draft: Any, now: Any) -> None:
    with pytest.raises(EncounterHasContent):
        undo_start(encounter=draft.encounter, actor=draft.author, now=now)

    draft.encounter.refresh_from_db()
    assert draft.encounter.is_open


def test_ending_the_visit_keeps_the_encounter_open_for_the_note(encounter: Any, now: Any) -> None:
    later = now + timedelta(minutes=20)

    end_visit(encounter=encounter, actor=encounter.doctor.user, now=later)

    encounter.refresh_from_db()
    assert (encounter.status, encounter.ended_at) == ("in-progress", later)
    assert encounter.appointment.status == Status.FULFILLED
    assert drafted(encounter, later).status == "preliminary"


def test_a_visit_ends_once(encounter: Any, now: Any) -> None:
    end_visit(encounter=encounter, actor=encounter.doctor.user, now=now)

    with pytest.raises(VisitAlreadyEnded):
        end_visit(encounter=encounter, actor=encounter.doctor.user, now=now)


def test_a_finished_visit_can_be_neither_undone_nor_ended(record: Any, now: Any) -> None:
    for service in (undo_start, end_visit):
        with pytest.raises(EncounterNotOpen):
            service(encounter=record.encounter, actor=record.author, now=now)
