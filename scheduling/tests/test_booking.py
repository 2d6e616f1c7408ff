"""Booking: what is taken, what is refused, and that nothing is written when it is."""

from datetime import UTC, datetime, time, timedelta
from typing import Any
from uuid import uuid4

import pytest
from django.db import IntegrityError, transaction
from django.utils import timezone

from accounts.audit import acting
from accounts.errors import NotAllowed
from accounts.models import Doctor, Patient, User
from scheduling.errors import (
    KeyReused,
    OutsideAvailability,
    PatientBusy,
    PolicyForbids,
    SlotTaken,
    TooFar,
    TooSoon,
)
from scheduling.models import Appointment, AppointmentEvent, AppointmentType, AvailabilityRule
from scheduling.services.booking import book, cancel
from scheduling.states import ACTIVE
from scheduling.tests.factories import AppointmentFactory, AppointmentTypeFactory, AvailabilityRuleFactory
from scheduling.tests.refusal import refused

Order = dict[str, Any]


def refuse(error: type[Exception], order: Order, **changes: Any) -> None:
    """The order, changed, is refused with this error."""
    with refused(error):
        book(**order | changes)


def test_a_visit_is_booked_with_one_event(order: Order, nine: datetime, ana: Patient) -> None:
    visit = book(**order, patient_reason="A cough")

    event = visit.events.get()
    assert (visit.status, visit.start_at, visit.end_at) == ("booked", nine, nine + timedelta(minutes=20))
    assert (visit.booked_by, visit.source, visit.patient_reason) == (ana.user, "site", "A cough")
    assert (event.from_status, event.to_status, event.actor, event.new_start_at) == (
        "",
        "booked",
        ana.user,
        nine,
    )


def test_buffers_and_length_are_copied(order: Order, visit_type: AppointmentType, nine: datetime) -> None:
    AppointmentType.objects.filter(pk=visit_type.pk).update(buffer_before_minutes=5, buffer_after_minutes=10)

    visit = book(**order)

    assert (visit.block_start, visit.block_end) == (
        nine - timedelta(minutes=5),
        nine + timedelta(minutes=30),
    )


def test_c11_a_later_edit_of_the_type_moves_no_visit(order: Order, visit_type: AppointmentType) -> None:
    visit = book(**order)

    AppointmentType.objects.filter(pk=visit_type.pk).update(minutes=60, buffer_after_minutes=30)

    assert Appointment.objects.get(pk=visit.pk).end_at - visit.start_at == timedelta(minutes=20)


def test_a_taken_time_is_refused_to_the_next(order: Order, ben: Patient) -> None:
    book(**order)

    refuse(SlotTaken, order, patient=ben, actor=ben.user)


def test_c2_the_same_order_sent_twice_is_one_visit(order: Order) -> None:
    key = uuid4()

    first, second = book(**order, idempotency_key=key), book(**order, idempotency_key=key)

    assert first == second
    assert (Appointment.objects.count(), AppointmentEvent.objects.count()) == (1, 1)


def test_c2_the_same_key_with_another_time_is_refused(order: Order, nine: datetime) -> None:
    key = uuid4()
    book(**order, idempotency_key=key)

    refuse(KeyReused, order, idempotency_key=key, start=nine + timedelta(hours=1))


def test_c2_a_key_is_the_actors_own(order: Order, nine: datetime, ben: Patient) -> None:
    key = uuid4()
    book(**order, idempotency_key=key)
    later = nine + timedelta(hours=1)

    other = book(**order | {"patient": ben, "actor": ben.user, "start": later, "idempotency_key": key})

    assert other.patient == ben


@pytest.mark.parametrize(
    ("start", "error"),
    [
        (datetime(2027, 1, 12, 9, 7, tzinfo=UTC), OutsideAvailability),
        (datetime(2027, 1, 12, 9, 0, 30, tzinfo=UTC), OutsideAvailability),
        (datetime(2027, 1, 12, 8, 40, tzinfo=UTC), OutsideAvailability),
        (datetime(2027, 1, 12, 16, 50, tzinfo=UTC), OutsideAvailability),
        (datetime(2027, 1, 11, 7, 0, tzinfo=UTC), TooSoon),
        (datetime(2020, 1, 11, 9, 0, tzinfo=UTC), TooSoon),
        (datetime(1, 1, 1, tzinfo=UTC), TooSoon),
        (datetime(2027, 5, 11, 9, 0, tzinfo=UTC), TooFar),
        (datetime.max.replace(tzinfo=UTC), TooFar),
    ],
)
def test_c3_a_forged_start_is_refused(order: Order, start: datetime, error: type[Exception]) -> None:
    refuse(error, order, start=start)


def test_c3_a_start_within_the_lead_is_for_staff_only(order: Order, now: datetime, reception: User) -> None:
    soon = now + timedelta(hours=1)
    AppointmentType.objects.update(lead_minutes=90)

    refuse(TooSoon, order, start=soon)
    visit = book(**order | {"start": soon, "actor": reception})

    assert visit.booked_by == reception


def test_c3_a_start_inside_a_buffer_is_taken(order: Order, nine: datetime, ben: Patient) -> None:
    AppointmentType.objects.update(buffer_after_minutes=15)
    book(**order)

    refuse(SlotTaken, order, start=nine + timedelta(minutes=20), patient=ben, actor=ben.user)


def test_c3_a_type_hidden_from_patients_is_for_staff_only(order: Order, reception: User) -> None:
    AppointmentType.objects.update(patients_may_book=False)

    refuse(PolicyForbids, order)

    assert book(**order | {"actor": reception}).booked_by == reception


def test_c3_a_type_that_the_rule_does_not_name_is_refused(order: Order) -> None:
    other = AppointmentTypeFactory(name="Operation")
    for rule in AvailabilityRule.objects.all():
        rule.types.add(other)

    refuse(OutsideAvailability, order)


def test_an_archived_type_is_refused(order: Order, now: datetime, reception: User) -> None:
    AppointmentType.objects.update(archived_at=now)

    refuse(PolicyForbids, order, actor=reception)


def test_c17_an_archived_doctor_takes_no_bookings(order: Order, hours: Doctor, now: datetime) -> None:
    visit = book(**order)
    Doctor.objects.filter(pk=hours.pk).update(archived_at=now)

    refuse(PolicyForbids, order, start=visit.start_at + timedelta(hours=1))

    assert Appointment.objects.get().status == "booked"


@pytest.mark.parametrize("field", ["deceased_at", "archived_at"])
def test_a_closed_file_takes_no_bookings(order: Order, ana: Patient, now: datetime, field: str) -> None:
    Patient.objects.filter(pk=ana.pk).update(**{field: now})

    refuse(PolicyForbids, order)


def test_a_merged_patient_takes_no_bookings(order: Order, ana: Patient, ben: Patient) -> None:
    Patient.objects.filter(pk=ana.pk).update(merged_into=ben)

    refuse(PolicyForbids, order)


def test_nobody_books_for_another_patient(order: Order, ben: Patient) -> None:
    refuse(NotAllowed, order, patient=ben)


@pytest.mark.parametrize("who", ["nurse", "privacy"])
def test_roles_without_the_permission_do_not_book(
    order: Order, who: str, request: pytest.FixtureRequest
) -> None:
    refuse(NotAllowed, order, actor=request.getfixturevalue(who))


def test_a_doctor_does_not_book_on_the_own_say(order: Order, dr_rao: Doctor) -> None:
    refuse(NotAllowed, order, actor=dr_rao.user)


def test_c12_a_patient_is_in_one_place(order: Order, dr_lee: Doctor, nine: datetime) -> None:
    book(**order)
    AvailabilityRuleFactory(doctor=dr_lee, weekday=1, start_time=time(9), end_time=time(12))

    refuse(PatientBusy, order, doctor=dr_lee)


def test_b1_a_booking_blocks_the_doctor_in_every_department(
    order: Order, dr_rao: Doctor, dermatology: Any, ben: Patient
) -> None:
    AvailabilityRule.objects.filter(doctor=dr_rao, weekday__gt=3).update(department=dermatology, weekday=1)
    book(**order)

    refuse(SlotTaken, order, patient=ben, actor=ben.user)


def test_c7_a_cancelled_time_can_be_booked_again(order: Order, ben: Patient, now: datetime) -> None:
    first = book(**order)
    cancel(appointment=first, reason="", actor=first.booked_by, now=now)

    second = book(**order | {"patient": ben, "actor": ben.user})

    assert (second.start_at, second.patient) == (first.start_at, ben)


def test_c10_a_long_type_does_not_fit_two_short_gaps(order: Order, nine: datetime) -> None:
    long = AppointmentTypeFactory(name="Long", minutes=40, step_minutes=20)
    AppointmentFactory(doctor=order["doctor"], start_at=nine + timedelta(minutes=20))

    refuse(SlotTaken, order, type=long)


def test_history_from_elsewhere_does_not_occupy_time(order: Order, nine: datetime) -> None:
    AppointmentFactory(doctor=order["doctor"], start_at=nine, status="fulfilled")

    assert book(**order).start_at == nine


def test_c16_pending_occupies_time(order: Order, nine: datetime) -> None:
    AppointmentFactory(doctor=order["doctor"], start_at=nine, status="pending")

    refuse(SlotTaken, order)


def test_an_old_grant_no_longer_books(order: Order, ana: Patient) -> None:
    yesterday = timezone.now() - timedelta(days=1)
    ana.accesses.update(ends_at=yesterday)

    refuse(NotAllowed, order)


def test_booking_inside_a_larger_transaction_leaves_nothing_when_refused(order: Order, ben: Patient) -> None:
    book(**order)

    with acting(ben.user):
        refuse(SlotTaken, order, patient=ben, actor=ben.user)
        later = book(
            **order | {"patient": ben, "actor": ben.user, "start": order["start"] + timedelta(hours=1)}
        )

    assert later.pk is not None


@pytest.mark.parametrize("status", ACTIVE)
@pytest.mark.parametrize("person", ["doctor", "patient"])
def test_every_state_that_occupies_time_does_so_in_the_database(
    nine: datetime, dr_rao: Doctor, ana: Patient, person: str, status: str
) -> None:
    busy = {"doctor": dr_rao} if person == "doctor" else {"patient": ana}
    AppointmentFactory(start_at=nine, status=status, **busy)

    with pytest.raises(IntegrityError, match=f"a_{person}_is_in"), transaction.atomic():
        AppointmentFactory(start_at=nine + timedelta(minutes=10), **busy)

    assert Appointment.objects.count() == 1


def test_without_its_message_there_is_no_visit(order: Order, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(*args: Any, **kwargs: Any) -> None:
        raise RuntimeError("the outbox is full")

    monkeypatch.setattr("scheduling.messages.enqueue", fail)

    refuse(RuntimeError, order)
