"""What is said about a record that is not right."""

import uuid
from typing import Any

from crispy_forms.layout import Div
from django import forms
from django.utils.translation import gettext_lazy as _

from clinical.forms.basics import SEVERAL_IN_A_ROW, part_of_form
from clinical.models import CorrectionRequest, MedicalRecord


class CorrectionForm(forms.ModelForm):
    """A later version of a note: its text, and why the one before was not right."""

    version = forms.IntegerField(widget=forms.HiddenInput, min_value=0)

    class Meta:
        model = MedicalRecord
        fields = ["correction_reason", *MedicalRecord.SECTIONS]
        widgets = {name: forms.Textarea(attrs={"rows": 4}) for name in MedicalRecord.SECTIONS}
        help_texts = {"correction_reason": _("The patient can read this.")}
        error_messages = {"correction_reason": {"required": _("Say why the record is corrected.")}}

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        sections = Div(*MedicalRecord.SECTIONS, css_class=f"{SEVERAL_IN_A_ROW} halves")
        self.fields["version"].initial = self.instance.version
        self.fields["correction_reason"].required = self.data.get("action") == "sign"
        self.helper = part_of_form("version", "correction_reason", sections)
        self.helper.hide_optional = True

    def typed(self) -> dict[str, Any]:
        """The arguments of `save_correction` that come from the person."""
        sections = {name: self.cleaned_data[name].replace("\r\n", "\n") for name in MedicalRecord.SECTIONS}
        return {
            "version": self.cleaned_data["version"],
            "reason": self.cleaned_data["correction_reason"],
            "sections": sections,
        }


class RequestForm(forms.ModelForm):
    key = forms.UUIDField(widget=forms.HiddenInput, initial=uuid.uuid4)

    class Meta:
        model = CorrectionRequest
        fields = ["text"]
        labels = {"text": _("What is not right, and how should it read?")}
        error_messages = {"text": {"required": _("Write what is not right.")}}

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.helper = part_of_form("key", "text")


class AnswerForm(forms.ModelForm):
    status = forms.ChoiceField(
        label=_("Was the record corrected?"),
        choices=[
            (CorrectionRequest.Status.COMPLETED, _("Yes, it was corrected")),
            (CorrectionRequest.Status.REJECTED, _("No, it stays as it is")),
        ],
        widget=forms.RadioSelect,
        error_messages={"required": _("Choose yes or no.")},
    )

    class Meta:
        model = CorrectionRequest
        fields = ["status", "answer"]
        labels = {"answer": _("Answer to the patient")}

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.initial.pop("status", None)
        self.fields["answer"].required = True
        self.fields["answer"].error_messages["required"] = _("Write an answer to the patient.")
        self.helper = part_of_form("status", "answer")
