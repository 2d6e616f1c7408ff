"""Who: accounts, patients, doctors, departments, and what everyone needs."""

from accounts.models.access import PatientAccess
from accounts.models.audit import AuditEvent
from accounts.models.department import Department
from accounts.models.doctor import Doctor
from accounts.models.loading import LoadBatch, SourceReference
from accounts.models.location import Location
from accounts.models.message import Message
from accounts.models.patient import Gender, MrnCounter, Patient
from accounts.models.user import User

__all__ = [
    "AuditEvent",
    "Department",
    "Doctor",
    "Gender",
    "LoadBatch",
    "Location",
    "Message",
    "MrnCounter",
    "Patient",
    "PatientAccess",
    "SourceReference",
    "User",
]
