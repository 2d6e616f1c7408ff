"""What the doctor types about a problem."""

from typing import Any

from crispy_forms.layout import Div
from django import forms
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from clinical.forms.basics import SEVERAL_IN_A_ROW, part_of_form
from clinical.forms.listed import PastDayField, order_key, version_field, words_field
from clinical.models import Condition
from clinical.models.allergy import SNOMED
from clinical.models.icd10 import ICD10CM, normalised
from clinical.services.icd10 import look_up, objection

SYSTEMS = [(ICD10CM, "ICD-10-CM"), (SNOMED, "SNOMED CT")]
CERTAINTIES = [choice for choice in Condition.Verification.choices if choice[0] != "entered-in-error"]
ADDED = [choice for choice in CERTAINTIES if choice[0] != Condition.Verification.REFUTED]
BACKWARDS = _("It cannot have ended before it began. Check the two days.")


class ConditionForm(forms.Form):
    key = order_key()
    display = words_field(
        label=_("Problem"),
        max_length=300,
        help_text=_("In words. With an ICD-10-CM code it may stay empty: the words come with the code."),
    )
    code = words_field(
        label=_("Code"),
        max_length=40,
        widget=forms.TextInput(attrs={"autocomplete": "off", "spellcheck": "false"}),
    )
    system = forms.ChoiceField(label=_("Code system"), choices=SYSTEMS, required=False)
    clinical_status = forms.ChoiceField(label=_("Status"), choices=Condition.ClinicalStatus.choices)
    verification = forms.ChoiceField(
        label=_("Certainty"), choices=ADDED, initial=Condition.Verification.CONFIRMED
    )
    onset_date = PastDayField(label=_("Since"))
    abatement_date = PastDayField(label=_("Until"), help_text=_("When it is over already."))

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.helper = part_of_form(
            "key",
            "display",
            Div("code", "system", css_class=SEVERAL_IN_A_ROW),
            Div("clinical_status", "verification", css_class=SEVERAL_IN_A_ROW),
            Div("onset_date", "abatement_date", css_class=SEVERAL_IN_A_ROW),
        )

    def clean(self) -> None:
        if self.cleaned_data.get("code") and self.cleaned_data.get("system", ICD10CM) == ICD10CM:
            self.compare(normalised(self.cleaned_data["code"]))
        elif not self.cleaned_data.get("display"):
            self.add_error("display", _("Write the problem in words."))
        if is_backwards(self.cleaned_data):
            self.add_error("abatement_date", BACKWARDS)

    def compare(self, code: str) -> None:
        """The code as the list writes it, and its words where none were written."""
        known = look_up([code]).get(code)
        if words := objection(code, known):
            self.add_error("code", words)
            return
        self.cleaned_data["code"] = code
        if not self.cleaned_data.get("display") and known:
            self.cleaned_data["display"] = known.display
        elif not self.cleaned_data.get("display"):
            self.add_error("display", _("Write the problem in words."))

    def facts(self) -> dict[str, Any]:
        facts = dict(self.cleaned_data)
        facts["system"] = (facts["system"] or ICD10CM) if facts["code"] else ""
        return facts


def is_backwards(typed: dict[str, Any]) -> bool:
    first, last = typed.get("onset_date"), typed.get("abatement_date")
    return bool(first and last and last < first)


class ConditionChangeForm(forms.ModelForm):
    version = version_field()
    onset_date = PastDayField(label=_("Since"))
    abatement_date = PastDayField(label=_("Until"), help_text=_("When it is over."))

    class Meta:
        model = Condition
        fields = ["clinical_status", "verification", "onset_date", "abatement_date", "status_reason"]
        labels = {"status_reason": _("Reason")}

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["verification"].choices = CERTAINTIES
        self.fields["version"].initial = self.instance.version
        self.helper = part_of_form(
            "version",
            Div("clinical_status", "verification", css_class=SEVERAL_IN_A_ROW),
            Div("onset_date", "abatement_date", css_class=SEVERAL_IN_A_ROW),
            "status_reason",
        )

    def clean(self) -> dict[str, Any]:
        if is_backwards(self.cleaned_data):
            self.add_error("abatement_date", BACKWARDS)
        return self.cleaned_data

    def _post_clean(self) -> None:
        """The row stays as it is: its service writes, and judges once more."""


class ConditionResolveForm(forms.Form):
    version = version_field()
    on = PastDayField(
        label=_("Over since"),
        required=True,
        initial=timezone.localdate,
        error_messages={"required": _("Enter the day since which it is over.")},
    )
    reason = words_field(label=_("Reason"), max_length=200)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.helper = part_of_form("version", "on", "reason")


class VersionForm(forms.Form):
    """Nothing to type: only which version was seen."""

    version = version_field()

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.helper = part_of_form("version")
