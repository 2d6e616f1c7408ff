"""The demo hospital."""

import json
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.utils import timezone

from accounts.models import AuditEvent, Department, Doctor, Patient, PossibleTwin, User
from accounts.tests.factories import UserFactory
from clinical.loading.icd10 import Edition
from clinical.measures import BLOOD_PRESSURE
from clinical.models import (
    Allergy,
    Condition,
    CorrectionRequest,
    Document,
    Immunization,
    LabResult,
    MedicalRecord,
    NoteTemplate,
    Seal,
    VitalSign,
)
from clinical.services.immunizations import due_list
from hospital.demo.people import people
from scheduling.models import (
    Appointment,
    AppointmentEvent,
    AvailabilityOverride,
    ClinicClosure,
    Status,
    TimeOffDecision,
)


def load(**options: Any) -> dict[str, Any]:
    out = StringIO()
    call_command("load_demo", stdout=out, json=True, **options)
    return json.loads(out.getvalue())


@pytest.fixture
def debug(settings: Any) -> None:
    settings.DEBUG = True


@pytest.fixture(autouse=True)
def _short_list(monkeypatch: Any) -> None:
    """The whole list of codes takes seconds, and load_icd10 has tests of its own."""
    short = Edition({"I10": "Essential (primary) hypertension"})
    monkeypatch.setattr("hospital.management.commands.load_demo.packaged", lambda: short)


def test_the_demo_is_a_working_hospital(db: None, debug: None) -> None:
    created = load()

    assert (Department.objects.count(), Doctor.objects.count(), Patient.objects.count()) == (6, 14, 121)
    assert created["appointments"] == {"created": Appointment.objects.count()}
    past = Appointment.objects.filter(end_at__lt=timezone.now(), status=Status.FULFILLED)
    signed = MedicalRecord.objects.signed()
    assert signed.count() == Seal.objects.count() > 80
    assert {record.encounter.appointment_id for record in signed.select_related("encounter")} >= {
        visit.pk for visit in past
    }
    assert Appointment.objects.upcoming(timezone.now()).count() > 80
    assert not Appointment.objects.filter(events__isnull=True).exists()
    assert AppointmentEvent.objects.filter(actor__isnull=True).count() == 0
    assert AuditEvent.objects.filter(target_table="accounts_patient", actor__isnull=True).count() == 0

    assert created["codes"] == {"created": 1}
    assert load() == {kind: {"created": 0} for kind in created}


def test_the_demo_shows_what_differs_from_the_weekly_hours(db: None, debug: None) -> None:
    load()

    patient = User.objects.get(email="patient@example.org")
    waiting = TimeOffDecision.objects.visible_to(patient).unanswered()
    assert waiting.count() == 1
    asked = Appointment.objects.visible_to(patient).filter(status=Status.PENDING)
    assert asked.count() == 1
    assert (ClinicClosure.objects.count(), AvailabilityOverride.objects.count()) == (1, 1)


def test_the_demos_charts_are_worth_opening(db: None, debug: None) -> None:
    load()

    ana = Patient.objects.get(accesses__user__email="patient@example.org")
    assert str(Allergy.objects.state_of(ana)) == "Allergic to Penicillin V"
    assert Condition.objects.active().filter(patient=ana).count() == 2
    assert VitalSign.objects.filter(patient=ana, code=BLOOD_PRESSURE).count() == 8
    results = LabResult.objects.filter(patient=ana)
    assert (results.unreviewed().count(), results.filter(corrects__isnull=False).count()) == (2, 1)
    assert results.filter(results.held_for_patients()).count() == 1
    due = due_list(Immunization.objects.filter(patient=ana), timezone.localdate())
    assert [one.is_overdue for one in due] == [True, False]
    assert Document.objects.filter(patient=ana).count() == CorrectionRequest.objects.open().count() == 1
    said = Allergy.objects.none_known().count()
    asked = Allergy.objects.values("patient").distinct().count()
    assert (said, asked) == (2, 4)
    assert (PossibleTwin.objects.filter(second__given_name="Anna").count(), NoteTemplate.objects.count()) == (
        1,
        3,
    )


def test_the_demo_knows_who_wrote_every_row_of_a_chart(db: None, debug: None) -> None:
    load()

    models = (Allergy, Condition, Document, Immunization, LabResult, VitalSign)
    assert [model for model in models if model.objects.filter(recorded_by=None).exists()] == []
    written = AuditEvent.objects.filter(target_table__in=[model._meta.db_table for model in models])
    assert written.exists() and not written.filter(actor=None).exists()


def test_the_demos_people_are_the_same_everywhere() -> None:
    once, again = list(people()), list(people())

    assert once == again
    assert len({(person.given_name, person.family_name) for person in once}) == 120


def test_a_dry_run_keeps_nothing(db: None, debug: None, settings: Any, tmp_path: Path) -> None:
    settings.MEDIA_ROOT = str(tmp_path)

    assert load(dry_run=True)["patients"] == {"created": 121}
    assert not User.objects.exists()
    assert not [path for path in Path(settings.MEDIA_ROOT).rglob("*") if path.is_file()]


def test_the_demo_is_refused_where_debug_is_off(db: None, settings: Any) -> None:
    settings.DEBUG = False

    with pytest.raises(CommandError, match="DEBUG") as refusal:
        load()

    assert refusal.value.returncode == 2
    assert not User.objects.exists()


def test_the_demo_does_not_mix_with_real_people(db: None, debug: None) -> None:
    UserFactory()

    with pytest.raises(CommandError, match="empty one"):
        load()

    assert load(if_empty=True)["patients"] == {"created": 0}
    assert not Patient.objects.exists()
