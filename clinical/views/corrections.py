"""A signed record that is not right: its later version, the strike through it, its release."""

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.errors import DomainError, StaleVersion
from accounts.views.pages import Page
from clinical.forms import ReasonForm
from clinical.forms.corrections import CorrectionForm
from clinical.models import Allergy, MedicalRecord
from clinical.services import corrections
from clinical.views.notes import require_fresh_sign_in, version_sent
from clinical.views.typing import KeepsTyping


class RecordPage(Page):
    """A page about one record of the doctor's own; everyone else's is a 404."""

    permission = "clinical.correct_record"

    def record(self) -> MedicalRecord:
        rows = MedicalRecord.objects.visible_to(self.request.user, self.permission).for_reading()
        return get_object_or_404(rows, public_id=self.kwargs["public_id"])

    def page(self, template: str, record: MedicalRecord, status: int = 200, **context: Any) -> HttpResponse:
        frame = {
            "record": record,
            "encounter": record.encounter,
            "patient": record.patient,
            "allergy_state": Allergy.objects.visible_to(self.request.user).state_of(record.patient),
        }
        return render(self.request, template, frame | context, status=status)


class RecordStep(RecordPage):
    """Says what will happen to the record; does it on POST. `form_class` asks for what the service needs."""

    form_class: Any = None
    title: Any
    text: Any
    action: Any
    done: Any

    def get(self, request: HttpRequest, public_id: Any) -> HttpResponse:
        return self.ask(self.record(), self.form_class and self.form_class())

    def post(self, request: HttpRequest, public_id: Any) -> HttpResponse:
        record, form = self.record(), self.form_class and self.form_class(request.POST)
        if form and not form.is_valid():
            return self.ask(record, form, 422)
        try:
            changed = self.step(record, **(form.cleaned_data if form else {}))
        except DomainError as error:
            return self.refused(record, form, str(error))
        messages.success(request, self.done)
        return redirect(self.after(changed))

    def refused(self, record: MedicalRecord, form: Any, words: str) -> HttpResponse:
        """What was typed stays in its form."""
        if form:
            form.add_error(None, words)
            return self.ask(record, form, 422)
        messages.error(self.request, words)
        return redirect(record)

    def step(self, record: MedicalRecord, **told: Any) -> MedicalRecord:
        raise NotImplementedError(type(self))

    def after(self, record: MedicalRecord) -> Any:
        return record

    def ask(self, record: MedicalRecord, form: Any, status: int = 200) -> HttpResponse:
        words = {"title": self.title, "text": self.text, "action": self.action}
        back_url = record.get_absolute_url()
        return self.page("clinical/record_step.html", record, status, form=form, back_url=back_url, **words)


class CorrectionBegin(RecordStep):
    title = _("Write a new version of this record?")
    text = _("The signed version stays readable. The new one starts with its text and needs a reason.")
    action = _("Write a new version")
    done = _("Change what was not right, then sign.")

    def step(self, record: MedicalRecord, **told: Any) -> MedicalRecord:
        return corrections.begin_correction(record=record, actor=self.request.user, now=timezone.now())

    def after(self, record: MedicalRecord) -> Any:
        return reverse("clinical:correction-write", args=[record.public_id])


class RecordInError(RecordStep):
    form_class = ReasonForm
    title = _("Mark this record as entered in error?")
    text = _("It stays in the chart, struck through, with your reason. The patient no longer sees it.")
    action = _("Mark as entered in error")
    done = _("The record is marked as entered in error.")

    def step(self, record: MedicalRecord, **told: Any) -> MedicalRecord:
        return corrections.mark_record_in_error(
            record=record, actor=self.request.user, now=timezone.now(), **told
        )


class RecordRelease(RecordStep):
    title = _("Let the patient read this record?")
    text = _("The patient is told that there is something to read. This cannot be taken back.")
    action = _("Release the record")
    done = _("The patient can read the record now.")

    def step(self, record: MedicalRecord, **told: Any) -> MedicalRecord:
        return corrections.release_record(record=record, actor=self.request.user, now=timezone.now())


class CorrectionPage(RecordPage):
    """A later version that is neither signed nor dropped yet; once it is, its record's page."""

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        if request.user.has_perm(self.permission):
            record = self.record()
            if record.revision == 1 or (corrections.over(record) and not self.has_text()):
                return redirect(record)
        return super().dispatch(request, *args, **kwargs)

    def has_text(self) -> bool:
        """Whether the page has to show a text that stands nowhere else."""
        return False


class CorrectionWrite(KeepsTyping, CorrectionPage):
    def get(self, request: HttpRequest, public_id: Any) -> HttpResponse:
        draft = self.record()
        form, words = self.kept_form(CorrectionForm, instance=draft), corrections.over(draft)
        if words:
            form.add_error(None, words)
        return self.page("clinical/correction_write.html", draft, 409 if words else 200, form=form)

    def has_text(self) -> bool:
        return self.request.method == "POST" or self.typing.kept is not None

    def post(self, request: HttpRequest, public_id: Any) -> HttpResponse:
        draft, shown = self.record(), self.record()
        form = CorrectionForm(request.POST, instance=shown)
        if form.is_valid() and self.saved(draft, form):
            self.forget_typing()
            return redirect(self.next_page(), draft.public_id)
        return self.page("clinical/correction_write.html", draft, 422, form=form)

    def next_page(self) -> str:
        signs = self.request.POST.get("action") == "sign"
        return "clinical:correction-sign" if signs else "clinical:correction-write"

    def saved(self, draft: MedicalRecord, form: CorrectionForm) -> bool:
        try:
            corrections.save_correction(draft=draft, actor=self.request.user, **form.typed())
        except StaleVersion:
            raise
        except DomainError as error:
            form.add_error(None, str(error))
            return False
        messages.success(self.request, _("Draft saved."))
        return True


class CorrectionSign(CorrectionPage):
    """Shows exactly what is signed beside the version before; needs a fresh sign-in."""

    def get(self, request: HttpRequest, public_id: Any) -> HttpResponse:
        return self.ask(self.record())

    def post(self, request: HttpRequest, public_id: Any) -> HttpResponse:
        draft = self.record()
        require_fresh_sign_in(request)
        try:
            corrections.sign_correction(
                draft=draft, version=version_sent(request), actor=request.user, now=timezone.now()
            )
        except StaleVersion:
            raise
        except DomainError as error:
            return self.ask(draft, error)
        messages.success(request, _("The new version is signed."))
        return redirect(draft)

    def ask(self, draft: MedicalRecord, error: Any = "") -> HttpResponse:
        before = MedicalRecord.objects.signed().other_versions_of(draft).first()
        status = 422 if error else 200
        return self.page("clinical/correction_sign.html", draft, status, before=before, error=error)
