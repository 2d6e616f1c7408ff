"""People: what the desk has to decide about their files, which messages did not reach them, how many there are."""

from typing import Any

from django.utils.translation import gettext_lazy as _

from accounts.models import DetailsChange, Doctor, Message, Patient, PossibleTwin
from hospital.desk.figures import PEOPLE, Figure, how_many, proof, waiting


def files_waiting(user: Any) -> list[Figure]:
    """Three queries."""
    found = []
    if user.has_perm("accounts.change_detailschange"):
        wishes = how_many(DetailsChange.objects.visible_to(user).open())
        proves = proof("accounts_detailschange", "status__exact=requested")
        found.append(waiting(_("Changes of details to look at"), wishes, proves))
    if user.has_perm("accounts.change_possibletwin"):
        twins = how_many(PossibleTwin.objects.visible_to(user).waiting())
        found.append(
            waiting(_("Possible twins"), twins, proof("accounts_possibletwin", "status__exact=open"))
        )
    if user.has_perm("accounts.view_message"):
        failed = how_many(Message.objects.visible_to(user).failed())
        found.append(waiting(_("Failed messages"), failed, proof("accounts_message", "status__exact=dead")))
    return found


def people(user: Any) -> list[Figure]:
    """Three queries."""
    found = []
    if user.has_perm("accounts.add_doctor"):
        doctors = Doctor.objects.visible_to(user).current()
        without = how_many(doctors.filter(user__isnull=True))
        where = "accounts_doctor"
        found += [
            Figure(_("Doctors"), how_many(doctors), proof(where, "state=current"), PEOPLE),
            Figure(
                _("Doctors without an account"),
                without,
                proof(where, "state=current&user__isempty=1"),
                PEOPLE,
            ),
        ]
    if user.has_perm("accounts.view_patient"):
        patients = how_many(Patient.objects.visible_to(user).current())
        found.append(Figure(_("Patients"), patients, proof("accounts_patient", "state=current"), PEOPLE))
    return found
