"""Vaccinations of a patient: what is due first, then what was given."""

from typing import Any

from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.models import Patient
from clinical.forms.immunizations import ImmunizationForm
from clinical.models import Immunization
from clinical.services.immunizations import (
    add_immunization,
    due_list,
    may_tell_of_elsewhere,
    visits_to_vaccinate_in,
)
from clinical.views.chart_pages import ChartForm, ChartPage, MarkInError
from clinical.views.own_lists import OwnList

SECTION = "clinical:chart-immunizations"


class ChartImmunizations(ChartPage):
    section = SECTION
    template_name = "clinical/immunization_list.html"

    def rows(self, patient: Patient) -> dict[str, Any]:
        user = self.request.user
        rows = list(Immunization.objects.visible_to(user).for_chart(patient))
        return {
            "immunizations": rows,
            "due": due_list(rows, timezone.localdate()),
            "may_add": user.has_perm("clinical.add_immunization", patient),
            "may_change": user.has_perm("clinical.change_immunization", patient),
        }


class ImmunizationAdd(ChartForm):
    permission = "clinical.add_immunization"
    section = SECTION
    template_name = "clinical/immunization_form.html"
    title = _("Record a vaccination")
    action = _("Save the vaccination")
    done = _("The vaccination is recorded.")

    def form(self, patient: Patient, *args: Any, **kwargs: Any) -> ImmunizationForm:
        user = self.request.user
        return ImmunizationForm(
            args[0] if args else None,
            visits=visits_to_vaccinate_in(patient, user),
            may_tell_of_elsewhere=may_tell_of_elsewhere(user),
        )

    def save(self, patient: Patient, form: Any) -> None:
        now = timezone.now()
        add_immunization(patient=patient, actor=self.request.user, now=now, **form.facts(now))


class ImmunizationInError(MarkInError):
    model = Immunization
    permission = "clinical.change_immunization"
    section = SECTION


class OwnImmunizations(OwnList):
    section = "clinical:own-immunizations"
    template_name = "clinical/own_immunizations.html"

    def rows(self, patient: Patient) -> dict[str, Any]:
        rows = list(Immunization.objects.kept_for(self.request.user).for_chart(patient))
        return {"immunizations": rows, "due": due_list(rows, timezone.localdate())}
