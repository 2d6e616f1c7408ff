"""Every list asks the database as often for three rows as for one, and not too often."""

import re
from collections.abc import Callable
from datetime import datetime, time, timedelta
from itertools import count
from typing import Any

import pytest
from django.contrib import admin
from django.db.models import Model
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from accounts import outbox
from accounts.audit import record_event
from accounts.models import (
    DetailsChange,
    Doctor,
    LoadBatch,
    Patient,
    PatientAccess,
    PatientMerge,
    PossibleTwin,
    SourceReference,
    User,
)
from accounts.models.backup import Backup
from accounts.models.identifier import PatientIdentifier
from accounts.roles import TABLE, Role
from accounts.tests.factories import (
    DepartmentFactory,
    DoctorFactory,
    LocationFactory,
    PatientFactory,
    UserFactory,
)
from accounts.tests.pages import queries
from clinical.models import MedicalRecord
from clinical.services.records import add_addendum
from clinical.tests import rows
from clinical.tests.factories import ConditionFactory, signed, started
from scheduling.models import AppointmentEvent
from scheduling.tests.factories import (
    AppointmentFactory,
    AppointmentTypeFactory,
    AvailabilityOverrideFactory,
    AvailabilityRuleFactory,
    ClinicClosureFactory,
    TimeOffFactory,
)

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("frozen")]
ADMIN_LIMIT = 12
# Session and account, which every page of someone signed in asks for.
SIGNED_IN = 2


# The site


class Day:
    """A hospital's Monday in which one more of everything can happen."""

    def __init__(self, doctor: Doctor, patient: Patient, now: datetime) -> None:
        self.doctor, self.patient, self.now, self.number = doctor, patient, now, count()
        AvailabilityRuleFactory(doctor=doctor)

    def goes_on(self) -> None:
        number = next(self.number)
        later = self.now + timedelta(minutes=30 * number)
        colleague = DoctorFactory(user=UserFactory(role=Role.DOCTOR), location=LocationFactory())
        AvailabilityRuleFactory(doctor=colleague, start_time=time(9 + number))
        AppointmentFactory(doctor=self.doctor, start_at=later + timedelta(hours=4))
        AppointmentFactory(doctor=colleague, patient=self.patient, start_at=later + timedelta(hours=8))
        AppointmentFactory(doctor=self.doctor, start_at=later + timedelta(hours=8), status="arrived")
        started(self.doctor, PatientFactory(), later)
        record = signed(self.doctor, self.patient, self.now - timedelta(days=number + 1))
        ConditionFactory(patient=self.patient, encounter=record.encounter)


PAGES = [
    # (page, who opens it, rows on it of one more event at least, most queries beside those of being signed in)
    ("/", None, 1, 1),
    ("/departments/", None, 1, 1),
    ("/doctors/", None, 1, 9),
    ("/doctors/", "ana", 1, 10),
    ("/appointments/", "ana", 1, 5),
    ("/appointments/?show=past", "ana", 1, 5),
    ("/appointments/", "rao", 3, 8),
    ("/appointments/", "reception", 4, 6),
    ("/appointments/", "nurse", 3, 6),
    ("/schedule/", "reception", 2, 3),
    ("/schedule/times/", "reception", 1, 11),
    ("/patients/", "rao", 3, 6),
    ("/patients/", "nurse", 1, 6),
    ("/patients/{chart}/", "rao", 1, 15),
    ("/patients/{chart}/visits/", "rao", 1, 8),
    ("/patients/{chart}/notes/", "rao", 1, 8),
    ("/records/", "ana", 1, 6),
    ("/patient/", "ana", 1, 6),
    ("/doctor/", "rao", 3, 8),
]


@pytest.mark.parametrize(("page", "who", "rows", "limit"), PAGES)
def test_a_page_of_the_site_asks_as_often_for_three_rows_as_for_one(
    page: str,
    who: str | None,
    rows: int,
    limit: int,
    client: Client,
    dr_rao: Doctor,
    ana: Patient,
    reception: User,
    nurse: User,
    now: datetime,
) -> None:
    day, url = Day(dr_rao, ana, now), page.format(chart=ana.public_id)
    if who:
        client.force_login({"ana": ana.user, "rao": dr_rao.user, "reception": reception, "nurse": nurse}[who])

    day.goes_on()
    few, before = queries(client, url)
    day.goes_on()
    day.goes_on()
    many, after = queries(client, url)

    print(f"{page} {who}: {many} queries")
    assert few == many <= limit + (SIGNED_IN if who else 0)
    assert entries(after) >= entries(before) + 2 * rows


def entries(answer: Any) -> int:
    """Rows of tables, items of lists and cards, of whatever kind."""
    return len(re.findall(rb"<(?:tr|li|article|h3)\b", answer.content))


# The back office


def treated() -> MedicalRecord:
    """A whole visit of two new people, signed."""
    doctor = DoctorFactory(user=UserFactory(role=Role.DOCTOR))
    return signed(doctor, PatientFactory(), timezone.now())


def visit() -> Any:
    return AppointmentFactory(start_at=timezone.now() + timedelta(hours=1))


def an_hour() -> dict[str, datetime]:
    return {"start_at": timezone.now(), "end_at": timezone.now() + timedelta(hours=1)}


def access() -> PatientAccess:
    return PatientAccess.objects.create(
        patient=PatientFactory(), user=UserFactory(), kind="self", granted_by=UserFactory()
    )


def message() -> Any:
    account = UserFactory()
    return outbox.enqueue("account-password-changed", account, recipient=account)


def batch() -> LoadBatch:
    return LoadBatch.objects.create(kind="synthea", source="folder", actor=UserFactory())


def reference() -> SourceReference:
    patient = PatientFactory()
    return SourceReference.objects.create(
        system="s", kind="patient", value=patient.mrn, target_id=patient.pk, batch=batch(), digest="d"
    )


def trace() -> None:
    """One read by an account, of a place and of a patient: administrators see the first, privacy both."""
    record_event(actor=UserFactory(), action="read", target=LocationFactory())
    patient = PatientFactory()
    record_event(actor=UserFactory(), action="read", target=patient, patient=patient)


def change() -> AppointmentEvent:
    return AppointmentEvent.objects.create(
        appointment=visit(), actor=UserFactory(), to_status="booked", happened_at=timezone.now()
    )


def addendum() -> Any:
    record = treated()
    return add_addendum(record=record, text="t", reason="r", actor=record.author, now=timezone.now())


def condition() -> Any:
    record = treated()
    return ConditionFactory(patient=record.patient, encounter=record.encounter)


def twin() -> Any:
    return PossibleTwin.objects.create(first=PatientFactory(), second=PatientFactory(), source="self")


def merged() -> Any:
    told = {"survivor": PatientFactory(), "loser": PatientFactory(), "reason": "Same person"}
    return PatientMerge.objects.create(merged_by=UserFactory(), **told)


def identifier() -> Any:
    return PatientIdentifier.objects.create(patient=PatientFactory(), type="PPN", value="X1234567")


def wish() -> Any:
    return DetailsChange.objects.create(
        patient=PatientFactory(), field="city", wanted="Leeds", requested_by=UserFactory()
    )


BUILDERS: dict[str, Callable[[], Any]] = {
    "accounts.auditevent": trace,
    "accounts.backup": lambda: Backup.objects.create(path="house.backup", actor=UserFactory()),
    "accounts.department": lambda: DepartmentFactory(parent=DepartmentFactory()),
    "accounts.detailschange": wish,
    "accounts.doctor": lambda: DoctorFactory(user=UserFactory(role=Role.DOCTOR)),
    "accounts.loadbatch": batch,
    "accounts.location": LocationFactory,
    "accounts.message": message,
    "accounts.patient": PatientFactory,
    "accounts.patientaccess": access,
    "accounts.patientidentifier": identifier,
    "accounts.patientmerge": merged,
    "accounts.possibletwin": twin,
    "accounts.sourcereference": reference,
    "accounts.user": lambda: UserFactory(role=Role.NURSE, department=DepartmentFactory()),
    "scheduling.appointment": visit,
    "scheduling.appointmentevent": change,
    "scheduling.appointmenttype": AppointmentTypeFactory,
    "scheduling.availabilityoverride": lambda: AvailabilityOverrideFactory(date=timezone.localdate()),
    "scheduling.availabilityrule": AvailabilityRuleFactory,
    "scheduling.clinicclosure": lambda: ClinicClosureFactory(location=LocationFactory(), **an_hour()),
    "scheduling.timeoff": lambda: TimeOffFactory(**an_hour()),
    "clinical.addendum": addendum,
    "clinical.allergy": rows.AllergyFactory,
    "clinical.condition": condition,
    "clinical.correctionrequest": lambda: rows.CorrectionRequestFactory(record=treated()),
    "clinical.diagnosis": treated,
    "clinical.document": rows.DocumentFactory,
    "clinical.encounter": treated,
    "clinical.immunization": rows.ImmunizationFactory,
    "clinical.labresult": rows.LabResultFactory,
    "clinical.medicalrecord": treated,
    "clinical.notetemplate": lambda: rows.NoteTemplateFactory(appointment_type=AppointmentTypeFactory()),
    "clinical.prescription": treated,
    "clinical.seal": treated,
    "clinical.vitalsign": rows.VitalSignFactory,
}
LISTS = [
    (role, model)
    for role in (Role.ADMIN, Role.RECEPTION, Role.PRIVACY)
    for model in admin.site._registry
    if f"{model._meta.app_label}.view_{model._meta.model_name}" in TABLE[role]
]


def test_every_list_of_the_back_office_is_looked_at() -> None:
    registered = {model._meta.label_lower for model in admin.site._registry}

    assert registered == BUILDERS.keys()
    assert registered == {model._meta.label_lower for role, model in LISTS if role == Role.ADMIN}


@pytest.mark.parametrize(("role", "model"), LISTS, ids=lambda part: getattr(part, "__name__", part))
def test_a_list_of_the_back_office_asks_as_often_for_three_rows_as_for_one(
    role: Role, model: type[Model], client: Client
) -> None:
    options, build = model._meta, BUILDERS[model._meta.label_lower]
    url = reverse(f"admin:{options.app_label}_{options.model_name}_changelist")
    client.force_login(UserFactory(role=role))

    build()
    few, before = queries(client, url)
    build()
    build()
    many, after = queries(client, url)

    print(f"{url} {role}: {many} queries")
    assert few == many <= ADMIN_LIMIT
    assert len(after.context["cl"].result_list) >= len(before.context["cl"].result_list) + 2
