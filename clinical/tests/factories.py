"""Visits, notes and history for tests."""

from datetime import datetime, timedelta
from typing import Any

import factory
from factory.django import DjangoModelFactory

from accounts.models import Doctor, Patient
from accounts.tests.factories import DoctorFactory, PatientFactory
from clinical.models import Condition, Encounter, MedicalRecord
from clinical.services.encounters import start_encounter
from clinical.services.prescribing import override, unresolved
from clinical.services.records import save_draft, sign
from scheduling.models import Appointment, Status
from scheduling.tests.factories import AppointmentFactory

DIAGNOSIS = {"display": "Essential hypertension", "code": "I10"}
ITEM = {"medicine": "Ramipril 5 mg", "dose_quantity": 1, "dose_unit": "tablet", "frequency": "once a day"}


class EncounterFactory(DjangoModelFactory):
    """A visit without appointment, put straight into the table."""

    class Meta:
        model = Encounter

    patient = factory.SubFactory(PatientFactory)
    doctor = factory.SubFactory(DoctorFactory)
    department = factory.SelfAttribute("doctor.department")
    location = factory.SelfAttribute("doctor.location")


class ConditionFactory(DjangoModelFactory):
    class Meta:
        model = Condition

    display = factory.Sequence(lambda n: f"Condition {n}")


def waiting(doctor: Doctor, patient: Patient, now: datetime, **fields: Any) -> Appointment:
    """A visit whose patient sits in the waiting room."""
    fields = {
        "status": Status.ARRIVED,
        "type__code": "visit",
        "type__name": "Visit",
        "start_at": now,
    } | fields
    return AppointmentFactory(doctor=doctor, patient=patient, **fields)


def started(doctor: Doctor, patient: Patient, now: datetime, **fields: Any) -> Encounter:
    visit = waiting(doctor, patient, now, **fields)
    return start_encounter(appointment=visit, actor=doctor.user, now=now)


def drafted(encounter: Encounter, now: datetime, **changes: Any) -> MedicalRecord:
    """A first draft with a section, a diagnosis and a medicine, unless told otherwise."""
    written = {
        "version": 0,
        "sections": {"complaint": "Headache", "plan": "Rest"},
        "diagnoses": [DIAGNOSIS],
        "items": [ITEM],
    }
    return save_draft(encounter=encounter, actor=encounter.doctor.user, now=now, **written | changes)


def accept_warnings(encounter: Encounter, now: datetime) -> None:
    """Pass over what speaks against the prescription, such as the same medicine in the visit before."""
    waiting = unresolved(encounter=encounter, now=now)
    reasons = {caution.mark: ("9", "") for caution in waiting}
    override(encounter=encounter, reasons=reasons, actor=encounter.doctor.user, now=now)


def signed(doctor: Doctor, patient: Patient, now: datetime, **changes: Any) -> MedicalRecord:
    """The whole visit: started, written, signed."""
    record = drafted(started(doctor, patient, now), now, **changes)
    accept_warnings(record.encounter, now)
    return sign(record=record, version=record.version, actor=doctor.user, now=now)


def history(doctor: Doctor, patient: Patient, now: datetime, count: int) -> list[MedicalRecord]:
    """Signed visits, one a day, going back from yesterday."""
    return [signed(doctor, patient, now - timedelta(days=day)) for day in range(1, count + 1)]
