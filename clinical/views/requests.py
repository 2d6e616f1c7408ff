"""A patient asks for a correction; the doctor who wrote answers."""

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.errors import DomainError
from accounts.views.pages import Page
from clinical.forms.corrections import AnswerForm, RequestForm
from clinical.models import Allergy, CorrectionRequest, MedicalRecord
from clinical.services.requests import answer_correction, request_correction
from clinical.views.typing import KeepsTyping


class CorrectionAsk(KeepsTyping, Page):
    """Only about a record that the patient can read."""

    permission = "clinical.request_correction"

    def record(self) -> MedicalRecord:
        rows = MedicalRecord.objects.visible_to(self.request.user, self.permission).with_people()
        return get_object_or_404(rows, public_id=self.kwargs["public_id"])

    def get(self, request: HttpRequest, public_id: Any) -> HttpResponse:
        return self.show(self.record(), self.kept_form(RequestForm))

    def post(self, request: HttpRequest, public_id: Any) -> HttpResponse:
        record, form = self.record(), RequestForm(request.POST)
        if form.is_valid() and self.asked(record, form):
            self.forget_typing()
            messages.success(request, _("Your request is on its way to the doctor. You get an answer here."))
            return redirect(record)
        return self.show(record, form, 422)

    def asked(self, record: MedicalRecord, form: RequestForm) -> bool:
        try:
            request_correction(
                record=record, actor=self.request.user, now=timezone.now(), **form.cleaned_data
            )
        except DomainError as error:
            form.add_error(None, str(error))
            return False
        return True

    def show(self, record: MedicalRecord, form: RequestForm, status: int = 200) -> HttpResponse:
        context = {"record": record, "encounter": record.encounter, "patient": record.patient, "form": form}
        return render(self.request, "clinical/correction_ask.html", context, status=status)


class CorrectionAnswer(KeepsTyping, Page):
    permission = "clinical.answer_correctionrequest"

    def asked(self) -> CorrectionRequest:
        rows = CorrectionRequest.objects.visible_to(self.request.user, self.permission)
        people = rows.select_related("patient", "record__encounter__doctor", "record__encounter__department")
        return get_object_or_404(people, public_id=self.kwargs["public_id"])

    def get(self, request: HttpRequest, public_id: Any) -> HttpResponse:
        asked = self.asked()
        return self.show(asked, self.kept_form(AnswerForm, instance=asked))

    def post(self, request: HttpRequest, public_id: Any) -> HttpResponse:
        asked, form = self.asked(), AnswerForm(request.POST, instance=self.asked())
        if form.is_valid() and self.answered(asked, form):
            self.forget_typing()
            messages.success(request, _("The patient can read your answer."))
            return redirect("doctor-dashboard")
        return self.show(asked, form, 422)

    def answered(self, asked: CorrectionRequest, form: AnswerForm) -> bool:
        try:
            answer_correction(request=asked, actor=self.request.user, now=timezone.now(), **form.cleaned_data)
        except DomainError as error:
            form.add_error(None, str(error))
            return False
        return True

    def show(self, asked: CorrectionRequest, form: AnswerForm, status: int = 200) -> HttpResponse:
        context = {
            "asked": asked,
            "record": asked.record,
            "encounter": asked.record.encounter,
            "patient": asked.patient,
            "allergy_state": Allergy.objects.visible_to(self.request.user).state_of(asked.patient),
            "form": form,
        }
        return render(self.request, "clinical/correction_answer.html", context, status=status)
