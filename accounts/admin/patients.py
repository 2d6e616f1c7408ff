"""Patients' details: registered through the service, which gives the record number."""

from typing import Any

from django.contrib import admin
from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.admin.behaviour import KeepsHistory, StateFilter, row_by_row, visits_stay
from accounts.admin.invite import invite_one
from accounts.admin.merging import MergesPatients, patient_link
from accounts.admin.registering import AsksFirst, PatientForm
from accounts.backoffice import BackOfficeAdmin
from accounts.models import Patient
from accounts.services import archiving, linking
from accounts.services.registration import register_patient

PERSON = ["given_name", "family_name", "birth_date", "gender", "deceased_at"]
CONTACT = ["phone", "email", "address", "city", "state", "postal_code"]


@admin.register(Patient)
class PatientAdmin(AsksFirst, MergesPatients, KeepsHistory, BackOfficeAdmin):
    form = PatientForm
    list_display = ["full_name", "grouped_mrn", "birth_date", "gender", "phone_shown", "email", "current"]
    list_filter = [StateFilter, "gender"]
    # Those that an index keeps in order: a million rows are sorted by no other in time.
    sortable_by = ["full_name", "grouped_mrn", "birth_date"]
    search_fields = ["search_name", "mrn"]
    search_help_text = gettext_lazy(
        "Part of the name, the record number, the e-mail address, the phone number or the date of birth"
    )
    readonly_fields = ["grouped_mrn", "standing_file"]
    actions = ["invite", "merge", "archive", "restore"]
    fieldsets = [
        (None, {"fields": ["grouped_mrn", *PERSON]}),
        (gettext_lazy("Contact"), {"fields": CONTACT}),
    ]

    @admin.display(description=gettext_lazy("name"), ordering="search_name")
    def full_name(self, patient: Patient) -> str:
        return patient.full_name

    @admin.display(description=gettext_lazy("record number (MRN)"), ordering="mrn", empty_value="–")
    def grouped_mrn(self, patient: Patient) -> str:
        return patient.grouped_mrn if patient.mrn else ""

    @admin.display(description=gettext_lazy("phone"), ordering="phone")
    def phone_shown(self, patient: Patient) -> str:
        return str(patient.phone.as_international) if patient.phone else ""

    @admin.display(description=gettext_lazy("merged into"))
    def standing_file(self, patient: Patient) -> str:
        return patient_link(patient.survivor())

    def get_fieldsets(self, request: HttpRequest, obj: Any = None) -> Any:
        """The page of a merged file says so first, and leads to the one that stands."""
        fieldsets = super().get_fieldsets(request, obj)
        if obj is None or obj.merged_into_id is None:
            return fieldsets
        return [(None, {"fields": ["standing_file"]}), *fieldsets]

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        merged = obj is not None and obj.merged_into_id is not None
        return not merged and super().has_change_permission(request, obj)

    def get_search_results(self, request: HttpRequest, queryset: Any, term: str) -> Any:
        rows, distinct = super().get_search_results(request, queryset, "")
        return rows.matching(term), distinct

    def save_model(self, request: HttpRequest, obj: Patient, form: Any, change: bool) -> None:
        if change:
            super().save_model(request, obj, form, change)
            return
        told = {name: form.cleaned_data[name] for name in PERSON + CONTACT}
        seen = self.seen(request)
        registered = register_patient(actor=request.user, now=timezone.now(), not_twins=seen, **told)
        obj.__dict__.update(registered.__dict__)

    def has_invite_permission(self, request: HttpRequest) -> bool:
        return request.user.has_perm("accounts.invite_patient")

    def has_archive_permission(self, request: HttpRequest) -> bool:
        return request.user.has_perm("accounts.archive_patient")

    @admin.action(description=gettext_lazy("Invite to an account"), permissions=["invite"])
    def invite(self, request: HttpRequest, queryset: Any) -> HttpResponse | None:
        def act(patient: Patient, email: str) -> Any:
            return linking.invite_patient(
                patient=patient, email=email, actor=request.user, now=timezone.now()
            )

        first = queryset.first()
        return invite_one(self, request, queryset, first.email if first else "", act)

    @admin.action(description=gettext_lazy("Archive"), permissions=["archive"])
    def archive(self, request: HttpRequest, queryset: Any) -> None:
        def act(patient: Patient) -> str:
            booked = archiving.archive_patient(patient=patient, actor=request.user, now=timezone.now())
            return f"{_('%(name)s is archived.') % {'name': patient}} {visits_stay(booked)}".strip()

        row_by_row(self, request, queryset, act)

    @admin.action(description=gettext_lazy("Bring back from the archive"), permissions=["archive"])
    def restore(self, request: HttpRequest, queryset: Any) -> None:
        def act(patient: Patient) -> str:
            archiving.restore_patient(patient=patient, actor=request.user, now=timezone.now())
            return _("%(name)s is back.") % {"name": patient}

        row_by_row(self, request, queryset, act)

    def remove(self, row: Patient, **who_and_when: Any) -> archiving.Removal:
        return archiving.remove_patient(patient=row, **who_and_when)
