"""The vital signs that are measured here: LOINC codes, UCUM units, and what is possible, usual and normal."""

from clinical.measures.kinds import (
    BLOOD_PRESSURE,
    BMI,
    BODY_MASS_INDEX,
    HEIGHT,
    MEASURES,
    WEIGHT,
    body_mass_index,
    measure_of,
)
from clinical.measures.readings import Reading
from clinical.measures.shapes import Flag, Measure, Unit
from clinical.measures.spans import Person, Span

__all__ = [
    "BLOOD_PRESSURE",
    "BMI",
    "BODY_MASS_INDEX",
    "HEIGHT",
    "MEASURES",
    "WEIGHT",
    "Flag",
    "Measure",
    "Person",
    "Reading",
    "Span",
    "Unit",
    "body_mass_index",
    "measure_of",
]
