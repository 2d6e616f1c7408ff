"""What waits for approval, and what staff book beyond the rules, each with its reason."""

from datetime import datetime, timedelta
from typing import Any

import pytest

from accounts.errors import NotAllowed
from accounts.models import Doctor, Message, Patient, User
from scheduling.errors import OutsideAvailability, OverrideUnexplained, PatientBusy, SlotTaken, TooSoon
from scheduling.models import Appointment, AppointmentType
from scheduling.services.booking import book
from scheduling.services.orders import Beyond
from scheduling.tests.factories import AppointmentFactory, TimeOffFactory
from scheduling.tests.refusal import refused

Order = dict[str, Any]
HOUR = timedelta(hours=1)
WHY = "Asked for by the ward"


@pytest.fixture
def by_staff(order: Order, reception: User) -> Order:
    return order | {"actor": reception}


@pytest.fixture
def approved_only(visit_type: AppointmentType) -> AppointmentType:
    AppointmentType.objects.filter(pk=visit_type.pk).update(needs_approval=True)
    return visit_type


def kinds() -> list[str]:
    return list(Message.objects.order_by("pk").values_list("kind", flat=True))


def test_what_a_patient_books_of_such_a_type_waits(order: Order, approved_only: AppointmentType) -> None:
    visit = book(**order)

    assert (visit.status, visit.events.get().to_status, kinds()) == (
        "pending",
        "pending",
        ["appointment-requested"],
    )


def test_c9_two_patients_do_not_wait_for_one_time(
    order: Order, approved_only: AppointmentType, ben: Patient
) -> None:
    book(**order)

    with refused(SlotTaken):
        book(**order | {"patient": ben, "actor": ben.user})


def test_what_staff_book_of_such_a_type_is_booked(by_staff: Order, approved_only: AppointmentType) -> None:
    assert book(**by_staff).status == "booked"


def test_a_waived_overlap_needs_a_reason(by_staff: Order, booked: Appointment, ben: Patient) -> None:
    order = by_staff | {"patient": ben}

    with refused(SlotTaken):
        book(**order)
    with refused(OverrideUnexplained):
        book(**order, beyond=Beyond(doctor=True, reason="  "))


def test_staff_book_over_another_visit_with_a_reason(
    by_staff: Order, booked: Appointment, ben: Patient
) -> None:
    visit = book(**by_staff | {"patient": ben}, beyond=Beyond(doctor=True, reason=WHY))

    assert (visit.start_at, visit.doctor_overlap_allowed) == (booked.start_at, True)
    assert (visit.patient_overlap_allowed, visit.overlap_reason, visit.events.get().reason) == (
        False,
        WHY,
        WHY,
    )


def test_c12_staff_book_a_patient_into_two_places_with_a_reason(
    by_staff: Order, booked: Appointment, lee_hours: Doctor
) -> None:
    order = by_staff | {"doctor": lee_hours}

    with refused(PatientBusy):
        book(**order)
    visit = book(**order, beyond=Beyond(patient=True, reason=WHY))

    assert (visit.patient_overlap_allowed, visit.doctor_overlap_allowed) == (True, False)


def test_letting_a_patient_overlap_does_not_open_the_doctor(
    by_staff: Order, booked: Appointment, ana: Patient, ben: Patient
) -> None:
    with refused(SlotTaken):
        book(**by_staff, beyond=Beyond(patient=True, reason=WHY))
    with refused(PatientBusy):
        book(**by_staff, beyond=Beyond(doctor=True, reason=WHY))


def test_a_waiver_that_was_not_needed_opens_nothing(by_staff: Order) -> None:
    """Were the flag set all the same, the database would no longer keep others away from this time."""
    visit = book(**by_staff, beyond=Beyond(doctor=True, patient=True, reason=WHY))

    assert (visit.doctor_overlap_allowed, visit.patient_overlap_allowed) == (False, False)


def test_staff_book_outside_the_hours_with_a_reason(by_staff: Order, nine: datetime) -> None:
    evening = by_staff | {"start": nine + 10 * HOUR}

    with refused(OutsideAvailability):
        book(**evening)
    visit = book(**evening, beyond=Beyond(hours=True, reason=WHY))

    assert (visit.start_at, visit.location) == (nine + 10 * HOUR, by_staff["doctor"].location)


def test_a_waiver_of_hours_does_not_cover_another_visit(by_staff: Order, nine: datetime) -> None:
    AppointmentFactory(doctor=by_staff["doctor"], start_at=nine + 10 * HOUR)

    with refused(SlotTaken):
        book(**by_staff | {"start": nine + 10 * HOUR}, beyond=Beyond(hours=True, reason=WHY))


def test_staff_book_into_leave_with_a_reason(by_staff: Order, nine: datetime) -> None:
    TimeOffFactory(doctor=by_staff["doctor"], start_at=nine, end_at=nine + HOUR)

    with refused(OutsideAvailability):
        book(**by_staff)
    assert book(**by_staff, beyond=Beyond(hours=True, reason=WHY)).start_at == nine


def test_nobody_waives_the_past(by_staff: Order, now: datetime) -> None:
    with refused(TooSoon):
        book(**by_staff | {"start": now - HOUR}, beyond=Beyond(hours=True, reason=WHY))


def test_patients_waive_nothing(order: Order, booked: Appointment, nine: datetime) -> None:
    with refused(NotAllowed):
        book(**order | {"start": nine + 10 * HOUR}, beyond=Beyond(hours=True, reason=WHY))
