"""One of everything that the desk counts, and beside each something that it must not count."""

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

from django.utils import timezone

from accounts.admin.recent import WEEK
from accounts.models import (
    AuditEvent,
    DetailsChange,
    Doctor,
    LoadBatch,
    Message,
    Patient,
    PatientAccess,
    PossibleTwin,
)
from accounts.roles import Role
from accounts.tests.factories import DoctorFactory, LocationFactory, PatientFactory, UserFactory
from clinical.models import MedicalRecord
from clinical.tests.factories import EncounterFactory, signed
from clinical.tests.rows import CorrectionRequestFactory, LabResultFactory
from hospital.desk.privacy import LOOKED_AT
from hospital.reports.visits import STATES
from scheduling.models import Appointment, Status
from scheduling.tests.factories import AppointmentFactory, TimeOffFactory, open_every_day


def doctor_at_work(**fields: Any) -> Doctor:
    """With an account, and hours on every day."""
    doctor = DoctorFactory(user=UserFactory(role=Role.DOCTOR), location=LocationFactory(), **fields)
    open_every_day(doctor)
    return doctor


def visit_at(doctor: Doctor, start: datetime, status: str = Status.BOOKED) -> Appointment:
    return AppointmentFactory(
        doctor=doctor, start_at=start, status=status, type__code="visit", type__name="Visit"
    )


def visits(now: datetime) -> None:
    """Today one in each state, tomorrow one more; one to approve, in leave, outside the hours, left over."""
    doctor, away, left = doctor_at_work(), doctor_at_work(), doctor_at_work()
    every = [*STATES, Status.HELD, Status.EXPIRED, Status.ENTERED_IN_ERROR]
    for number, status in enumerate(every):
        visit_at(doctor, now + timedelta(hours=2, minutes=20 * number), status)
    visit_at(doctor, now + timedelta(days=1, hours=2))
    visit_at(doctor, now + timedelta(days=2, hours=12))  # in the evening
    visit_at(away, now + timedelta(days=3, hours=2))
    TimeOffFactory(doctor=away, start_at=now + timedelta(days=3), end_at=now + timedelta(days=4))
    visit_at(left, now + timedelta(days=3, hours=2))
    Doctor.objects.filter(pk=left.pk).update(archived_at=now)


def draft(doctor: Doctor, begun: datetime, **fields: Any) -> MedicalRecord:
    encounter = EncounterFactory(doctor=doctor, started_at=begun)
    return MedicalRecord.objects.create(
        encounter=encounter,
        patient=encounter.patient,
        author=doctor.user,
        complaint="x",
        recorded_at=begun,
        **fields,
    )


def records(now: datetime) -> None:
    """A late draft, a fresh one, a signed one, one in error; a result to review and others; a wish for a correction."""
    doctor = doctor_at_work()
    draft(doctor, now - timedelta(days=3))
    draft(doctor, now - timedelta(days=1))
    draft(doctor, now - timedelta(days=3), status="entered-in-error")
    record = signed(doctor, PatientFactory(), now - timedelta(days=5))
    LabResultFactory()
    LabResultFactory(reviewed_at=now, reviewed_by=doctor.user)
    LabResultFactory(status="registered")
    LabResultFactory(corrects=LabResultFactory(), status="corrected", reviewed_at=now)
    CorrectionRequestFactory(record=record)
    answered = {"answer": "Done", "answered_by": doctor.user, "answered_at": now}
    CorrectionRequestFactory(record=record, status="completed", **answered)


def people(now: datetime) -> None:
    """A wish and one decided, twins and two told apart, a message that failed and one that was sent."""
    one, other = PatientFactory(), PatientFactory()
    wish = {"patient": one, "requested_by": UserFactory()}
    DetailsChange.objects.create(field="city", wanted="Leeds", **wish)
    decided = {"status": "completed", "decided_by": UserFactory(), "decided_at": now}
    DetailsChange.objects.create(field="city", wanted="York", **wish, **decided)
    PossibleTwin.objects.create(first=one, second=other, source="self")
    apart = {"status": "different", "decided_at": now, "source": "self"}
    PossibleTwin.objects.create(first=other, second=PatientFactory(), **apart)
    merged = PatientFactory()
    Patient.objects.filter(pk=merged.pk).update(merged_into=one, archived_at=now)
    PossibleTwin.objects.create(first=one, second=merged, source="self")
    for status in ("dead", "sent", "queued"):
        recipient = UserFactory()
        Message.objects.create(
            key=f"{status}{recipient.pk}", kind="account-password-changed", recipient=recipient, status=status
        )
    DoctorFactory(location=LocationFactory())


def loads(now: datetime) -> None:
    """One in each state, begun now, and all of them again eight days ago."""
    for age in (0, 8):
        for status in LoadBatch.Status.values:
            begun = {"started_at": now - timedelta(days=age)}
            LoadBatch.objects.create(kind="patients", source="people.csv", status=status, **begun)


def trails(now: datetime) -> None:
    """Each act once in the week, once before it, and one that is not asked about; links that hold and that ended."""
    days = [now, now - timedelta(days=7), now - timedelta(days=8)]
    for at, action in [(at, action) for at in days for action in (*LOOKED_AT, "sign")]:
        AuditEvent.objects.create(action=action, source="event", recorded_at=at)
    for table in ("clinical_correctionrequest", "clinical_medicalrecord"):
        AuditEvent.objects.create(action="create", target_table=table, source="event", recorded_at=days[1])
    for kind in ("break-glass", "proxy"):
        for begun, ends in [(now - WEEK, None), (now - timedelta(days=9), now - timedelta(days=8))]:
            link = {"patient": PatientFactory(), "user": UserFactory(), "reason": "x"}
            PatientAccess.objects.create(kind=kind, starts_at=begun, ends_at=ends, **link)


def everything() -> None:
    now = timezone.now()
    for build in PARTS:
        build(now)


PARTS: list[Callable[[datetime], None]] = [visits, records, people, loads, trails]
