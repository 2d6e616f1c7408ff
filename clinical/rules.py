"""Under what condition a permission of this app holds for a row in sight."""

from typing import Any

from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _

from accounts.models import Department, Patient
from accounts.roles import Reach, reach
from accounts.rules import rule
from clinical.models import Encounter

ADD_VITALS = "clinical.add_vitalsign"
ADD_IMMUNIZATION = "clinical.add_immunization"
OPEN_ONLY = _("This visit is finished. Vital signs and immunizations are added to an open visit only.")
OTHER_DEPARTMENT = _("This visit is in another department. Its own nurses and its doctor add to it.")
NOT_IN_CARE = _("You can mark your own entries, and those of patients in your care.")


def open_to(user: Any, permission: str) -> QuerySet[Encounter]:
    """Visits under way to which the user may add: a doctor's own, those of a nurse's department."""
    rows = Encounter.objects.in_progress()
    if reach(user, permission) is Reach.PRESENT:
        return rows.filter(department__in=Department.objects.below(user.department_id))
    return rows.visible_to(user, permission)


@rule(ADD_VITALS)
def may_add_vitals(user: Any, row: Any) -> Any:
    return may_add(user, row, ADD_VITALS)


@rule(ADD_IMMUNIZATION)
def may_add_immunization(user: Any, row: Any) -> Any:
    return may_add(user, row, ADD_IMMUNIZATION)


def may_add(user: Any, row: Any, permission: str) -> Any:
    """Of a visit alone is more asked than that it is in sight; as it is stored, not as it was when it was read."""
    if not isinstance(row, Encounter) or open_to(user, permission).filter(pk=row.pk).exists():
        return True
    return OTHER_DEPARTMENT if Encounter.objects.in_progress().filter(pk=row.pk).exists() else OPEN_ONLY


@rule("clinical.change_vitalsign")
@rule("clinical.change_immunization")
def may_mark(user: Any, row: Any) -> Any:
    """To be a patient oneself opens a row for reading only."""
    if isinstance(row, Patient) or row.recorded_by_id == user.pk:
        return True
    in_care = Patient.objects.visible_to(user, f"clinical.change_{row._meta.model_name}")
    return in_care.filter(pk=row.patient_id).exists() or NOT_IN_CARE
