"""What is possible, usual and normal at which age, and the way from one unit to another."""

from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

import pytest
from django.utils import translation
from hypothesis import given
from hypothesis import strategies as st

from clinical.measures import (
    BLOOD_PRESSURE,
    BMI,
    HEIGHT,
    MEASURES,
    WEIGHT,
    Reading,
    body_mass_index,
    measure_of,
)
from clinical.measures.kinds import (
    BREATHING_RATE,
    GLUCOSE,
    HEAD,
    HEART_RATE,
    OXYGEN,
    PAIN,
    TEMPERATURE,
)

NOON = datetime(2027, 1, 11, 12, tzinfo=UTC)
DAY = timedelta(days=1)


@dataclass
class Somebody:
    birth_date: date | None = date(1980, 5, 17)
    gender: str = "female"


ADULT, NOBODY_KNOWS = Somebody(), Somebody(birth_date=None, gender="unknown")


def aged(days: int, gender: str = "female") -> Somebody:
    return Somebody(NOON.date() - days * DAY, gender)


def words(code: str, value: str, person: Somebody = ADULT, part: int = 0) -> str:
    return str(MEASURES[code].flag(Decimal(value), person, NOON, part) or "")


@pytest.mark.parametrize(
    ("code", "unit", "typed", "stored"),
    [
        (TEMPERATURE, "[degF]", "98.6", "37.0"),
        (TEMPERATURE, "[degF]", "97.9", "36.6"),
        (TEMPERATURE, "", "36.6", "36.6"),
        (WEIGHT, "[lb_av]", "154.32", "70.00"),
        (HEIGHT, "[in_i]", "67", "170.2"),
        (GLUCOSE, "mg/dL", "100", "5.6"),
    ],
)
def test_another_unit_is_converted_and_rounded_once(code: str, unit: str, typed: str, stored: str) -> None:
    assert MEASURES[code].stored(Decimal(typed), unit) == Decimal(stored)


@given(st.decimals("30", "43", places=1))
def test_a_temperature_there_and_back_is_the_same(celsius: Decimal) -> None:
    fahrenheit = celsius * 9 / 5 + 32

    assert MEASURES[TEMPERATURE].stored(fahrenheit, "[degF]") == celsius
    assert MEASURES[TEMPERATURE].stored(celsius) == celsius


@given(st.sampled_from(sorted(MEASURES)), st.decimals("0", "500", places=3))
def test_a_stored_value_has_the_digits_of_its_measure_and_is_next_to_what_was_typed(
    code: str, typed: Decimal
) -> None:
    measure = MEASURES[code]
    for unit in measure.units:
        exact = (typed - unit.minus) * unit.times / unit.by

        stored = measure.stored(typed, unit.code)

        assert abs(stored - exact) <= Decimal(1).scaleb(-measure.decimals) / 2
        assert -stored.as_tuple().exponent == measure.decimals


@pytest.mark.parametrize(
    ("code", "low", "high", "person", "part"),
    [
        (BLOOD_PRESSURE, "90", "139", ADULT, 0),
        (BLOOD_PRESSURE, "60", "89", ADULT, 1),
        (HEART_RATE, "60", "100", ADULT, 0),
        (HEART_RATE, "100", "205", aged(3), 0),
        (HEART_RATE, "75", "118", aged(8 * 365), 0),
        (BREATHING_RATE, "12", "20", ADULT, 0),
        (BREATHING_RATE, "30", "53", aged(200), 0),
        (TEMPERATURE, "36.1", "38.0", ADULT, 0),
        (OXYGEN, "95", "100", ADULT, 0),
        (GLUCOSE, "3.9", "7.7", ADULT, 0),
        (HEAD, "31.9", "37.0", aged(0, "male"), 0),
        (HEAD, "31.5", "36.2", aged(0, "female"), 0),
        (HEAD, "31.5", "37.0", aged(0, "unknown"), 0),
        (WEIGHT, "2.4", "4.2", aged(0), 0),
    ],
)
def test_both_ends_of_the_range_are_normal(
    code: str, low: str, high: str, person: Somebody, part: int
) -> None:
    step = Decimal(1).scaleb(-MEASURES[code].decimals)

    inside = [words(code, value, person, part) for value in (low, high)]
    outside = [words(code, str(value), person, part) for value in (Decimal(low) - step, Decimal(high) + step)]

    assert (inside, outside) == (["", ""], ["Low ↓", "High ↑"])


@pytest.mark.parametrize(("years", "flag"), [(11, ""), (12, "High ↑")])
def test_the_range_changes_on_the_birthday(years: int, flag: str) -> None:
    person = Somebody(date(NOON.year - years, 1, 11))
    the_day_before = MEASURES[HEART_RATE].flag(Decimal(110), person, NOON - DAY)

    assert words(HEART_RATE, "110", person) == flag
    assert the_day_before is None


def test_an_age_that_nobody_knows_has_only_the_ranges_of_all_ages() -> None:
    asked = {HEART_RATE: "200", TEMPERATURE: "39", OXYGEN: "80", WEIGHT: "3"}

    said = {code: words(code, value, NOBODY_KNOWS) for code, value in asked.items()}

    assert said == {HEART_RATE: "", TEMPERATURE: "High ↑", OXYGEN: "Low ↓", WEIGHT: ""}


@given(
    st.sampled_from([WEIGHT, HEIGHT, HEAD]),
    st.integers(0, 1826),
    st.sampled_from(["male", "female", "other"]),
)
def test_a_growing_child_always_has_a_range_within_that_of_both_sexes(code: str, days: int, sex: str) -> None:
    ranges = [MEASURES[code].normal(aged(days, one), NOON) for one in (sex, "male", "female")]

    assert all(one is not None and one.low < one.high for one in ranges)
    assert min(one.low for one in ranges[1:]) <= ranges[0].low
    assert ranges[0].high <= max(one.high for one in ranges[1:])


@given(st.sampled_from([WEIGHT, HEIGHT, HEAD]), st.integers(0, 1825), st.sampled_from(["male", "female"]))
def test_children_grow(code: str, days: int, sex: str) -> None:
    today, tomorrow = (MEASURES[code].normal(aged(age, sex), NOON) for age in (days, days + 1))

    assert today.low <= tomorrow.low and today.high <= tomorrow.high


def test_there_is_no_range_of_growth_after_five_years() -> None:
    assert MEASURES[WEIGHT].normal(aged(6 * 365), NOON) is None


@pytest.mark.parametrize(
    ("reading", "says"),
    [
        (
            Reading(TEMPERATURE, Decimal(98)),
            "Temperature of 98\xa0°C is not possible: it lies between 25 and 45\xa0°C.",
        ),
        (
            Reading(BLOOD_PRESSURE, Decimal(80), Decimal(120)),
            "The upper number must be higher than the lower one.",
        ),
        (
            Reading(BLOOD_PRESSURE, Decimal(80), Decimal(80)),
            "The upper number must be higher than the lower one.",
        ),
        (Reading(BLOOD_PRESSURE, Decimal(120)), "Write both numbers."),
        (Reading(HEART_RATE, Decimal(70), Decimal(1)), "Write one number."),
        (
            Reading(PAIN, Decimal(11)),
            "Pain of 11\xa0out of 10 is not possible: it lies between 0 and 10\xa0out of 10.",
        ),
        (Reading(PAIN, Decimal(10)), ""),
        (Reading(PAIN, Decimal(0)), ""),
        (Reading(TEMPERATURE, Decimal(113), unit="[degF]"), ""),
    ],
)
def test_what_cannot_be_is_refused_in_words(reading: Reading, says: str) -> None:
    assert reading.objection() == says


@pytest.mark.parametrize(
    ("reading", "person", "asked"),
    [
        (Reading(TEMPERATURE, Decimal("39.0")), ADULT, False),
        (Reading(TEMPERATURE, Decimal("39.5")), ADULT, True),
        (Reading(WEIGHT, Decimal("3.4")), ADULT, True),
        (Reading(WEIGHT, Decimal("3.4")), aged(2), False),
        (Reading(HEART_RATE, Decimal(190)), aged(2), False),
        (Reading(HEART_RATE, Decimal(190)), ADULT, True),
        (Reading(BLOOD_PRESSURE, Decimal(130), Decimal(125)), ADULT, True),
        (Reading(WEIGHT, Decimal("3.4")), NOBODY_KNOWS, False),
    ],
)
def test_what_is_unusual_at_this_age_is_asked(reading: Reading, person: Somebody, asked: bool) -> None:
    assert reading.is_unusual(person, NOON) is asked


def test_a_yes_counts_for_one_value_only() -> None:
    values = [Reading(TEMPERATURE, Decimal(value)) for value in ("39.5", "39.50", "42")]

    assert values[0].token == values[1].token != values[2].token
    assert Reading(TEMPERATURE, Decimal("103.1"), unit="[degF]").token == values[0].token


def test_the_index_of_body_mass() -> None:
    index = body_mass_index(Decimal(70), Decimal(175))

    assert (index, str(BMI.flag(Decimal("25.0"), ADULT, NOON))) == (Decimal("22.9"), "High ↑")
    assert BMI.flag(Decimal(30), aged(17 * 365), NOON) is None


def test_values_read_without_needless_zeros_and_with_their_unit() -> None:
    shown = [
        MEASURES[BLOOD_PRESSURE].shown(Decimal("128.000"), Decimal("80.000")),
        MEASURES[OXYGEN].shown(Decimal(100)),
        MEASURES[WEIGHT].shown(Decimal("70.500")),
        measure_of("1234-5", "{own}").shown(Decimal("2.000")),
    ]

    assert shown == ["128/80\xa0mmHg", "100%", "70.5\xa0kg", "2\xa0{own}"]


def test_values_read_in_the_form_of_the_language() -> None:
    with translation.override("fr"):
        assert MEASURES[TEMPERATURE].shown(Decimal("36.6")) == "36,6\xa0°C"
