"""Rules, closures, buffers and busy blocks: cases B and C of the design."""

from datetime import date, timedelta

from scheduling.slots import Closed, Shape, from_minutes, slot_at, windows
from scheduling.tests.slot_words import HALF_HOUR, MONDAY, block, hours, labels, local, on_day


def test_b2_overlapping_rules_give_each_start_once():
    rules = [hours(MONDAY, "09:00", "11:00"), hours(MONDAY, "10:00", "12:00")]

    assert labels(on_day(rules, MONDAY)) == ["09:00", "09:30", "10:00", "10:30", "11:00", "11:30"]
    assert len(windows(rules, MONDAY, MONDAY)) == 1


def test_b2_merged_hours_have_one_grid_from_their_beginning():
    rules = [hours(MONDAY, "09:00", "10:10"), hours(MONDAY, "10:10", "11:00")]

    assert labels(on_day(rules, MONDAY)) == ["09:00", "09:30", "10:00", "10:30"]


def test_b2_overlap_of_two_locations_goes_to_the_hours_that_began_first():
    rules = [hours(MONDAY, "09:00", "11:00", location_id=2), hours(MONDAY, "10:00", "12:00", location_id=1)]

    slots = on_day(rules, MONDAY)

    assert labels(slots) == ["09:00", "09:30", "10:00", "10:30", "11:00", "11:30"]
    assert [slot.location_id for slot in slots] == [2, 2, 2, 2, 1, 1]


def test_b2_equal_hours_of_two_locations_go_to_the_lower_id():
    rules = [hours(MONDAY, "09:00", "10:00", location_id=n, department_id=5 - n) for n in (3, 2)]

    slots = on_day(rules, MONDAY)

    assert [(slot.location_id, slot.department_id) for slot in slots] == [(2, 3), (2, 3)]


def test_b3_rule_that_ends_today_still_holds_today_only():
    rules = [hours(MONDAY, "09:00", "10:00", valid_until=MONDAY)]

    assert len(on_day(rules, MONDAY)) == 2
    assert on_day(rules, MONDAY + timedelta(days=7)) == []


def test_b3_rule_that_begins_today_holds_from_today():
    rules = [hours(MONDAY, "09:00", "10:00", valid_from=MONDAY)]

    assert len(on_day(rules, MONDAY)) == 2
    assert on_day(rules, MONDAY - timedelta(days=7)) == []


def test_b3_night_hours_of_the_last_day_run_to_their_end():
    rules = [hours(MONDAY, "22:00", "02:00", valid_until=MONDAY)]

    assert len(on_day(rules, MONDAY + timedelta(days=1))) == 4


def test_b5_closing_the_middle_of_the_day_keeps_the_grid():
    closed = [Closed(*block(MONDAY, "09:50", "10:20"), doctor_id=1)]

    assert labels(on_day([hours(MONDAY, "09:00", "12:00")], MONDAY, closed=closed)) == [
        "09:00",
        "10:30",
        "11:00",
        "11:30",
    ]


def test_b8_leave_that_ends_at_a_start_leaves_the_start_and_its_buffer():
    closed = [Closed(*block(MONDAY, "08:00", "10:00"), doctor_id=1)]

    slots = on_day(
        [hours(MONDAY, "09:00", "11:00")], MONDAY, shape=Shape(1, 30, 30, before=15), closed=closed
    )

    assert labels(slots) == ["10:00", "10:30"]


def test_b9_closure_of_one_location_leaves_the_other_open():
    rules = [
        hours(MONDAY, "09:00", "10:00", location_id=1),
        hours(MONDAY, "09:00", "10:00", location_id=2, doctor_id=2),
    ]
    closed = [Closed(*block(MONDAY, "00:00", "23:59"), location_id=1)]

    slots = on_day(rules, MONDAY, closed=closed)

    assert {(slot.doctor_id, slot.location_id) for slot in slots} == {(2, 2)}


def test_b10_alternate_weeks_go_on_across_a_year_of_53_weeks():
    monday = date(2026, 12, 14)  # 2026 has a week 53
    rules = [hours(monday, "09:00", "09:30", every_weeks=2, anchor=date(2026, 12, 16))]

    opened = windows(rules, monday, date(2027, 1, 31))

    assert [from_minutes(start).date() for _, start, *_ in opened] == [
        date(2026, 12, 14),
        date(2026, 12, 28),
        date(2027, 1, 11),
        date(2027, 1, 25),
    ]


def test_b10_alternate_weeks_reach_back_before_the_anchor():
    rules = [hours(MONDAY, "09:00", "09:30", every_weeks=3, anchor=MONDAY)]

    opened = windows(rules, MONDAY - timedelta(days=28), MONDAY)

    assert [from_minutes(start).date() for _, start, *_ in opened] == [MONDAY - timedelta(days=21), MONDAY]


def test_b11_window_shorter_than_the_visit_has_no_start():
    assert on_day([hours(MONDAY, "09:00", "09:29")], MONDAY) == []
    assert labels(on_day([hours(MONDAY, "09:00", "09:30")], MONDAY)) == ["09:00"]


def test_b12_every_start_of_a_long_window_is_there():
    slots = on_day([hours(MONDAY, "08:00", "18:00")], MONDAY, shape=Shape(1, 15, 15))

    assert [slot.start for slot in slots] == list(range(*block(MONDAY, "08:00", "18:00"), 15))


def test_rule_for_other_types_is_not_used():
    rules = [hours(MONDAY, "09:00", "10:00", type_ids=frozenset({2}))]

    assert on_day(rules, MONDAY) == []
    assert len(on_day(rules, MONDAY, shape=Shape(2, 30, 30))) == 2


def test_c3_start_off_the_grid_or_between_minutes_is_not_free():
    rules = [hours(MONDAY, "09:00", "11:00")]
    nine = local(MONDAY, "09:00")

    def free(moment):
        return slot_at(rules, {}, HALF_HOUR, moment, 1) is not None

    assert free(nine)
    assert not free(nine + timedelta(minutes=10))
    assert not free(nine - timedelta(seconds=30))
    assert not free(nine + timedelta(seconds=1))


def test_c4_buffers_of_both_visits_count():
    shape = Shape(1, 20, 10, before=5, after=10)
    busy = {1: [block(MONDAY, "09:55", "10:30")]}  # a visit 10:00-10:20 with the same buffers

    slots = on_day([hours(MONDAY, "09:00", "11:10")], MONDAY, shape=shape, busy=busy)

    assert labels(slots) == ["09:00", "09:10", "09:20", "10:40", "10:50"]


def test_c4_buffers_that_exactly_touch_a_block_fit():
    shape = Shape(1, 20, 10, before=10, after=10)
    busy = {1: [block(MONDAY, "09:30", "09:50")]}

    slots = on_day([hours(MONDAY, "09:00", "10:20")], MONDAY, shape=shape, busy=busy)

    assert labels(slots) == ["09:00", "10:00"]


def test_c4_buffers_may_stick_out_of_the_window():
    shape = Shape(1, 30, 30, before=60, after=60)

    assert labels(on_day([hours(MONDAY, "09:00", "09:30")], MONDAY, shape=shape)) == ["09:00"]


def test_c4_buffer_that_sticks_out_may_not_meet_a_block_there():
    shape = Shape(1, 30, 30, after=15)
    busy = {1: [block(MONDAY, "10:10", "11:00")]}

    assert labels(on_day([hours(MONDAY, "09:00", "10:00")], MONDAY, shape=shape, busy=busy)) == ["09:00"]


def test_c4_blocks_inside_one_another_bar_what_the_longest_bars():
    busy = {
        1: [block(MONDAY, "10:30", "10:40"), block(MONDAY, "09:30", "11:30"), block(MONDAY, "10:00", "10:30")]
    }

    assert labels(on_day([hours(MONDAY, "09:00", "12:30")], MONDAY, busy=busy)) == ["09:00", "11:30", "12:00"]


def test_c4_blocks_of_another_doctor_bar_nothing():
    rules = [hours(MONDAY, "09:00", "09:30", doctor_id=doctor) for doctor in (2, 1)]

    slots = on_day(rules, MONDAY, busy={2: [block(MONDAY, "09:00", "09:30")]})

    assert [slot.doctor_id for slot in slots] == [1]


def test_c10_long_visit_does_not_fit_into_two_short_gaps():
    busy = {1: [block(MONDAY, "09:30", "10:00"), block(MONDAY, "10:30", "11:00")]}
    rules = [hours(MONDAY, "09:00", "11:00")]

    assert on_day(rules, MONDAY, shape=Shape(1, 45, 15), busy=busy) == []
    assert labels(on_day(rules, MONDAY, busy=busy)) == ["09:00", "10:00"]
