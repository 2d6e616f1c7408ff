"""A small hospital in which every private text is a canary, and who may hear each one sing."""

from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

from django.utils import timezone

from accounts.models import Department, Doctor, LoadBatch, Location, Message, Patient, PatientAccess, User
from accounts.roles import Role
from accounts.tests.factories import (
    DepartmentFactory,
    DoctorFactory,
    LocationFactory,
    PatientFactory,
    UserFactory,
)
from clinical.models import (
    Addendum,
    Condition,
    Diagnosis,
    Encounter,
    MedicalRecord,
    Prescription,
    PrescriptionItem,
    Seal,
)
from scheduling.models import (
    Appointment,
    AppointmentEvent,
    AppointmentType,
    AvailabilityOverride,
    AvailabilityRule,
    TimeOff,
    TimeOffDecision,
)

DESK = frozenset({"reception", "admin", "superuser"})


@dataclass
class World:
    """Rows by the name of their owner, canaries with those who may read them, rows with their writers."""

    actors: dict[str, User | None] = field(default_factory=dict)
    rows: dict[str, dict[str, Any]] = field(default_factory=dict)
    readers: dict[str, frozenset[str]] = field(default_factory=dict)
    writers: dict[tuple[str, int], frozenset[str]] = field(default_factory=dict)

    def canary(self, name: str, readers: frozenset[str]) -> str:
        text = f"CANARY{name}Z"
        self.readers[text] = readers
        return text

    def keep(self, kind: str, name: str, row: Any, writers: frozenset[str]) -> Any:
        self.rows.setdefault(kind, {})[name] = row
        self.writers[(row._meta.db_table, row.pk)] = writers
        return row


def build() -> World:
    world = World()
    cardiology, dermatology = DepartmentFactory(name="Cardiology"), DepartmentFactory(name="Dermatology")
    clinic = LocationFactory(name="Main building")
    world.rows["department"] = {"any": cardiology}
    rao = doctor(world, "rao", cardiology, clinic)
    lee = doctor(world, "lee", dermatology, clinic)
    cast(world, cardiology)
    kind = AppointmentType.objects.create(
        name="Consultation", code="consultation", minutes=30, step_minutes=30
    )
    world.rows["appointmenttype"] = {"any": kind}
    patient(world, "ana", rao, kind, clinic, team=frozenset({"rao", "nurse"}))
    patient(world, "ben", lee, kind, clinic, team=frozenset({"lee"}))
    LoadBatch.objects.create(kind="synthea", source="somewhere")
    return world


def cast(world: World, department: Department) -> None:
    roles = {"reception": Role.RECEPTION, "privacy": Role.PRIVACY, "admin": Role.ADMIN, "norole": ""}
    for name, role in roles.items():
        world.actors[name] = UserFactory(email=f"{name}@example.org", role=role)
    world.actors["nurse"] = UserFactory(email="nurse@example.org", role=Role.NURSE, department=department)
    world.actors["superuser"] = UserFactory(email="super@example.org", role=Role.ADMIN, is_superuser=True)
    world.actors["anonymous"] = None


def doctor(world: World, name: str, department: Department, clinic: Location) -> Doctor:
    address = world.canary(f"sign-in-{name}", DESK | {"privacy", name})
    user = UserFactory(email=f"{address.lower()}@example.org", role=Role.DOCTOR, given_name=name)
    row = DoctorFactory(user=user, given_name=name, department=department, location=clinic)
    world.actors[name] = user
    world.keep("doctor", name, row, frozenset({"admin", "superuser"}))
    schedule(world, name, row)
    return row


def schedule(world: World, name: str, row: Doctor) -> None:
    """Hours, an exception and leave, whose private reason the doctor and administrators may read."""
    writers = frozenset({name, "admin", "superuser"})
    place = {"doctor": row, "department": row.department, "location": row.location}
    rule = AvailabilityRule.objects.create(weekday=0, start_time="09:00", end_time="17:00", **place)
    world.keep("rule", name, rule, writers)
    later = timezone.now() + timedelta(days=9)
    note = world.canary(f"exception{name}", DESK | {name})
    override = AvailabilityOverride.objects.create(date=later.date(), kind="close", note=note, **place)
    world.keep("override", name, override, writers)
    leave = TimeOff.objects.create(
        doctor=row,
        start_at=later,
        end_at=later + timedelta(days=2),
        reason=world.canary(f"leave{name}", frozenset({name, "admin", "superuser"})),
    )
    world.keep("leave", name, leave, writers)


def patient(
    world: World, name: str, doctor: Doctor, kind: AppointmentType, clinic: Location, team: frozenset[str]
) -> None:
    seen_by = DESK | team | {name, "privacy"}
    row = PatientFactory(
        given_name=world.canary(f"name{name}", seen_by),
        family_name=world.canary(f"family{name}", seen_by),
        address=world.canary(f"address{name}", seen_by),
        email=f"{world.canary(f'mail{name}', seen_by).lower()}@example.org",
    )
    world.readers[row.mrn] = seen_by
    user = UserFactory(email=f"{name}@example.org", role=Role.PATIENT, given_name=name)
    world.actors[name] = user
    world.keep("patient", name, row, DESK | {name})
    access = PatientAccess.objects.create(
        patient=row, user=user, kind="self", starts_at=timezone.now() - timedelta(days=999)
    )
    world.keep("patientaccess", name, access, frozenset({"admin", "superuser"}))
    message = Message.objects.create(key=f"k{name}", kind="appointment-booked", recipient=user, status="dead")
    world.keep("message", name, message, frozenset({"admin", "superuser"}))
    visits(world, name, row, doctor, kind, clinic, team)


def visits(
    world: World,
    name: str,
    row: Patient,
    doctor: Doctor,
    kind: AppointmentType,
    clinic: Location,
    team: frozenset[str],
) -> None:
    seen_by = DESK | team | {name}
    for number, state in enumerate(["booked", "checked-in", "arrived"]):
        start = timezone.now().replace(second=0, microsecond=0) + timedelta(minutes=40 * number)
        visit = Appointment.objects.create(
            doctor=doctor,
            patient=row,
            type=kind,
            location=clinic,
            department=doctor.department,
            start_at=start,
            end_at=start + timedelta(minutes=30),
            block_start=start,
            block_end=start + timedelta(minutes=30),
            status=state,
            patient_reason=world.canary(f"reason{name}{number}", seen_by),
            staff_note=world.canary(f"staffnote{name}{number}", seen_by - {name}),
        )
        world.keep("appointment", f"{name}-{state}", visit, seen_by)
        AppointmentEvent.objects.create(
            appointment=visit,
            to_status="booked",
            happened_at=start,
            reason=world.canary(f"event{name}{number}", seen_by),
        )
        if state == "checked-in":
            chart(world, name, visit, team)
    keep_in_leave(world, name, seen_by)


def keep_in_leave(world: World, name: str, seen_by: frozenset[str]) -> None:
    """The doctor's leave has decided about the patient's booked visit: it is kept."""
    visit = world.rows["appointment"][f"{name}-booked"]
    decision = TimeOffDecision.objects.create(
        time_off=world.rows["leave"][visit.doctor.given_name],
        appointment=visit,
        choice=TimeOffDecision.Choice.KEEP,
        old_start_at=visit.start_at,
        old_doctor=visit.doctor,
    )
    world.keep("decision", name, decision, seen_by)


def chart(world: World, name: str, visit: Appointment, team: frozenset[str]) -> None:
    """A finished encounter with a signed record, and an open one with a draft."""
    author = frozenset({visit.doctor.given_name, "superuser"}) & team
    released, inside = team | {name}, team
    old = encounter(world, name, visit, released, days=10)
    signed = write(world, f"{name}-signed", old, released)
    close(old, signed)
    world.keep("record", f"{name}-signed", signed, author)
    addendum = Addendum.objects.create(
        record=signed,
        author=visit.doctor.user,
        reason="later",
        text=world.canary(f"addendum{name}", released),
    )
    world.keep("addendum", name, addendum, frozenset())
    world.keep(
        "seal",
        name,
        Seal.objects.create(
            record=signed,
            patient_public_id=visit.patient.public_id,
            content_digest=name * 4,
            previous=name * 5,
            digest=name * 6,
        ),
        frozenset(),
    )
    now = encounter(world, name, visit, inside, days=0)
    Encounter.objects.filter(pk=now.pk).update(appointment=visit)
    world.keep("encounter", f"{name}-open", now, author)
    world.keep("record", f"{name}-draft", write(world, f"{name}-draft", now, inside), author)
    condition = Condition.objects.create(
        patient=visit.patient, encounter=now, display=world.canary(f"condition{name}", inside)
    )
    world.keep("condition", name, condition, author)


def encounter(world: World, name: str, visit: Appointment, readers: frozenset[str], days: int) -> Encounter:
    row = Encounter.objects.create(
        patient=visit.patient,
        doctor=visit.doctor,
        department=visit.department,
        location=visit.location,
        started_at=timezone.now() - timedelta(days=days),
        reason=world.canary(f"encounter{name}{days}", readers),
    )
    world.keep("encounter", f"{name}-{days}", row, frozenset({visit.doctor.given_name}))
    return row


def write(world: World, name: str, row: Encounter, readers: frozenset[str]) -> MedicalRecord:
    text = {section: world.canary(f"{section}{name}", readers) for section in MedicalRecord.SECTIONS}
    record = MedicalRecord.objects.create(encounter=row, patient=row.patient, author=row.doctor.user, **text)
    Diagnosis.objects.create(encounter=row, display=world.canary(f"diagnosis{name}", readers))
    prescription = Prescription.objects.create(
        encounter=row, patient=row.patient, prescriber=row.doctor, happened_at=row.started_at
    )
    item = PrescriptionItem.objects.create(
        prescription=prescription, medicine=world.canary(f"medicine{name}", readers)
    )
    author = frozenset({row.doctor.given_name})
    world.keep("prescription", name, prescription, author)
    world.keep("medicine", name, item, author)
    return record


def close(row: Encounter, record: MedicalRecord, *, is_released: bool = True) -> None:
    now = timezone.now()
    MedicalRecord.objects.filter(pk=record.pk).update(
        status="final", signed_by=record.author, signed_at=now, released_at=now if is_released else None
    )
    Encounter.objects.filter(pk=row.pk).update(status="finished", ended_at=now)
    record.refresh_from_db()
