"""Numbers as files write them, kept to the digit."""

import re
from decimal import Decimal

from django.utils.translation import gettext as _

# Digits with a point, and nothing else that Python would take for a number.
NUMBER = re.compile(r"[+-]?(\d+\.?\d*|\.\d+)", re.ASCII)
# A comma that separates places, with or without points between thousands; and one that may separate either.
COMMA = re.compile(r"([+-]?)(\d+|\d{1,3}(?:\.\d{3})+),(\d+)", re.ASCII)
EITHER = re.compile(r"[+-]?[1-9]\d{0,2},\d{3}", re.ASCII)

# Counts of minutes and weeks have fewer; longer ones are no counts, whatever zeros they begin with.
MOST_DIGITS = 9


def exact(text: str, *, digits: int, places: int) -> Decimal:
    """The number as written, with all places that its column has; ValueError says why it is none.

    A number with more digits than there is room for is refused, never rounded.
    """
    if not NUMBER.fullmatch(text):
        raise ValueError(_("This is not a number like 37.5."))
    number, room = Decimal(text), {"before": digits - places, "after": places}
    if abs(number) >= 10 ** room["before"] or round(number, places) != number:
        words = _("There is room for %(before)d digits before the point and %(after)d after it.")
        raise ValueError(words % room)
    return round(number, places)


def decimal_point(text: str) -> str:
    """1,7 and 1.234,5 with a point. ValueError for 1,700: that may be 1700 as well as 1.7."""
    if EITHER.fullmatch(text):
        raise ValueError(
            _("This may be a thousand or a part of one. Write it with a point, like 1.700 or 1700.")
        )
    match = COMMA.fullmatch(text)
    return f"{match[1]}{match[2].replace('.', '')}.{match[3]}" if match else text
