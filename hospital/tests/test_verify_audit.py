"""What is changed behind the application's back is found; what the application did never is."""

import json
from io import StringIO
from typing import Any

import pytest
from django.core.management import call_command
from django.db import connection

from accounts.inventory import drop_rules, install_rules
from accounts.models import Doctor, Patient
from accounts.triggers.base import OUTSIDE, RIDING
from clinical.models import Addendum, MedicalRecord
from clinical.services.records import add_addendum
from clinical.tests.factories import signed


@pytest.fixture
def record(frozen: Any, dr_rao: Doctor, ana: Patient, now: Any) -> MedicalRecord:
    record = signed(dr_rao, ana, now)
    add_addendum(record=record, text="Seen again", reason="Call", actor=dr_rao.user, now=now)
    return record


def verify() -> tuple[int, str]:
    """The exit status and the findings."""
    found = StringIO()
    try:
        call_command("verify_audit", "--json", stdout=StringIO(), stderr=found)
    except SystemExit as end:
        return int(str(end.code)), found.getvalue()
    return 0, found.getvalue()


def behind(*statements: str) -> None:
    """As somebody does who owns the database: takes the triggers away, writes, and puts them back."""
    drop_rules(connection, OUTSIDE, RIDING)
    with connection.cursor() as cursor:
        for statement in statements:
            cursor.execute(statement)
    install_rules(connection)


def test_what_the_application_wrote_is_whole(record: MedicalRecord) -> None:
    told = StringIO()

    call_command("verify_audit", "--json", stdout=told)

    counts = [json.loads(line) for line in told.getvalue().splitlines()]
    assert {name for line in counts for name in line} == {"rows", "seals"}
    assert [line[name]["broken"] for line in counts for name in line] == [0, 0]


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE clinical_medicalrecord SET plan = 'Other'",
        "UPDATE clinical_medicalrecord SET signed_at = '2020-01-01 00:00:00+00:00'",
        "UPDATE clinical_diagnosis SET display = 'Other'",
        "UPDATE clinical_prescriptionitem SET dose_quantity = 2",
        "UPDATE clinical_seal SET digest = 'other'",
        "UPDATE clinical_addendum SET text = 'Other'",
        "UPDATE clinical_encounter SET reason = 'Other'",
        "DELETE FROM clinical_seal",
    ],
)
def test_a_change_without_the_triggers_is_found(record: MedicalRecord, statement: str) -> None:
    behind(statement)

    status, found = verify()

    assert status == 1
    assert found


def test_a_record_of_another_patient_is_found(record: MedicalRecord, ben: Patient) -> None:
    behind(f"UPDATE clinical_medicalrecord SET patient_id = {ben.pk}")

    status, found = verify()

    assert status == 1
    assert f"clinical_medicalrecord {record.pk}: it stands with a patient it was not signed for" in found


def test_a_forged_signature_is_found(record: MedicalRecord) -> None:
    copied = [
        field.column for field in MedicalRecord._meta.concrete_fields if field.name not in ("id", "revision")
    ]
    columns = ", ".join(name for name in copied if name != "public_id")
    behind(
        f"INSERT INTO clinical_medicalrecord (public_id, revision, {columns})"
        f" SELECT '{'0' * 31}1', 2, {columns} FROM clinical_medicalrecord"
    )

    status, found = verify()

    assert status == 1
    assert "it counts as signed and has no seal" in found
    assert "nothing tells that it was made" in found


def test_an_addendum_that_vanished_leaves_its_trail_only(record: MedicalRecord) -> None:
    addendum = Addendum.objects.get()
    behind("DELETE FROM clinical_addendum")

    status, found = verify()

    assert status == 1
    assert f"clinical_addendum {addendum.pk}" in found
