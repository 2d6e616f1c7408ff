"""Telephone numbers of the house's own country, written in full: judged by the library's tables in a tenth of its time.

A file of patients holds little else. Whatever is written in another way, the library itself reads.
"""

import re
from functools import lru_cache
from typing import Any, NamedTuple

from phonenumbers import COUNTRY_CODE_TO_REGION_CODE
from phonenumbers.phonemetadata import PhoneMetadata

DIGITS = re.compile(r"\+?[0-9]+")
BETWEEN = str.maketrans("", "", " -.()")
# What is dialled before a number inside the country, and before the code of another country, in most of the world.
INSIDE, ABROAD = "0", "00"
# The kinds of numbers that the library knows, the most frequent first.
TYPES = (
    *("mobile", "fixed_line", "voip", "toll_free", "shared_cost", "premium_rate", "personal_number"),
    *("pager", "uan", "voicemail"),
)


class Shape(NamedTuple):
    lengths: frozenset[int]
    pattern: re.Pattern[str]

    def fits(self, number: str) -> bool:
        return len(number) in self.lengths and self.pattern.fullmatch(number) is not None


class Country(NamedTuple):
    """`code` with its plus; `prefix` matches what nobody dials from abroad, `inside` is the usual one of these."""

    code: str
    prefix: re.Pattern[str]
    inside: str
    whole: Shape
    types: tuple[Shape, ...]

    def has(self, number: str) -> bool:
        is_bare = not self.prefix.match(number)
        return is_bare and self.whole.fits(number) and any(kind.fits(number) for kind in self.types)


def usual_number(text: str, region: str | None) -> str:
    """In the form +442079460123; empty for what only the library can judge."""
    country, digits = country_of(region), text.translate(BETWEEN)
    if country is None or not DIGITS.fullmatch(digits):
        return ""
    number = digits.removeprefix(country.code if digits.startswith("+") else country.inside)
    return country.code + number if number != digits and country.has(number) else ""


@lru_cache(maxsize=8)
def country_of(region: str | None) -> Country | None:
    """None where a number is told by more than its shape: the region is the second under its code, or all are."""
    known: Any = PhoneMetadata.metadata_for_region(region) if region else None
    if known is None or COUNTRY_CODE_TO_REGION_CODE[known.country_code][0] != region or known.leading_digits:
        return None
    prefix = re.compile(known.national_prefix_for_parsing or "(?!)")
    is_usual = known.national_prefix == INSIDE and known.international_prefix == ABROAD
    inside = INSIDE if is_usual and not (known.national_prefix_transform_rule or prefix.groups) else ""
    whole = shape_of(known.general_desc)
    types = tuple(shape for name in TYPES if (shape := shape_of(getattr(known, name))))
    return whole and Country(f"+{known.country_code}", prefix, inside, whole, types)


def shape_of(description: Any) -> Shape | None:
    """None where the country has no numbers of the kind, or their lengths are nowhere told."""
    if description is None or not (description.national_number_pattern and description.possible_length):
        return None
    return Shape(frozenset(description.possible_length), re.compile(description.national_number_pattern))
