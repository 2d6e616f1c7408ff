"""What leave would mean, before it is entered."""

from datetime import datetime
from typing import Any

from accounts.models import Doctor, Patient
from scheduling.errors import OutsideAvailability
from scheduling.models import Appointment
from scheduling.services.booking import book
from scheduling.services.leave import (
    Leave,
    add_time_off,
    preview_time_off,
)
from scheduling.tests.factories import AppointmentFactory, open_every_day
from scheduling.tests.leave.words import DAY, TWENTY
from scheduling.tests.refusal import everything, refused


def test_b6_the_preview_lists_every_visit_with_the_soonest_time_of_the_same_doctor(
    booked: Appointment, bens: Appointment, tuesday: Leave, colleague: Doctor, now: datetime, nine: datetime
) -> None:
    found = preview_time_off(leave=tuesday, now=now)

    assert [(row.visit, row.doctor, row.start) for row in found] == [
        (booked, tuesday.doctor, nine + DAY),
        (bens, tuesday.doctor, nine + DAY + TWENTY),
    ]


def test_b6_the_preview_writes_nothing(booked: Appointment, tuesday: Leave, now: datetime) -> None:
    before = everything()

    found = preview_time_off(leave=tuesday, now=now)

    assert [row.visit for row in found] == [booked]
    assert everything() == before


def test_b6_long_leave_proposes_a_colleague_of_the_specialty_at_the_very_time(
    booked: Appointment, tuesday: Leave, colleague: Doctor, dr_lee: Doctor, now: datetime, nine: datetime
) -> None:
    open_every_day(dr_lee)
    half_a_year = Leave(tuesday.doctor, tuesday.start, tuesday.start + 180 * DAY)

    (row,) = preview_time_off(leave=half_a_year, now=now)

    assert (row.doctor, row.start) == (colleague, nine)


def test_b6_without_anybody_free_nothing_is_proposed(
    booked: Appointment, tuesday: Leave, now: datetime
) -> None:
    half_a_year = Leave(tuesday.doctor, tuesday.start, tuesday.start + 180 * DAY)

    (row,) = preview_time_off(leave=half_a_year, now=now)

    assert (row.slot, row.doctor, row.start) == (None, None, None)


def test_b6_a_proposal_avoids_the_other_visits_of_the_patient(
    booked: Appointment, tuesday: Leave, dr_lee: Doctor, now: datetime, nine: datetime
) -> None:
    AppointmentFactory(doctor=dr_lee, patient=booked.patient, start_at=nine + DAY)

    (row,) = preview_time_off(leave=tuesday, now=now)

    assert row.start == nine + DAY + TWENTY


def test_b6_two_visits_of_one_patient_get_two_times(
    booked: Appointment, tuesday: Leave, ana: Patient, colleague: Doctor, nine: datetime, now: datetime
) -> None:
    AppointmentFactory(doctor=tuesday.doctor, patient=ana, start_at=nine + TWENTY, type=booked.type)
    half_a_year = Leave(tuesday.doctor, tuesday.start, tuesday.start + 180 * DAY)

    found = preview_time_off(leave=half_a_year, now=now)

    assert [row.start for row in found] == [nine, nine + TWENTY]


def test_b6_what_waits_for_approval_is_listed_without_a_proposal(
    booked: Appointment, tuesday: Leave, now: datetime
) -> None:
    Appointment.objects.filter(pk=booked.pk).update(status="pending")

    (row,) = preview_time_off(leave=tuesday, now=now)

    assert (row.visit, row.slot) == (booked, None)


def test_b8_a_visit_that_starts_when_leave_ends_is_not_in_the_way(
    booked: Appointment, hours: Doctor, nine: datetime, now: datetime
) -> None:
    morning, rest = Leave(hours, nine - DAY, nine), Leave(hours, nine + TWENTY, nine + DAY)

    assert preview_time_off(leave=morning, now=now) == []
    assert preview_time_off(leave=rest, now=now) == []


def test_b8_leave_that_ends_at_a_start_leaves_that_start_free(
    order: dict[str, Any], hours: Doctor, nine: datetime, now: datetime, dr_rao: Doctor
) -> None:
    add_time_off(leave=Leave(hours, nine - DAY, nine + TWENTY), actor=dr_rao.user, now=now)

    with refused(OutsideAvailability):
        book(**order)
    assert book(**order | {"start": nine + TWENTY}).start_at == nine + TWENTY


def test_the_preview_asks_as_often_for_three_visits_as_for_one(
    booked: Appointment,
    tuesday: Leave,
    colleague: Doctor,
    nine: datetime,
    now: datetime,
    django_assert_num_queries: Any,
) -> None:
    with django_assert_num_queries(7):
        preview_time_off(leave=tuesday, now=now)
    for number in (2, 3):
        AppointmentFactory(doctor=tuesday.doctor, start_at=nine + number * TWENTY, type=booked.type)

    with django_assert_num_queries(7):
        assert len(preview_time_off(leave=tuesday, now=now)) == 3
