"""The problem list of a patient, and the patient's own list."""

from typing import Any

from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.models import Patient
from clinical.forms.conditions import ConditionChangeForm, ConditionForm, ConditionResolveForm, VersionForm
from clinical.models import Condition
from clinical.services.conditions import (
    add_condition,
    change_condition,
    reactivate_condition,
    resolve_condition,
)
from clinical.services.listed import is_active
from clinical.views.chart_pages import ChartPage, MarkInError
from clinical.views.listed import ListedAdd, RowForm
from clinical.views.own_lists import OwnList

SECTION = "clinical:chart-problems"


class ChartProblems(ChartPage):
    section = SECTION
    template_name = "clinical/condition_list.html"

    def rows(self, patient: Patient) -> dict[str, Any]:
        user = self.request.user
        rows = list(Condition.objects.visible_to(user).for_chart(patient))
        return sorted_rows([row for row in rows if not row.is_in_error]) | {
            "mistakes": [row for row in rows if row.is_in_error],
            "may_add": user.has_perm("clinical.add_condition", patient),
            "may_change": user.has_perm("clinical.change_condition", patient),
        }


def sorted_rows(rows: list[Condition]) -> dict[str, list[Condition]]:
    """What the patient has, and what is over or was ruled out."""
    active = [row for row in rows if is_active(row)]
    return {"active": active, "earlier": [row for row in rows if row not in active]}


class ConditionAdd(ListedAdd):
    permission = "clinical.add_condition"
    section = SECTION
    form_class = ConditionForm
    template_name = "clinical/condition_add.html"
    title = _("Add a problem")
    action = _("Save the problem")
    done = _("The problem is on the list.")

    def add(self, patient: Patient, form: Any) -> None:
        user, now = self.request.user, timezone.now()
        add_condition(patient=patient, actor=user, now=now, twin=self.choice(), **form.facts())


class ConditionRowForm(RowForm):
    model = Condition
    permission = "clinical.change_condition"
    section = SECTION
    template_name = "clinical/condition_form.html"

    def form(self, patient: Patient, *args: Any, **kwargs: Any) -> Any:
        return self.form_class(*args, **kwargs, initial={"version": self.row().version})


class ConditionChange(ConditionRowForm):
    title = _("Change the problem")
    done = _("The problem is changed.")

    def form(self, patient: Patient, *args: Any, **kwargs: Any) -> ConditionChangeForm:
        return ConditionChangeForm(args[0] if args else None, instance=self.row())

    def save(self, patient: Patient, form: Any) -> None:
        values = {name: form.cleaned_data[name] for name in ConditionChangeForm.Meta.fields}
        version = form.cleaned_data["version"]
        user, now = self.request.user, timezone.now()
        change_condition(condition=self.row(), version=version, values=values, actor=user, now=now)


class ConditionResolve(ConditionRowForm):
    form_class = ConditionResolveForm
    title = _("Is this problem over?")
    action = _("Mark it as resolved")
    done = _("The problem is marked as resolved.")

    def save(self, patient: Patient, form: Any) -> None:
        user, now = self.request.user, timezone.now()
        resolve_condition(condition=self.row(), actor=user, now=now, **form.cleaned_data)


class ConditionReactivate(ConditionRowForm):
    form_class = VersionForm
    title = _("Make this problem active again?")
    action = _("Make it active again")
    done = _("The problem is active again.")

    def save(self, patient: Patient, form: Any) -> None:
        user, now = self.request.user, timezone.now()
        reactivate_condition(condition=self.row(), actor=user, now=now, **form.cleaned_data)


class ConditionInError(MarkInError):
    model = Condition
    permission = "clinical.change_condition"
    section = SECTION


class OwnConditions(OwnList):
    section = "clinical:own-conditions"
    template_name = "clinical/own_conditions.html"

    def rows(self, patient: Patient) -> dict[str, Any]:
        return sorted_rows(list(Condition.objects.kept_for(self.request.user).for_chart(patient)))
