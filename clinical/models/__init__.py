"""What happened: encounters, records and their seals, diagnoses, conditions, prescriptions."""

from clinical.models.condition import Condition
from clinical.models.diagnosis import Diagnosis
from clinical.models.encounter import Encounter
from clinical.models.prescription import Prescription, PrescriptionItem
from clinical.models.record import Addendum, MedicalRecord, Seal

__all__ = [
    "Addendum",
    "Condition",
    "Diagnosis",
    "Encounter",
    "MedicalRecord",
    "Prescription",
    "PrescriptionItem",
    "Seal",
]
