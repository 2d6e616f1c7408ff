"""What the doctor types, and the search over patients."""

import uuid
from collections.abc import Iterator
from typing import Any

from crispy_forms.helper import FormHelper
from crispy_forms.layout import Div, Layout
from django import forms
from django.db.models import Model
from django.forms import BaseFormSet, formset_factory
from django.utils.translation import gettext_lazy as _

from clinical.models import Addendum, Diagnosis, Encounter, MedicalRecord, PrescriptionItem
from clinical.services.drafts import DIAGNOSIS_FIELDS, ITEM_FIELDS

SEVERAL_IN_A_ROW = "filters"


def part_of_form(*fields: Any) -> FormHelper:
    """A layout inside the template's own form element."""
    helper = FormHelper()
    helper.form_tag, helper.disable_csrf, helper.include_media = False, True, False
    helper.layout = Layout(*fields)
    return helper


class SectionsForm(forms.ModelForm):
    version = forms.IntegerField(widget=forms.HiddenInput, initial=0, min_value=0)

    class Meta:
        model = MedicalRecord
        fields = ["complaint", "history", "examination", "assessment", "plan", "notes"]
        widgets = {name: forms.Textarea(attrs={"rows": 4}) for name in MedicalRecord.SECTIONS}

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.helper = part_of_form(
            "version", Div(*MedicalRecord.SECTIONS, css_class=f"{SEVERAL_IN_A_ROW} halves")
        )
        # The page says once that no part is a must.
        self.helper.hide_optional = True

    def sections(self) -> dict[str, str]:
        """Browsers send two characters for an end of line; one is kept."""
        return {name: self.cleaned_data[name].replace("\r\n", "\n") for name in MedicalRecord.SECTIONS}


class DiagnosisForm(forms.ModelForm):
    class Meta:
        model = Diagnosis
        fields = ["display", "code", "kind", "verification"]
        labels = {"code": _("ICD-10-CM code")}
        error_messages = {"display": {"required": _("Write the diagnosis in words.")}}

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.helper = part_of_form("display", Div("code", "kind", "verification", css_class=SEVERAL_IN_A_ROW))


class MedicineForm(forms.ModelForm):
    """A new medicine says how much and how often; only loaded history may leave that open."""

    class Meta:
        model = PrescriptionItem
        fields = ITEM_FIELDS
        error_messages = {
            "medicine": {"required": _("Write the name of the medicine.")},
            "dose_quantity": {"required": _("Write how much is taken at a time.")},
            "dose_unit": {"required": _("Write the unit, for example tablet or ml.")},
            "frequency": {"required": _("Write how often it is taken.")},
            "refills": {"required": _("Write 0 when nothing may be refilled.")},
        }

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for name in ("dose_quantity", "dose_unit", "frequency"):
            self.fields[name].required = True
        self.helper = part_of_form(
            "medicine",
            Div("dose_quantity", "dose_unit", "frequency", css_class=SEVERAL_IN_A_ROW),
            Div("strength", "form", "route", css_class=SEVERAL_IN_A_ROW),
            Div("duration_days", "quantity", "refills", css_class=SEVERAL_IN_A_ROW),
            Div("indication", "instructions", css_class=SEVERAL_IN_A_ROW),
            "as_needed",
        )


class RowsFormSet(BaseFormSet):
    """Rows of a draft, with empty ones at the end, so that adding needs no script."""

    def add_fields(self, form: Any, index: int | None) -> None:
        super().add_fields(form, index)
        if "DELETE" in form.fields:
            form.fields["DELETE"].label = _("Remove this entry")
            form.helper.layout.fields.append("DELETE")

    def written(self) -> list[dict[str, Any]]:
        """The rows that stay, without the empty ones."""
        kept = [form for form in self.forms if form not in self.deleted_forms and form.cleaned_data]
        return [{name: form.cleaned_data[name] for name in form._meta.fields} for form in kept]


class DiagnosisRows(RowsFormSet):
    """One diagnosis is the principal one; those after it are offered as secondary."""

    def add_fields(self, form: Any, index: int | None) -> None:
        super().add_fields(form, index)
        if index:
            form.fields["kind"].initial = Diagnosis.Kind.SECONDARY


ROWS = {
    "extra": 2,
    "can_delete": True,
    "can_delete_extra": False,
    "validate_max": True,
}
DiagnosisFormSet = formset_factory(DiagnosisForm, formset=DiagnosisRows, max_num=15, absolute_max=20, **ROWS)
MedicineFormSet = formset_factory(MedicineForm, formset=RowsFormSet, max_num=20, absolute_max=25, **ROWS)


class NoteForms:
    """The whole page: sections, diagnoses, medicines. To the error summary it looks like a formset."""

    def __init__(self, encounter: Encounter, record: MedicalRecord | None, data: Any = None) -> None:
        version = record.version if record else 0
        self.sections = SectionsForm(data, instance=record, initial={"version": version})
        items = PrescriptionItem.objects.filter(prescription__encounter=encounter).order_by("pk")
        self.diagnoses = DiagnosisFormSet(
            data, prefix="diagnoses", initial=stored(encounter.diagnoses.order_by("pk"), DIAGNOSIS_FIELDS)
        )
        self.medicines = MedicineFormSet(data, prefix="medicines", initial=stored(items, ITEM_FIELDS))

    def is_valid(self) -> bool:
        """Every part is asked, so that the page shows all errors at once."""
        verdicts = [part.is_valid() for part in (self.sections, self.diagnoses, self.medicines)]
        return all(verdicts)

    def typed(self) -> dict[str, Any]:
        """The arguments of `save_draft` that come from the person."""
        return {
            "version": self.sections.cleaned_data["version"],
            "sections": self.sections.sections(),
            "diagnoses": self.diagnoses.written(),
            "items": self.medicines.written(),
        }

    def has_errors(self) -> bool:
        return bool(self.sections.errors or self.total_error_count())

    def total_error_count(self) -> int:
        return self.diagnoses.total_error_count() + self.medicines.total_error_count()

    def non_form_errors(self) -> list[str]:
        return [*self.diagnoses.non_form_errors(), *self.medicines.non_form_errors()]

    def __iter__(self) -> Iterator[Any]:
        yield from self.diagnoses
        yield from self.medicines


def stored(rows: Any, names: list[str]) -> list[dict[str, Any]]:
    return [in_form(row, names) for row in rows]


def in_form(row: Model, names: list[str]) -> dict[str, Any]:
    """Values as a person would have typed them: 0.5 and not 0.500."""
    values = {name: getattr(row, name) for name in names}
    dose = values.get("dose_quantity")
    return values if dose is None else values | {"dose_quantity": f"{dose.normalize():f}"}


class AddendumForm(forms.ModelForm):
    key = forms.UUIDField(widget=forms.HiddenInput, initial=uuid.uuid4)

    class Meta:
        model = Addendum
        fields = ["reason", "text"]
        error_messages = {
            "reason": {"required": _("Say why you add to the record.")},
            "text": {"required": _("Write what you add.")},
        }

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.helper = part_of_form("key", "reason", "text")


class PatientSearchForm(forms.Form):
    words = forms.CharField(
        label=_("Name or record number (MRN)"),
        max_length=100,
        required=False,
        widget=forms.TextInput(attrs={"autocomplete": "off", "spellcheck": "false"}),
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.helper = part_of_form("words")
