"""A signed record and the children of a finished visit: refused in words by the model, and by the database."""

from collections.abc import Callable
from typing import Any

import pytest
from django.db import DatabaseError, connection, transaction

from accounts.audit import acting
from accounts.models import LoadBatch
from clinical.errors import FinishedEncounter, SignedRecord
from clinical.models import Addendum, Diagnosis, Encounter, MedicalRecord, Prescription, PrescriptionItem
from clinical.services.records import add_addendum
from clinical.tests.ways import WAYS

TABLES = [MedicalRecord, Encounter, Diagnosis, Prescription, PrescriptionItem]
COLUMN = {
    MedicalRecord: "plan",
    Encounter: "reason",
    Diagnosis: "display",
    Prescription: "recorded_at",
    PrescriptionItem: "medicine",
}
REFUSAL = {MedicalRecord: SignedRecord} | dict.fromkeys(TABLES[1:], FinishedEncounter)


@pytest.mark.parametrize("way", WAYS, ids=lambda way: way.__name__)
@pytest.mark.parametrize("model", TABLES, ids=lambda model: model.__name__)
def test_the_model_refuses_in_words(record: Any, model: Any, way: Callable[..., None], now: Any) -> None:
    before = list(model.objects.values())
    value = now if model is Prescription else "forged"

    with pytest.raises(REFUSAL[model], match="cannot change"):
        way(model, COLUMN[model], value)

    assert list(model.objects.values()) == before


@pytest.mark.parametrize(
    "statement", ["UPDATE {table} SET {column} = {column} || '!'", "DELETE FROM {table}"]
)
@pytest.mark.parametrize("model", [table for table in TABLES if table is not Prescription])
def test_the_database_refuses_raw_sql(record: Any, model: Any, statement: str) -> None:
    sql = statement.format(table=model._meta.db_table, column=COLUMN[model])
    before = list(model.objects.values())

    with pytest.raises(DatabaseError, match="immutable"), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(sql)

    assert list(model.objects.values()) == before


def new_diagnosis(record: MedicalRecord) -> Diagnosis:
    return Diagnosis(encounter=record.encounter, display="Late")


def new_item(record: MedicalRecord) -> PrescriptionItem:
    return PrescriptionItem(prescription=Prescription.objects.get(), medicine="Late")


@pytest.mark.parametrize("new", [new_diagnosis, new_item])
def test_a_finished_visit_takes_no_new_child(record: Any, new: Any) -> None:
    row = new(record)

    with pytest.raises(FinishedEncounter):
        row.save()
    with pytest.raises(FinishedEncounter):
        type(row).objects.bulk_create([row])

    assert type(row).objects.count() == 1


def test_the_database_takes_no_new_child_either(record: Any, now: Any) -> None:
    sql = (
        "INSERT INTO clinical_diagnosis (encounter_id, system, code, display, kind, verification, happened_at,"
        " recorded_at) VALUES (%s, '', '', 'Late', 'principal', 'confirmed', %s, %s)"
    )

    with pytest.raises(DatabaseError, match="immutable"), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(sql, [record.encounter_id, now, now])

    assert Diagnosis.objects.count() == 1


def test_a_load_adds_history_to_a_finished_visit(record: Any, admin: Any) -> None:
    batch = LoadBatch.objects.create(kind="synthea", source="folder")

    with acting(admin, batch=batch.pk):
        Diagnosis.objects.bulk_create([new_diagnosis(record)])
        new_item(record).save()

    assert (Diagnosis.objects.count(), PrescriptionItem.objects.count()) == (2, 2)


def test_a_medicine_can_still_be_stopped(record: Any, now: Any) -> None:
    item = PrescriptionItem.objects.get()

    item.status, item.status_reason, item.stopped_at = "stopped", "Cough", now
    item.save(update_fields=["status", "status_reason", "stopped_at"])

    assert PrescriptionItem.objects.get().status == "stopped"


def test_a_signed_record_can_be_struck_out_but_not_made_a_draft_again(record: Any) -> None:
    with pytest.raises(DatabaseError, match="immutable"), transaction.atomic():
        MedicalRecord.objects.update(status="preliminary")

    MedicalRecord.objects.update(status="entered-in-error")

    assert MedicalRecord.objects.get().status == "entered-in-error"


@pytest.mark.parametrize(
    "statement", ["UPDATE clinical_addendum SET text = ''", "DELETE FROM clinical_addendum"]
)
def test_an_addendum_stays(record: Any, now: Any, statement: str) -> None:
    add_addendum(record=record, text="More", reason="Late", actor=record.author, now=now)

    with pytest.raises(DatabaseError, match="append-only"), transaction.atomic():
        connection.cursor().execute(statement)

    assert Addendum.objects.get().text == "More"


def test_an_open_visit_and_its_draft_can_change(draft: Any) -> None:
    draft.plan = "Walk"
    draft.save()
    Diagnosis.objects.update(display="Gout")

    assert (MedicalRecord.objects.get().plan, Diagnosis.objects.get().display) == ("Walk", "Gout")


@pytest.mark.parametrize(
    "statement", ["UPDATE {table} SET {column} = {column} || '!'", "DELETE FROM {table}"]
)
@pytest.mark.parametrize("model", [table for table in TABLES if table not in (Prescription, MedicalRecord)])
def test_a_visit_that_is_struck_out_stays_closed(record: Any, model: Any, statement: str) -> None:
    Encounter.objects.update(status="entered-in-error")
    before = list(model.objects.values())
    sql = statement.format(table=model._meta.db_table, column=COLUMN[model])

    with pytest.raises(DatabaseError, match="immutable"), transaction.atomic():
        connection.cursor().execute(sql)
    with pytest.raises(FinishedEncounter):
        new_diagnosis(record).save()

    assert list(model.objects.values()) == before
