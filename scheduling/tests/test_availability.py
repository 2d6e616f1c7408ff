"""The search over real rows: who sees which times, and what it costs."""

from datetime import UTC, date, datetime, time, timedelta
from typing import Any

import pytest
from django.contrib.auth.models import AnonymousUser

from accounts.models import Doctor, Patient, User
from accounts.tests.factories import DoctorFactory
from scheduling import slots
from scheduling.models import Appointment, AppointmentType, AvailabilityRule
from scheduling.services.availability import first_free, free_slots, types_of
from scheduling.tests.factories import (
    AppointmentFactory,
    AppointmentTypeFactory,
    AvailabilityRuleFactory,
    open_every_day,
)

DAY = timedelta(days=1)


def starts(found: list[slots.Slot]) -> list[datetime]:
    return [slots.from_minutes(slot.start) for slot in found]


@pytest.fixture
def ask(hours: Doctor, visit_type: AppointmentType, now: datetime, ana: Patient) -> dict[str, Any]:
    """Ana looks at the Tuesday of Dr Rao."""
    tuesday = datetime(2027, 1, 12, tzinfo=UTC)
    return {
        "doctors": [hours],
        "type": visit_type,
        "start": tuesday,
        "end": tuesday + DAY,
        "viewer": ana.user,
        "now": now,
    }


def test_a_day_of_eight_hours_has_24_times_of_twenty_minutes(ask: dict[str, Any]) -> None:
    found = starts(free_slots(**ask))

    assert (len(found), found[0].hour, found[-1].hour, found[-1].minute) == (24, 9, 16, 40)


def test_what_is_booked_is_not_offered(ask: dict[str, Any], nine: datetime, hours: Doctor) -> None:
    AppointmentFactory(doctor=hours, start_at=nine)
    AppointmentFactory(doctor=hours, start_at=nine + timedelta(hours=1), status="cancelled")

    assert nine not in starts(free_slots(**ask))
    assert len(free_slots(**ask)) == 23


def test_c5_a_visit_may_be_left_out_of_the_busy_ones(
    ask: dict[str, Any], nine: datetime, hours: Doctor
) -> None:
    visit = AppointmentFactory(doctor=hours, start_at=nine)

    assert nine in starts(free_slots(**ask, exclude=visit))


def test_c4_buffers_keep_their_distance(ask: dict[str, Any], nine: datetime, hours: Doctor) -> None:
    visit = AppointmentFactory(doctor=hours, start_at=nine + timedelta(hours=1))
    Appointment.objects.filter(pk=visit.pk).update(block_end=visit.end_at + timedelta(minutes=5))

    found = starts(free_slots(**ask))

    assert visit.end_at not in found and visit.end_at + timedelta(minutes=20) in found


@pytest.mark.parametrize("who", ["ana", "stranger", "dr_lee"])
def test_the_limits_for_patients_hold_for_all_but_those_who_book(
    who: str, ask: dict[str, Any], dr_lee: Doctor, visit_type: AppointmentType
) -> None:
    viewer = {"ana": ask["viewer"], "stranger": AnonymousUser(), "dr_lee": dr_lee.user}[who]
    visit_type.horizon_days = 2

    found = starts(free_slots(**ask | {"viewer": viewer, "end": ask["start"] + 9 * DAY}))

    assert (len(found), max(found)) == (24, datetime(2027, 1, 12, 16, 40, tzinfo=UTC))


def test_reception_sees_beyond_the_horizon_but_not_the_past(
    ask: dict[str, Any], reception: User, visit_type: AppointmentType
) -> None:
    visit_type.horizon_days = 1
    now = ask["start"] + timedelta(hours=12)

    found = starts(free_slots(**ask | {"viewer": reception, "now": now, "end": ask["start"] + 3 * DAY}))

    assert (min(found), max(found).date()) == (now, date(2027, 1, 14))


def test_c17_an_archived_doctor_offers_nothing(ask: dict[str, Any], hours: Doctor, now: datetime) -> None:
    Doctor.objects.update(archived_at=now)

    assert free_slots(**ask) == []
    assert first_free(doctors=[hours], types=[ask["type"]], viewer=ask["viewer"], now=now) == {}


def test_b3_a_rule_that_ends_today_gives_today_and_no_more(ask: dict[str, Any]) -> None:
    AvailabilityRule.objects.update(valid_until=date(2027, 1, 12))

    found = starts(free_slots(**ask | {"end": ask["start"] + 7 * DAY}))

    assert {start.date() for start in found} == {date(2027, 1, 12)}


def test_b4_a_deleted_rule_leaves_its_visits(ask: dict[str, Any], booked: Appointment) -> None:
    AvailabilityRule.objects.all().delete()

    assert free_slots(**ask) == []
    assert Appointment.objects.get() == booked


def test_b2_overlapping_rules_give_each_time_once(ask: dict[str, Any], hours: Doctor) -> None:
    AvailabilityRuleFactory(doctor=hours, weekday=1, start_time=time(8), end_time=time(12))

    found = starts(free_slots(**ask))

    assert len(found) == len(set(found)) == 27


def test_a_rule_for_other_kinds_offers_nothing(ask: dict[str, Any]) -> None:
    other = AppointmentTypeFactory()
    for rule in AvailabilityRule.objects.all():
        rule.types.add(other)

    assert free_slots(**ask) == []
    assert types_of(doctor=ask["doctors"][0], viewer=ask["viewer"], now=ask["now"]) == [other]


def test_c12_times_at_which_the_patient_is_elsewhere_can_be_left_out(
    ask: dict[str, Any], nine: datetime, ana: Patient, dr_lee: Doctor
) -> None:
    AppointmentFactory(doctor=dr_lee, patient=ana, start_at=nine + timedelta(minutes=10))

    found = starts(free_slots(**ask, patient=ana))

    assert len(free_slots(**ask)) - len(found) == 2
    assert nine + timedelta(minutes=40) == found[0]


def test_the_number_of_queries_does_not_grow_with_the_doctors(
    ask: dict[str, Any], django_assert_num_queries: Any
) -> None:
    others = [DoctorFactory() for _ in range(3)]
    for doctor in others:
        open_every_day(doctor)

    for doctors in (ask["doctors"], [*ask["doctors"], *others]):
        with django_assert_num_queries(4):
            free_slots(**ask | {"doctors": doctors})


def test_the_first_free_time_is_the_first_of_the_list(
    ask: dict[str, Any], now: datetime, hours: Doctor
) -> None:
    found = first_free(doctors=[hours], types=[ask["type"]], viewer=ask["viewer"], now=now, count=3)

    listed = free_slots(**ask | {"start": now, "end": now + DAY})
    assert [opening.slot for opening in found[hours.pk]] == listed[:3]


def test_the_first_free_time_is_found_weeks_ahead(
    dr_lee: Doctor, visit_type: AppointmentType, now: datetime
) -> None:
    AvailabilityRuleFactory(doctor=dr_lee, weekday=1, valid_from=date(2027, 3, 1))

    found = first_free(doctors=[dr_lee], types=[visit_type], viewer=AnonymousUser(), now=now)

    assert found[dr_lee.pk][0].start == datetime(2027, 3, 2, 9, tzinfo=UTC)


def test_a10_hours_follow_the_clock_of_the_place(ask: dict[str, Any], hours: Doctor) -> None:
    hours.location.time_zone = "Asia/Kathmandu"
    hours.location.save()

    found = starts(free_slots(**ask))

    assert found[0] == datetime(2027, 1, 12, 3, 15, tzinfo=UTC)
