"""What notes start with: kept here, offered where a note is written."""

from django.contrib import admin

from accounts.backoffice import BackOfficeAdmin, VersionedForm
from clinical.models import MedicalRecord, NoteTemplate


class NoteTemplateForm(VersionedForm):
    class Meta:
        model = NoteTemplate
        fields = ["name", "appointment_type", "is_active", *MedicalRecord.SECTIONS]


@admin.register(NoteTemplate)
class NoteTemplateAdmin(BackOfficeAdmin):
    form = NoteTemplateForm
    list_display = ["name", "appointment_type", "is_active"]
    list_filter = ["is_active"]
    list_select_related = ["appointment_type"]
    search_fields = ["name"]
    autocomplete_fields = ["appointment_type"]
    fieldsets = [
        (None, {"fields": ["name", "appointment_type", "is_active"]}),
        ("", {"fields": list(MedicalRecord.SECTIONS)}),
    ]
