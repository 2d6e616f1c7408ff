"""The kinds of measurement: what each is called, in which units it is taken, and its limits.

Codes are LOINC's, those of the FHIR R4 vital signs where it has one; units are UCUM's.

What is normal, with its source:
- heart rate, breathing rate and blood pressure below 16 years: American Heart Association, Pediatric Advanced Life
  Support (2015), the rates of children who are awake;
- heart rate of adults: American Heart Association, resting rate 60 to 100;
- breathing rate of adults and temperature: Royal College of Physicians, National Early Warning Score 2 (2017), the
  values that score nothing;
- blood pressure of adults: WHO, Guideline for the pharmacological treatment of hypertension (2021), high from
  140/90 on; low below 90/60, NHS;
- oxygen saturation: WHO, Pulse oximetry training manual (2011), 95% to 100%;
- blood glucose: American Diabetes Association, Standards of Care in Diabetes (2024), low below 3.9 mmol/L; two
  hours after glucose, normal below 7.8 mmol/L;
- body mass index from 18 years on: WHO, Technical Report Series 894 (2000);
- height, weight and head below five years: see growth.py. Later there is no range that holds for everybody.

What is possible, and what is so unusual that we ask, are limits of this house: wide enough for every living person,
narrow enough to find a slip of the finger or a wrong unit.
"""

from collections.abc import Iterable
from decimal import Decimal

from django.utils.translation import gettext_lazy as _

from clinical.measures.growth import HEADS, HEIGHTS, WEIGHTS
from clinical.measures.shapes import Measure, Part, Unit
from clinical.measures.spans import NEVER, at_any_age, by_age, span

BLOOD_PRESSURE = "85354-9"
HEART_RATE = "8867-4"
BREATHING_RATE = "9279-1"
TEMPERATURE = "8310-5"
OXYGEN = "2708-6"
HEIGHT = "8302-2"
WEIGHT = "29463-7"
HEAD = "9843-4"
PAIN = "72514-3"
GLUCOSE = "14743-9"
BODY_MASS_INDEX = "39156-5"
ADULT = 18 * 12

CELSIUS = Unit("Cel", "°C")
FAHRENHEIT = Unit("[degF]", "°F", minus=Decimal(32), times=Decimal(5), by=Decimal(9))
KILOGRAM = Unit("kg", "kg")
# The international pound and inch (1959) are exact.
POUND = Unit("[lb_av]", "lb", times=Decimal("0.45359237"))
CENTIMETRE = Unit("cm", "cm")
INCH = Unit("[in_i]", "in", times=Decimal("2.54"))
# A mole of glucose weighs 180.156 g.
MMOL, MG = Unit("mmol/L", "mmol/L"), Unit("mg/dL", "mg/dL", by=Decimal("18.0156"))
MMHG, PER_MINUTE, PERCENT = Unit("mm[Hg]", "mmHg"), Unit("/min", _("per minute")), Unit("%", "%")
OUT_OF_TEN = Unit("{score}", _("out of 10"))

UPPER = Part(
    _("Upper blood pressure"),
    span("30", "300"),
    by_age((0, "50", "120"), (12, "70", "140"), (72, "80", "160"), (144, "80", "200")),
    by_age(
        (0, "67", "84"),
        (1, "72", "104"),
        (12, "86", "106"),
        (36, "89", "112"),
        (72, "97", "115"),
        (120, "102", "120"),
        (144, "110", "131"),
        (192, "90", "139"),
    ),
)
LOWER = Part(
    _("Lower blood pressure"),
    span("10", "200"),
    by_age((0, "25", "80"), (12, "35", "90"), (144, "40", "120")),
    by_age(
        (0, "35", "53"),
        (1, "37", "56"),
        (12, "42", "63"),
        (36, "46", "72"),
        (72, "57", "76"),
        (120, "61", "80"),
        (144, "64", "83"),
        (192, "60", "89"),
    ),
)
BEATS = Part(
    _("Heart rate"),
    span("15", "300"),
    by_age((0, "80", "220"), (12, "60", "190"), (72, "50", "170"), (144, "40", "150")),
    by_age(
        (0, "100", "205"),
        (1, "100", "190"),
        (12, "98", "140"),
        (36, "80", "120"),
        (72, "75", "118"),
        (144, "60", "100"),
    ),
)
BREATHS = Part(
    _("Breathing rate"),
    span("3", "120"),
    by_age((0, "20", "80"), (12, "15", "60"), (72, "10", "45"), (144, "8", "40")),
    by_age((0, "30", "53"), (12, "22", "37"), (36, "20", "28"), (72, "18", "25"), (144, "12", "20")),
)
WARMTH = Part(_("Temperature"), span("25", "45"), at_any_age("35", "39"), at_any_age("36.1", "38"))
SATURATION = Part(_("Oxygen saturation"), span("30", "100"), at_any_age("85", "100"), at_any_age("95", "100"))
TALL = Part(
    _("Height"),
    span("25", "272"),
    by_age((0, "40", "90"), (12, "60", "130"), (60, "90", "180"), (144, "120", "215"), (ADULT, "135", "215")),
    HEIGHTS,
)
HEAVY = Part(
    _("Weight"),
    span("0.3", "650"),
    by_age((0, "2", "14"), (12, "6", "30"), (60, "12", "70"), (144, "25", "140"), (ADULT, "35", "180")),
    WEIGHTS,
)
ROUND = Part(
    _("Head circumference"),
    span("20", "70"),
    by_age((0, "30", "52"), (12, "40", "56"), (60, "45", "62")),
    HEADS,
)
PAINFUL = Part(_("Pain"), span("0", "10"), at_any_age("0", "10"))
SWEET = Part(_("Blood glucose"), span("0.6", "60"), at_any_age("3", "20"), at_any_age("3.9", "7.7"))
MASS = Part(_("Body mass index"), span("5", "200"), at_any_age("5", "200"), by_age((ADULT, "18.5", "24.9")))


def by_code(measures: Iterable[Measure]) -> dict[str, Measure]:
    return {measure.code: measure for measure in measures}


# In the order in which they are asked and shown.
MEASURES = by_code(
    [
        Measure(BLOOD_PRESSURE, _("Blood pressure"), _("Pressure"), (MMHG,), 0, (UPPER, LOWER)),
        Measure(HEART_RATE, BEATS.words, BEATS.words, (PER_MINUTE,), 0, (BEATS,)),
        Measure(BREATHING_RATE, BREATHS.words, _("Breathing"), (PER_MINUTE,), 0, (BREATHS,)),
        Measure(TEMPERATURE, WARMTH.words, WARMTH.words, (CELSIUS, FAHRENHEIT), 1, (WARMTH,)),
        Measure(OXYGEN, SATURATION.words, _("Oxygen"), (PERCENT,), 0, (SATURATION,)),
        Measure(GLUCOSE, SWEET.words, _("Glucose"), (MMOL, MG), 1, (SWEET,)),
        Measure(PAIN, PAINFUL.words, PAINFUL.words, (OUT_OF_TEN,), 0, (PAINFUL,)),
        Measure(WEIGHT, HEAVY.words, HEAVY.words, (KILOGRAM, POUND), 2, (HEAVY,)),
        Measure(HEIGHT, TALL.words, TALL.words, (CENTIMETRE, INCH), 1, (TALL,)),
        Measure(HEAD, ROUND.words, _("Head"), (CENTIMETRE, INCH), 1, (ROUND,)),
    ]
)
# Reckoned from weight and height, never measured and never stored.
BMI = Measure(BODY_MASS_INDEX, MASS.words, _("BMI"), (Unit("kg/m2", "kg/m²"),), 1, (MASS,))


def body_mass_index(kilograms: Decimal, centimetres: Decimal) -> Decimal:
    return BMI.stored(kilograms * 10000 / (centimetres * centimetres))


def measure_of(code: str, unit: str) -> Measure:
    """What a stored value is. Of what comes from elsewhere we know no limits, and show its unit as it is written."""
    known = MEASURES.get(code)
    if known and known.unit.code == unit:
        return known
    words = known.words if known else code
    anything = span("-1000000", "1000000")
    return Measure(code, words, words, (Unit(unit, unit),), 3, (Part(words, anything, NEVER),) * 2)
