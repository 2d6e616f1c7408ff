"""The numbers on the administrators' dashboard, each with the list that proves it."""

from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db.models import Count
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.models import DetailsChange, Doctor, Message, Patient, PossibleTwin
from clinical.models import MedicalRecord
from scheduling.models import Appointment, Status
from scheduling.services.checking import outside_hours

SHOWN = [Status.BOOKED, Status.ARRIVED, Status.CHECKED_IN, Status.FULFILLED, Status.NOSHOW, Status.CANCELLED]


@dataclass(frozen=True)
class Figure:
    label: Any
    number: int
    url: str
    group: Any


def proof(changelist: str, query: str = "") -> str:
    url = reverse(f"admin:{changelist}_changelist")
    return f"{url}?{query}" if query else url


def figures(user: Any) -> list[Figure]:
    """Those figures whose list the user may open; a bounded number of counts, whatever the rows."""
    return [
        *visits(user, timezone.localdate()),
        *undecided(user),
        *waiting(user),
        *about_people(user),
        *left_over(user),
        *people(user),
    ]


def visits(user: Any, day: date) -> list[Figure]:
    if not user.has_perm("scheduling.view_appointment"):
        return []
    today = Appointment.objects.visible_to(user).on_day(day).order_by()
    counts = dict(today.values_list("status").annotate(Count("pk")))
    return [
        Figure(
            status.label,
            counts.get(status.value, 0),
            proof("scheduling_appointment", f"day={day}&status__exact={status.value}"),
            _("Visits today"),
        )
        for status in SHOWN
    ]


def undecided(user: Any) -> list[Figure]:
    """Visits about which somebody has to decide; six queries."""
    if not user.has_perm("scheduling.approve_appointment"):
        return []
    rows, now = Appointment.objects.visible_to(user), timezone.now()
    found = [
        (_("Waiting for approval"), rows.filter(status=Status.PENDING).count(), "status__exact=pending"),
        (_("Booked while the doctor is away"), rows.in_leave(now).count(), "hours=leave"),
        (_("Booked outside the hours"), len(outside_hours(now, rows)), "hours=outside"),
    ]
    return [
        Figure(label, number, proof("scheduling_appointment", query), _("Needs attention"))
        for label, number, query in found
    ]


def about_people(user: Any) -> list[Figure]:
    """What the desk has to decide about patients' files."""
    found = []
    if user.has_perm("accounts.change_detailschange"):
        wishes = DetailsChange.objects.visible_to(user).open().count()
        proves = proof("accounts_detailschange", "status__exact=requested")
        found.append(Figure(_("Changes of details to look at"), wishes, proves, _("Needs attention")))
    if user.has_perm("accounts.change_possibletwin"):
        twins = PossibleTwin.objects.visible_to(user).filter(status=PossibleTwin.Status.OPEN).count()
        proves = proof("accounts_possibletwin", "status__exact=open")
        found.append(Figure(_("Possible twins"), twins, proves, _("Needs attention")))
    return found


def people(user: Any) -> list[Figure]:
    found = []
    if user.has_perm("accounts.add_doctor"):
        doctors = Doctor.objects.visible_to(user).current().count()
        found.append(Figure(_("Doctors"), doctors, proof("accounts_doctor", "state=current"), _("People")))
    if user.has_perm("accounts.view_patient"):
        patients = Patient.objects.visible_to(user).current().count()
        found.append(Figure(_("Patients"), patients, proof("accounts_patient", "state=current"), _("People")))
    return found


def left_over(user: Any) -> list[Figure]:
    if not user.has_perm("accounts.archive_doctor"):
        return []
    number = Appointment.objects.visible_to(user).of_archived_doctors(timezone.now()).count()
    proves = proof("scheduling_appointment", "doctor_state=archived")
    return [Figure(_("Booked with doctors who have left"), number, proves, _("Needs attention"))]


def waiting(user: Any) -> list[Figure]:
    found = []
    if user.has_perm("clinical.view_medicalrecord"):
        unsigned = MedicalRecord.objects.metadata_for(user).unsigned().count()
        proves = proof("clinical_medicalrecord", "status__exact=preliminary")
        found.append(Figure(_("Unsigned records"), unsigned, proves, _("Needs attention")))
    if user.has_perm("accounts.view_message"):
        failed = Message.objects.visible_to(user).failed().count()
        proves = proof("accounts_message", "status__exact=dead")
        found.append(Figure(_("Failed messages"), failed, proves, _("Needs attention")))
    return found
