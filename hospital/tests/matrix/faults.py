"""Faults of the kinds that such systems really had (trust SEC-03), each of which the matrix must find."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import pytest
from django.db.models import Q
from django.http import Http404, HttpResponse

from accounts.access import VisibleQuerySet, relationships
from accounts.models import Patient
from accounts.roles import TABLE, Reach, Role
from accounts.views.pages import PageMixin
from clinical.admin.metadata import MedicalRecordAdmin
from clinical.models import Encounter, MedicalRecord
from clinical.models.document import DocumentQuerySet
from clinical.models.encounter import ClinicalQuerySet
from clinical.models.lab import LabResultQuerySet
from clinical.models.patient_rows import PatientRowQuerySet
from clinical.models.record import MedicalRecordQuerySet
from clinical.views.charts import Chart, PatientList
from clinical.views.notes import EncounterWrite
from clinical.views.records import RecordDetail
from hospital.tests.matrix.world import World
from scheduling.models import Appointment
from scheduling.models.appointment import AppointmentQuerySet
from scheduling.models.availability import AvailabilityRuleQuerySet
from scheduling.models.time_off import TimeOffQuerySet
from scheduling.services import hours
from scheduling.views import leave
from scheduling.views.appointments import AppointmentDetail, AppointmentList
from scheduling.views.steps import Arrive, StepPage

Plant = Callable[[pytest.MonkeyPatch, World], None]


@dataclass(frozen=True)
class Fault:
    kind: str
    name: str
    routes: tuple[str, ...]
    plant: Plant


FAULTS: list[Fault] = []


def fault(kind: str, *routes: str) -> Callable[[Plant], Plant]:
    def keep(plant: Plant) -> Plant:
        FAULTS.append(Fault(kind, plant.__name__, routes, plant))
        return plant

    return keep


@fault("unscoped get", "appointments/<")
def an_appointment_is_looked_up_by_id_only(monkeypatch: pytest.MonkeyPatch, world: World) -> None:
    monkeypatch.setattr(AppointmentQuerySet, "within", lambda self, reach, user: Q())


@fault("unscoped get", "records/<")
def a_record_is_looked_up_by_id_only(monkeypatch: pytest.MonkeyPatch, world: World) -> None:
    monkeypatch.setattr(ClinicalQuerySet, "within", lambda self, reach, user: Q())


@fault("unscoped get", "patients/<")
def a_relationship_opens_every_patient(monkeypatch: pytest.MonkeyPatch, world: World) -> None:
    everybody = {"all": lambda user: Q(pk__isnull=False)}
    monkeypatch.setattr(relationships, "known", {Reach.TREATING: everybody})


@fault("unscoped edit", "appointments/<")
def a_step_of_the_day_takes_any_visit(monkeypatch: pytest.MonkeyPatch, world: World) -> None:
    def service(*, appointment: Appointment, actor: Any, now: Any) -> None:
        Appointment.objects.filter(pk=appointment.pk).update(status="arrived")

    monkeypatch.setattr(
        StepPage, "visit", lambda self, public_id: Appointment.objects.get(public_id=public_id)
    )
    monkeypatch.setattr(Arrive, "service", staticmethod(service))


@fault("unscoped edit", "encounters/<")
def a_note_is_written_into_any_encounter(monkeypatch: pytest.MonkeyPatch, world: World) -> None:
    def post(self: Any, request: Any, public_id: Any) -> HttpResponse:
        rows = MedicalRecord.objects.filter(encounter__public_id=public_id, status="preliminary")
        rows.update(complaint=request.POST["complaint"])
        return HttpResponse("saved")

    monkeypatch.setattr(EncounterWrite, "post", post)


@fault("unscoped search", "patients/")
def the_patient_search_covers_the_whole_house(monkeypatch: pytest.MonkeyPatch, world: World) -> None:
    monkeypatch.setattr(PatientList, "get_queryset", lambda self: Patient.objects.order_by("pk"))


@fault("unscoped search", "appointments/")
def a_list_forgets_whose_appointments(monkeypatch: pytest.MonkeyPatch, world: World) -> None:
    monkeypatch.setattr(VisibleQuerySet, "visible_to", lambda self, user, permission="": self.all())


@fault("write, then 404", "appointments/<")
def a_cancel_is_written_before_it_is_refused(monkeypatch: pytest.MonkeyPatch, world: World) -> None:
    def visit(self: Any, public_id: Any) -> None:
        Appointment.objects.filter(public_id=public_id).update(staff_note="cancelled by nobody")
        raise Http404

    monkeypatch.setattr(StepPage, "visit", visit)


@fault("write by GET", "appointments/<")
def opening_a_visit_marks_it(monkeypatch: pytest.MonkeyPatch, world: World) -> None:
    real = AppointmentDetail.dispatch

    def dispatch(self: Any, request: Any, *args: Any, **kwargs: Any) -> Any:
        Appointment.objects.filter(public_id=kwargs["public_id"]).update(staff_note="seen")
        return real(self, request, *args, **kwargs)

    monkeypatch.setattr(AppointmentDetail, "dispatch", dispatch)


@fault("write by GET", "encounters/")
def looking_at_an_encounter_finishes_it(monkeypatch: pytest.MonkeyPatch, world: World) -> None:
    def get(self: Any, request: Any, public_id: Any) -> HttpResponse:
        Encounter.objects.filter(public_id=public_id).update(reason="")
        return HttpResponse("looked")

    monkeypatch.setattr(EncounterWrite, "get", get)


@fault("clinical text in the admin", "admin/clinical/medicalrecord/")
def a_column_of_the_admin_shows_the_note(monkeypatch: pytest.MonkeyPatch, world: World) -> None:
    monkeypatch.setattr(MedicalRecordAdmin, "list_display", ["public_id", "complaint"])


@fault("clinical text in the admin", "admin/clinical/medicalrecord/")
def a_record_names_itself_by_its_text(monkeypatch: pytest.MonkeyPatch, world: World) -> None:
    monkeypatch.setattr(MedicalRecord, "__str__", lambda self: self.complaint)


@fault("unscoped print", "records/<")
def the_print_of_a_record_is_for_everyone_who_reads_records(
    monkeypatch: pytest.MonkeyPatch, world: World
) -> None:
    def get(self: Any, request: Any, public_id: Any) -> HttpResponse:
        return HttpResponse(MedicalRecord.objects.get(public_id=public_id).assessment)

    monkeypatch.setattr(RecordDetail, "get", get)


@fault("role check inverted", "patients/", "records/", "appointments/")
def those_who_may_not_may(monkeypatch: pytest.MonkeyPatch, world: World) -> None:
    def dispatch(self: Any, request: Any, *args: Any, **kwargs: Any) -> Any:
        if request.user.has_perm(self.permission):
            return self.handle_no_permission()
        return super(PageMixin, self).dispatch(request, *args, **kwargs)

    monkeypatch.setattr(PageMixin, "dispatch", dispatch)


@fault("role table wrong", "records/")
def reception_reads_records(monkeypatch: pytest.MonkeyPatch, world: World) -> None:
    monkeypatch.setitem(TABLE[Role.RECEPTION], "clinical.read_record", Reach.ALL)


@fault("role table wrong", "patients/")
def the_privacy_officer_opens_charts(monkeypatch: pytest.MonkeyPatch, world: World) -> None:
    monkeypatch.setitem(TABLE[Role.PRIVACY], "clinical.view_chart", Reach.ALL)
    monkeypatch.setitem(TABLE[Role.PRIVACY], "clinical.read_record", Reach.ALL)


@fault("hidden id trusted", "records/")
def the_form_says_who_is_asking(monkeypatch: pytest.MonkeyPatch, world: World) -> None:
    def post(self: Any, request: Any, *args: Any, **kwargs: Any) -> HttpResponse:
        named = MedicalRecord.objects.filter(patient__public_id=request.POST["patient"])
        return HttpResponse("".join(named.values_list("plan", flat=True)))

    monkeypatch.setattr(RecordDetail, "post", post, raising=False)


@fault("login forgotten", "patients/<")
def a_chart_opens_without_an_account(monkeypatch: pytest.MonkeyPatch, world: World) -> None:
    def dispatch(self: Any, request: Any, public_id: Any) -> HttpResponse:
        return HttpResponse(Patient.objects.get(public_id=public_id).address)

    monkeypatch.setattr(Chart, "dispatch", dispatch)


@fault("policy forgotten", "appointments/")
def a_list_names_a_permission_that_everyone_has(monkeypatch: pytest.MonkeyPatch, world: World) -> None:
    monkeypatch.setattr(AppointmentList, "permission", "accounts.view_role")
    monkeypatch.setattr(AppointmentQuerySet, "visible_to", lambda self, user, permission="": self.all())


@fault("refusal that tells", "records/<")
def the_forbidden_page_carries_the_chart(monkeypatch: pytest.MonkeyPatch, world: World) -> None:
    def refuse(self: Any) -> HttpResponse:
        record = MedicalRecord.objects.get(public_id=self.kwargs["public_id"])
        return HttpResponse(f"You may not read: {record.history}", status=403)

    monkeypatch.setattr(RecordDetail, "handle_no_permission", refuse)


@fault("unscoped get", "schedule/leave/<")
def leave_is_looked_up_by_id_only(monkeypatch: pytest.MonkeyPatch, world: World) -> None:
    monkeypatch.setattr(TimeOffQuerySet, "within", lambda self, reach, user: Q())


@fault("private text shown", "schedule/leave/<")
def reception_reads_why_a_doctor_is_away(monkeypatch: pytest.MonkeyPatch, world: World) -> None:
    monkeypatch.setattr(leave, "may_enter", lambda *args: True)


@fault("unscoped edit", "schedule/rules/<")
def a_doctor_ends_the_hours_of_another(monkeypatch: pytest.MonkeyPatch, world: World) -> None:
    monkeypatch.setattr(AvailabilityRuleQuerySet, "within", lambda self, reach, user: Q())
    monkeypatch.setattr(hours, "may_edit", lambda actor, doctor: True)


@fault("unscoped get", "documents/<")
def a_document_is_looked_up_by_id_only(monkeypatch: pytest.MonkeyPatch, world: World) -> None:
    monkeypatch.setattr(PatientRowQuerySet, "within", lambda self, reach, user: Q())


@fault("withheld shown", "records/results/")
def a_result_is_shown_before_its_release(monkeypatch: pytest.MonkeyPatch, world: World) -> None:
    monkeypatch.setattr(LabResultQuerySet, "released", lambda self: Q(status__in=["final", "corrected"]))


@fault("withheld shown", "records/documents/", "documents/<")
def a_document_is_shown_before_its_release(monkeypatch: pytest.MonkeyPatch, world: World) -> None:
    monkeypatch.setattr(DocumentQuerySet, "released", lambda self: Q(status="current"))


@fault("withheld shown", "records/<")
def a_record_is_shown_before_its_release(monkeypatch: pytest.MonkeyPatch, world: World) -> None:
    monkeypatch.setattr(MedicalRecordQuerySet, "released", lambda self: Q(status__in=["final", "amended"]))


@fault("mistake shown", "records/allergies/", "records/immunizations/")
def what_was_entered_in_error_is_shown_to_the_patient(monkeypatch: pytest.MonkeyPatch, world: World) -> None:
    monkeypatch.setattr(PatientRowQuerySet, "released", lambda self: Q(pk__isnull=False))
