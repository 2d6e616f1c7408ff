"""Allergies of a patient: the list, the word that there are none, and the patient's own list."""

import uuid
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.errors import DomainError
from accounts.models import Patient
from clinical.forms.allergies import AllergyChangeForm, AllergyForm, ReactionForm
from clinical.medicines import is_known
from clinical.models import Allergy
from clinical.models.allergy import NONE_KNOWN, AllergyState
from clinical.services.allergies import add_allergy, add_reaction, change_allergy, record_none_known
from clinical.services.listed import is_active
from clinical.views.chart_pages import ChartPage, MarkInError
from clinical.views.listed import ListedAdd, RowForm
from clinical.views.own_lists import OwnList

SECTION = "clinical:chart-allergies"
UNCHECKED = _(
    "The checks of prescriptions do not know these words: they warn only where a medicine is written in the same words."
)


def is_unchecked(row: Allergy) -> bool:
    """A medicine in words that name no substance and no class."""
    is_medicine = row.category == Allergy.Category.MEDICATION
    return is_medicine and not is_known(row.display, row.system, row.code)


class ChartAllergies(ChartPage):
    section = SECTION
    template_name = "clinical/allergy_list.html"

    def rows(self, patient: Patient) -> dict[str, Any]:
        user = self.request.user
        rows = list(Allergy.objects.visible_to(user).for_chart(patient))
        active = [row for row in rows if not row.says_none_known and not row.is_in_error and is_active(row)]
        for row in active:
            row.is_unchecked = is_unchecked(row)
        return {
            "active": active,
            "earlier": [row for row in rows if not row.is_in_error and row not in active],
            "mistakes": [row for row in rows if row.is_in_error],
            "may_add": user.has_perm("clinical.add_allergy", patient),
            "may_change": user.has_perm("clinical.change_allergy", patient),
            "key": uuid.uuid4(),
        }


class AllergyAdd(ListedAdd):
    permission = "clinical.add_allergy"
    section = SECTION
    form_class = AllergyForm
    template_name = "clinical/allergy_form.html"
    title = _("Add an allergy")
    action = _("Save the allergy")
    done = _("The allergy is on the list.")

    def add(self, patient: Patient, form: Any) -> None:
        user, now = self.request.user, timezone.now()
        row = add_allergy(patient=patient, actor=user, now=now, twin=self.choice(), **form.facts())
        if is_unchecked(row):
            messages.warning(self.request, UNCHECKED)


class AllergyNoneKnown(ChartPage):
    """A button of the list: who presses it has asked the patient now."""

    permission = "clinical.add_allergy"
    section = SECTION

    def get(self, request: HttpRequest, public_id: Any) -> HttpResponse:
        return redirect(SECTION, self.patient().public_id)

    def post(self, request: HttpRequest, public_id: Any) -> HttpResponse:
        patient = self.patient()
        try:
            record_none_known(patient=patient, actor=request.user, now=timezone.now(), key=self.key())
        except DomainError as error:
            messages.error(request, str(error))
        else:
            messages.success(request, _("Noted: asked today, no known allergies."))
        return redirect(SECTION, patient.public_id)

    def key(self) -> uuid.UUID | None:
        try:
            return uuid.UUID(self.request.POST.get("key", ""))
        except ValueError:
            return None


class AllergyRowForm(RowForm):
    model = Allergy
    permission = "clinical.change_allergy"
    section = SECTION
    template_name = "clinical/allergy_form.html"

    def rows_to_change(self) -> Any:
        return super().rows_to_change().exclude(code=NONE_KNOWN)


class AllergyChange(AllergyRowForm):
    title = _("Change the allergy")
    done = _("The allergy is changed.")

    def form(self, patient: Patient, *args: Any, **kwargs: Any) -> AllergyChangeForm:
        return AllergyChangeForm(args[0] if args else None, instance=self.row())

    def save(self, patient: Patient, form: Any) -> None:
        values = {name: form.cleaned_data[name] for name in AllergyChangeForm.Meta.fields}
        version = form.cleaned_data["version"]
        user, now = self.request.user, timezone.now()
        change_allergy(allergy=self.row(), version=version, values=values, actor=user, now=now)


class AllergyReactionAdd(AllergyRowForm):
    form_class = ReactionForm
    title = _("Add a reaction")
    action = _("Save the reaction")
    done = _("The reaction is noted.")

    def save(self, patient: Patient, form: Any) -> None:
        user, now = self.request.user, timezone.now()
        add_reaction(allergy=self.row(), actor=user, now=now, **form.cleaned_data)


class AllergyInError(MarkInError):
    model = Allergy
    permission = "clinical.change_allergy"
    section = SECTION


class OwnAllergies(OwnList):
    section = "clinical:own-allergies"
    template_name = "clinical/own_allergies.html"

    def rows(self, patient: Patient) -> dict[str, Any]:
        kept = Allergy.objects.kept_for(self.request.user)
        rows = list(kept.for_chart(patient))
        active = [row for row in rows if not row.says_none_known and is_active(row)]
        earlier = [row for row in rows if not row.says_none_known and row not in active]
        return {"state": AllergyState.of(rows), "active": active, "earlier": earlier}
