"""Find a code for a diagnosis: on a page of its own, and while one types."""

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.errors import DomainError, StaleVersion
from accounts.views.pages import Page
from clinical.forms.codes import CodeChoiceForm, CodeSearchForm
from clinical.models import Allergy, Encounter, Icd10Code, MedicalRecord
from clinical.models.icd10 import normalised
from clinical.services.icd10 import add_diagnosis
from clinical.views.notes import NotePage

SEARCH = "code_search"
ROWS = 30
SUGGESTIONS = 8


class CodeSearch(NotePage):
    """The words wait in the session, beside the visit they were typed for: none stand in an address."""

    permission = "clinical.write_record"

    def get(self, request: HttpRequest, public_id: Any) -> HttpResponse:
        encounter = self.encounter()
        record = MedicalRecord.objects.latest_of(encounter)
        return self.closed(encounter, record) or self.show(
            encounter, CodeSearchForm(), nothing_chosen(record)
        )

    def post(self, request: HttpRequest, public_id: Any) -> HttpResponse:
        encounter = self.encounter()
        if "words" in request.POST:
            return self.search(encounter)
        choice = CodeChoiceForm(request.POST)
        if choice.is_valid() and self.add(encounter, choice):
            request.session.pop(SEARCH, None)
            return redirect(reverse("clinical:encounter-write", args=[encounter.public_id]) + "#diagnoses")
        return self.show(encounter, CodeSearchForm(), choice, status=422)

    def search(self, encounter: Encounter) -> HttpResponse:
        form = CodeSearchForm(self.request.POST)
        if not form.is_valid():
            record = MedicalRecord.objects.latest_of(encounter)
            return self.show(encounter, form, nothing_chosen(record), status=422)
        self.request.session[SEARCH] = [str(encounter.public_id), form.cleaned_data["words"]]
        return redirect("clinical:code-search", encounter.public_id)

    def add(self, encounter: Encounter, choice: CodeChoiceForm) -> bool:
        """Whether the diagnosis stands in the draft; what the service refuses stands on the page."""
        code = choice.cleaned_data["code"]
        try:
            add_diagnosis(
                encounter=encounter,
                code=code,
                version=choice.cleaned_data["version"],
                actor=self.request.user,
                now=timezone.now(),
            )
        except StaleVersion:
            raise
        except DomainError as error:
            choice.add_error(None, str(error))
            return False
        messages.success(self.request, _("%(code)s stands among the diagnoses now.") % {"code": code})
        return True

    def words(self, encounter: Encounter) -> str:
        searched_for, words = self.request.session.get(SEARCH, ("", ""))
        return words if searched_for == str(encounter.public_id) else ""

    def show(
        self, encounter: Encounter, form: CodeSearchForm, choice: CodeChoiceForm, status: int = 200
    ) -> HttpResponse:
        words = "" if form.is_bound else self.words(encounter)
        form.initial["words"] = words
        found = list(Icd10Code.objects.visible_to(self.request.user).matching(words)[: ROWS + 1])
        context = {
            "encounter": encounter,
            "patient": encounter.patient,
            "allergy_state": Allergy.objects.visible_to(self.request.user).state_of(encounter.patient),
            "form": form,
            "choice": choice,
            "words": words,
            "heading": normalised(words),
            "codes": found[:ROWS],
            "are_more": len(found) > ROWS,
            "is_loaded": bool(found) or Icd10Code.objects.exists(),
        }
        return render(self.request, "clinical/code_search.html", context, status=status)


def nothing_chosen(record: MedicalRecord | None) -> CodeChoiceForm:
    return CodeChoiceForm(initial={"version": record.version if record else 0})


class CodeSuggest(Page):
    """What may be given, for the boxes of a note; it names no patient."""

    permission = "clinical.write_record"
    http_method_names = ["post"]

    def post(self, request: HttpRequest) -> HttpResponse:
        form = CodeSearchForm(request.POST)
        words = form.cleaned_data["words"] if form.is_valid() else ""
        codes = Icd10Code.objects.visible_to(request.user).may_be_given().matching(words)[:SUGGESTIONS]
        return JsonResponse({"codes": [{"code": row.code, "display": row.display} for row in codes]})
