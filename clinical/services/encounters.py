"""Begin, undo and end a visit: the encounter and its appointment move together or not at all."""

from datetime import datetime

from accounts.audit import acting
from accounts.models import Doctor, Patient, User
from accounts.rules import demand
from clinical.errors import EncounterHasContent, EncounterNotOpen, VisitAlreadyEnded
from clinical.models import Encounter
from clinical.models.encounter import EncounterStatus
from scheduling.models import Appointment, Status
from scheduling.services import visits
from scheduling.services.calendar import calendar_write, patiently


def lock(encounter: Encounter) -> Encounter:
    """The encounter as it is now, and nobody else's until the transaction ends.

    Its patient is read afterwards: joined here, a row that a merge moved while we waited would not be found.
    """
    locked = Encounter.objects.select_for_update(of=("self",)).select_related("appointment")
    return locked.get(pk=encounter.pk)


@patiently
def start_encounter(*, appointment: Appointment, actor: User, now: datetime) -> Encounter:
    """Open the visit's one encounter; asked again, the open one is the answer."""
    demand(actor, "clinical.start_encounter", appointment)
    doctor, patient = appointment.doctor, appointment.patient
    with calendar_write(doctor, patient, actor=actor, reason="visit started"):
        encounter = Encounter.objects.select_for_update().filter(appointment=appointment).first()
        if encounter and encounter.is_open:
            return encounter
        appointment = visits.start(appointment=appointment, actor=actor, now=now)
        return reopen(encounter, now) if encounter else open_for(appointment, now)


def open_for(appointment: Appointment, now: datetime) -> Encounter:
    return Encounter.objects.create(
        patient_id=appointment.patient_id,
        doctor_id=appointment.doctor_id,
        department_id=appointment.department_id,
        location_id=appointment.location_id,
        appointment=appointment,
        reason=appointment.patient_reason,
        started_at=now,
    )


def reopen(encounter: Encounter, now: datetime) -> Encounter:
    """A visit has one encounter: one whose start was undone starts again."""
    encounter.status, encounter.started_at = EncounterStatus.IN_PROGRESS, now
    encounter.save(update_fields=["status", "started_at"])
    return encounter


@patiently
def undo_start(*, encounter: Encounter, actor: User, now: datetime) -> Encounter:
    """The patient waits again, as if the visit had not begun; only while nothing has been written."""
    demand(actor, "clinical.start_encounter", encounter)
    doctor, patient = encounter.doctor, encounter.patient
    with calendar_write(doctor, patient, actor=actor, reason="start of the visit undone"):
        encounter = lock(encounter)
        require_under_way(encounter)
        if encounter.has_content():
            raise EncounterHasContent
        encounter.status = EncounterStatus.CANCELLED
        encounter.save(update_fields=["status"])
        if encounter.appointment:
            visits.undo(appointment=encounter.appointment, actor=actor, now=now)
    return encounter


@patiently
def end_visit(*, encounter: Encounter, actor: User, now: datetime) -> Encounter:
    """The patient has gone; the record stays open to be written and signed later."""
    demand(actor, "clinical.write_record", encounter)
    with calendar_write(encounter.doctor, encounter.patient, actor=actor, reason="visit ended"):
        encounter = lock(encounter)
        require_under_way(encounter)
        end(encounter, actor, now)
        encounter.save(update_fields=["ended_at"])
    return encounter


def require_under_way(encounter: Encounter) -> None:
    if not encounter.is_open:
        raise EncounterNotOpen
    if encounter.ended_at:
        raise VisitAlreadyEnded


def end(encounter: Encounter, actor: User, now: datetime) -> None:
    """Note the end, and free the doctor's calendar; the caller saves the encounter."""
    encounter.ended_at = encounter.ended_at or max(now, encounter.started_at)
    appointment = encounter.appointment
    if appointment and appointment.status == Status.CHECKED_IN:
        visits.finish(appointment=appointment, actor=actor, now=now)


def finish(encounter: Encounter, actor: User, now: datetime) -> None:
    """Close for good, after signing: from here on the encounter's children stay as they are."""
    end(encounter, actor, now)
    encounter.status = EncounterStatus.FINISHED
    encounter.save(update_fields=["status", "ended_at"])


@patiently
def open_encounter(
    *, patient: Patient, class_code: str, reason: str, actor: User, now: datetime
) -> Encounter:
    """A visit without an appointment: a walk-in, a call. Asked again while it is open, it is the answer."""
    demand(actor, "clinical.open_encounter", patient)
    with acting(actor, reason="visit without appointment"):
        patient = Patient.objects.held(patient)
        doctor = Doctor.objects.get(user=actor)
        mine = Encounter.objects.in_progress().filter(patient=patient, doctor=doctor, appointment=None)
        return mine.first() or Encounter.objects.create(
            patient=patient,
            doctor=doctor,
            department_id=doctor.department_id,
            location_id=doctor.location_id,
            class_code=class_code,
            reason=reason,
            started_at=now,
        )
