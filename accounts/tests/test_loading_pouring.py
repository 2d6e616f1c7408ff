"""Rows poured into a table are such as Django would have made, and nothing that guards the table is passed by."""

from datetime import UTC, date, datetime
from typing import Any

import pytest
from django.core.exceptions import FieldDoesNotExist
from django.db import IntegrityError, connection, transaction
from django.db.transaction import TransactionManagementError

from accounts.audit import acting
from accounts.loading.pouring import pour
from accounts.models import AuditEvent, Gender, LoadBatch, LoadChange, Patient, SourceReference
from accounts.tests.factories import PatientFactory

pytestmark = pytest.mark.django_db
# Whatever a text format could trip over.
ODD = ("tab\tline\nreturn\r", "back\\slash \\N \\.", '"quoted", it’s 100%s', "Łódź 東京 \u200f", "\\N")
GIVEN = ("id", "public_id", "recorded_at")


def person(number: int, **more: Any) -> dict[str, Any]:
    return {"mrn": f"999000{number:04}", "given_name": "Ana", "search_name": "ana"} | more


def test_the_rows_are_those_that_django_makes():
    died = datetime(2020, 5, 4, 23, 30, 1, 250, tzinfo=UTC)
    told = {"family_name": "Silva", "gender": Gender.FEMALE, "phone": "+442079460123", "deceased_at": died}
    rows = [person(1, birth_date=date(1980, 5, 17), **told), person(2, archived_at=died)]

    keys = pour(Patient, rows)
    poured = list(Patient.objects.filter(pk__in=keys).order_by("mrn").values())
    Patient.objects.filter(pk__in=keys).delete()
    made = Patient.objects.bulk_create(Patient(**row) for row in rows)

    theirs = list(Patient.objects.filter(pk__in=[one.pk for one in made]).order_by("mrn").values())
    assert [one["id"] for one in poured] == keys
    assert without(poured) == without(theirs)


def without(rows: list[dict[str, Any]]) -> list[dict[str, Any]]:
    return [{name: value for name, value in row.items() if name not in GIVEN} for row in rows]


@pytest.mark.parametrize("text", ODD)
def test_text_arrives_as_it_is(text):
    (key,) = pour(Patient, [person(1, given_name=text)])

    assert Patient.objects.get(pk=key).given_name == text


def test_what_is_made_for_a_row_is_its_own_and_the_moment_is_shared():
    keys = pour(Patient, [person(number) for number in range(20)])

    rows = Patient.objects.filter(pk__in=keys)
    assert len(set(rows.values_list("public_id", flat=True))) == 20
    assert len(set(rows.values_list("recorded_at", flat=True))) == 1


def test_objects_are_kept_as_json():
    batch = LoadBatch.objects.create(kind="x", source="x")
    before = {"name": "a", "odd": ["\\", '"', None, 1.5]}

    pour(LoadChange, [{"batch_id": batch.pk, "model": "x", "target_id": 1, "before": before}])

    assert LoadChange.objects.get().before == before


def test_a_key_is_nobody_elses_before_or_afterwards():
    gone = PatientFactory().pk
    Patient.objects.filter(pk=gone).delete()

    first = pour(Patient, [person(1), person(2)])
    between = PatientFactory().pk
    second = pour(Patient, [person(3)])

    assert len({gone, *first, between, *second}) == 5


def test_the_audit_notes_every_row_and_who_brought_it(admin):
    with acting(admin, reason="load people.csv"):
        keys = pour(Patient, [person(1), person(2)])

    noted = AuditEvent.objects.filter(target_table="accounts_patient", action="create")
    said = noted.values_list("target_id", "actor_id", "reason")
    assert {*said} == {(str(key), admin.pk, "load people.csv") for key in keys}


def test_a_broken_rule_is_told_as_django_tells_it_and_leaves_nothing():
    with pytest.raises(IntegrityError), transaction.atomic():
        pour(Patient, [person(1), person(1)])

    assert not Patient.objects.exists()


def test_a_row_that_points_nowhere_is_refused_by_the_database():
    with pytest.raises(IntegrityError), transaction.atomic():
        pour(SourceReference, [{"system": "x", "kind": "x", "value": "1", "target_id": 1, "batch_id": 0}])
        connection.check_constraints()


@pytest.mark.parametrize("row", [{"nmae": "Ana"}, {"id": 1}])
def test_a_name_that_is_no_column_is_refused(row):
    with pytest.raises(FieldDoesNotExist, match="can be written"):
        pour(Patient, [person(1, **row)])


def test_nothing_to_pour_asks_nothing(django_assert_num_queries):
    with django_assert_num_queries(0):
        assert pour(Patient, []) == []


@pytest.mark.django_db(transaction=True)
def test_keys_are_given_out_only_inside_the_transaction_that_uses_them():
    with pytest.raises(TransactionManagementError):
        pour(Patient, [person(1)])
