"""What the doctor types in a note, and adds to it later."""

import uuid
from collections.abc import Iterator, Mapping
from typing import Any, Self

from crispy_forms.layout import Div
from django import forms
from django.forms import formset_factory
from django.utils.translation import gettext_lazy as _

from clinical.forms.basics import SEVERAL_IN_A_ROW, part_of_form
from clinical.forms.medicines import MedicineFormSet, stored_medicines
from clinical.forms.rows import ROWS, RowsFormSet, stored
from clinical.forms.typed import unjudged
from clinical.models import Addendum, Diagnosis, Encounter, Icd10Code, MedicalRecord, PrescriptionItem
from clinical.models.icd10 import normalised
from clinical.services.drafts import DIAGNOSIS_FIELDS
from clinical.services.icd10 import MOST_DIAGNOSES, look_up, objection


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
        # A code brings its words with it.
        self.fields["display"].required = not self.data.get(self.add_prefix("code"), "").strip()
        self.fields["code"].widget.attrs |= {"autocomplete": "off", "spellcheck": "false"}
        self.helper = part_of_form("display", Div("code", "kind", "verification", css_class=SEVERAL_IN_A_ROW))

    def clean_code(self) -> str:
        """A code that was stored before stays as it is."""
        code = self.cleaned_data["code"]
        return normalised(code) if "code" in self.changed_data else code

    def compare(self, known: dict[str, Icd10Code]) -> None:
        """Judge a code that was typed, and take the words of a known one where none were written."""
        code = self.cleaned_data.get("code", "")
        if "code" in self.changed_data and code and (words := objection(code, known.get(code))):
            self.add_error("code", words)
        elif code and not self.cleaned_data.get("display") and "display" not in self.errors:
            self.take_words(known.get(code))

    def take_words(self, known: Icd10Code | None) -> None:
        if known:
            self.cleaned_data["display"] = known.display
        else:
            self.add_error("display", self.fields["display"].error_messages["required"])


class DiagnosisRows(RowsFormSet):
    """One diagnosis is the principal one; those after it are offered as secondary."""

    def add_fields(self, form: Any, index: int | None) -> None:
        super().add_fields(form, index)
        if index:
            form.fields["kind"].initial = Diagnosis.Kind.SECONDARY

    def clean(self) -> None:
        """All codes are looked up at once, whatever their number."""
        rows = [form for form in self.forms if not self._should_delete_form(form)]
        known = look_up(form.cleaned_data.get("code", "") for form in rows)
        for form in rows:
            form.compare(known)


DiagnosisFormSet = formset_factory(
    DiagnosisForm, formset=DiagnosisRows, max_num=MOST_DIAGNOSES, absolute_max=20, **ROWS
)


class NoteForms:
    """The whole page: sections, diagnoses, medicines. To the error summary it looks like a formset.

    `start` is what a note that is still empty begins with.
    """

    def __init__(
        self,
        encounter: Encounter,
        record: MedicalRecord | None,
        data: Any = None,
        start: Mapping[str, str] | None = None,
    ) -> None:
        version = record.version if record else 0
        self.sections = SectionsForm(data, instance=record, initial={"version": version, **(start or {})})
        items = PrescriptionItem.objects.filter(prescription__encounter=encounter).order_by("pk")
        self.diagnoses = DiagnosisFormSet(
            data, prefix="diagnoses", initial=stored(encounter.diagnoses.order_by("pk"), DIAGNOSIS_FIELDS)
        )
        self.medicines = MedicineFormSet(data, prefix="medicines", initial=stored_medicines(items))

    def is_valid(self) -> bool:
        """Every part is asked, so that the page shows all errors at once."""
        verdicts = [part.is_valid() for part in (self.sections, self.diagnoses, self.medicines)]
        return all(verdicts)

    def unjudged(self) -> Self:
        """The page as it was typed, whatever stands in it."""
        for part in (self.sections, self.diagnoses, self.medicines):
            unjudged(part)
        return self

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
