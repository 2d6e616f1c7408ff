"""The demo hospital."""

import json
from io import StringIO
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.utils import timezone

from accounts.models import AuditEvent, Department, Doctor, Patient, User
from accounts.tests.factories import UserFactory
from clinical.models import MedicalRecord, Seal
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


def test_the_demo_is_a_working_hospital(db: None, debug: None) -> None:
    created = load()

    assert (Department.objects.count(), Doctor.objects.count(), Patient.objects.count()) == (6, 14, 120)
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

    assert load() == {kind: {"created": 0} for kind in ("doctors", "patients", "appointments")}


def test_the_demo_shows_what_differs_from_the_weekly_hours(db: None, debug: None) -> None:
    load()

    patient = User.objects.get(email="patient@example.org")
    waiting = TimeOffDecision.objects.visible_to(patient).unanswered()
    assert waiting.count() == 1
    asked = Appointment.objects.visible_to(patient).filter(status=Status.PENDING)
    assert asked.count() == 1
    assert (ClinicClosure.objects.count(), AvailabilityOverride.objects.count()) == (1, 1)


def test_the_demos_people_are_the_same_everywhere() -> None:
    once, again = list(people()), list(people())

    assert once == again
    assert len({(person.given_name, person.family_name) for person in once}) == 120


def test_a_dry_run_keeps_nothing(db: None, debug: None) -> None:
    assert load(dry_run=True)["patients"] == {"created": 120}
    assert not User.objects.exists()


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
