"""Numbers that others gave a patient: the list says that there is one, the page of the row says which."""

from django.contrib import admin
from django.utils.translation import gettext_lazy

from accounts.admin.merging import patient_link
from accounts.backoffice import ReadOnlyAdmin
from accounts.models.identifier import PatientIdentifier


@admin.register(PatientIdentifier)
class PatientIdentifierAdmin(ReadOnlyAdmin):
    list_display = ["type", "system", "person", "recorded_at"]
    list_filter = ["type"]
    list_select_related = ["patient"]
    search_fields = ["=value", "patient__search_name", "=patient__mrn"]
    search_help_text = gettext_lazy("The whole number, or name or record number of the patient")
    fieldsets = [(None, {"fields": ["type", "system", "value", "person", "recorded_at"]})]

    @admin.display(description=gettext_lazy("patient"), ordering="patient__search_name")
    def person(self, identifier: PatientIdentifier) -> str:
        return patient_link(identifier.patient)
