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
    # Of whoever looks on as another role, where the own role would not open the rows.
    NONE = _("nothing: looking on")


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
        "accounts.request_details_change": O,
        "scheduling.view_appointment": O,
        "scheduling.book_appointment": O,
        "scheduling.cancel_appointment": O,
        "scheduling.move_appointment": O,
        "clinical.read_record": O,
        "clinical.request_correction": O,
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
        "clinical.correct_record": W,
        "clinical.answer_correctionrequest": W,
        "clinical.open_encounter": T,
        "clinical.add_allergy": W,
        "clinical.change_allergy": W,
        "clinical.add_condition": W,
        "clinical.change_condition": W,
        "clinical.add_vitalsign": W,
        "clinical.change_vitalsign": W,
        "clinical.add_immunization": W,
        "clinical.change_immunization": W,
        "clinical.add_labresult": W,
        "clinical.change_labresult": W,
        "clinical.add_document": W,
        "clinical.change_document": W,
        "clinical.change_prescriptionitem": W,
    },
    Role.NURSE: EVERYBODY
    | {
        "accounts.view_patient": D,
        "scheduling.view_appointment": D,
        "scheduling.arrive_appointment": D,
        "clinical.view_chart": P,
        "clinical.read_record": P,
        "clinical.add_vitalsign": P,
        "clinical.change_vitalsign": P,
        "clinical.add_immunization": P,
        "clinical.change_immunization": P,
    },
    Role.RECEPTION: EVERYBODY
    | {
        "accounts.use_admin": A,
        "accounts.view_location": A,
        "accounts.view_patient": A,
        "accounts.add_patient": A,
        "accounts.change_patient": A,
        "accounts.invite_patient": A,
        "accounts.view_possibletwin": A,
        "accounts.change_possibletwin": A,
        "accounts.view_detailschange": A,
        "accounts.change_detailschange": A,
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
        "accounts.merge_patient": A,
        "accounts.view_patientmerge": A,
        "accounts.archive_doctor": A,
        "accounts.invite_doctor": A,
        "accounts.deactivate_user": A,
        "accounts.view_patientaccess": A,
        "accounts.add_patientaccess": A,
        "accounts.change_patientaccess": A,
        "accounts.view_message": A,
        "accounts.retry_message": A,
        "accounts.load_data": A,
        "accounts.undo_load": A,
        "accounts.export_data": A,
        "accounts.see_as": A,
        "accounts.view_report": A,
        "accounts.view_backup": A,
        "accounts.view_patientidentifier": A,
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
        "clinical.view_allergy": M,
        "clinical.view_vitalsign": M,
        "clinical.view_labresult": M,
        "clinical.view_immunization": M,
        "clinical.view_document": M,
        "clinical.view_correctionrequest": M,
    }
    | {f"clinical.{verb}_notetemplate": A for verb in ("view", "add", "change", "delete")}
)


def reach(user: Any, permission: str) -> Reach | None:
    """How far the user's role carries this permission; strangers and accounts without a role see what is public."""
    if not (user.is_authenticated and user.is_active and user.role):
        return PUBLIC.get(permission)
    own = TABLE[Role(user.role)].get(permission)
    seen = getattr(user, "seen_role", "")
    return looking_on(own, TABLE[Role(seen)].get(permission)) if seen else own


def looking_on(own: Reach | None, theirs: Reach | None) -> Reach | None:
    """What another role's permission opens to whoever looks on as it: its pages, and never more than own rows."""
    if theirs is None or own is theirs:
        return theirs
    return theirs if own is Reach.ALL else Reach.NONE
