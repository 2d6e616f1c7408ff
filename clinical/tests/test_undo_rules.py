"""What the database lets go while a load is undone: rows that this very load made, and never what was signed."""

from datetime import UTC, datetime
from typing import Any

import pytest
from django.db import connection

from accounts.audit import acting
from accounts.tests.database_rules.sandbox import refusal
from clinical.models import Addendum, Encounter, MedicalRecord, Seal
from clinical.tests.factories import EncounterFactory
from scheduling.models import AppointmentEvent
from scheduling.tests.factories import AppointmentFactory

pytestmark = pytest.mark.django_db
LOAD, ANOTHER = 7, 8
STAYS = "immutable: a_finished_encounter_stays"
THEN = datetime(2020, 5, 4, 9, tzinfo=UTC)


def finished(batch: int | None) -> Encounter:
    with acting(None, batch=batch):
        return EncounterFactory(status="finished", started_at=THEN, ended_at=THEN)


def delete(row: Any, undo: int | None) -> str:
    """What the database says to raw SQL."""
    with acting(None, undo=undo):
        return refusal(f"DELETE FROM {row._meta.db_table} WHERE id = %s", row.pk)


@pytest.mark.parametrize(
    ("made_by", "undone", "outcome"),
    [
        (LOAD, LOAD, "passed"),
        (LOAD, ANOTHER, STAYS),
        (LOAD, None, STAYS),
        (None, LOAD, STAYS),
        (ANOTHER, LOAD, STAYS),
    ],
)
def test_a_closed_row_goes_only_with_the_load_that_made_it(
    made_by: int | None, undone: int | None, outcome: str
) -> None:
    assert delete(finished(made_by), undone) == outcome


def test_the_flag_does_not_outlive_its_transaction() -> None:
    visit = finished(LOAD)
    with acting(None, undo=LOAD):
        pass

    assert refusal("DELETE FROM clinical_encounter WHERE id = %s", visit.pk) == STAYS


def test_a_load_that_only_changed_a_row_does_not_take_it_away() -> None:
    visit = finished(None)
    with acting(None, batch=LOAD):
        assert refusal("UPDATE clinical_encounter SET version = 2 WHERE id = %s", visit.pk) == "passed"

    assert delete(visit, LOAD) == STAYS


def test_no_closed_row_changes_back_under_the_flag() -> None:
    visit = finished(LOAD)

    with acting(None, batch=LOAD, undo=LOAD):
        said = refusal("UPDATE clinical_encounter SET reason = 'x' WHERE id = %s", visit.pk)

    assert said == STAYS


def test_signed_means_signed(dr_rao: Any) -> None:
    with acting(None, batch=LOAD):
        visit = EncounterFactory(doctor=dr_rao, started_at=THEN)
        record = MedicalRecord.objects.create(
            encounter=visit,
            patient=visit.patient,
            author=dr_rao.user,
            status="final",
            signed_by=dr_rao.user,
            signed_at=THEN,
        )
        seal = Seal.objects.create(
            record=record,
            patient_public_id=visit.patient.public_id,
            content_digest="a",
            previous="b",
            digest="c",
        )
        addendum = Addendum.objects.create(record=record, author=dr_rao.user, reason="late", text="more")

    assert delete(record, LOAD) == "immutable: a_signed_record_stays"
    assert delete(seal, LOAD) == "append-only: seals_are_append_only"
    assert delete(addendum, LOAD) == "append-only: addenda_are_append_only"


def event_of(visit: Any) -> AppointmentEvent:
    return AppointmentEvent.objects.create(appointment=visit, to_status="booked", happened_at=THEN)


def test_the_history_of_a_visit_goes_only_with_the_load_that_made_the_visit() -> None:
    with acting(None, batch=LOAD):
        loaded = event_of(AppointmentFactory(start_at=THEN))
    booked = event_of(AppointmentFactory(start_at=THEN))
    stays = "append-only: appointment_events_are_append_only"

    said = [delete(booked, LOAD), delete(loaded, ANOTHER), delete(loaded, None), delete(loaded, LOAD)]

    assert said == [stays, stays, stays, "passed"]


def test_no_history_is_rewritten_under_the_flag() -> None:
    with acting(None, batch=LOAD):
        loaded = event_of(AppointmentFactory(start_at=THEN))

    with acting(None, undo=LOAD):
        said = refusal("UPDATE scheduling_appointmentevent SET reason = 'x' WHERE id = %s", loaded.pk)

    assert said == "append-only: appointment_events_are_append_only"


def test_each_history_has_one_rule_that_reads_other_tables() -> None:
    """The one that its migration made gave way."""
    with connection.cursor() as cursor:
        tables = {"sqlite": ("name", "sqlite_master"), "postgresql": ("tgname", "pg_trigger")}
        name, table = tables[connection.vendor]
        cursor.execute(f"SELECT {name} FROM {table} WHERE {name} LIKE '%appointment_events_are_append_only%'")
        found = {row[0] for row in cursor.fetchall()}

    assert found
    assert all(one.startswith("outside_") for one in found)
