"""The clinical record in the back office: who, when, in which state; never a word of its text."""

from typing import Any

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest

from accounts.backoffice import ReadOnlyAdmin
from clinical.admin.filters import ReviewFilter, UnsignedFilter
from clinical.models import (
    Addendum,
    Allergy,
    Condition,
    CorrectionRequest,
    Diagnosis,
    Document,
    Encounter,
    Immunization,
    LabResult,
    MedicalRecord,
    Prescription,
    Seal,
    VitalSign,
)

PATIENT_SEARCH = ["patient__search_name", "=patient__mrn"]
VISIT_SEARCH = ["encounter__patient__search_name", "=encounter__patient__mrn"]


class MetadataAdmin(ReadOnlyAdmin):
    """Rows that their own permission opens; each page below names its columns, all of them metadata.

    No link leads to the page of the row: who reads metadata alone may not open it.
    """

    view_on_site = False

    def get_queryset(self, request: HttpRequest) -> QuerySet:
        rows = self.model._default_manager.metadata_for(request.user)
        return rows.order_by(*self.get_ordering(request))

    def get_ordering(self, request: HttpRequest) -> Any:
        return self.ordering or self.opts.ordering


@admin.register(Encounter)
class EncounterAdmin(MetadataAdmin):
    list_display = ["started_at", "ended_at", "patient", "doctor", "department", "status"]
    list_filter = ["status", "started_at", "department"]
    list_select_related = ["patient", "doctor", "department"]
    search_fields = PATIENT_SEARCH
    fieldsets = [
        (None, {"fields": ["public_id", "patient", "doctor", "department", "location", "status"]}),
        ("", {"fields": ["appointment", "started_at", "ended_at", "recorded_at"]}),
    ]


@admin.register(MedicalRecord)
class MedicalRecordAdmin(MetadataAdmin):
    list_display = ["recorded_at", "patient", "author", "status", "signed_at", "released_at"]
    list_filter = [UnsignedFilter, "status", "recorded_at", "signed_at"]
    list_select_related = ["patient", "author"]
    search_fields = PATIENT_SEARCH
    fieldsets = [
        (None, {"fields": ["public_id", "patient", "encounter", "revision", "author", "status"]}),
        ("", {"fields": ["signed_by", "signed_at", "released_at", "recorded_at"]}),
    ]


@admin.register(Seal)
class SealAdmin(MetadataAdmin):
    list_display = ["recorded_at", "record", "digest"]
    list_select_related = ["record"]
    search_fields = ["=digest", "=record__public_id"]
    fields = ["record", "patient_public_id", "content_digest", "previous", "digest", "recorded_at"]


@admin.register(Addendum)
class AddendumAdmin(MetadataAdmin):
    list_display = ["recorded_at", "record", "author"]
    list_select_related = ["record", "author"]
    search_fields = ["record__patient__search_name", "=record__patient__mrn"]
    fields = ["public_id", "record", "author", "happened_at", "recorded_at"]


@admin.register(Diagnosis)
class DiagnosisAdmin(MetadataAdmin):
    list_display = ["recorded_at", "encounter"]
    list_select_related = ["encounter"]
    search_fields = VISIT_SEARCH
    fields = ["encounter", "happened_at", "recorded_at"]


@admin.register(Condition)
class ConditionAdmin(MetadataAdmin):
    list_display = ["recorded_at", "patient", "clinical_status"]
    list_filter = ["clinical_status"]
    list_select_related = ["patient"]
    search_fields = PATIENT_SEARCH
    fields = ["public_id", "patient", "encounter", "clinical_status", "recorded_at"]


@admin.register(Prescription)
class PrescriptionAdmin(MetadataAdmin):
    list_display = ["happened_at", "patient", "prescriber"]
    list_select_related = ["patient", "prescriber"]
    search_fields = PATIENT_SEARCH
    fields = ["public_id", "encounter", "patient", "prescriber", "happened_at", "recorded_at"]


PATIENT_ROW = ["public_id", "patient", "encounter", "recorded_by", "recorded_at"]


class PatientRowAdmin(MetadataAdmin):
    """A row of a chart: whose, when, by whom."""

    list_display = ["recorded_at", "patient", "recorded_by"]
    list_select_related = ["patient", "recorded_by"]
    search_fields = PATIENT_SEARCH
    fields = PATIENT_ROW


@admin.register(Allergy)
class AllergyAdmin(PatientRowAdmin):
    fields = PATIENT_ROW


@admin.register(VitalSign)
class VitalSignAdmin(PatientRowAdmin):
    list_display = ["recorded_at", "taken_at", "patient", "recorded_by", "status"]
    list_filter = ["status"]
    fields = [*PATIENT_ROW, "taken_at", "status"]


@admin.register(LabResult)
class LabResultAdmin(PatientRowAdmin):
    list_display = ["recorded_at", "patient", "recorded_by", "status", "reviewed_at", "released_at"]
    list_filter = [ReviewFilter, "status"]
    fields = [*PATIENT_ROW, "status", "taken_at", "reported_at", "reviewed_by", "reviewed_at", "released_at"]


@admin.register(Immunization)
class ImmunizationAdmin(PatientRowAdmin):
    fields = PATIENT_ROW


@admin.register(Document)
class DocumentAdmin(PatientRowAdmin):
    list_display = ["recorded_at", "patient", "recorded_by", "status", "released_at"]
    list_filter = ["status"]
    fields = [*PATIENT_ROW, "status", "released_at"]


@admin.register(CorrectionRequest)
class CorrectionRequestAdmin(PatientRowAdmin):
    list_display = ["recorded_at", "patient", "recorded_by", "status", "answered_by", "answered_at"]
    list_filter = ["status"]
    list_select_related = ["patient", "recorded_by", "answered_by"]
    fields = [*PATIENT_ROW, "record", "status", "answered_by", "answered_at"]
