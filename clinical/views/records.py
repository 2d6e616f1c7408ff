"""Records as they are read: by the patient when released, by those who treat at any time."""

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.audit import record_event
from accounts.errors import DomainError
from accounts.roles import Role
from accounts.views.pages import Page
from clinical.forms import AddendumForm
from clinical.models import Allergy, CorrectionRequest, MedicalRecord
from clinical.printing import record_mark
from clinical.services.records import add_addendum
from clinical.views.own_lists import own_section_links
from clinical.views.paging import PagedList
from clinical.views.typing import KeepsTyping
from clinical.views.warnings import checks_of


class RecordList(PagedList):
    """Hangs on whom the account may act for, not on its role: a doctor may be a patient too."""

    permission = "clinical.read_record"
    template_name = "clinical/record_list.html"
    context_object_name = "records"

    def get_queryset(self) -> Any:
        return MedicalRecord.objects.kept_for(self.request.user)

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        context = {"held_back": MedicalRecord.objects.held_back_from(self.request.user)}
        links = own_section_links("clinical:record-list")
        return super().get_context_data(**context, sections=links, **kwargs)


class RecordDetail(Page):
    permission = "clinical.read_record"

    def get(self, request: HttpRequest, public_id: Any) -> HttpResponse:
        rows = MedicalRecord.objects.visible_to(request.user).for_reading()
        record = get_object_or_404(rows, public_id=public_id)
        record_event(actor=request.user, action="read", target=record, patient=record.patient)
        context = {
            "record": record,
            "encounter": record.encounter,
            "patient": record.patient,
            "is_staff_page": request.user.role != Role.PATIENT,
            "allergy_state": self.allergies(record),
            "versions": MedicalRecord.objects.visible_to(request.user).other_versions_of(record),
            "requests": CorrectionRequest.objects.visible_to(request.user).filter(record=record),
            "now": timezone.now(),
            "mark": record_mark(record),
            "checks": checks_of(record.encounter, request.user),
        }
        return render(request, "clinical/record_detail.html", context | self.may(record))

    def allergies(self, record: MedicalRecord) -> Any:
        """For the banner, which only staff see."""
        user = self.request.user
        return user.role != Role.PATIENT and Allergy.objects.visible_to(user).state_of(record.patient)

    def may(self, record: MedicalRecord) -> dict[str, bool]:
        """Which buttons the reader gets; each page behind them asks again."""
        user = self.request.user
        is_own = record.encounter.doctor.user_id == user.pk
        return {
            "is_own": is_own,
            "may_add": is_own and record.takes_addenda,
            "may_correct": is_own and record.takes_addenda,
            "may_release": is_own and record.takes_addenda and record.released_at is None,
            "may_ask": user.role == Role.PATIENT and record.takes_addenda,
        }


class AddendumAdd(KeepsTyping, Page):
    permission = "clinical.add_addendum"

    def record(self) -> MedicalRecord:
        rows = MedicalRecord.objects.visible_to(self.request.user, self.permission).for_reading()
        return get_object_or_404(rows, public_id=self.kwargs["public_id"])

    def get(self, request: HttpRequest, public_id: Any) -> HttpResponse:
        record = self.record()
        if not record.takes_addenda and self.typing.kept is None:
            return redirect(record)
        return self.show(record, self.kept_form(AddendumForm))

    def post(self, request: HttpRequest, public_id: Any) -> HttpResponse:
        record, form = self.record(), AddendumForm(request.POST)
        if form.is_valid() and self.add(record, form):
            self.forget_typing()
            messages.success(request, _("The addendum stands under the record."))
            return redirect(record)
        return self.show(record, form, status=422)

    def add(self, record: MedicalRecord, form: AddendumForm) -> bool:
        try:
            add_addendum(record=record, actor=self.request.user, now=timezone.now(), **form.cleaned_data)
        except DomainError as error:
            form.add_error(None, str(error))
            return False
        return True

    def show(self, record: MedicalRecord, form: AddendumForm, status: int = 200) -> HttpResponse:
        patient = record.patient
        allergies = Allergy.objects.visible_to(self.request.user).state_of(patient)
        context = {"record": record, "encounter": record.encounter, "patient": patient, "form": form}
        context["allergy_state"] = allergies
        return render(self.request, "clinical/addendum.html", context, status=status)
