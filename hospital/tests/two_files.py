"""Two files of one person, filled with a row of every kind that the house keeps for a patient."""

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any, NamedTuple

from accounts.models import (
    DetailsChange,
    Doctor,
    LoadBatch,
    Patient,
    PatientAccess,
    PatientIdentifier,
    SourceReference,
)
from accounts.models.merging import CLOSE, MOVE, RESOLVE, name_of, relations, rule_of
from accounts.tests.factories import UserFactory
from clinical.models import (
    Allergy,
    Condition,
    CorrectionRequest,
    Document,
    Immunization,
    LabResult,
    MedicalRecord,
    VitalSign,
)
from clinical.services.records import add_addendum
from clinical.tests.factories import signed, started
from scheduling.models import Appointment
from scheduling.tests.factories import AppointmentFactory

DAY = timedelta(days=1)
# What is in one file, whoever's it is: by model, so that a new one must be added here.
FILLERS: dict[Any, Callable[["Case"], Any]] = {}


class Case(NamedTuple):
    patient: Patient
    doctor: Doctor
    record: MedicalRecord
    now: datetime

    @property
    def chart(self) -> dict[str, Any]:
        return {"patient": self.patient, "recorded_by": self.doctor.user, "recorded_at": self.now}


def fills(model: Any) -> Callable[[Callable[[Case], Any]], Callable[[Case], Any]]:
    def keep(make: Callable[[Case], Any]) -> Callable[[Case], Any]:
        FILLERS[model] = make
        return make

    return keep


@fills(PatientAccess)
def links(case: Case) -> None:
    """An own account, somebody who acts for the patient, and a look in an emergency."""
    since = {"patient": case.patient, "starts_at": case.now - 30 * DAY}
    PatientAccess.objects.create(user=UserFactory(), kind="self", **since)
    PatientAccess.objects.create(user=UserFactory(), kind="proxy", scopes=["records"], **since)
    PatientAccess.objects.create(user=case.doctor.user, kind="break-glass", reason="Collapsed", **since)


@fills(DetailsChange)
def wishes(case: Case) -> None:
    """One that was decided and two that wait, for the same fields in both files."""
    told = {"patient": case.patient, "requested_by": case.doctor.user, "happened_at": case.now}
    decided = {"status": "completed", "decided_by": case.doctor.user, "decided_at": case.now}
    DetailsChange.objects.create(field="state", wanted="Kent", **told, **decided)
    for name in ("city", "postal_code"):
        DetailsChange.objects.create(field=name, wanted=str(case.patient.pk), **told)


@fills(PatientIdentifier)
def identifiers(case: Case) -> None:
    number = f"999-00-{case.patient.pk}"
    PatientIdentifier.objects.create(patient=case.patient, type="SS", value=number, recorded_at=case.now)


@fills(Condition)
def condition(case: Case) -> None:
    Condition.objects.create(display="Gout", **case.chart)


@fills(Allergy)
def allergy(case: Case) -> None:
    row = Allergy.objects.create(display="Penicillin", **case.chart)
    row.reactions.create(manifestation="Rash", severity="mild", recorded_at=case.now)


@fills(VitalSign)
def vital_sign(case: Case) -> None:
    VitalSign.objects.create(code="8867-4", value=72, unit="/min", taken_at=case.now, **case.chart)


@fills(LabResult)
def lab_result(case: Case) -> None:
    LabResult.objects.create(
        display="Potassium",
        value_quantity="4.1",
        unit="mmol/L",
        status="final",
        taken_at=case.now,
        **case.chart,
    )


@fills(Immunization)
def immunization(case: Case) -> None:
    Immunization.objects.create(display="Tetanus", code="115", happened_at=case.now, **case.chart)


@fills(Document)
def document(case: Case) -> None:
    Document.objects.create(
        title="Letter", file="a", content_type="application/pdf", size=1, sha256="0" * 64, **case.chart
    )


@fills(CorrectionRequest)
def correction(case: Case) -> None:
    CorrectionRequest.objects.create(record=case.record, text="It was the left arm", **case.chart)


def fill(patient: Patient, doctor: Doctor, now: datetime) -> Case:
    """A signed visit with an addendum and one still open, a booked one, and whatever else has a filler."""
    record = signed(doctor, patient, now - DAY)
    add_addendum(record=record, text="More", reason="Late result", actor=doctor.user, now=now)
    started(doctor, patient, now)
    book(patient, doctor, now + DAY)
    reference(patient)
    case = Case(patient, doctor, record, now)
    for make in FILLERS.values():
        make(case)
    return case


def book(patient: Patient, doctor: Doctor, at: datetime) -> Appointment:
    facts = {"type__code": "visit", "type__name": "Visit", "status": "booked"}
    return AppointmentFactory(doctor=doctor, patient=patient, start_at=at, **facts)


def reference(patient: Patient) -> SourceReference:
    batch = LoadBatch.objects.create(kind="synthea", source="folder")
    told = {"system": "synthea", "kind": "patient", "value": f"key-{patient.pk}", "digest": "0" * 64}
    return SourceReference.objects.create(target_id=patient.pk, batch=batch, **told)


def empty_relations(patient: Patient) -> list[str]:
    """Relations whose rows a merge touches, of which the patient has none."""
    touched = [one for one in relations() if rule_of(one) in (MOVE, RESOLVE, CLOSE)]
    return [
        name_of(one) for one in touched if not one.model._base_manager.filter(**{one.name: patient}).exists()
    ]
