"""The short way to judge a telephone number says what the library says, or nothing."""

import random
import re
from typing import Any

import phonenumbers
import pytest
from phonenumber_field.phonenumber import to_python

from accounts.loading.house.contact import read_phone
from accounts.loading.house.dialling import Country, Shape, country_of, usual_number

REGIONS = (
    "GB",
    "US",
    "DE",
    "FR",
    "IN",
    "IT",
    "ES",
    "IE",
    "ZA",
    "KE",
    "NG",
    "AU",
    "BR",
    "JP",
    "MX",
    "HU",
    "MN",
)
TYPES = range(11)


@pytest.mark.parametrize(
    ("text", "region"),
    [
        ("+442079460123", "GB"),
        ("+44 20 7946 0123", "GB"),
        ("020 7946 0123", "GB"),
        ("(020) 7946-0123", "GB"),
        ("07400 123456", "GB"),
        ("+12125550123", "US"),
        ("030 901820", "DE"),
    ],
)
def test_the_usual_ways_are_known(text: str, region: str) -> None:
    assert usual_number(text, region) == to_python(text, region=region).as_e164


@pytest.mark.parametrize(
    ("text", "region"),
    [
        ("+442079460123", "DE"),  # of another country
        ("+44 (0)20 7946 0123", "GB"),
        ("00442079460123", "GB"),
        ("442079460123", "GB"),
        ("20 7946 0123", "GB"),
        ("020 7946 0123 x4", "GB"),
        ("+441481256789", "GB"),  # of Guernsey, which shares the code
        ("+44", "GB"),
        ("", "GB"),
        ("٠٢٠٧٩٤٦٠١٢٣", "GB"),
        ("020 7946 0123", None),
        ("020 7946 0123", "XX"),
        ("+16135550123", "CA"),  # where the code's first country is another one
    ],
)
def test_everything_else_is_left_to_the_library(text: str, region: Any) -> None:
    assert usual_number(text, region) == ""


def test_a_number_that_begins_like_a_prefix_is_left_to_the_library() -> None:
    """It may have one or be one: no country has such numbers today, the next edition of the tables may."""
    any_three = Shape(frozenset({3}), re.compile(r"\d+"))
    country = Country("+999", re.compile("9|18"), "", any_three, (any_three,))

    assert [country.has(number) for number in ("234", "912", "189", "198")] == [True, False, False, True]


@pytest.mark.parametrize("region", REGIONS)
def test_it_never_says_anything_else_than_the_library(region: str) -> None:
    dice, known = random.Random(region), 0
    for text in [distorted(number, region, dice) for number in examples(region) for _turn in range(60)]:
        if said := usual_number(text, region):
            number = to_python(text, region=region)
            assert (number.is_valid(), number.as_e164, number.extension) == (True, said, None), text
            assert read_phone(text, region) == (said, False, False)
            known += 1
    assert known > 10


def examples(region: str) -> list[str]:
    found = [phonenumbers.example_number_for_type(region, kind) for kind in TYPES]
    return [phonenumbers.national_significant_number(number) for number in found if number]


def distorted(number: str, region: str, dice: random.Random) -> str:
    """A digit or two are others, there may be one more or less, and it is dialled in one of many ways."""
    digits = list(number)
    for _time in range(dice.choice([0, 0, 1, 2])):
        digits[dice.randrange(len(digits))] = str(dice.randrange(10))
    if dice.random() < 0.2:
        digits.insert(dice.randrange(len(digits)), "0") if dice.random() < 0.5 else digits.pop()
    country = country_of(region)
    code = country.code if country else "+1"
    starts = (code, f"{code} ", "0", "(0", "", f"{code}0", f"{code} (0)", "00", code[1:], "+", "1", "8")
    text = list(dice.choice(starts) + "".join(digits))
    for _time in range(dice.randrange(3)):
        text.insert(dice.randrange(len(text) + 1), dice.choice(" -.()"))
    return "".join(text)
