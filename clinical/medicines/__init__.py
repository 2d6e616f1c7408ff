"""Which medicine is what: substances, classes, and what reacts across classes. Facts, and pure functions."""

from clinical.medicines.matching import (
    BY_KEY,
    Meaning,
    classes_of,
    crosses,
    is_known,
    meaning,
    same_words,
    substances_in,
)
from clinical.medicines.table import Cross, DrugClass, Substance

__all__ = [
    "BY_KEY",
    "Cross",
    "DrugClass",
    "Meaning",
    "Substance",
    "classes_of",
    "crosses",
    "is_known",
    "meaning",
    "same_words",
    "substances_in",
]
