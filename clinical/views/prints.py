"""What leaves the house on paper: records and prescriptions."""

from typing import Any

from django.conf import settings
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.audit import record_event
from accounts.models import Patient, User
from accounts.roles import Role
from accounts.views.pages import Page
from clinical.models import Allergy, MedicalRecord, Prescription, PrescriptionItem
from clinical.models.allergy import AllergyState
from clinical.models.encounter import EncounterStatus
from clinical.printing import engine, pdf_response, record_mark

Status = PrescriptionItem.Status
VOID = {Status.STOPPED, Status.CANCELLED, Status.ENTERED_IN_ERROR}


def print_instead(request: HttpRequest, page: Any, *args: Any) -> HttpResponse:
    """Where no PDF can be made, the page itself is what is printed."""
    messages.info(request, _("Use the print command of your browser; it can keep the page as a PDF too."))
    return redirect(page, *args)


class RecordPdf(Page):
    permission = "clinical.read_record"

    def get(self, request: HttpRequest, public_id: Any) -> HttpResponse:
        rows = MedicalRecord.objects.visible_to(request.user).for_reading()
        record = get_object_or_404(rows, public_id=public_id)
        if engine() is None:
            return print_instead(request, record)
        record_event(actor=request.user, action="print", target=record, patient=record.patient)
        context = {
            "record": record,
            "encounter": record.encounter,
            "patient": record.patient,
            "mark": record_mark(record),
        }
        return pdf_response("clinical/print/record.html", context, request, name="record", now=timezone.now())


class PrescriptionPage(Page):
    permission = "clinical.read_record"

    def prescription(self, public_id: Any) -> Prescription:
        rows = Prescription.objects.visible_to(self.request.user)
        people = rows.select_related("patient", "prescriber__department", "encounter")
        return get_object_or_404(people.prefetch_related("items"), public_id=public_id)

    def note(self, prescription: Prescription, action: str) -> None:
        record_event(
            actor=self.request.user, action=action, target=prescription, patient=prescription.patient
        )

    def context(self, prescription: Prescription) -> dict[str, Any]:
        record = record_of(prescription, self.request.user)
        return {
            "prescription": prescription,
            "patient": prescription.patient,
            "items": items(prescription, self.request.user),
            "record": record,
            "allergy_state": allergy_state(prescription.patient, self.request.user),
            "check_url": settings.HOSPITAL_BASE_URL + reverse("clinical:prescription-check"),
            "mark": prescription_mark(prescription, record),
        }


class PrescriptionDetail(PrescriptionPage):
    def get(self, request: HttpRequest, public_id: Any) -> HttpResponse:
        prescription = self.prescription(public_id)
        self.note(prescription, "read")
        context = self.context(prescription) | {
            "is_staff_page": request.user.role != Role.PATIENT,
            "now": timezone.now(),
        }
        return render(request, "clinical/prescription_detail.html", context)


class PrescriptionPdf(PrescriptionPage):
    def get(self, request: HttpRequest, public_id: Any) -> HttpResponse:
        prescription = self.prescription(public_id)
        if engine() is None:
            return print_instead(request, "clinical:prescription-detail", prescription.public_id)
        self.note(prescription, "print")
        context = self.context(prescription)
        template = "clinical/print/prescription.html"
        return pdf_response(template, context, request, name="prescription", now=timezone.now())


def items(prescription: Prescription, reader: User) -> list[tuple[PrescriptionItem, bool]]:
    """Each medicine, and whether it is void; what was a mistake is hidden from patients."""
    rows = prescription.items.all()
    if reader.role == Role.PATIENT:
        rows = [item for item in rows if item.status != Status.ENTERED_IN_ERROR]
    return [(item, item.status in VOID) for item in rows]


def allergy_state(patient: Patient, reader: User) -> AllergyState | None:
    """The line that no prescription lacks; None for one who has lost sight of the chart and must not read "none"."""
    readable = Patient.objects.visible_to(reader, "clinical.read_record").filter(pk=patient.pk)
    return Allergy.objects.visible_to(reader).state_of(patient) if readable.exists() else None


def prescription_mark(prescription: Prescription, record: MedicalRecord | None) -> str:
    """Why no medicine is given out for this paper; nothing when it is a valid prescription."""
    if is_mistake(prescription):
        return _("Entered in error, not valid")
    if prescription.encounter.is_open:
        return _("Draft, not signed, not valid")
    if not prescription.number:
        return _("A copy only: written elsewhere, not valid here")
    return "" if record and record.takes_addenda else _("Entered in error, not valid")


def is_mistake(prescription: Prescription) -> bool:
    """The visit was none, or none of the medicines was meant."""
    is_no_visit = prescription.encounter.status == EncounterStatus.ENTERED_IN_ERROR
    return is_no_visit or all(item.status == Status.ENTERED_IN_ERROR for item in prescription.items.all())


def record_of(prescription: Prescription, reader: User) -> MedicalRecord | None:
    """The newest version that the reader may see, one that is signed and stands before all others."""
    rows = MedicalRecord.objects.visible_to(reader).filter(encounter=prescription.encounter_id)
    newest_first = sorted(rows, key=lambda record: (record.takes_addenda, record.revision), reverse=True)
    return newest_first[0] if newest_first else None
