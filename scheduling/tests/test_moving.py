"""Another time for a visit."""

from datetime import datetime, timedelta
from typing import Any

import pytest

from accounts.errors import NotAllowed, StaleVersion
from accounts.models import Doctor, Message, Patient, User
from scheduling.errors import (
    NotMovable,
    OutsideAvailability,
    OverrideUnexplained,
    PatientBusy,
    ReasonMissing,
    SlotTaken,
)
from scheduling.models import Appointment, AppointmentType
from scheduling.rules import cannot_move
from scheduling.services.booking import book, cancel
from scheduling.services.moving import move
from scheduling.services.orders import Beyond
from scheduling.services.visits import arrive
from scheduling.tests.factories import AppointmentFactory
from scheduling.tests.refusal import refused

TWENTY = timedelta(minutes=20)


@pytest.fixture
def wish(booked: Appointment, hours: Doctor, ana: Patient, nine: datetime, now: datetime) -> dict[str, Any]:
    """Ana moves her visit from nine to ten, as the arguments of `move`."""
    return {
        "appointment": booked,
        "doctor": hours,
        "start": nine + timedelta(hours=1),
        "version": booked.version,
        "actor": ana.user,
        "now": now,
    }


def kinds() -> list[str]:
    return list(Message.objects.order_by("pk").values_list("kind", flat=True))


def test_a_visit_moves_with_one_event_and_one_message(wish: dict[str, Any], nine: datetime) -> None:
    visit = move(**wish)

    event = visit.events.latest("pk")
    assert (visit.start_at, visit.end_at) == (nine + timedelta(hours=1), nine + timedelta(minutes=80))
    assert (visit.version, visit.moves, visit.status) == (wish["version"] + 1, 1, "booked")
    assert (event.from_status, event.to_status) == ("booked", "booked")
    assert (event.old_start_at, event.new_start_at) == (nine, nine + timedelta(hours=1))
    assert kinds() == ["appointment-booked", "appointment-moved"]


def test_c2_the_same_move_twice_is_one(wish: dict[str, Any]) -> None:
    first = move(**wish)

    again = move(**wish)

    assert (again.version, again.events.count(), kinds()) == (
        first.version,
        2,
        ["appointment-booked", "appointment-moved"],
    )


def test_the_old_time_is_free_at_once(wish: dict[str, Any], order: dict[str, Any], ben: Patient) -> None:
    move(**wish)

    assert book(**order | {"patient": ben, "actor": ben.user}).start_at == order["start"]


def test_c5_a_visit_moves_into_its_own_time(wish: dict[str, Any], nine: datetime) -> None:
    kind = wish["appointment"].type
    AppointmentType.objects.filter(pk=kind.pk).update(step_minutes=10)

    visit = move(**wish | {"start": nine + timedelta(minutes=10)})

    assert visit.start_at == nine + timedelta(minutes=10)


def test_c5_a_visit_moves_to_another_doctor(
    wish: dict[str, Any], lee_hours: Doctor, nine: datetime, hours: Doctor
) -> None:
    visit = move(**wish | {"doctor": lee_hours})

    event = visit.events.latest("pk")
    assert (visit.doctor, visit.department, visit.location) == (
        lee_hours,
        lee_hours.department,
        lee_hours.location,
    )
    assert (event.old_doctor, event.new_doctor) == (hours, lee_hours)


def test_c6_a_refused_move_keeps_the_old_time(wish: dict[str, Any], hours: Doctor) -> None:
    AppointmentFactory(doctor=hours, start_at=wish["start"])

    with refused(SlotTaken):
        move(**wish)


def test_a_move_outside_the_hours_is_refused(wish: dict[str, Any], nine: datetime) -> None:
    with refused(OutsideAvailability):
        move(**wish | {"start": nine + timedelta(hours=10)})


def test_c12_a_patient_does_not_move_into_a_visit_of_their_own(
    wish: dict[str, Any], ana: Patient, dr_lee: Doctor
) -> None:
    AppointmentFactory(doctor=dr_lee, patient=ana, start_at=wish["start"])

    with refused(PatientBusy):
        move(**wish)


def test_d9_a_move_of_an_older_version_is_refused(wish: dict[str, Any], nine: datetime) -> None:
    move(**wish)

    with refused(StaleVersion):
        move(**wish | {"start": nine + timedelta(hours=2)})


def test_exactly_at_the_notice_a_patient_still_moves(wish: dict[str, Any], nine: datetime) -> None:
    visit = move(**wish | {"now": nine - timedelta(minutes=120)})

    assert visit.start_at == wish["start"]


def test_after_the_notice_a_patient_is_told_to_call(wish: dict[str, Any], nine: datetime) -> None:
    late = nine - timedelta(minutes=119)

    with refused(NotMovable, "Call"):
        move(**wish | {"now": late})
    assert "too late" in cannot_move(wish["actor"], wish["appointment"], late)


def test_a_patient_moves_a_visit_as_often_as_its_type_allows(wish: dict[str, Any], nine: datetime) -> None:
    version = wish["version"]
    for number in range(3):
        visit = move(**wish | {"start": nine + (number + 1) * TWENTY, "version": version + number})

    assert visit.moves == 3
    with refused(NotMovable, "as often"):
        move(**wish | {"start": nine, "version": visit.version})


def test_staff_move_beyond_notice_and_number_with_a_reason(
    wish: dict[str, Any], reception: User, nine: datetime
) -> None:
    Appointment.objects.filter(pk=wish["appointment"].pk).update(moves=3)
    late = wish | {"actor": reception, "now": nine - timedelta(minutes=5)}

    with refused(ReasonMissing):
        move(**late)
    visit = move(**late, reason="Called us")

    assert (visit.start_at, visit.moves) == (wish["start"], 3)
    assert visit.events.latest("pk").reason == "Called us"


def test_staff_move_beyond_the_hours_only_with_a_waiver_and_its_reason(
    wish: dict[str, Any], reception: User, nine: datetime
) -> None:
    evening = wish | {"actor": reception, "start": nine + timedelta(hours=10), "reason": "Called us"}

    with refused(OutsideAvailability):
        move(**evening)
    with refused(OverrideUnexplained):
        move(**evening, beyond=Beyond(hours=True))
    visit = move(**evening, beyond=Beyond(hours=True, reason="Urgent"))

    assert (visit.start_at, visit.overlap_reason) == (nine + timedelta(hours=10), "Urgent")


def test_patients_waive_nothing(wish: dict[str, Any], nine: datetime) -> None:
    with refused(NotAllowed):
        move(**wish | {"start": nine + timedelta(hours=10)}, beyond=Beyond(hours=True, reason="I want it"))


def test_d5_another_patient_does_not_move(wish: dict[str, Any], ben: Patient, dr_lee: Doctor) -> None:
    with refused(NotAllowed):
        move(**wish | {"actor": ben.user})
    with refused(NotAllowed):
        move(**wish | {"actor": dr_lee.user})


def test_only_a_booked_visit_moves(wish: dict[str, Any], reception: User, now: datetime) -> None:
    arrive(appointment=wish["appointment"], actor=reception, now=now)

    with refused(NotMovable, "Waiting"):
        move(**wish)


def test_a_cancelled_visit_does_not_move(wish: dict[str, Any], ana: Patient, now: datetime) -> None:
    cancel(appointment=wish["appointment"], reason="", actor=ana.user, now=now)

    with refused(NotMovable, "Cancelled"):
        move(**wish)


def test_what_waits_for_approval_is_not_moved(wish: dict[str, Any]) -> None:
    Appointment.objects.filter(pk=wish["appointment"].pk).update(status="pending")

    with refused(NotMovable, "waits for an answer"):
        move(**wish)


def test_c17_nobody_moves_to_a_doctor_who_has_left(
    wish: dict[str, Any], lee_hours: Doctor, now: datetime
) -> None:
    Doctor.objects.filter(pk=lee_hours.pk).update(archived_at=now)

    with refused(Exception, "no longer sees patients"):
        move(**wish | {"doctor": lee_hours})


def test_c11_a_move_takes_the_length_that_the_type_has_now(wish: dict[str, Any]) -> None:
    AppointmentType.objects.filter(pk=wish["appointment"].type_id).update(minutes=40, step_minutes=20)

    visit = move(**wish)

    assert visit.end_at - visit.start_at == timedelta(minutes=40)
