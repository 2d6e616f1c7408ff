"""The patient's own lists: released rows of all for whom the account may act, printable."""

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.models import Patient
from accounts.views.pages import Page

# The parts of one's own record: URL name and words.
OWN_SECTIONS = [
    ("clinical:record-list", _("Records")),
    ("clinical:own-medicines", _("Medicines")),
    ("clinical:own-allergies", _("Allergies")),
    ("clinical:own-conditions", _("Conditions")),
    ("clinical:own-immunizations", _("Vaccinations")),
    ("clinical:own-results", _("Results")),
    ("clinical:own-vitals", _("Vital signs")),
    ("clinical:own-documents", _("Documents")),
]


def own_section_links(here: str) -> list[dict[str, Any]]:
    return [{"url": reverse(name), "label": words, "active": name == here} for name, words in OWN_SECTIONS]


class OwnList(Page):
    """Hangs on whom the account may act for, not on its role. `rows(patient)` is what is shown of each."""

    permission = "clinical.read_record"
    section: str
    template_name: str

    def get(self, request: HttpRequest) -> HttpResponse:
        patients = Patient.objects.kept_for(request.user, "records")
        shown = [{"patient": patient, **self.rows(patient)} for patient in patients]
        context = {
            "shown": shown,
            "patient": shown[0]["patient"] if len(shown) == 1 else None,
            "sections": own_section_links(self.section),
            "now": timezone.now(),
            **self.around(shown),
        }
        return render(request, self.template_name, context)

    def rows(self, patient: Patient) -> dict[str, Any]:
        raise NotImplementedError(type(self))

    def around(self, shown: list[dict[str, Any]]) -> dict[str, Any]:
        """What the page shows besides the persons."""
        return {}
