"""Measurements, results, vaccinations and documents stay as they were noted; a mistake is marked as one."""

from collections.abc import Callable
from typing import Any

import pytest
from django.db import DatabaseError, connection, transaction

from accounts.audit import acting
from accounts.errors import DomainError, NotAllowed
from accounts.models import Doctor, LoadBatch, Patient
from clinical.errors import AlreadyInError, FinishedEncounter, ReasonMissing
from clinical.models import (
    Allergy,
    Condition,
    Document,
    Encounter,
    Immunization,
    LabResult,
    MedicalRecord,
    VitalSign,
)
from clinical.services.rows import mark_in_error
from clinical.tests import rows
from clinical.tests.factories import ConditionFactory
from clinical.tests.ways import WAYS

MADE = {
    VitalSign: (rows.VitalSignFactory, "unit"),
    LabResult: (rows.LabResultFactory, "value_text"),
    Immunization: (rows.ImmunizationFactory, "lot_number"),
    Document: (rows.DocumentFactory, "title"),
}
MODELS = pytest.mark.parametrize("model", MADE, ids=lambda model: model.__name__)
CHILDREN = pytest.mark.parametrize("make", [rows.VitalSignFactory, rows.ImmunizationFactory])


@pytest.mark.parametrize("way", WAYS, ids=lambda way: way.__name__)
@MODELS
def test_the_model_refuses_in_words(db: None, model: Any, way: Callable[..., None]) -> None:
    make, column = MADE[model]
    make()
    before = list(model.objects.values())

    with pytest.raises(DomainError):
        way(model, column, "forged")

    assert list(model.objects.values()) == before


@pytest.mark.parametrize("statement", ["UPDATE {table} SET {column} = 'forged'", "DELETE FROM {table}"])
@MODELS
def test_the_database_refuses_raw_sql(db: None, model: Any, statement: str) -> None:
    make, column = MADE[model]
    make()
    before = list(model.objects.values())

    with pytest.raises(DatabaseError, match="immutable"), transaction.atomic():
        connection.cursor().execute(statement.format(table=model._meta.db_table, column=column))

    assert list(model.objects.values()) == before


@CHILDREN
def test_a_finished_visit_takes_none(make: Any, record: MedicalRecord) -> None:
    row = make.build(patient=record.patient, encounter=record.encounter, recorded_by=record.author)

    with pytest.raises(FinishedEncounter):
        row.save()
    with pytest.raises(FinishedEncounter):
        type(row).objects.bulk_create([row])

    assert type(row).objects.count() == 0


@CHILDREN
def test_the_database_takes_none_in_a_finished_visit(make: Any, encounter: Encounter, now: Any) -> None:
    made = make(patient=encounter.patient, encounter=encounter)
    Encounter.objects.update(status="finished", ended_at=now)
    columns = ", ".join(
        field.column for field in made._meta.concrete_fields if field.name not in ("id", "public_id")
    )
    table = made._meta.db_table
    sql = (
        f"INSERT INTO {table} (public_id, {columns})"
        f" SELECT '{'0' * 31}7', {columns} FROM {table} WHERE id = {made.pk}"
    )

    with pytest.raises(DatabaseError, match="immutable"), transaction.atomic():
        connection.cursor().execute(sql)

    assert type(made).objects.count() == 1


@CHILDREN
def test_a_load_adds_history_to_a_finished_visit(make: Any, record: MedicalRecord, admin: Any) -> None:
    batch = LoadBatch.objects.create(kind="synthea", source="folder")
    row = make.build(patient=record.patient, encounter=record.encounter, recorded_by=record.author)

    with acting(admin, batch=batch.pk):
        row.save()

    assert type(row).objects.count() == 1


EVERY = {
    Allergy: rows.AllergyFactory,
    Condition: ConditionFactory,
    VitalSign: rows.VitalSignFactory,
    LabResult: rows.LabResultFactory,
    Immunization: rows.ImmunizationFactory,
    Document: rows.DocumentFactory,
}
EACH = pytest.mark.parametrize("model", EVERY, ids=lambda model: model.__name__)


@EACH
def test_a_mistake_is_struck_through_once_and_for_all(
    model: Any, record: MedicalRecord, ana: Patient, dr_rao: Doctor, now: Any
) -> None:
    row = EVERY[model](patient=ana)

    marked = mark_in_error(row=row, reason="Other patient", actor=dr_rao.user, now=now)

    assert (marked.is_in_error, marked.status_reason) == (True, "Other patient")
    assert list(model.objects.valid()) == []
    assert list(model.objects.kept_for(ana.user)) == []
    assert list(model.objects.visible_to(dr_rao.user)) == [row]
    with pytest.raises(AlreadyInError):
        mark_in_error(row=row, reason="Again", actor=dr_rao.user, now=now)


@EACH
def test_a_strike_needs_a_reason_and_an_own_visit_with_the_patient(
    model: Any, record: MedicalRecord, ana: Patient, ben: Patient, dr_rao: Doctor, dr_lee: Doctor, now: Any
) -> None:
    mine, foreign = EVERY[model](patient=ana), EVERY[model](patient=ben)

    with pytest.raises(ReasonMissing):
        mark_in_error(row=mine, reason=" ", actor=dr_rao.user, now=now)
    for row, actor in [(mine, dr_lee.user), (foreign, dr_rao.user), (mine, ana.user)]:
        with pytest.raises(NotAllowed):
            mark_in_error(row=row, reason="Wrong", actor=actor, now=now)

    assert model.objects.valid().count() == 2
