"""When: types of visit, availability, appointments and their history."""

from scheduling.models.appointment import Appointment
from scheduling.models.appointment_type import AppointmentType
from scheduling.models.availability import AvailabilityOverride, AvailabilityRule
from scheduling.models.history import AppointmentEvent
from scheduling.models.time_off import ClinicClosure, TimeOff, TimeOffDecision
from scheduling.states import Status

__all__ = [
    "Appointment",
    "AppointmentEvent",
    "AppointmentType",
    "AvailabilityOverride",
    "AvailabilityRule",
    "ClinicClosure",
    "Status",
    "TimeOff",
    "TimeOffDecision",
]
