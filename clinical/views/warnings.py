"""What speaks against a prescription stops the way: each warning is answered by a change or by a reason."""

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.errors import DomainError
from clinical.forms.medicines import OverrideForm
from clinical.models import Allergy, Encounter, PrescriptionCheck
from clinical.services.prescribing import Caution, override, unknown_to_checks, unresolved
from clinical.views.encounters import OwnEncounterPage

# Where the way leads on, by the button that was pressed; else back to the medicines of the note.
AFTER = {
    "sign": "clinical:encounter-sign",
    "end": "clinical:encounter-end",
    "find-code": "clinical:code-search",
}


def interruption(encounter: Encounter, action: str, now: Any) -> str:
    """The page that stands in the way while a warning is unanswered; empty when none is."""
    if not unresolved(encounter=encounter, now=now):
        return ""
    then = f"?then={action}" if action in AFTER else ""
    return reverse("clinical:prescription-warnings", args=[encounter.public_id]) + then


def onward(encounter: Encounter, now: Any, action: str = "") -> str:
    return interruption(encounter, action, now) or way_on(encounter, action)


def way_on(encounter: Encounter, action: str) -> str:
    part = "" if action in AFTER else "#medicines"
    return reverse(AFTER.get(action, "clinical:encounter-write"), args=[encounter.public_id]) + part


def checks_of(encounter: Encounter, user: Any) -> Any:
    """The warnings that were passed over in this visit, the first ones first."""
    rows = PrescriptionCheck.objects.visible_to(user).filter(encounter=encounter)
    return rows.select_related("actor").order_by("happened_at", "pk")


def allergies_of(encounter: Encounter, user: Any) -> dict[str, Any]:
    """For the banner, and for the warning that some allergies are compared by nobody else."""
    state = Allergy.objects.visible_to(user).state_of(encounter.patient)
    return {"allergy_state": state, "unknown": unknown_to_checks(state.active)}


def to_sign(encounter: Encounter, user: Any) -> dict[str, Any]:
    """What the page to sign says of the prescription's checks."""
    return {
        "waiting": unresolved(encounter=encounter, now=timezone.now()),
        "checks": checks_of(encounter, user),
        **allergies_of(encounter, user),
    }


class PrescriptionWarnings(OwnEncounterPage):
    permission = "clinical.write_record"

    def get(self, request: HttpRequest, public_id: Any) -> HttpResponse:
        encounter = self.encounter()
        asked = self.asked(encounter)
        return self.show(encounter, asked) if asked else redirect(self.way_on(encounter))

    def post(self, request: HttpRequest, public_id: Any) -> HttpResponse:
        encounter = self.encounter()
        asked = self.asked(encounter, request.POST)
        answered = [form.is_valid() for _caution, form in asked]
        if not all(answered):
            return self.show(encounter, asked, status=422)
        return self.keep(encounter, asked) if asked else redirect(self.way_on(encounter))

    def asked(self, encounter: Encounter, data: Any = None) -> list[tuple[Caution, OverrideForm]]:
        """Each warning with its own form; a form is known by its warning, not by its place on the page."""
        if not encounter.is_open:
            return []
        waiting = unresolved(encounter=encounter, now=timezone.now())
        return [(caution, OverrideForm(data, prefix=caution.mark)) for caution in waiting]

    def keep(self, encounter: Encounter, asked: list[tuple[Caution, OverrideForm]]) -> HttpResponse:
        reasons = {caution.mark: form.answer() for caution, form in asked}
        try:
            override(encounter=encounter, reasons=reasons, actor=self.request.user, now=timezone.now())
        except DomainError as error:
            asked[0][1].add_error(None, str(error))
            return self.show(encounter, asked, status=422)
        messages.success(self.request, _("Your reasons are recorded."))
        return redirect(self.way_on(encounter))

    def way_on(self, encounter: Encounter) -> str:
        sent = self.request.POST or self.request.GET
        return way_on(encounter, sent.get("then", ""))

    def show(
        self, encounter: Encounter, asked: list[tuple[Caution, OverrideForm]], status: int = 200
    ) -> HttpResponse:
        context = {
            "encounter": encounter,
            "patient": encounter.patient,
            "asked": asked,
            "forms": AllForms([form for _caution, form in asked]),
            **allergies_of(encounter, self.request.user),
            "then": (self.request.POST or self.request.GET).get("then", ""),
        }
        return render(self.request, "clinical/prescription_warnings.html", context, status=status)


class AllForms(list):
    """To the error summary the forms look like a formset."""

    def total_error_count(self) -> int:
        return sum(len(form.errors) for form in self)
