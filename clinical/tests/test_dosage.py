"""How much and how often: spelt safely, computed where it follows, refused where it cannot be meant."""

from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from clinical.models import PrescriptionItem
from clinical.services.dosage import (
    TIMES_A_DAY,
    computed_quantity,
    how_computed,
    objections,
    safe_amounts,
    safe_unit,
    settled,
)

WEEK = {"dose_quantity": Decimal(1), "dose_unit": "tablet", "frequency_code": "BID", "duration_days": 7}


@pytest.mark.parametrize(
    ("typed", "spelt"),
    [
        (".5 mg", "0.5 mg"),
        ("5.0 mg", "5 mg"),
        ("0.50 mg/2.0 ml", "0.5 mg/2 ml"),
        ("100 mcg", "100 micrograms"),
        ("100µg", "100 micrograms"),
        ("10 IU", "10 units"),
        ("10u", "10 units"),
        ("1.2.3", "1.2.3"),
        ("500 mg", "500 mg"),
        ("", ""),
    ],
)
def test_amounts_are_spelt_so_that_nobody_misreads_them(typed: str, spelt: str) -> None:
    assert safe_amounts(typed) == spelt


@pytest.mark.parametrize(
    ("typed", "spelt"), [("mcg", "micrograms"), ("µg", "micrograms"), ("U", "units"), ("tablet", "tablet")]
)
def test_units_are_written_out(typed: str, spelt: str) -> None:
    assert safe_unit(typed) == spelt


@pytest.mark.parametrize(
    ("changes", "quantity"),
    [
        ({}, 14),
        ({"dose_quantity": Decimal("0.5"), "frequency_code": "QD"}, 4),
        ({"frequency_code": "QOD"}, 4),
        ({"frequency_code": "WK", "duration_days": 28}, 4),
        ({"frequency_code": "Q6H", "dose_quantity": Decimal(2)}, 56),
        ({"dose_unit": "ml"}, None),
        ({"duration_days": None}, None),
        ({"frequency_code": ""}, None),
        ({"as_needed": True}, None),
        ({"dose_quantity": "many"}, None),
    ],
)
def test_the_quantity_follows_for_what_is_counted(changes: dict[str, Any], quantity: int | None) -> None:
    assert computed_quantity(WEEK | changes) == quantity


def test_the_sum_is_told() -> None:
    assert how_computed(WEEK) == "1 tablet, twice a day, for 7 days: 14 tablets, rounded up."


def test_every_frequency_has_its_times_a_day() -> None:
    assert set(TIMES_A_DAY) == set(PrescriptionItem.Frequency.values)


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"dose_quantity": 0}, "dose_quantity"),
        ({"dose_quantity": -1}, "dose_quantity"),
        ({"duration_days": 1001}, "duration_days"),
        ({"duration_days": 0}, "duration_days"),
        ({"quantity": 0}, "quantity"),
        ({"refills": 13}, "refills"),
        ({"frequency": "once a week"}, "frequency"),
    ],
)
def test_what_cannot_be_meant_is_refused_in_words(changes: dict[str, Any], field: str) -> None:
    refused = objections(WEEK | changes)

    assert list(refused) == [field] and refused[field].endswith(".")


@pytest.mark.parametrize(
    "changes", [{"duration_days": 1000}, {"refills": 12}, {"frequency": "twice a day, with food"}]
)
def test_the_limits_themselves_are_taken(changes: dict[str, Any]) -> None:
    assert objections(WEEK | changes) == {}


@given(st.text(max_size=60))
def test_spelling_never_fails_and_is_settled_at_once(words: str) -> None:
    assert safe_amounts(safe_amounts(words)) == safe_amounts(words)


@given(
    st.fixed_dictionaries(
        {
            "dose_quantity": st.one_of(st.none(), st.text(max_size=8), st.decimals(allow_nan=True)),
            "dose_unit": st.sampled_from(["tablet", "ml", "µg", ""]),
            "frequency_code": st.sampled_from([*PrescriptionItem.Frequency.values, "", "XX"]),
            "duration_days": st.one_of(st.none(), st.integers(-5, 10_000)),
            "quantity": st.one_of(st.none(), st.integers(-5, 100_000)),
        }
    )
)
def test_no_values_are_too_strange(values: dict[str, Any]) -> None:
    told = settled(values)

    assert settled(told) == told or told["quantity"] is not None
    objections(told)
