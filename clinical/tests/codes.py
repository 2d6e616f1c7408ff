"""A short list of codes for tests, with a heading over each kind of diagnosis."""

from clinical.loading.icd10 import Edition, load_codes

WORDS = {
    "E08-E13": "Diabetes mellitus (E08-E13)",
    "E11": "Type 2 diabetes mellitus",
    "E11.6": "Type 2 diabetes mellitus with other specified complications",
    "E11.65": "Type 2 diabetes mellitus with hyperglycemia",
    "E11.9": "Type 2 diabetes mellitus without complications",
    "C84.10": "Sézary disease, unspecified site",
    "D64.9": "Anemia, unspecified",
    "I10": "Essential (primary) hypertension",
    "I15.0": "Renovascular hypertension",
    "K50.90": "Crohn's disease, unspecified, without complications",
    "S72.92XA": "Unspecified fracture of left femur, initial encounter for closed fracture",
}


def load_short_list() -> None:
    load_codes(Edition(dict(WORDS)))
