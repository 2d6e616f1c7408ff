"""Charts worth opening: what the doctor who signs in knows of the patients of the day, through the services of the house."""

from datetime import datetime, timedelta
from decimal import Decimal

from accounts.audit import acting
from accounts.models import Patient
from accounts.roles import Role
from accounts.services.registration import register_self
from clinical.measures import BLOOD_PRESSURE, HEIGHT, WEIGHT, Reading
from clinical.models import Encounter, LabResult, MedicalRecord, NoteTemplate
from clinical.services.allergies import add_allergy, record_none_known
from clinical.services.conditions import add_condition
from clinical.services.documents import add_document
from clinical.services.encounters import open_encounter
from clinical.services.findings import Finding
from clinical.services.immunizations import add_immunization
from clinical.services.records import save_draft, sign
from clinical.services.requests import request_correction
from clinical.services.results import correct_result, order_test, report_result, review_result
from clinical.services.vitals import take_vitals
from hospital.demo.build import Demo, account
from hospital.demo.histories import HISTORIES, LETTER, LOINC, TEMPLATES, TESTS, History, Round, Test

HEART_RATE = "8867-4"
MINUTE, DAY = timedelta(minutes=1), timedelta(days=1)


def build_charts(demo: Demo, now: datetime) -> None:
    """The first of them is the patient who signs in."""
    for history in HISTORIES:
        build_history(demo, history, now)
    for test in TESTS:
        build_test(demo, test, now)
    order_what_is_open(demo, now)
    file_a_letter(demo, now)
    ask_for_a_correction(demo, now)
    build_templates(demo)
    sign_up_a_twin(demo, now)


def build_history(demo: Demo, history: History, now: datetime) -> None:
    patient, doctor = demo.patients[history.number], demo.doctors[0]
    for round_ in history.rounds:
        see_again(demo, patient, history, round_, (now - round_.days_ago * DAY).replace(hour=10, minute=0))
    list_problems(demo, patient, history, now)
    list_allergies(demo, patient, history, now)
    for one in history.vaccinations:
        given = now - one.days_ago * DAY
        add_immunization(
            patient=patient,
            encounter=None,
            code=one.code,
            display=one.display,
            dose_number=one.dose_number,
            next_due_on=(given + one.due_after_days * DAY).date() if one.due_after_days else None,
            happened_at=given,
            actor=doctor.user,
            now=now,
        )


def see_again(demo: Demo, patient: Patient, history: History, round_: Round, start: datetime) -> None:
    """A short visit without appointment: measured, noted, signed."""
    doctor, measured = demo.doctors[0].user, start + 5 * MINUTE
    kind = Encounter.Class.AMBULATORY
    visit = open_encounter(patient=patient, class_code=kind, reason="Check-up", actor=doctor, now=start)
    values = readings(history, round_)
    take_vitals(
        encounter=visit, taken_at=measured, values=values, position="sitting", actor=doctor, now=measured
    )
    upper, lower = round_.pressure
    record = save_draft(
        encounter=visit,
        version=0,
        sections={
            "complaint": "Feels well.",
            "examination": f"Blood pressure {upper}/{lower} mmHg, sitting.",
        },
        diagnoses=[],
        items=[],
        actor=doctor,
        now=start + 10 * MINUTE,
    )
    sign(record=record, version=record.version, actor=doctor, now=start + 15 * MINUTE)


def readings(history: History, round_: Round) -> list[Reading]:
    """The height at the first visit only: grown-ups keep it."""
    values = [
        Reading(BLOOD_PRESSURE, *map(Decimal, round_.pressure)),
        Reading(HEART_RATE, Decimal(round_.heart_rate)),
        Reading(WEIGHT, Decimal(round_.weight)),
    ]
    return [*values, Reading(HEIGHT, Decimal(history.height))] if round_ is history.rounds[0] else values


def list_problems(demo: Demo, patient: Patient, history: History, now: datetime) -> None:
    for problem in history.problems:
        over = problem.over_days_ago
        add_condition(
            patient=patient,
            onset_date=(now - problem.days_ago * DAY).date(),
            clinical_status="active" if over is None else "resolved",
            abatement_date=None if over is None else (now - over * DAY).date(),
            actor=demo.doctors[0].user,
            now=now,
            **problem.named,
        )


def list_allergies(demo: Demo, patient: Patient, history: History, now: datetime) -> None:
    asked = now - history.rounds[-1].days_ago * DAY
    doctor = demo.doctors[0].user
    if history.was_asked:
        record_none_known(patient=patient, actor=doctor, now=asked)
    for substance in history.allergies:
        add_allergy(patient=patient, actor=doctor, now=asked, **vars(substance))


def build_test(demo: Demo, test: Test, now: datetime) -> LabResult:
    """Ordered, reported a day later, and reviewed the day after unless it still waits."""
    doctor, taken = demo.doctors[0].user, now - test.days_ago * DAY
    release = {"release_policy": test.patient_sees, "release_days": test.release_days}
    named = {"system": LOINC, "code": test.code, "display": test.display, **release}
    result = order_test(patient=demo.patients[0], actor=doctor, now=taken, **named)
    when = taken + DAY
    result = report_result(
        result=result,
        version=result.version,
        finding=found(test, test.value, taken),
        is_final=True,
        actor=doctor,
        now=when,
    )
    if test.corrected_to:
        finding, reason = (
            found(test, test.corrected_to, taken),
            "The first sample was damaged; measured again.",
        )
        when += DAY / 2
        result = correct_result(
            result=result, version=result.version, finding=finding, reason=reason, actor=doctor, now=when
        )
    if test.is_reviewed:
        result = review_result(result=result, version=result.version, actor=doctor, now=when + DAY / 2)
    return result


def found(test: Test, value: str, taken: datetime) -> Finding:
    low, high = (None if end is None else Decimal(end) for end in (test.low, test.high))
    return Finding(taken, Decimal(value), unit=test.unit, range_low=low, range_high=high)


def order_what_is_open(demo: Demo, now: datetime) -> None:
    named = {"system": LOINC, "code": "4548-4", "display": "Haemoglobin A1c"}
    order_test(patient=demo.patients[0], actor=demo.doctors[0].user, now=now, **named)


def file_a_letter(demo: Demo, now: datetime) -> None:
    add_document(
        patient=demo.patients[0],
        content=LETTER.encode(),
        title="Letter from the eye clinic",
        kind="letter",
        happened_on=(now - 60 * DAY).date(),
        is_released=True,
        actor=demo.doctors[0].user,
        now=now - 58 * DAY,
    )


def ask_for_a_correction(demo: Demo, now: datetime) -> None:
    """It waits for the doctor's answer."""
    patient = demo.patients[0]
    records = MedicalRecord.objects.filter(patient=patient, encounter__doctor=demo.doctors[0])
    request_correction(
        record=records.order_by("-encounter__started_at").first(),
        text="I smoked until 2019. The note says only that I do not smoke.",
        actor=patient.accesses.get().user,
        now=now - DAY,
    )


def build_templates(demo: Demo) -> None:
    with acting(demo.admin, reason="demo"):
        for told in TEMPLATES:
            kind = demo.types.get(told["type"])
            texts = {name: text for name, text in told.items() if name != "type"}
            NoteTemplate.objects.create(appointment_type=kind, **texts)


def sign_up_a_twin(demo: Demo, now: datetime) -> None:
    """Ana again, by another spelling of her name: she is told nothing, and the desk is asked."""
    ana = demo.patients[0]
    user = account("patient2", Role.PATIENT, "Anna", ana.family_name, birth_date=ana.birth_date)
    register_self(user=user, gender=ana.gender, phone=ana.phone, actor=user, now=now)
