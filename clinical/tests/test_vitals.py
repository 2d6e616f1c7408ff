"""Taking vital signs: whole rounds, in open visits only, nothing impossible, nothing unusual unasked."""

import uuid
from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.db import DatabaseError, connection, transaction

from accounts.errors import DomainError, FileClosed, NotAllowed
from accounts.models import AuditEvent, PatientAccess
from accounts.roles import Role
from accounts.rules import refusal
from accounts.tests.factories import DepartmentFactory, UserFactory
from clinical.errors import (
    FinishedEncounter,
    ImpossibleValue,
    NeedsConfirmation,
    NothingMeasured,
    SavedBefore,
    WrongTime,
)
from clinical.measures import BLOOD_PRESSURE, WEIGHT, Reading
from clinical.measures.kinds import HEART_RATE, TEMPERATURE
from clinical.models import VitalSign
from clinical.rules import ADD_VITALS, OPEN_ONLY, open_to
from clinical.services.records import sign
from clinical.services.rows import mark_in_error
from clinical.tests.factories import drafted, started
from clinical.tests.measured import FEVER, PRESSURE, PULSE, took


def test_a_nurse_saves_a_round(encounter: Any, nurse: Any, now: Any) -> None:
    rows = took(
        encounter,
        nurse,
        now,
        PRESSURE,
        Reading(WEIGHT, Decimal("154.32"), unit="[lb_av]"),
        position="sitting",
    )

    told = [
        (row.code, row.value, row.second_value, row.unit, row.position, row.taken_at, row.is_confirmed)
        for row in VitalSign.objects.order_by("pk")
    ]
    assert told == [
        (BLOOD_PRESSURE, 128, 82, "mm[Hg]", "sitting", now, False),
        (WEIGHT, Decimal("70.00"), None, "kg", "", now, False),
    ]
    assert {(row.patient, row.encounter, row.recorded_by, row.recorded_at) for row in rows} == {
        (encounter.patient, encounter, nurse, now)
    }


def test_every_row_is_in_the_audit_under_the_nurse(encounter: Any, nurse: Any, now: Any) -> None:
    took(encounter, nurse, now)

    events = AuditEvent.objects.filter(target_table="clinical_vitalsign")
    assert {(event.action, event.actor_id, event.patient_id) for event in events} == {
        ("create", nurse.pk, encounter.patient_id)
    }


def test_a_doctor_adds_to_their_own_visit_only(encounter: Any, dr_rao: Any, dr_lee: Any, now: Any) -> None:
    took(encounter, dr_rao.user, now, PULSE)
    with pytest.raises(NotAllowed):
        took(encounter, dr_lee.user, now, PULSE)

    assert VitalSign.objects.count() == 1


@pytest.mark.parametrize("who", ["ana_user", "reception", "privacy", "admin"])
def test_nobody_else_adds(encounter: Any, now: Any, who: str, request: Any) -> None:
    with pytest.raises(NotAllowed):
        took(encounter, request.getfixturevalue(who), now)

    assert not VitalSign.objects.exists()


def test_a_nurse_of_another_department_may_not_add(
    encounter: Any, ana: Any, dr_lee: Any, nurse: Any, now: Any
) -> None:
    elsewhere = started(dr_lee, ana, now + timedelta(hours=2))

    with pytest.raises(NotAllowed, match="another department"):
        took(elsewhere, nurse, now)

    assert list(open_to(nurse, ADD_VITALS)) == [encounter]


def test_a_nurse_of_the_department_above_adds(encounter: Any, cardiology: Any, now: Any) -> None:
    above = DepartmentFactory(name="Medicine")
    type(cardiology).objects.filter(pk=cardiology.pk).update(parent=above)
    head = UserFactory(role=Role.NURSE, department=above)

    assert len(took(encounter, head, now)) == 2


def test_a_signed_visit_never_takes_vitals(record: Any, dr_rao: Any, now: Any) -> None:
    encounter = record.encounter
    encounter.refresh_from_db()

    with pytest.raises(FinishedEncounter) as refused:
        took(encounter, dr_rao.user, now)

    assert str(refused.value) == OPEN_ONLY
    assert not VitalSign.objects.exists()


def test_a_visit_that_was_signed_meanwhile_takes_none_either(
    encounter: Any, dr_rao: Any, nurse: Any, now: Any
) -> None:
    draft = drafted(encounter, now)
    sign(record=draft, version=draft.version, actor=dr_rao.user, now=now)

    with pytest.raises((FinishedEncounter, NotAllowed)):
        took(encounter, nurse, now)
    with pytest.raises(FinishedEncounter):
        took(encounter, dr_rao.user, now)

    assert not VitalSign.objects.exists()


def test_neither_the_model_nor_the_database_adds_to_a_signed_visit(record: Any, now: Any) -> None:
    facts = {"code": HEART_RATE, "value": 70, "unit": "/min", "taken_at": now}
    row = VitalSign(patient=record.patient, encounter=record.encounter, **facts)
    with pytest.raises(FinishedEncounter):
        row.save()
    with pytest.raises(FinishedEncounter):
        VitalSign.objects.bulk_create([row])
    with pytest.raises(DatabaseError), transaction.atomic():
        row.save_base(raw=True, force_insert=True)

    assert not VitalSign.objects.exists()


def test_a_measurement_cannot_be_changed_by_sql(encounter: Any, nurse: Any, now: Any) -> None:
    row = took(encounter, nurse, now, PULSE)[0]
    with pytest.raises(DatabaseError), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("UPDATE clinical_vitalsign SET value = 60 WHERE id = %s", [row.pk])

    row.refresh_from_db()
    assert row.value == 72


def test_impossible_values_are_refused_and_nothing_of_the_round_is_saved(
    encounter: Any, nurse: Any, now: Any
) -> None:
    with pytest.raises(ImpossibleValue) as refused:
        took(encounter, nurse, now, PULSE, Reading(TEMPERATURE, Decimal(98)))

    assert refused.value.code == TEMPERATURE
    assert not VitalSign.objects.exists()


def test_unusual_values_are_asked_and_stored_as_confirmed(encounter: Any, nurse: Any, now: Any) -> None:
    with pytest.raises(NeedsConfirmation) as asked:
        took(encounter, nurse, now, FEVER, PULSE)
    assert (asked.value.readings, VitalSign.objects.count()) == ([FEVER], 0)

    took(encounter, nurse, now, FEVER, PULSE, confirmed=[FEVER.token])

    assert dict(VitalSign.objects.values_list("code", "is_confirmed")) == {
        TEMPERATURE: True,
        HEART_RATE: False,
    }


def test_a_yes_to_one_value_is_no_yes_to_another(encounter: Any, nurse: Any, now: Any) -> None:
    with pytest.raises(NeedsConfirmation):
        took(encounter, nurse, now, Reading(TEMPERATURE, Decimal(42)), confirmed=[FEVER.token])


def test_a_double_submit_is_one_round(encounter: Any, nurse: Any, now: Any) -> None:
    key = uuid.uuid4()

    first = took(encounter, nurse, now, key=key)
    again = took(encounter, nurse, now + timedelta(seconds=1), key=key, taken_at=now)

    assert [row.pk for row in again] == [row.pk for row in first]
    assert VitalSign.objects.count() == 2


def test_the_same_form_with_other_values_is_told_apart(encounter: Any, nurse: Any, now: Any) -> None:
    key = uuid.uuid4()
    took(encounter, nurse, now, PULSE, key=key)

    with pytest.raises(SavedBefore):
        took(encounter, nurse, now, Reading(HEART_RATE, Decimal(80)), key=key)

    assert VitalSign.objects.get().value == 72


@pytest.mark.parametrize(
    ("shift", "words"),
    [(timedelta(minutes=1), "not come yet"), (timedelta(hours=-25), "more than a day before")],
)
def test_the_time_lies_near_the_visit_and_not_in_the_future(
    encounter: Any, nurse: Any, now: Any, shift: timedelta, words: str
) -> None:
    with pytest.raises(WrongTime, match=words):
        took(encounter, nurse, now, taken_at=now + shift)

    assert len(took(encounter, nurse, now, taken_at=now - timedelta(hours=24))) == 2


def test_nothing_is_measured_before_birth(encounter: Any, nurse: Any, now: Any) -> None:
    type(encounter.patient).objects.filter(pk=encounter.patient_id).update(birth_date=now.date())
    encounter.refresh_from_db()

    with pytest.raises(WrongTime, match="born"):
        took(encounter, nurse, now, taken_at=now - timedelta(hours=10))


def test_a_round_without_values_is_none(encounter: Any, nurse: Any, now: Any) -> None:
    with pytest.raises(NothingMeasured):
        took(encounter, nurse, now, values=[])


def test_a_merged_file_takes_no_vitals(encounter: Any, ben: Any, nurse: Any, now: Any) -> None:
    type(ben).objects.filter(pk=encounter.patient_id).update(merged_into=ben)

    with pytest.raises((FileClosed, DomainError)):
        took(encounter, nurse, now)

    assert not VitalSign.objects.exists()


def test_a_mistake_is_marked_and_stays(encounter: Any, nurse: Any, now: Any) -> None:
    row = took(encounter, nurse, now, PULSE)[0]

    mark_in_error(row=row, reason="Another patient", actor=nurse, now=now)

    row.refresh_from_db()
    assert (row.status, row.status_reason, row.value) == ("entered-in-error", "Another patient", 72)


def test_nobody_strikes_their_own_values_as_a_patient(
    ana: Any, dr_rao: Any, nurse: Any, dermatology: Any, now: Any
) -> None:
    """A nurse who is a patient reads her values; to strike them through is for those who care for her."""
    as_patient = UserFactory(role=Role.NURSE, department=dermatology)
    PatientAccess.objects.filter(patient=ana).delete()
    PatientAccess.objects.create(patient=ana, user=as_patient, kind="self", starts_at=now - timedelta(days=9))
    encounter = started(dr_rao, ana, now)
    row = took(encounter, nurse, now, PULSE)[0]
    draft = drafted(encounter, now)
    sign(record=draft, version=draft.version, actor=dr_rao.user, now=now)

    with pytest.raises(NotAllowed):
        mark_in_error(row=row, reason="I do not like it", actor=as_patient, now=now)

    assert VitalSign.objects.visible_to(as_patient).get() == row


def test_the_patient_sees_valid_values_of_finished_visits(
    ana: Any, ben: Any, dr_rao: Any, nurse: Any, encounter: Any, now: Any
) -> None:
    took(encounter, nurse, now, PULSE)
    of_ben = started(dr_rao, ben, now + timedelta(hours=3))
    took(of_ben, nurse, now + timedelta(hours=3), PULSE)
    before = VitalSign.objects.kept_for(ana.user).count()

    wrong, right = took(encounter, nurse, now, PRESSURE, Reading(WEIGHT, Decimal(70)))
    mark_in_error(row=wrong, reason="Cuff", actor=nurse, now=now)
    draft = drafted(encounter, now)
    sign(record=draft, version=draft.version, actor=dr_rao.user, now=now)

    assert before == 0
    assert {row.code for row in VitalSign.objects.kept_for(ana.user)} == {HEART_RATE, WEIGHT}


def test_the_newest_of_each_kind(encounter: Any, nurse: Any, now: Any) -> None:
    took(encounter, nurse, now, PULSE, taken_at=now - timedelta(hours=1))
    newest = took(encounter, nurse, now, PULSE, PRESSURE)

    assert set(VitalSign.objects.all().latest_of(encounter.patient)) == set(newest)


@pytest.mark.parametrize("permission", ["clinical.add_vitalsign", "clinical.add_immunization"])
def test_the_rule_speaks_of_visits_only(
    ana: Any, encounter: Any, nurse: Any, dr_rao: Any, now: Any, permission: str
) -> None:
    allowed = [user.has_perm(permission, row) for user in (nurse, dr_rao.user) for row in (encounter, ana)]
    draft = drafted(encounter, now)
    sign(record=draft, version=draft.version, actor=dr_rao.user, now=now)
    encounter.refresh_from_db()

    assert allowed == [True] * 4
    assert not dr_rao.user.has_perm(permission, encounter) and dr_rao.user.has_perm(permission, ana)
    assert refusal(dr_rao.user, permission, encounter) == OPEN_ONLY
