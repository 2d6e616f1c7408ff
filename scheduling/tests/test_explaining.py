"""Why nothing is free: the reasons, and that they agree with the list."""

import random
from datetime import UTC, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from accounts.models import Doctor, Patient, User
from scheduling.models import AppointmentType
from scheduling.services.availability import free_slots
from scheduling.services.explaining import Reason, explain, explain_day
from scheduling.slots import from_minutes
from scheduling.tests.factories import (
    AppointmentFactory,
    AppointmentTypeFactory,
    AvailabilityOverrideFactory,
    AvailabilityRuleFactory,
    ClinicClosureFactory,
    TimeOffFactory,
)

HOUR, DAY, MINUTE = timedelta(hours=1), timedelta(days=1), timedelta(minutes=1)
UTC_ZONE = ZoneInfo("UTC")


@pytest.fixture
def ask(
    hours: Doctor, visit_type: AppointmentType, nine: datetime, now: datetime, ana: Patient
) -> dict[str, Any]:
    return {"doctor": hours, "type": visit_type, "start": nine, "viewer": ana.user, "now": now}


def test_a_free_start_has_no_reasons(ask: dict[str, Any]) -> None:
    assert explain(**ask) == []


def test_hours_and_grid(ask: dict[str, Any], nine: datetime) -> None:
    assert explain(**ask | {"start": nine - HOUR}) == [Reason.OUTSIDE_HOURS]
    assert explain(**ask | {"start": nine + timedelta(minutes=7)}) == [Reason.OFF_GRID]
    assert explain(**ask | {"start": nine + timedelta(hours=7, minutes=50)}) == [Reason.OFF_GRID]


def test_hours_of_other_types(ask: dict[str, Any], dr_lee: Doctor, nine: datetime) -> None:
    AvailabilityRuleFactory(doctor=dr_lee, weekday=1).types.add(AppointmentTypeFactory())

    assert explain(**ask | {"doctor": dr_lee}) == [Reason.OTHER_TYPE]


def test_leave_closure_and_closed_day(ask: dict[str, Any], hours: Doctor, nine: datetime) -> None:
    TimeOffFactory(doctor=hours, start_at=nine, end_at=nine + HOUR)
    ClinicClosureFactory(location=hours.location, start_at=nine + 2 * HOUR, end_at=nine + 3 * HOUR)
    AvailabilityOverrideFactory(doctor=hours, date=nine.date(), start_time=time(13), end_time=time(14))

    assert explain(**ask) == [Reason.LEAVE]
    assert explain(**ask | {"start": nine + 2 * HOUR}) == [Reason.CLOSED]
    assert explain(**ask | {"start": nine + 4 * HOUR}) == [Reason.DAY_CLOSED]
    assert explain(**ask | {"start": nine + HOUR}) == []


def test_visits_and_their_buffers(ask: dict[str, Any], hours: Doctor, nine: datetime) -> None:
    AppointmentFactory(doctor=hours, start_at=nine, block_end=nine + timedelta(minutes=30))

    assert explain(**ask) == [Reason.BUSY]
    assert explain(**ask | {"start": nine + timedelta(minutes=20)}) == [Reason.BUSY]
    AppointmentType.objects.filter(pk=ask["type"].pk).update(buffer_before_minutes=20)
    kind = AppointmentType.objects.get(pk=ask["type"].pk)
    assert explain(**ask | {"type": kind, "start": nine + timedelta(minutes=40)}) == [Reason.BUFFER]


def test_limits_of_patients_bind_patients_only(ask: dict[str, Any], reception: User, now: datetime) -> None:
    soon, far = now + HOUR, now + 100 * DAY + HOUR

    assert explain(**ask | {"start": soon, "now": soon - timedelta(minutes=30)}) == [Reason.LEAD]
    assert explain(**ask | {"start": far}) == [Reason.HORIZON]
    assert explain(**ask | {"start": now - 23 * HOUR}) == [Reason.PAST]
    assert explain(**ask | {"start": far, "viewer": reception}) == []


def test_the_daily_limit(ask: dict[str, Any], hours: Doctor, nine: datetime) -> None:
    AppointmentType.objects.filter(pk=ask["type"].pk).update(daily_limit=1)
    kind = AppointmentType.objects.get(pk=ask["type"].pk)
    AppointmentFactory(doctor=hours, start_at=nine + 3 * HOUR, type=kind)

    assert explain(**ask | {"type": kind}) == [Reason.LIMIT]
    assert explain(**ask | {"type": kind, "start": nine + DAY}) == []


def test_hidden_types_and_doctors_who_left(ask: dict[str, Any], hours: Doctor, now: datetime) -> None:
    hidden = AppointmentTypeFactory(patients_may_book=False)
    gone = Doctor.objects.get(pk=hours.pk)
    gone.archived_at = now

    assert explain(**ask | {"type": hidden}) == [Reason.HIDDEN]
    assert Reason.ARCHIVED in explain(**ask | {"doctor": gone})


def test_a_day_in_numbers(ask: dict[str, Any], hours: Doctor, nine: datetime) -> None:
    for number in range(3):
        AppointmentFactory(doctor=hours, start_at=nine + number * timedelta(minutes=20))
    TimeOffFactory(doctor=hours, start_at=nine + 4 * HOUR, end_at=nine + 8 * HOUR)
    asked = {name: ask[name] for name in ("doctor", "type", "viewer", "now")}

    found = explain_day(**asked, day=nine.date(), zone=UTC_ZONE)

    assert (found.starts, found.free) == (24, 9)
    assert found.reasons == [(Reason.LEAVE, 12), (Reason.BUSY, 3)]


def test_a_day_without_hours_says_so(ask: dict[str, Any], dr_lee: Doctor, nine: datetime) -> None:
    asked = {name: ask[name] for name in ("type", "viewer", "now")}

    found = explain_day(doctor=dr_lee, **asked, day=nine.date(), zone=UTC_ZONE)

    assert (found.starts, found.free, found.reasons) == (0, 0, [(Reason.OUTSIDE_HOURS, 0)])


@pytest.mark.parametrize("seed", range(12))
def test_d11_no_reason_is_given_exactly_for_the_starts_of_the_list(
    seed: int, ask: dict[str, Any], hours: Doctor, nine: datetime
) -> None:
    """Visits, holds, leave, closures, exceptions and a limit at random, each minute of some hours asked."""
    chance = random.Random(seed)
    mess_up(chance, hours, nine)
    kind = ask["type"]
    kind.buffer_before_minutes, kind.buffer_after_minutes = chance.choice([(0, 0), (5, 10), (0, 20)])
    kind.step_minutes, kind.daily_limit = chance.choice([10, 20, 30]), chance.choice([None, None, 3])
    kind.save()
    start = nine + chance.randrange(-2, 7) * HOUR
    asked = {"type": kind, "viewer": ask["viewer"], "now": ask["now"]}

    listed = free_slots(doctors=[hours], start=start, end=start + 2 * HOUR, **asked)

    unexplained = [
        at
        for at in (start + number * MINUTE for number in range(120))
        if explain(doctor=hours, start=at, **asked) == []
    ]
    assert unexplained == [from_minutes(slot.start) for slot in listed]


def mess_up(chance: random.Random, doctor: Doctor, nine: datetime) -> None:
    def span(longest: int) -> tuple[datetime, datetime]:
        begin = nine + chance.randrange(-60, 480) * MINUTE
        return begin, begin + chance.randrange(5, longest) * MINUTE

    at = nine + chance.randrange(0, 100) * MINUTE
    for _visit in range(4):
        AppointmentFactory(doctor=doctor, start_at=at, block_start=at - chance.randrange(10) * MINUTE)
        at += chance.randrange(30, 150) * MINUTE
    AppointmentFactory(
        doctor=doctor,
        start_at=at,
        status="held",
        hold_expires_at=datetime(2027, 1, chance.choice([1, 30]), tzinfo=UTC),
    )
    for _leave in range(chance.randrange(2)):
        low, high = span(90)
        TimeOffFactory(doctor=doctor, start_at=low, end_at=high)
    for _closure in range(chance.randrange(3)):
        low, high = span(60)
        ClinicClosureFactory(location=chance.choice([None, doctor.location]), start_at=low, end_at=high)
    hour = chance.randrange(7, 16)
    AvailabilityOverrideFactory(
        doctor=doctor,
        date=nine.date(),
        kind=chance.choice(["open", "close"]),
        start_time=time(hour, chance.choice([0, 15])),
        end_time=time(hour + chance.choice([1, 3])),
    )
