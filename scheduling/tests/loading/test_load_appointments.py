"""Visits from elsewhere: history as it was, visits to come under the rules of the calendar."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
import time_machine
from django.db import connection
from django.test.utils import CaptureQueriesContext

from accounts.models import LoadBatch, Message
from accounts.tests.factories import DoctorFactory
from accounts.tests.house_files import Ran, write
from scheduling.models import Appointment, AppointmentEvent

pytestmark = pytest.mark.django_db
AHEAD = {"START": "2027-01-12T09:00", "STATUS": "booked"}
PAST = {"START": "2026-12-01T09:00", "STATUS": "fulfilled"}


def facts(visit: Appointment) -> dict[str, Any]:
    return {"start": visit.start_at, "end": visit.end_at, "status": visit.status}


def test_a_visit_to_come_is_booked_with_its_event_and_without_a_message(load, ana, dr_rao, admin):
    ran = load(AHEAD | {"REASON": "Chest pain"}, options=("--actor", admin.email))

    visit = Appointment.objects.get()
    start = datetime(2027, 1, 12, 9, tzinfo=UTC)
    assert (ran.code, ran.summary) == (0, (1, 0, 0, 0))
    assert facts(visit) == {"start": start, "end": start + timedelta(minutes=20), "status": "booked"}
    assert (visit.patient, visit.doctor, visit.location) == (ana, dr_rao, dr_rao.location)
    assert (visit.source, visit.booked_by, visit.patient_reason) == ("command", admin, "Chest pain")
    event = AppointmentEvent.objects.get()
    assert (event.from_status, event.to_status, event.new_start_at) == ("", "booked", start)
    assert (event.actor, event.new_doctor) == (admin, dr_rao)
    assert not Message.objects.exists()
    assert "nobody is sent a message" in ran.err


def test_a_second_run_changes_nothing(load):
    rows = [AHEAD, PAST, PAST | {"STATUS": "cancelled"}, PAST | {"STATUS": "noshow"}]
    load(*rows)
    before = list(Appointment.objects.values())

    ran = load(*rows)

    assert (ran.code, ran.summary) == (0, (0, 0, 4, 0))
    assert list(Appointment.objects.values()) == before
    assert AppointmentEvent.objects.count() == 4


def test_history_may_overlap(load):
    ran = load(PAST, PAST, PAST | {"STATUS": "noshow"})

    assert (ran.code, Appointment.objects.count()) == (0, 3)


def test_a_time_without_offset_is_one_of_the_places_clock(load, dr_rao):
    dr_rao.location.time_zone = "Asia/Kathmandu"
    dr_rao.location.save()

    load(PAST, PAST | {"START": "2026-12-01T09:00:00+02:00"})

    starts = list(Appointment.objects.order_by("pk").values_list("start_at", flat=True))
    assert starts == [datetime(2026, 12, 1, 3, 15, tzinfo=UTC), datetime(2026, 12, 1, 7, tzinfo=UTC)]


@pytest.mark.parametrize(
    ("row", "column", "words"),
    [
        ({"PATIENT": "nobody"}, "PATIENT", "no patient with this key"),
        ({"DOCTOR": "Nobody"}, "DOCTOR", "no doctor with this key"),
        ({"DOCTOR": ""}, "DOCTOR", "A value is needed"),
        ({"TYPE": "spa"}, "TYPE", "no type of visit"),
        ({"LOCATION": "Moon"}, "LOCATION", "no location of this name"),
        ({"DEPARTMENT": "Moon"}, "DEPARTMENT", "no department of this name"),
        ({"START": "BAD_DATA"}, "START", "not a time like"),
        ({"START": "2027-01-12"}, "START", "not a time like"),
        ({"START": ""}, "START", "A value is needed"),
        ({"START": "2027-03-28T01:30"}, "START", "The clocks skip this time"),
        ({"END": "2027-01-12T08:00"}, "END", "The end lies before the start"),
        ({"DURATION": "-5"}, "DURATION", "not a number of minutes"),
        ({"DURATION": "0"}, "DURATION", "not a number of minutes"),
        ({"DURATION": "1500"}, "END", "at most 24 hours"),
        ({"STATUS": "maybe"}, "STATUS", "Use one of these"),
        ({"STATUS": "fulfilled"}, "STATUS", "has not begun"),
        ({"STATUS": "noshow"}, "STATUS", "has not begun"),
        ({"STATUS": "booked", "START": "2026-12-01T09:00"}, "STATUS", "Say what became of it"),
        ({"STATUS": "", "START": "2026-12-01T09:00"}, "STATUS", "Say what became of it"),
        ({"REASON": "x" * 501}, "REASON", "longer than 500"),
    ],
)
def test_a_fault_is_told_in_words(load, row, column, words):
    ran = load(AHEAD | row)

    assert (ran.code, Appointment.objects.count()) == (2, 0)
    assert f"visits.csv, row 2, {column}" in ran.err
    assert words in ran.err


def test_a_dry_run_writes_nothing(load):
    ran = load(AHEAD, PAST, options=("--dry-run",))

    assert (ran.code, ran.summary) == (0, (2, 0, 0, 0))
    assert not Appointment.objects.exists() and not LoadBatch.objects.exists()


def test_a_moved_visit_keeps_its_history(load):
    load(AHEAD)

    ran = load(AHEAD | {"START": "2027-01-12T10:00"})

    visit = Appointment.objects.get()
    moved = AppointmentEvent.objects.last()
    nine, ten = datetime(2027, 1, 12, 9, tzinfo=UTC), datetime(2027, 1, 12, 10, tzinfo=UTC)
    assert (ran.code, ran.summary) == (0, (0, 1, 0, 0))
    assert (visit.start_at, visit.version) == (ten, 2)
    assert (moved.from_status, moved.to_status, moved.old_start_at, moved.new_start_at) == (
        "booked",
        "booked",
        nine,
        ten,
    )


def test_what_became_of_a_visit_goes_through_the_states(load, now):
    load(AHEAD)

    with time_machine.travel(now + timedelta(days=3), tick=False):
        ran = load(AHEAD | {"STATUS": "fulfilled"})
        again = load(AHEAD | {"STATUS": "fulfilled"})

    events = list(AppointmentEvent.objects.order_by("pk").values_list("from_status", "to_status"))
    assert (ran.summary, again.summary) == ((0, 1, 0, 0), (0, 0, 1, 0))
    assert events == [
        ("", "booked"),
        ("booked", "arrived"),
        ("arrived", "checked-in"),
        ("checked-in", "fulfilled"),
    ]


@pytest.mark.parametrize(
    ("first", "then", "column", "words"),
    [
        (PAST, {"STATUS": "noshow"}, "STATUS", "which the file cannot take back"),
        (PAST, {"START": "2026-12-02T09:00"}, "START", "it cannot be moved"),
        (AHEAD | {"STATUS": "cancelled"}, {"STATUS": "booked"}, "STATUS", "which the file cannot take back"),
        (AHEAD, {"PATIENT": "other"}, "PATIENT", "does not change its patient"),
    ],
)
def test_what_a_file_may_not_change(load, ben, first, then, column, words):
    load(first)
    then = {name: ben.mrn if value == "other" else value for name, value in then.items()}

    ran = load(first | then)

    assert (ran.code, ran.summary) == (2, (0, 0, 0, 1))
    assert f"row 2, {column}" in ran.err
    assert words in ran.err


def test_a_patient_who_sits_in_the_waiting_room_is_not_sent_home_by_a_file(load):
    load(AHEAD)
    Appointment.objects.update(status="arrived")

    load(AHEAD | {"REASON": "Headache"})

    visit = Appointment.objects.get()
    assert (visit.status, visit.patient_reason) == ("arrived", "Headache")


def test_without_keys_patient_doctor_and_time_are_the_key(tmp_path, hours, ana):
    row = {"Patient": ana.mrn, "Provider": "Rao, Asha", "Visit type": "Consultation", "Date": PAST["START"]}
    path = write(tmp_path / "v.csv", [row | {"Outcome": "attended"}] * 2)

    first, second = Ran("load_appointments", path, "--json"), Ran("load_appointments", path, "--json")

    assert (first.summary, second.summary) == ((1, 0, 0, 0), (0, 0, 1, 0))
    assert first.told("skipped") == {"appointments": 1}


def test_an_ambiguous_doctor_is_refused_in_words(load):
    DoctorFactory(given_name="Asha", family_name="Rao")

    assert "Several doctors have this name" in load(PAST).err


def test_the_queries_of_a_chunk_do_not_grow_with_its_rows(load):
    def rows(number: int) -> list[dict[str, str]]:
        return [PAST | {"START": f"2026-11-{day:02}T09:00"} for day in range(1, number + 1)]

    with CaptureQueriesContext(connection) as few:
        load(*rows(3), options=("--dry-run",))
    with CaptureQueriesContext(connection) as many:
        load(*rows(28), options=("--dry-run",))

    assert len(few) == len(many)
