"""What happened: encounters, records and their seals, and everything else in a patient's chart."""

from clinical.models.allergy import Allergy, AllergyReaction
from clinical.models.condition import Condition
from clinical.models.correction import CorrectionRequest
from clinical.models.diagnosis import Diagnosis
from clinical.models.document import Document
from clinical.models.draft import NoteDraft
from clinical.models.encounter import Encounter
from clinical.models.icd10 import Icd10Code
from clinical.models.immunization import Immunization
from clinical.models.lab import LabResult
from clinical.models.note_template import NoteTemplate
from clinical.models.prescription import Prescription, PrescriptionItem
from clinical.models.prescription_check import PrescriptionCheck
from clinical.models.record import Addendum, MedicalRecord, Seal
from clinical.models.vitals import VitalSign

__all__ = [
    "Addendum",
    "Allergy",
    "AllergyReaction",
    "Condition",
    "CorrectionRequest",
    "Diagnosis",
    "Document",
    "Encounter",
    "Icd10Code",
    "Immunization",
    "LabResult",
    "MedicalRecord",
    "NoteDraft",
    "NoteTemplate",
    "Prescription",
    "PrescriptionCheck",
    "PrescriptionItem",
    "Seal",
    "VitalSign",
]
