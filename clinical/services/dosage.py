"""How much and how often: spelt so that nobody misreads it, filled in where it follows, refused where impossible."""

import math
import re
from collections.abc import Mapping
from decimal import Decimal, InvalidOperation
from fractions import Fraction
from typing import Any

from django.utils.translation import gettext as _

from clinical.medicines.pieces import counted, is_counted
from clinical.models import PrescriptionItem

Values = Mapping[str, Any]
Frequency = PrescriptionItem.Frequency
MOST_MEDICINES = 20
LONGEST_DAYS = 1000
MOST_REFILLS = 12
LARGEST_QUANTITY = 10_000
LARGEST_DOSE = Decimal(1_000_000)
TIMES_A_DAY: dict[str, Fraction] = {
    Frequency.DAILY: Fraction(1),
    Frequency.TWICE: Fraction(2),
    Frequency.THREE: Fraction(3),
    Frequency.FOUR: Fraction(4),
    Frequency.MORNING: Fraction(1),
    Frequency.EVENING: Fraction(1),
    Frequency.BED: Fraction(1),
    Frequency.OTHER_DAY: Fraction(1, 2),
    Frequency.FOUR_HOURLY: Fraction(6),
    Frequency.SIX_HOURLY: Fraction(4),
    Frequency.EIGHT_HOURLY: Fraction(3),
    Frequency.WEEKLY: Fraction(1, 7),
    Frequency.MONTHLY: Fraction(1, 30),
}
# Short spellings that have been misread with harm (Institute for Safe Medication Practices, list of
# error-prone abbreviations), and what is written instead.
UNITS = {
    **dict.fromkeys(["mcg", "ug", "µg", "μg", "microgram"], "micrograms"),
    **dict.fromkeys(["ng", "nanogram"], "nanograms"),
    **dict.fromkeys(["u", "iu", "unit"], "units"),
    **dict.fromkeys(["cc"], "ml"),
}
AMOUNT = re.compile(r"(?<![\d.,])(\d*)\.(\d+)")
SHORT_UNIT = re.compile(r"(?<=\d)\s*(mcg|ug|µg|μg|iu|u)\b", re.IGNORECASE)


def safe_unit(unit: str) -> str:
    """The unit spelt out: micrograms, units."""
    plain = unit.strip()
    return UNITS.get(plain.casefold(), plain)


def safe_amounts(words: str) -> str:
    """0.5 and not .5, 5 and not 5.0, micrograms and not mcg."""
    spelt = SHORT_UNIT.sub(lambda found: f" {safe_unit(found[1])}", words.strip())
    return AMOUNT.sub(safe_decimal, spelt)


def safe_decimal(found: re.Match[str]) -> str:
    digits = found[2].rstrip("0")
    return (found[1] or "0") + (f".{digits}" if digits else "")


def frequency_words(code: str) -> str:
    return str(Frequency(code).label) if code in Frequency.values else ""


def amount(value: Any) -> Decimal | None:
    """As a number, whoever wrote it; what is none is left to the field to refuse."""
    try:
        number = Decimal(str(value))
    except InvalidOperation:
        return None
    return number if number.is_finite() else None


def computed_quantity(values: Values) -> int | None:
    """Pieces for the whole course, rounded up; None where that does not follow from what is written."""
    dose, days = amount(values.get("dose_quantity")), amount(values.get("duration_days"))
    times = TIMES_A_DAY.get(values.get("frequency_code") or "")
    if not (dose and days and times and is_counted(str(values.get("dose_unit", "")))) or values.get(
        "as_needed"
    ):
        return None
    if dose < 0 or days < 0:
        return None
    return math.ceil(Fraction(dose) * times * Fraction(days))


def how_computed(values: Values) -> str:
    """The sum in words, or nothing where there is none."""
    quantity = computed_quantity(values)
    if quantity is None:
        return ""
    told = {
        "dose": counted(Decimal(str(values["dose_quantity"])), values["dose_unit"]),
        "frequency": frequency_words(values["frequency_code"]),
        "days": values["duration_days"],
        "quantity": counted(quantity, values["dose_unit"]),
    }
    return _("%(dose)s, %(frequency)s, for %(days)s days: %(quantity)s, rounded up.") % told


def settled(values: Values) -> dict[str, Any]:
    """The values as they are stored: spelt safely, the words of the code and the quantity filled in."""
    told = dict(values)
    for name in ("strength", "max_dose"):
        told[name] = safe_amounts(told.get(name, ""))
    told["dose_unit"] = safe_unit(told.get("dose_unit", ""))
    told["frequency"] = told.get("frequency") or frequency_words(told.get("frequency_code", ""))
    if told.get("quantity") is None:
        told["quantity"] = computed_quantity(told)
    if not told.get("as_needed"):
        told["as_needed_for"] = ""
    return told


def objections(values: Values) -> dict[str, str]:
    """What cannot be meant, in words, by the name of the field."""
    dose, days = amount(values.get("dose_quantity")), amount(values.get("duration_days"))
    quantity, refills = amount(values.get("quantity")), amount(values.get("refills"))
    found = {
        "dose_quantity": dose is not None
        and not 0 < dose < LARGEST_DOSE
        and _("The dose must be more than 0 and less than 1,000,000."),
        "duration_days": days is not None
        and not 0 < days <= LONGEST_DAYS
        and _("A course lasts from 1 day to 1,000 days. Leave it empty when it goes on."),
        "quantity": quantity is not None
        and not 0 < quantity <= LARGEST_QUANTITY
        and _("The quantity must be from 1 to 10,000."),
        "refills": refills is not None
        and not 0 <= refills <= MOST_REFILLS
        and _("A prescription can be refilled at most 12 times."),
        "frequency": contradicts(values)
        and _("The words say another frequency than the list. Change one of them."),
    }
    return {name: str(words) for name, words in found.items() if words}


def contradicts(values: Values) -> bool:
    """The words are those of another code."""
    code, words = values.get("frequency_code") or "", str(values.get("frequency") or "").strip().casefold()
    labels = {str(label).casefold(): value for value, label in Frequency.choices}
    return bool(code) and labels.get(words, code) != code
