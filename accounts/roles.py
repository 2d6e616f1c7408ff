"""Who may what: the one table that the backend, the navigation, the admin and the tests read.

Strings only, so that nothing is imported upward.
"""

from enum import Enum
from typing import Any

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _


class Role(TextChoices):
    PATIENT = "patient", _("Patient")
    DOCTOR = "doctor", _("Doctor")
    NURSE = "nurse", _("Nurse")
    RECEPTION = "reception", _("Reception")
    PRIVACY = "privacy", _("Privacy officer")
    ADMIN = "admin", _("Administrator")


STAFF_ROLES = frozenset({Role.RECEPTION, Role.PRIVACY, Role.ADMIN})


class Reach(Enum):
    """How far a permission goes: which rows it opens."""

    OWN = _("your own, and those of people you act for")
    MINE = _("your own work")
    TREATING = _("patients you treat")
    DEPARTMENT = _("your department, today")
    PRESENT = _("patients with an open visit in your department")
    ALL = _("all")
    METADATA = _("all, without clinical text")


A, O, W, T, D, P, M = (
    Reach.ALL,
    Reach.OWN,
    Reach.MINE,
    Reach.TREATING,
    Reach.DEPARTMENT,
    Reach.PRESENT,
    Reach.METADATA,
)

PUBLIC = {"accounts.view_department": A, "accounts.view_doctor": A}
EVERYBODY = PUBLIC | {"accounts.view_role": O, "accounts.view_dashboard": O}

OWN_SCHEDULE: dict[str, Reach] = {
    f"scheduling.{verb}_{noun}": W
    for noun in ("availabilityrule", "availabilityoverride", "timeoff")
    for verb in ("view", "add", "change", "delete")
}

TABLE: dict[Role, dict[str, Reach]] = {
    Role.PATIENT: EVERYBODY
    | {
        "accounts.view_patient_dashboard": O,
        "accounts.register_self": O,
        "accounts.view_patient": O,
        "scheduling.view_appointment": O,
        "scheduling.book_appointment": O,
        "scheduling.cancel_appointment": O,
        "scheduling.move_appointment": O,
        "clinical.read_record": O,
    },
    Role.DOCTOR: EVERYBODY
    | OWN_SCHEDULE
    | {
        "accounts.view_doctor_dashboard": W,
        "accounts.view_patient": T,
        "scheduling.view_appointment": W,
        "scheduling.cancel_appointment": W,
        "scheduling.arrive_appointment": W,
        "scheduling.start_appointment": W,
        "scheduling.finish_appointment": W,
        "scheduling.noshow_appointment": W,
        "scheduling.approve_appointment": W,
        "scheduling.view_schedule": W,
        "scheduling.view_free_times": W,
        "clinical.view_chart": T,
        "clinical.read_record": T,
        "clinical.start_encounter": W,
        "clinical.write_record": W,
        "clinical.sign_record": W,
        "clinical.add_addendum": W,
    },
    Role.NURSE: EVERYBODY
    | {
        "accounts.view_patient": D,
        "scheduling.view_appointment": D,
        "scheduling.arrive_appointment": D,
        "clinical.view_chart": P,
        "clinical.read_record": P,
    },
    Role.RECEPTION: EVERYBODY
    | {
        "accounts.use_admin": A,
        "accounts.view_location": A,
        "accounts.view_patient": A,
        "accounts.add_patient": A,
        "accounts.change_patient": A,
        "accounts.invite_patient": A,
        "scheduling.view_appointmenttype": A,
        "scheduling.view_availabilityrule": A,
        "scheduling.view_availabilityoverride": A,
        "scheduling.view_timeoff": A,
        "scheduling.view_clinicclosure": A,
        "scheduling.view_schedule": A,
        "scheduling.view_free_times": A,
        "scheduling.view_timeoffdecision": A,
        "scheduling.view_appointment": A,
        "scheduling.add_appointment": A,
        "scheduling.change_appointment": A,
        "scheduling.view_appointmentevent": A,
        "scheduling.book_appointment": A,
        "scheduling.cancel_appointment": A,
        "scheduling.arrive_appointment": A,
        "scheduling.noshow_appointment": A,
        "scheduling.move_appointment": A,
        "scheduling.approve_appointment": A,
        "scheduling.restore_appointment": A,
    },
    Role.PRIVACY: EVERYBODY
    | {
        "accounts.use_admin": A,
        "accounts.view_patient": A,
        "accounts.view_patientaccess": A,
        "accounts.view_auditevent": A,
    },
}
TABLE[Role.ADMIN] = (
    TABLE[Role.RECEPTION]
    | {
        f"accounts.{verb}_{noun}": A
        for noun in ("department", "location", "doctor", "user")
        for verb in ("view", "add", "change")
    }
    | {
        f"scheduling.{verb}_{noun}": A
        for noun in (
            "appointmenttype",
            "availabilityrule",
            "availabilityoverride",
            "timeoff",
            "clinicclosure",
        )
        for verb in ("view", "add", "change", "delete")
    }
    | {
        "accounts.delete_department": A,
        "accounts.delete_location": A,
        "accounts.delete_doctor": A,
        "accounts.delete_patient": A,
        "accounts.archive_patient": A,
        "accounts.archive_doctor": A,
        "accounts.invite_doctor": A,
        "accounts.deactivate_user": A,
        "accounts.view_patientaccess": A,
        "accounts.add_patientaccess": A,
        "accounts.change_patientaccess": A,
        "accounts.view_message": A,
        "accounts.retry_message": A,
        "accounts.load_data": A,
        "accounts.view_loadbatch": A,
        "accounts.view_sourcereference": A,
        "accounts.view_auditevent": M,
        "scheduling.void_appointment": A,
        "clinical.view_encounter": M,
        "clinical.view_medicalrecord": M,
        "clinical.view_seal": M,
        "clinical.view_addendum": M,
        "clinical.view_diagnosis": M,
        "clinical.view_condition": M,
        "clinical.view_prescription": M,
    }
)

# What each permission is called on the page "What my role may do".
WORDS: dict[str, Any] = {
    "accounts.view_department": _("See departments"),
    "accounts.add_department": _("Add departments"),
    "accounts.change_department": _("Change departments"),
    "accounts.delete_department": _("Remove or archive departments"),
    "accounts.view_location": _("See locations"),
    "accounts.add_location": _("Add locations"),
    "accounts.change_location": _("Change locations"),
    "accounts.delete_location": _("Remove or archive locations"),
    "accounts.view_doctor": _("See doctors"),
    "accounts.add_doctor": _("Add doctors"),
    "accounts.change_doctor": _("Change doctors' details"),
    "accounts.delete_doctor": _("Remove doctors without history"),
    "accounts.archive_doctor": _("Deactivate and reactivate doctors"),
    "accounts.invite_doctor": _("Invite doctors to an account"),
    "accounts.view_patient": _("See patients' details"),
    "accounts.add_patient": _("Register patients"),
    "accounts.change_patient": _("Change patients' details"),
    "accounts.delete_patient": _("Remove patients without history"),
    "accounts.archive_patient": _("Archive and restore patients"),
    "accounts.invite_patient": _("Invite patients to an account"),
    "accounts.register_self": _("Register as a patient"),
    "accounts.view_patientaccess": _("See who may act for a patient"),
    "accounts.add_patientaccess": _("Let someone act for a patient"),
    "accounts.change_patientaccess": _("Change who may act for a patient"),
    "accounts.view_user": _("See accounts"),
    "accounts.add_user": _("Make accounts for staff"),
    "accounts.change_user": _("Change accounts"),
    "accounts.deactivate_user": _("Deactivate and reactivate accounts"),
    "accounts.view_role": _("See what your role may do"),
    "accounts.view_dashboard": _("Open your start page"),
    "accounts.view_patient_dashboard": _("Open the patients' start page"),
    "accounts.view_doctor_dashboard": _("Open the doctors' start page"),
    "accounts.use_admin": _("Work in the back office"),
    "accounts.view_message": _("See messages and whether they were sent"),
    "accounts.retry_message": _("Send failed messages again"),
    "accounts.load_data": _("Load data from another system"),
    "accounts.view_loadbatch": _("See what was loaded"),
    "accounts.view_sourcereference": _("See where loaded rows came from"),
    "accounts.view_auditevent": _("See the audit trail"),
    "scheduling.view_appointment": _("See appointments"),
    "scheduling.add_appointment": _("Enter appointments in the back office"),
    "scheduling.change_appointment": _("Change notes on appointments"),
    "scheduling.book_appointment": _("Book appointments"),
    "scheduling.cancel_appointment": _("Cancel appointments"),
    "scheduling.arrive_appointment": _("Mark that a patient has arrived"),
    "scheduling.start_appointment": _("Start a visit"),
    "scheduling.finish_appointment": _("Finish a visit"),
    "scheduling.noshow_appointment": _("Mark that a patient did not come"),
    "scheduling.move_appointment": _("Move appointments"),
    "scheduling.approve_appointment": _("Agree to appointments that patients asked for"),
    "scheduling.restore_appointment": _("Bring cancelled appointments back"),
    "scheduling.void_appointment": _("Mark appointments as entered in error"),
    "scheduling.view_schedule": _("Open the page of a doctor's hours"),
    "scheduling.view_free_times": _("See free times, and why others are not free"),
    "scheduling.view_timeoffdecision": _("See what leave meant for each visit"),
    "scheduling.view_availabilityoverride": _("See exceptions to the weekly hours"),
    "scheduling.add_availabilityoverride": _("Add exceptions to the weekly hours"),
    "scheduling.change_availabilityoverride": _("Change exceptions to the weekly hours"),
    "scheduling.delete_availabilityoverride": _("Remove exceptions to the weekly hours"),
    "scheduling.view_timeoff": _("See when doctors are away"),
    "scheduling.add_timeoff": _("Enter leave"),
    "scheduling.change_timeoff": _("Withdraw leave"),
    "scheduling.delete_timeoff": _("Remove leave that concerned no visit"),
    "scheduling.view_clinicclosure": _("See when places are closed"),
    "scheduling.add_clinicclosure": _("Close places"),
    "scheduling.change_clinicclosure": _("Change closures"),
    "scheduling.delete_clinicclosure": _("Remove closures"),
    "scheduling.view_appointmentevent": _("See the history of appointments"),
    "scheduling.view_appointmenttype": _("See types of visit"),
    "scheduling.add_appointmenttype": _("Add types of visit"),
    "scheduling.change_appointmenttype": _("Change types of visit"),
    "scheduling.delete_appointmenttype": _("Remove types of visit"),
    "scheduling.view_availabilityrule": _("See doctors' weekly hours"),
    "scheduling.add_availabilityrule": _("Add doctors' weekly hours"),
    "scheduling.change_availabilityrule": _("Change doctors' weekly hours"),
    "scheduling.delete_availabilityrule": _("Remove doctors' weekly hours"),
    "clinical.view_chart": _("Open patients' charts"),
    "clinical.read_record": _("Read records"),
    "clinical.start_encounter": _("Open the record of a visit"),
    "clinical.write_record": _("Write records"),
    "clinical.sign_record": _("Sign records"),
    "clinical.add_addendum": _("Add to signed records"),
    "clinical.view_encounter": _("See that encounters took place"),
    "clinical.view_medicalrecord": _("See that records exist"),
    "clinical.view_seal": _("See the seals of records"),
    "clinical.view_addendum": _("See that addenda exist"),
    "clinical.view_diagnosis": _("See that diagnoses exist"),
    "clinical.view_condition": _("See that conditions exist"),
    "clinical.view_prescription": _("See that prescriptions exist"),
}


def reach(user: Any, permission: str) -> Reach | None:
    """How far the user's role carries this permission; strangers and accounts without a role see what is public."""
    if not (user.is_authenticated and user.is_active and user.role):
        return PUBLIC.get(permission)
    return TABLE[Role(user.role)].get(permission)
