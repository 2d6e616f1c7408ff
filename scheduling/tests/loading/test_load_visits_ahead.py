"""Visits to come from elsewhere: whose time is taken, who cannot come, who is away."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.db import IntegrityError

from accounts.loading.kinds import Row
from accounts.loading.undo import undo_load
from accounts.models import LoadBatch, SourceReference
from accounts.tests.factories import PatientFactory
from scheduling.loading import visits
from scheduling.models import Appointment
from scheduling.services.booking import book
from scheduling.services.checking import outside_hours
from scheduling.tests.factories import AppointmentFactory, TimeOffFactory

pytestmark = pytest.mark.django_db
AHEAD = {"START": "2027-01-12T09:00", "STATUS": "booked"}
PAST = {"START": "2026-12-01T09:00", "STATUS": "fulfilled"}


def test_two_rows_of_one_time_are_told_and_the_rest_goes_on(load, ben):
    later = AHEAD | {"START": "2027-01-12T10:00"}
    ran = load(AHEAD, AHEAD | {"PATIENT": ben.mrn}, later, options=("--keep-going",))

    assert (ran.code, ran.summary) == (1, (2, 0, 0, 1))
    assert "row 3, DOCTOR" in ran.err
    assert "another visit at this time: row 2 of this file" in ran.err


def test_a_patient_is_in_one_place(load, dr_lee):
    ran = load(AHEAD, AHEAD | {"DOCTOR": "Dr Min Lee"}, options=("--keep-going",))

    assert (ran.code, ran.summary) == (1, (1, 0, 0, 1))
    assert "row 3, PATIENT" in ran.err


def test_a_visit_of_the_house_is_named(load, order, ben):
    book(**order)

    ran = load(AHEAD | {"PATIENT": ben.mrn, "START": "2027-01-12T09:10"})

    assert (ran.code, Appointment.objects.count()) == (2, 1)
    assert f"2027-01-12 09:00, Dr Asha Rao, patient {order['patient'].grouped_mrn}" in ran.err


def test_a_time_that_is_taken_while_the_file_is_read_is_refused_in_words(load, order, ben, monkeypatch):
    """The first judgment found it free; the second stands under the lock."""
    judged = []

    def judge_and_lose(kind: Any, rows: Any, known: Any) -> Any:
        found = original(kind, rows, known)
        if not judged:
            judged.append(True)
            book(**order)
        return found

    original = visits.Appointments.refusals
    monkeypatch.setattr(visits.Appointments, "refusals", judge_and_lose)

    ran = load(AHEAD | {"PATIENT": ben.mrn}, AHEAD | {"START": "2027-01-12T11:00"})

    assert Appointment.objects.count() == 2
    assert ran.summary == (1, 0, 0, 1)
    assert "The doctor has another visit at this time: 2027-01-12 09:00" in ran.err
    assert "refused while it was written: the house changed meanwhile; the others are loaded" in ran.err


def test_a_time_that_the_database_refuses_is_judged_again(load, ben, monkeypatch):
    """Somebody writes past all services after the judgment: the chunk is judged anew, and the row is refused."""
    steps: list[Appointment] = []
    other = PatientFactory()

    def lose(kind: Any, rows: list[Row]) -> Any:
        if steps:
            return create(kind, rows)
        steps.append(Appointment(**rows[0].values["visit"] | {"patient_id": other.pk}))
        raise IntegrityError("overlap constraint failed: a_doctor_is_in_one_visit")

    def judge(kind: Any, rows: Any, known: Any) -> Any:
        if steps and steps[0].pk is None:
            steps[0].save(force_insert=True)
        return refusals(kind, rows, known)

    create, refusals = visits.Appointments.create, visits.Appointments.refusals
    monkeypatch.setattr(visits.Appointments, "create", lose)
    monkeypatch.setattr(visits.Appointments, "refusals", judge)

    ran = load(AHEAD, AHEAD | {"START": "2027-01-12T11:00", "PATIENT": ben.mrn})

    assert ran.summary == (1, 0, 0, 1)
    assert "The doctor has another visit at this time" in ran.err
    assert LoadBatch.objects.get().status == "finished"


def test_a_hold_that_is_over_is_in_nobodys_way(load, dr_rao, ben, now):
    over = now - timedelta(minutes=1)
    start = datetime(2027, 1, 12, 9, tzinfo=UTC)
    held = AppointmentFactory(
        doctor=dr_rao, patient=ben, start_at=start, status="held", hold_expires_at=over, booked_by=ben.user
    )

    ran = load(AHEAD)

    held.refresh_from_db()
    assert (ran.code, held.status) == (0, "expired")


def test_outside_the_hours_it_is_loaded_as_an_exception_and_told(load, now):
    ran = load(AHEAD | {"START": "2027-01-12T20:00"})

    visit = Appointment.objects.get()
    assert ran.code == 0
    assert "outside the hours, on leave or while closed; loaded as an exception" in ran.err
    assert visit.overlap_reason and not visit.doctor_overlap_allowed
    assert outside_hours(now) == []


def test_in_leave_it_is_told(load, dr_rao):
    TimeOffFactory(
        doctor=dr_rao,
        start_at=datetime(2027, 1, 12, tzinfo=UTC),
        end_at=datetime(2027, 1, 13, tzinfo=UTC),
    )

    assert "on leave" in load(AHEAD).err


def test_the_dead_have_no_visit_to_come_but_keep_their_history(load, ana, now):
    ana.deceased_at = datetime(2026, 11, 1, tzinfo=UTC)
    ana.save()

    ran = load(AHEAD, PAST, options=("--keep-going",))

    assert (ran.code, ran.summary) == (1, (1, 0, 0, 1))
    assert "The patient has died. No visit can be booked." in ran.err
    assert "visit after the patient's death; loaded" in ran.err
    assert Appointment.objects.get().status == "fulfilled"


def test_an_archived_file_or_doctor_has_no_visit_to_come(load, ana, dr_rao, now):
    ana.archived_at = now
    ana.save()
    assert "file is closed" in load(AHEAD).err

    ana.archived_at, dr_rao.archived_at = None, now
    ana.save()
    dr_rao.save()
    batch = LoadBatch.objects.create(source="doctors.csv")
    SourceReference.objects.create(
        system="house", kind="doctor", value="D9", target_id=dr_rao.pk, digest="", batch=batch
    )
    assert "no longer sees patients here" in load(AHEAD | {"DOCTOR": "D9"}).err
    assert not Appointment.objects.exists()


def test_a_time_that_one_row_gives_up_a_row_below_may_take(load, ben):
    load(AHEAD, AHEAD | {"START": "2027-01-12T10:00", "PATIENT": ben.mrn})

    ran = load(AHEAD | {"STATUS": "cancelled"}, AHEAD | {"PATIENT": ben.mrn})

    assert (ran.code, ran.summary) == (0, (0, 2, 0, 0))
    assert [(visit.patient, visit.status) for visit in Appointment.objects.order_by("pk")] == [
        (Appointment.objects.earliest("pk").patient, "cancelled"),
        (ben, "booked"),
    ]


def test_visits_that_follow_one_another_all_move_and_an_undo_moves_them_back(load, ben, admin, now):
    ten, eleven = ({"START": f"2027-01-12T{hour}:00"} for hour in (10, 11))
    load(AHEAD | ten, AHEAD | {"PATIENT": ben.mrn})
    before = list(Appointment.objects.order_by("pk").values_list("start_at", flat=True))

    ran = load(AHEAD | eleven, AHEAD | {"PATIENT": ben.mrn} | ten)

    assert (ran.code, ran.summary) == (0, (0, 2, 0, 0))
    undo_load(batch=LoadBatch.objects.latest("pk"), reason="Wrong file", actor=admin, now=now)
    assert list(Appointment.objects.order_by("pk").values_list("start_at", flat=True)) == before


def test_a_new_visit_may_take_the_time_that_a_row_above_gives_up(load, ben):
    load(AHEAD)

    ran = load(AHEAD | {"STATUS": "cancelled"}, AHEAD | {"PATIENT": ben.mrn})

    assert (ran.code, ran.summary) == (0, (1, 1, 0, 0))


def test_a_row_above_does_not_know_what_a_row_below_gives_up(load, ben):
    load(AHEAD, AHEAD | {"START": "2027-01-12T10:00", "PATIENT": ben.mrn})

    ran = load(
        AHEAD | {"START": "2027-01-12T10:00"},
        AHEAD | {"START": "2027-01-12T10:00", "PATIENT": ben.mrn, "STATUS": "cancelled"},
    )

    assert (ran.code, "row 2, DOCTOR" in ran.err) == (2, True)


def test_who_is_refused_has_not_left(load, ben, dr_lee):
    """The first row cannot go where it wants to, so nobody gets its time."""
    load(AHEAD, AHEAD | {"START": "2027-01-12T10:00", "PATIENT": ben.mrn})
    AppointmentFactory(
        doctor=Appointment.objects.earliest("pk").doctor, start_at=datetime(2027, 1, 12, 11, tzinfo=UTC)
    )

    ran = load(AHEAD | {"START": "2027-01-12T11:00"}, AHEAD | {"PATIENT": ben.mrn}, options=("--keep-going",))

    assert (ran.code, ran.summary) == (2, (0, 0, 0, 2))
