"""Who: accounts, patients, doctors, departments, and what everyone needs."""

from accounts.models.access import PatientAccess
from accounts.models.audit import AuditEvent
from accounts.models.backup import Backup
from accounts.models.department import Department
from accounts.models.details_change import DetailsChange
from accounts.models.doctor import Doctor
from accounts.models.identifier import PatientIdentifier
from accounts.models.loading import LoadBatch, LoadChange, SourceReference
from accounts.models.location import Location
from accounts.models.merge import PatientMerge
from accounts.models.message import Message
from accounts.models.patient import Gender, MrnCounter, Patient
from accounts.models.twin import PossibleTwin, Reason
from accounts.models.user import User

__all__ = [
    "AuditEvent",
    "Backup",
    "Department",
    "DetailsChange",
    "Doctor",
    "Gender",
    "LoadBatch",
    "LoadChange",
    "Location",
    "Message",
    "MrnCounter",
    "Patient",
    "PatientAccess",
    "PatientIdentifier",
    "PatientMerge",
    "PossibleTwin",
    "Reason",
    "SourceReference",
    "User",
]
