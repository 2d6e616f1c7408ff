"""Wall clocks and instants, and a list that does not depend on how one searches: cases A of the design."""

from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scheduling.slots import Shape, Slot, free_slots, from_minutes, to_minutes, windows
from scheduling.tests.slot_words import (
    AUTUMN,
    CAIRO,
    HALF_HOUR,
    KATHMANDU,
    KIRITIMATI,
    LORD_HOWE,
    MONDAY,
    PAGO_PAGO,
    PARIS,
    SPRING,
    block,
    hours,
    labels,
    local,
    on_day,
    only,
)


def test_a1_paris_start_in_the_gap_moves_to_the_change():
    slots = on_day([hours(SPRING, "02:30", "04:00", PARIS)], SPRING, PARIS)

    assert labels(slots, PARIS) == ["03:00", "03:30"]
    assert slots[0].start == to_minutes(datetime(2027, 3, 28, 1, tzinfo=UTC))


def test_a1_paris_end_in_the_gap_moves_to_the_change():
    slots = on_day([hours(SPRING, "01:00", "02:30", PARIS)], SPRING, PARIS)

    assert labels(slots, PARIS) == ["01:00", "01:30"]


def test_a1_paris_window_wholly_in_the_gap_is_none():
    assert windows([hours(SPRING, "02:10", "02:50", PARIS)], SPRING, SPRING) == []


@pytest.mark.parametrize(("start", "end"), [("01:00", "02:00"), ("03:00", "04:00")])
def test_a1_paris_hours_that_touch_the_gap_keep_their_length(start, end):
    [(_, opens, closes, *_)] = windows([hours(SPRING, start, end, PARIS)], SPRING, SPRING)

    assert closes - opens == 60


def test_a2_paris_both_half_past_twos_are_distinct_and_each_once():
    slots = on_day([hours(AUTUMN, "02:00", "03:00", PARIS)], AUTUMN, PARIS)

    assert labels(slots, PARIS, "%H:%M%z") == ["02:00+0200", "02:30+0200", "02:00+0100", "02:30+0100"]
    assert len({slot.start for slot in slots}) == 4


def test_a2_paris_booking_one_half_past_two_leaves_the_other():
    first = to_minutes(local(AUTUMN, "02:30", PARIS))

    slots = on_day([hours(AUTUMN, "02:30", "03:00", PARIS)], AUTUMN, PARIS, busy={1: [(first, first + 30)]})

    assert labels(slots, PARIS, "%H:%M%z") == ["02:00+0100", "02:30+0100"]


def test_a2_paris_end_within_the_repeated_hour_includes_both_passes():
    slots = on_day([hours(AUTUMN, "01:30", "02:30", PARIS)], AUTUMN, PARIS)

    assert labels(slots, PARIS, "%H:%M%z") == ["01:30+0200", "02:00+0200", "02:30+0200", "02:00+0100"]


def test_a2_paris_end_where_the_repeated_hour_begins_includes_neither_pass():
    slots = on_day([hours(AUTUMN, "01:00", "02:00", PARIS)], AUTUMN, PARIS)

    assert labels(slots, PARIS, "%H:%M%z") == ["01:00+0200", "01:30+0200"]


def test_a3_cairo_start_at_a_midnight_that_does_not_exist():
    day = date(2027, 4, 30)

    slots = free_slots(
        [hours(day, "00:00", "02:00", CAIRO)],
        {},
        HALF_HOUR,
        *(local(day, c, CAIRO) for c in ("01:00", "08:00")),
    )

    assert labels(slots, CAIRO) == ["01:00", "01:30"]
    assert slots[0].start == to_minutes(datetime(2027, 4, 29, 22, tzinfo=UTC))


def test_a3_cairo_evening_hours_end_at_a_midnight_that_does_not_exist():
    day = date(2027, 4, 29)

    [(_, opens, closes, *_)] = windows([hours(day, "22:00", "00:00", CAIRO)], day, day)

    assert (closes - opens, closes) == (120, to_minutes(datetime(2027, 4, 29, 22, tzinfo=UTC)))


def test_a4_lord_howe_skips_half_an_hour():
    day = date(2027, 10, 3)

    slots = on_day([hours(day, "01:30", "03:00", LORD_HOWE)], day, LORD_HOWE)

    assert labels(slots, LORD_HOWE) == ["01:30", "02:30"]


def test_a4_lord_howe_repeats_half_an_hour():
    day = date(2027, 4, 4)

    slots = on_day([hours(day, "01:00", "02:30", LORD_HOWE)], day, LORD_HOWE)

    assert labels(slots, LORD_HOWE) == ["01:00", "01:30", "01:30", "02:00"]


def test_a5_kathmandu_is_five_hours_and_three_quarters_ahead():
    slots = on_day([hours(MONDAY, "09:00", "10:00", KATHMANDU)], MONDAY, KATHMANDU)

    assert labels(slots, KATHMANDU) == ["09:00", "09:30"]
    assert labels(slots) == ["03:15", "03:45"]


def test_a6_night_clinic_stands_under_its_first_day():
    tuesday = MONDAY + timedelta(days=1)
    night = [hours(MONDAY, "22:00", "06:00", PARIS)]

    assert len(windows(night, MONDAY, MONDAY)) == 1
    assert windows(night, tuesday, tuesday) == []


def test_a6_night_clinic_is_found_when_the_search_begins_on_the_next_day():
    tuesday = MONDAY + timedelta(days=1)
    rules = [hours(MONDAY, "22:00", "06:00", PARIS, valid_until=MONDAY)]

    slots = on_day(rules, tuesday, PARIS, Shape(1, 60, 60))

    assert labels(slots, PARIS) == ["00:00", "01:00", "02:00", "03:00", "04:00", "05:00"]


def test_a6_night_grid_is_counted_from_the_evening():
    tuesday = MONDAY + timedelta(days=1)

    slots = on_day([hours(MONDAY, "22:00", "01:00")], tuesday, shape=Shape(1, 45, 45))

    assert labels(slots) == ["00:15"]


def test_a7_end_at_midnight_keeps_the_last_visit():
    slots = on_day([hours(MONDAY, "23:00", "00:00")], MONDAY)

    assert labels(slots) == ["23:00", "23:30"]


def test_a7_equal_ends_are_a_whole_day():
    slots = on_day([hours(MONDAY, "00:00", "00:00")], MONDAY)

    assert len(slots) == 48


def test_a7_visit_may_run_over_midnight_into_the_next_hours():
    tuesday = MONDAY + timedelta(days=1)
    rules = [only(MONDAY, "23:00", "00:00"), only(tuesday, "00:00", "01:00")]

    assert labels(on_day(rules, MONDAY, shape=Shape(1, 40, 40))) == ["23:00", "23:40"]


def test_a8_leap_day_has_hours():
    leap = date(2028, 2, 29)

    slots = on_day([only(leap, "09:00", "10:00", PARIS)], leap, PARIS)

    assert labels(slots, PARIS, "%d.%m. %H:%M") == ["29.02. 09:00", "29.02. 09:30"]


def test_a8_weekly_rule_goes_on_after_the_leap_day():
    leap = date(2028, 2, 29)

    opened = windows([hours(leap, "09:00", "10:00")], leap - timedelta(days=7), leap + timedelta(days=7))

    assert [from_minutes(start).date() for _, start, *_ in opened] == [
        date(2028, 2, 22),
        leap,
        date(2028, 3, 7),
    ]


@pytest.mark.parametrize(("zone", "utc_day"), [(KIRITIMATI, 28), (PAGO_PAGO, 2)])
def test_a11_weekday_is_that_of_the_local_date(zone, utc_day):
    clock = "08:00" if zone == KIRITIMATI else "20:00"
    end = "09:00" if zone == KIRITIMATI else "21:00"

    slots = on_day([hours(MONDAY, clock, end, zone)], MONDAY, zone)

    assert labels(slots, zone, "%a %d") == ["Mon 01", "Mon 01"]
    assert {from_minutes(slot.start).day for slot in slots} == {utc_day}


@pytest.mark.parametrize("zone", [KIRITIMATI, PAGO_PAGO])
def test_a11_night_hours_at_the_ends_of_the_world_are_found_from_the_next_day(zone):
    tuesday = MONDAY + timedelta(days=1)

    slots = on_day([only(MONDAY, "23:00", "22:30", zone)], tuesday, zone)

    assert len(slots) == 45


def test_slots_are_sorted_by_start_then_doctor():
    rules = [hours(MONDAY, "09:00", "10:00", doctor_id=doctor) for doctor in (3, 1, 2)]

    slots = on_day(rules, MONDAY)

    assert [slot.doctor_id for slot in slots] == [1, 2, 3, 1, 2, 3]
    assert slots == sorted(slots)


def test_search_keeps_its_start_and_not_its_end():
    rules = [hours(MONDAY, "09:00", "11:00")]

    slots = free_slots(rules, {}, HALF_HOUR, local(MONDAY, "09:30"), local(MONDAY, "10:30"))

    assert labels(slots) == ["09:30", "10:00"]


def test_visit_may_end_after_the_search_does():
    slots = free_slots(
        [hours(MONDAY, "09:00", "17:00")],
        {},
        Shape(1, 240, 60),
        local(MONDAY, "09:00"),
        local(MONDAY, "09:01"),
    )

    assert slots == [Slot(block(MONDAY, "09:00", "13:00")[0], 1, block(MONDAY, "09:00", "13:00")[1], 1, 1)]


def test_search_that_ends_before_it_begins_is_empty():
    assert free_slots([hours(MONDAY, "09:00", "17:00")], {}, HALF_HOUR, *[local(MONDAY, "10:00")] * 2) == []


@pytest.mark.parametrize("days_ahead", range(9))
def test_doctor_who_never_closes_has_the_same_grid_however_one_searches(days_ahead):
    rules = [hours(MONDAY + timedelta(days=n), "00:00", "00:00", PARIS) for n in range(7)]
    shape, start = Shape(1, 50, 25), local(MONDAY, "00:00", PARIS)
    whole = free_slots(rules, {}, shape, start, start + timedelta(days=10))

    piece = [start + timedelta(days=days_ahead), start + timedelta(days=days_ahead + 1)]

    within = [slot for slot in whole if to_minutes(piece[0]) <= slot.start < to_minutes(piece[1])]
    assert within and free_slots(rules, {}, shape, *piece) == within


def test_night_hours_before_the_week_do_not_move_the_grid_with_the_search():
    sunday, tuesday, wednesday = (MONDAY + timedelta(days=n) for n in (-1, 1, 2))
    rules = [
        only(sunday, "22:00", "10:00"),
        only(MONDAY, "06:00", "08:00"),
        only(MONDAY, "09:10", "09:00"),
        only(tuesday, "09:00", "08:00"),
        only(wednesday, "08:00", "10:00"),
    ]
    start, shape = local(sunday, "00:00"), Shape(1, 20, 35)
    whole = free_slots(rules, {}, shape, start, start + timedelta(days=4))

    late = free_slots(rules, {}, shape, local(wednesday, "00:00"), start + timedelta(days=4))

    assert late and late == [slot for slot in whole if slot.start >= to_minutes(local(wednesday, "00:00"))]


def test_hours_two_local_days_before_the_utc_date_still_fix_the_grid():
    saturday, sunday = (MONDAY - timedelta(days=n) for n in (2, 1))
    rules = [only(saturday, "14:00", "14:00", PAGO_PAGO), only(sunday, "13:40", "13:30", PAGO_PAGO)]
    start, end, shape = local(saturday, "00:00"), local(MONDAY, "14:00", PAGO_PAGO), Shape(1, 5, 35)
    late = local(MONDAY, "13:00", PAGO_PAGO)  # already Tuesday in UTC

    found = free_slots(rules, {}, shape, late, end)

    whole = free_slots(rules, {}, shape, start, end)
    assert found and found == [slot for slot in whole if slot.start >= to_minutes(late)]


@pytest.mark.parametrize("wrong", [(0, 10, 0, 0), (10, 0, 0, 0), (10, 10, -1, 0), (10, 10, 0, -1)])
def test_shape_refuses_what_cannot_be_walked(wrong):
    with pytest.raises(ValueError, match="shape"):
        Shape(1, *wrong)


def test_naive_datetimes_are_refused():
    with pytest.raises(TypeError):
        to_minutes(datetime(2027, 3, 1))


@given(st.integers(min_value=-(10**7), max_value=10**8))
def test_minutes_survive_the_way_to_a_datetime_and_back(minutes):
    assert to_minutes(from_minutes(minutes)) == minutes
