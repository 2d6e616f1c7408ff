"""Write the note of a visit, review it, sign it."""

from datetime import timedelta
from typing import Any

from allauth.account.authentication import get_authentication_records
from allauth.core.exceptions import ReauthenticationRequired
from django.conf import settings
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.errors import DomainError, StaleVersion
from clinical.errors import NothingWritten, SignedRecord
from clinical.forms import NoteForms
from clinical.models import Encounter, MedicalRecord
from clinical.services.records import save_draft, sign, what_is_missing
from clinical.views.encounters import OwnEncounterPage

# Where each button of the page leads, and to which part of it.
NEXT = {
    "save": ("clinical:encounter-write", ""),
    "add-diagnosis": ("clinical:encounter-write", "#diagnoses"),
    "add-medicine": ("clinical:encounter-write", "#medicines"),
    "sign": ("clinical:encounter-sign", ""),
    "end": ("clinical:encounter-end", ""),
}


LONGEST_VERSION = 9  # digits; Python refuses to read numbers of thousands


class NotePage(OwnEncounterPage):
    def closed(self, encounter: Encounter, record: MedicalRecord | None) -> HttpResponse | None:
        """Where to look instead, once there is nothing left to write."""
        if encounter.is_open and not (record and record.is_signed):
            return None
        if record:
            return redirect(record)
        messages.error(self.request, _("This visit is not open. Nothing can be written in it."))
        return redirect("scheduling:appointment-list")


class EncounterWrite(NotePage):
    permission = "clinical.write_record"

    def get(self, request: HttpRequest, public_id: Any) -> HttpResponse:
        encounter = self.encounter()
        record = MedicalRecord.objects.latest_of(encounter)
        return self.closed(encounter, record) or self.show(encounter, NoteForms(encounter, record))

    def post(self, request: HttpRequest, public_id: Any) -> HttpResponse:
        encounter = self.encounter()
        record = MedicalRecord.objects.latest_of(encounter)
        note = NoteForms(encounter, record, request.POST)
        if note.is_valid() and self.save(encounter, note):
            page, part = NEXT.get(request.POST.get("action", ""), NEXT["save"])
            return redirect(reverse(page, args=[encounter.public_id]) + part)
        return self.show(encounter, note, status=422)

    def save(self, encounter: Encounter, note: NoteForms) -> bool:
        """Whether the draft is safe; what a service refuses stands among the form's errors."""
        try:
            save_draft(encounter=encounter, actor=self.request.user, now=timezone.now(), **note.typed())
        except StaleVersion:
            raise
        except DomainError as error:
            if isinstance(error, NothingWritten) and self.request.POST.get("action") == "end":
                return True
            note.sections.add_error(None, str(error))
            return False
        messages.success(self.request, _("Draft saved."))
        return True

    def show(self, encounter: Encounter, note: NoteForms, status: int = 200) -> HttpResponse:
        context = {"encounter": encounter, "patient": encounter.patient, "note": note}
        return render(self.request, "clinical/encounter_write.html", context, status=status)


class EncounterSign(NotePage):
    """Shows exactly what is signed; signing asks for the password when the sign-in is not fresh."""

    permission = "clinical.sign_record"

    def get(self, request: HttpRequest, public_id: Any) -> HttpResponse:
        encounter = self.encounter()
        record = MedicalRecord.objects.for_reading().latest_of(encounter)
        if record is None and encounter.is_open:
            messages.error(request, _("Write something in the note first."))
            return redirect("clinical:encounter-write", encounter.public_id)
        return self.closed(encounter, record) or self.show(encounter, record)

    def post(self, request: HttpRequest, public_id: Any) -> HttpResponse:
        encounter = self.encounter()
        record = MedicalRecord.objects.for_reading().latest_of(encounter)
        if record is None:
            return redirect("clinical:encounter-write", encounter.public_id)
        require_fresh_sign_in(request)
        return self.sign(encounter, record)

    def sign(self, encounter: Encounter, record: MedicalRecord) -> HttpResponse:
        try:
            sign(record=record, version=self.version(), actor=self.request.user, now=timezone.now())
        except StaleVersion:
            raise
        except SignedRecord as error:
            messages.info(self.request, str(error))
        except DomainError as error:
            return self.show(encounter, record, error)
        else:
            messages.success(self.request, _("The record is signed. The patient can read it now."))
        return redirect(record)

    def version(self) -> int:
        sent = self.request.POST.get("version", "")
        return int(sent) if sent.isascii() and sent.isdigit() and len(sent) <= LONGEST_VERSION else 0

    def show(self, encounter: Encounter, record: Any, error: Any = "") -> HttpResponse:
        context = {
            "encounter": encounter,
            "patient": encounter.patient,
            "record": record,
            "missing": what_is_missing(record),
            "error": error,
        }
        return render(self.request, "clinical/encounter_sign.html", context, status=422 if error else 200)


def require_fresh_sign_in(request: HttpRequest) -> None:
    """Lead to allauth's password page, which then resumes the request, unless the sign-in is recent.

    allauth's own decorator counts repeated sign-ins only; the first one of a session is as good.
    """
    records = get_authentication_records(request, request.user)
    latest = max((record["at"] for record in records), default=0)
    allowed = timedelta(seconds=settings.ACCOUNT_REAUTHENTICATION_TIMEOUT)
    if timezone.now().timestamp() - latest > allowed.total_seconds():
        raise ReauthenticationRequired
