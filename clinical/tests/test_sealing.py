"""The chain of seals: linear, verifiable, broken by whoever changes what was signed."""

from typing import Any

import pytest
from django.db import DatabaseError, connection, transaction

from accounts.inventory import without_rules
from clinical.models import MedicalRecord, PrescriptionItem, Seal
from clinical.services.sealing import (
    GENESIS,
    LATER_COLUMNS,
    broken_seals,
    content,
    digest_of,
    without_silence,
)
from clinical.tests.factories import history


def changed_behind_the_rules(sql: str) -> None:
    with without_rules(connection), connection.cursor() as cursor:
        cursor.execute(sql)


def test_each_seal_holds_the_digest_of_the_one_before(dr_rao: Any, ana: Any, now: Any) -> None:
    history(dr_rao, ana, now, 3)

    seals = list(Seal.objects.order_by("pk"))
    assert [seal.previous for seal in seals] == [GENESIS, seals[0].digest, seals[1].digest]
    assert list(broken_seals()) == []


def test_a_seal_names_the_patient_of_the_signing(record: Any) -> None:
    assert record.seal.patient_public_id == record.patient.public_id


@pytest.mark.parametrize(
    "change",
    [
        "UPDATE clinical_medicalrecord SET plan = 'Other'",
        "UPDATE clinical_diagnosis SET display = 'Other'",
        "UPDATE clinical_prescriptionitem SET dose_quantity = 2",
        "UPDATE clinical_seal SET content_digest = 'other'",
    ],
)
@pytest.mark.django_db(transaction=True)
def test_a_change_behind_the_rules_breaks_the_seal(record: Any, change: str) -> None:
    changed_behind_the_rules(change)

    assert list(broken_seals()) == [record.seal]


@pytest.mark.django_db(transaction=True)
def test_a_link_taken_out_breaks_the_next(dr_rao: Any, ana: Any, now: Any) -> None:
    records = history(dr_rao, ana, now, 3)
    middle, last = (records[1].seal.pk, records[2].seal)

    changed_behind_the_rules(f"DELETE FROM clinical_seal WHERE id = {middle}")

    assert list(broken_seals()) == [last]


def test_stopping_a_medicine_breaks_no_seal(record: Any, now: Any) -> None:
    PrescriptionItem.objects.update(status="stopped", stopped_at=now)

    assert list(broken_seals()) == []


def test_the_digest_depends_on_every_section(record: Any) -> None:
    signed = MedicalRecord.objects.get(pk=record.pk)
    digests = {digest_of(content(signed))}

    for name in MedicalRecord.SECTIONS:
        setattr(signed, name, "changed")
        digests.add(digest_of(content(signed)))

    assert len(digests) == len(MedicalRecord.SECTIONS) + 1


@pytest.mark.parametrize("statement", ["UPDATE clinical_seal SET digest = ''", "DELETE FROM clinical_seal"])
def test_a_seal_stays(record: Any, statement: str) -> None:
    with (
        pytest.raises(DatabaseError, match="append-only"),
        transaction.atomic(),
        connection.cursor() as cursor,
    ):
        cursor.execute(statement)

    assert Seal.objects.get() == record.seal


def test_a_column_that_came_after_a_seal_counts_only_where_it_is_filled(record: MedicalRecord) -> None:
    [told] = content(record)["items"]
    silent = dict(LATER_COLUMNS)

    assert told.keys() & silent.keys() == set()
    assert without_silence(silent) == {}
    assert without_silence(silent | {"max_dose": "8 in a day", "is_substitutable": False}) == {
        "max_dose": "8 in a day",
        "is_substitutable": False,
    }
