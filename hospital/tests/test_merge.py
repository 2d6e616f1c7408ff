"""Two files of one person become one, and two again, byte for byte, with every kind of row that there is."""

from datetime import datetime, timedelta
from typing import Any

import pytest
from django.core.checks import run_checks

from accounts.models import AuditEvent, Doctor, Patient, PatientAccess, SourceReference, User
from accounts.models.merging import MOVE, RESOLVE, name_of, relations, rule_of
from accounts.services.exporting import export_patient
from accounts.services.merging import merge, preview, undo
from accounts.tests.factories import PatientFactory
from clinical.models import Addendum, Encounter, MedicalRecord, Seal
from clinical.services.sealing import broken_seals
from hospital.tests.two_files import empty_relations, fill
from scheduling.models import Appointment

pytestmark = pytest.mark.django_db


@pytest.fixture
def files(dr_rao: Doctor, dr_lee: Doctor, now: datetime, frozen: Any) -> tuple[Patient, Patient]:
    """At the same hours with two doctors, so that every visit of the one overlaps one of the other."""
    pair = []
    for name, doctor in (("Anna", dr_rao), ("Ana", dr_lee)):
        patient = PatientFactory(given_name=name, family_name="Silva", phone="", email="")
        fill(patient, doctor, now)
        pair.append(patient)
    pair[1].phone = "+442079460123"
    pair[1].save()
    return pair[0], pair[1]


def united(files: tuple[Patient, Patient], actor: User, now: datetime, **more: Any) -> Any:
    survivor, loser = (Patient.objects.get(pk=file.pk) for file in files)
    told = {"choices": {}, "reason": "Same passport", "versions": (survivor.version, loser.version)}
    return merge(survivor=survivor, loser=loser, actor=actor, now=now, **told | more)


def test_every_kind_of_row_is_in_both_files(files: Any) -> None:
    assert [empty_relations(file) for file in files] == [[], []]


def test_everything_that_moves_is_the_survivors_afterwards(files: Any, admin: Any, now: Any) -> None:
    survivor, loser = files
    kinds = [one for one in relations() if rule_of(one) in (MOVE, RESOLVE)]
    before = {name_of(one): rows(one, survivor) + rows(one, loser) for one in kinds}

    united(files, admin, now)

    assert {name_of(one): rows(one, survivor) for one in kinds} == before
    assert {name_of(one): rows(one, loser) for one in kinds} == dict.fromkeys(before, 0)


def rows(relation: Any, patient: Patient) -> int:
    return relation.model._base_manager.filter(**{relation.name: patient}).count()


def test_merged_and_undone_both_export_the_same_bytes(files: Any, admin: Any, now: Any) -> None:
    before = [export_patient(file) for file in files]
    done = united(files, admin, now, choices={"given_name": "loser"}, keeps_account=False)
    between = [export_patient(Patient.objects.get(pk=file.pk)) for file in files]

    undone = undo(merge=done, actor=admin, now=now + timedelta(days=29))

    assert undone.kept == []
    assert [export_patient(Patient.objects.get(pk=file.pk)) for file in files] == before
    assert between[0] != before[0]
    assert between[1] != before[1]


def test_the_seals_verify_merged_and_undone(files: Any, admin: Any, now: Any) -> None:
    chain = list(Seal.objects.values())

    done = united(files, admin, now)
    merged = list(broken_seals())
    undo(merge=done, actor=admin, now=now)

    assert (merged, list(broken_seals()), list(Seal.objects.values())) == ([], [], chain)
    assert Seal.objects.count() == 2


def test_a_signed_record_changes_its_patient_and_nothing_else(files: Any, admin: Any, now: Any) -> None:
    survivor, loser = files
    signed = MedicalRecord.objects.filter(patient=loser, signed_at__isnull=False).values()
    before = {row["id"]: row for row in signed}
    addenda = list(Addendum.objects.values())

    united(files, admin, now)

    after = {row["id"]: row for row in MedicalRecord.objects.filter(pk__in=before).values()}
    assert after == {pk: row | {"patient_id": survivor.pk} for pk, row in before.items()}
    assert list(Addendum.objects.values()) == addenda


def test_the_moves_are_audited_under_the_name_and_the_reason(files: Any, admin: Any, now: Any) -> None:
    survivor, loser = files
    encounters = set(Encounter.objects.filter(patient=loser).values_list("pk", flat=True))

    united(files, admin, now)

    notes = AuditEvent.objects.filter(target_table="clinical_encounter", reason="Same passport", actor=admin)
    assert {int(note.target_id) for note in notes} == encounters
    assert {str(note.changes) for note in notes} == {str({"patient_id": [loser.pk, survivor.pk]})}
    event = AuditEvent.objects.get(action="merge")
    assert (event.target_id, event.patient_id) == (str(loser.pk), survivor.pk)


def test_c18_overlapping_visits_are_told_before_and_stand_side_by_side_after(
    files: Any, admin: Any, now: Any
) -> None:
    survivor, loser = files
    told = dict(preview(survivor=survivor, loser=loser, actor=admin, now=now).clashes)

    united(files, admin, now)

    visits = Appointment.objects.active().filter(patient=survivor).order_by("start_at", "pk")
    assert told["Appointments"] == [
        "11 January 2027, 08:00, Dr Min Lee",
        "12 January 2027, 08:00, Dr Min Lee",
    ]
    assert [visit.patient_overlap_allowed for visit in visits] == [False, True, False, True]
    assert {visit.overlap_reason for visit in visits if visit.patient_overlap_allowed} == {
        f"Two files of one patient were merged: {loser.mrn} into {survivor.mrn}."
    }


def test_the_losers_accounts_see_nothing_and_the_emergency_stays_to_be_reviewed(
    files: Any, admin: Any, now: Any, frozen: Any
) -> None:
    survivor, loser = files
    frozen.shift(timedelta(minutes=1))
    users = {link.kind: link.user for link in PatientAccess.objects.filter(patient=loser)}

    united(files, admin, now + timedelta(minutes=1))

    frozen.shift(timedelta(minutes=1))
    assert not Patient.objects.of_user(users["self"]).exists()
    assert not MedicalRecord.objects.visible_to(users["self"]).exists()
    assert not MedicalRecord.objects.visible_to(users["proxy"]).exists()
    ended = PatientAccess.objects.filter(patient=loser, ends_at__isnull=False)
    assert {link.kind for link in ended} == {"self", "proxy"}
    assert PatientAccess.objects.filter(patient=survivor, ends_at__isnull=True).count() == 3


def test_a_later_load_reaches_the_survivor(files: Any, admin: Any, now: Any) -> None:
    survivor, loser = files

    united(files, admin, now)

    found = SourceReference.objects.filter(kind="patient").values_list("value", "target_id")
    assert set(found) == {(f"key-{file.pk}", survivor.pk) for file in files}


def test_what_came_after_the_merge_stays_with_the_survivor(files: Any, admin: Any, now: Any) -> None:
    survivor, loser = files
    done = united(files, admin, now)
    new = Appointment.objects.filter(patient=survivor).first()
    Appointment.objects.create(**visit_like(new, now + timedelta(days=40)))

    undo(merge=done, actor=admin, now=now)

    assert Appointment.objects.filter(patient=survivor, start_at__gt=now + timedelta(days=30)).count() == 1
    assert not Appointment.objects.filter(patient=loser, start_at__gt=now + timedelta(days=30)).exists()


def visit_like(visit: Appointment, at: datetime) -> dict[str, Any]:
    same = {name: getattr(visit, name) for name in ("doctor", "patient", "type", "location", "department")}
    end = at + timedelta(minutes=20)
    return same | {"start_at": at, "end_at": end, "block_start": at, "block_end": end}


def test_every_relation_of_the_project_has_a_rule() -> None:
    assert [fault for fault in run_checks() if str(fault.id).startswith("accounts.E01")] == []
