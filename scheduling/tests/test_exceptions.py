"""Single days, leave and closures in the list of free times, on the clock of the place."""

from datetime import UTC, date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from accounts.models import Doctor, Location, Patient
from accounts.tests.factories import LocationFactory
from scheduling.errors import OutsideAvailability
from scheduling.models import Appointment, AvailabilityRule
from scheduling.services.availability import first_free, free_slots
from scheduling.services.booking import book
from scheduling.services.hours import outside, whole_hours
from scheduling.slots import from_minutes
from scheduling.tests.factories import (
    AppointmentFactory,
    AvailabilityOverrideFactory,
    AvailabilityRuleFactory,
    ClinicClosureFactory,
    TimeOffFactory,
    open_every_day,
)
from scheduling.tests.refusal import refused

HOUR, DAY = timedelta(hours=1), timedelta(days=1)
LONDON = "Europe/London"


def labels(order: dict[str, Any], day: date, zone: str = LONDON, **changes: Any) -> list[str]:
    """The free starts of a local day, as clocks there show them."""
    start = datetime.combine(day, time.min, tzinfo=ZoneInfo(zone))
    asked = {
        "doctors": [order["doctor"]],
        "type": order["type"],
        "viewer": order["actor"],
        "now": order["now"],
    }
    found = free_slots(**asked | changes, start=start, end=start + DAY)
    return [from_minutes(slot.start).astimezone(ZoneInfo(zone)).strftime("%H:%M") for slot in found]


def test_b5_an_extra_day_opens_a_closed_weekday(order: dict[str, Any], lee_hours: Doctor) -> None:
    wednesday = date(2027, 1, 13)
    AvailabilityOverrideFactory(
        doctor=lee_hours, date=wednesday, kind="open", start_time=time(10), end_time=time(11)
    )
    asked = order | {"doctor": lee_hours}

    assert labels(asked, wednesday) == ["10:00", "10:20", "10:40"]
    assert labels(asked, wednesday + 7 * DAY) == []
    start = datetime(2027, 1, 13, 10, tzinfo=UTC)
    assert book(**asked | {"start": start}).start_at == start


def test_b5_a_closed_part_of_the_day_takes_its_starts_and_keeps_the_grid(
    order: dict[str, Any], hours: Doctor, nine: datetime
) -> None:
    AvailabilityOverrideFactory(
        doctor=hours, date=nine.date(), start_time=time(10, 10), end_time=time(16, 30)
    )

    assert labels(order, nine.date()) == ["09:00", "09:20", "09:40", "16:40"]
    with refused(OutsideAvailability):
        book(**order | {"start": nine + 2 * HOUR})


def test_b5_a_day_closed_without_times_is_closed_whole(
    order: dict[str, Any], hours: Doctor, nine: datetime
) -> None:
    AvailabilityOverrideFactory(doctor=hours, date=nine.date())

    assert labels(order, nine.date()) == []
    assert len(labels(order, nine.date() + DAY)) == 24


def test_an_extra_evening_runs_into_the_next_day(order: dict[str, Any], lee_hours: Doctor) -> None:
    AvailabilityOverrideFactory(
        doctor=lee_hours, date=date(2027, 1, 14), kind="open", start_time=time(23, 20), end_time=time(0, 40)
    )
    asked = order | {"doctor": lee_hours}

    assert labels(asked, date(2027, 1, 14)) == ["23:20", "23:40"]
    assert labels(asked, date(2027, 1, 15)) == ["00:00", "00:20"]


def test_b9_a_closure_of_one_place_leaves_the_other_open(
    order: dict[str, Any], lee_hours: Doctor, hours: Doctor, nine: datetime
) -> None:
    annexe = LocationFactory(name="Annexe")
    AvailabilityRule.objects.filter(doctor=lee_hours).update(location=annexe)
    ClinicClosureFactory(location=hours.location, start_at=nine, end_at=nine + HOUR)

    assert labels(order, nine.date())[0] == "10:00"
    assert labels(order | {"doctor": lee_hours}, nine.date())[0] == "09:00"


def test_b9_a_closure_without_a_place_closes_the_house(
    order: dict[str, Any], lee_hours: Doctor, nine: datetime
) -> None:
    ClinicClosureFactory(location=None, start_at=nine, end_at=nine + HOUR)

    assert labels(order, nine.date())[0] == "10:00"
    assert labels(order | {"doctor": lee_hours}, nine.date())[0] == "10:00"


def test_leave_of_one_doctor_is_not_the_others(
    order: dict[str, Any], lee_hours: Doctor, hours: Doctor, nine: datetime
) -> None:
    TimeOffFactory(doctor=hours, start_at=nine, end_at=nine + 30 * DAY)

    assert labels(order, nine.date()) == []
    assert labels(order | {"doctor": lee_hours}, nine.date())[0] == "09:00"


def test_withdrawn_leave_takes_nothing(order: dict[str, Any], hours: Doctor, nine: datetime) -> None:
    TimeOffFactory(doctor=hours, start_at=nine, end_at=nine + DAY, archived_at=nine)

    assert len(labels(order, nine.date())) == 24


def test_the_next_free_time_lies_after_the_leave(
    order: dict[str, Any], hours: Doctor, now: datetime, nine: datetime
) -> None:
    TimeOffFactory(doctor=hours, start_at=now, end_at=nine + 20 * DAY)

    found = first_free(doctors=[hours], types=[order["type"]], viewer=order["actor"], now=now)

    assert found[hours.pk][0].start == nine + 20 * DAY


def test_the_search_asks_as_often_with_exceptions_as_without(
    order: dict[str, Any], hours: Doctor, nine: datetime, ana: Patient, django_assert_num_queries: Any
) -> None:
    asked = {"doctors": [hours], "type": order["type"], "viewer": order["actor"], "now": order["now"]}
    with django_assert_num_queries(5):
        free_slots(**asked, start=nine, end=nine + DAY, patient=ana)
    for number in range(3):
        at = nine + number * HOUR
        TimeOffFactory(doctor=hours, start_at=at, end_at=at + HOUR)
        ClinicClosureFactory(location=hours.location, start_at=at, end_at=at + HOUR)
        AvailabilityOverrideFactory(doctor=hours, date=nine.date() + number * DAY)

    with django_assert_num_queries(5):
        free_slots(**asked, start=nine, end=nine + DAY, patient=ana)


def test_a9_a_place_that_changes_its_zone_moves_its_rules_and_no_visit(
    order: dict[str, Any], hours: Doctor, clinic: Location, nine: datetime
) -> None:
    visit = book(**order)

    Location.objects.filter(pk=clinic.pk).update(time_zone="Asia/Kathmandu")

    visit.refresh_from_db()
    assert visit.start_at == nine
    assert labels(order, nine.date() + DAY, "Asia/Kathmandu")[0] == "09:00"
    starts = free_slots(
        doctors=[hours],
        type=order["type"],
        start=nine + DAY - 9 * HOUR,
        end=nine + 2 * DAY,
        viewer=order["actor"],
        now=order["now"],
    )
    assert from_minutes(starts[0].start) == datetime(2027, 1, 13, 3, 15, tzinfo=UTC)


@pytest.mark.parametrize(
    ("zone", "monday"),
    [
        ("Pacific/Kiritimati", datetime(2027, 1, 17, 19, tzinfo=UTC)),
        ("Pacific/Pago_Pago", datetime(2027, 1, 18, 20, tzinfo=UTC)),
    ],
)
def test_a11_the_weekday_is_that_of_the_local_date(
    zone: str, monday: datetime, order: dict[str, Any], dr_lee: Doctor, clinic: Location
) -> None:
    """Nine o'clock on a Monday is still Sunday in London for the one, and late on Monday for the other."""
    Location.objects.filter(pk=clinic.pk).update(time_zone=zone)
    AvailabilityRuleFactory(doctor=dr_lee, weekday=0)

    visit = book(**order | {"doctor": dr_lee, "start": monday})

    assert (visit.start_at, monday.astimezone(ZoneInfo(zone)).strftime("%A %H:%M")) == (
        monday,
        "Monday 09:00",
    )


@pytest.mark.parametrize("fold", [0, 1])
def test_a2_each_of_the_two_half_past_twos_is_booked_once(
    fold: int, order: dict[str, Any], dr_lee: Doctor, clinic: Location, ben: Patient
) -> None:
    Location.objects.filter(pk=clinic.pk).update(time_zone="Europe/Paris")
    open_every_day(dr_lee, start=time(2), end=time(4))
    paris = ZoneInfo("Europe/Paris")
    start = datetime(2027, 10, 31, 2, 20, tzinfo=paris, fold=fold).astimezone(UTC)
    given = order | {"doctor": dr_lee, "start": start, "now": start - 5 * DAY}

    visit = book(**given)

    other = datetime(2027, 10, 31, 2, 20, tzinfo=paris, fold=1 - fold).astimezone(UTC)
    assert visit.start_at == start
    assert book(**given | {"start": other, "patient": ben, "actor": ben.user}).start_at == other
    assert Appointment.objects.filter(doctor=dr_lee).count() == 2


def test_b4_a_deleted_rule_leaves_its_visit_booked_and_listed_as_outside_hours(
    order: dict[str, Any], hours: Doctor, now: datetime
) -> None:
    visit = book(**order)
    hours.rules.all().delete()

    upcoming = list(Appointment.objects.upcoming(now).filter(doctor=hours))
    assert (upcoming, visit.status) == ([visit], "booked")
    assert outside(upcoming, whole_hours(hours, upcoming, now)) == [visit]


def test_a_visit_within_leave_counts_as_outside_hours(
    order: dict[str, Any], hours: Doctor, now: datetime
) -> None:
    visit = book(**order)
    fine = AppointmentFactory(doctor=hours, start_at=visit.start_at + HOUR, type=visit.type)
    TimeOffFactory(doctor=hours, start_at=visit.start_at, end_at=visit.end_at)

    assert outside([visit, fine], whole_hours(hours, [visit, fine], now)) == [visit]
