"""What a doctor types of a test: the order, what was found, a correction of it."""

import re
import uuid
from datetime import datetime
from typing import Any

from crispy_forms.layout import Div
from django import forms
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from clinical.forms.basics import SEVERAL_IN_A_ROW, part_of_form
from clinical.forms.vitals import NumberField
from clinical.models import LabResult
from clinical.services.findings import Finding
from scheduling.forms.fields import ClockField, DayField

LOINC = "http://loinc.org"
LOINC_CODE = re.compile(r"\d{1,7}-\d", re.ASCII)
Flag, Release = LabResult.Flag, LabResult.Release
CHOSEN_FLAGS = [
    ("", _("As the range says")),
    *(
        (flag.value, flag.label)
        for flag in (Flag.CRITICALLY_LOW, Flag.CRITICALLY_HIGH, Flag.ABNORMAL, Flag.NORMAL)
    ),
]
LONGEST_WAIT = 365


class ResultNumber(NumberField):
    def __init__(self, **kwargs: Any) -> None:
        super().__init__(**{"max_digits": 14, "decimal_places": 4} | kwargs)

    def prepare_value(self, value: Any) -> Any:
        """Without zeros at the end, as a person would have typed it."""
        return value if value is None or isinstance(value, str) else f"{value.normalize():f}"


class ReleaseForm(forms.Form):
    """When the patient may read a result."""

    release_policy = forms.ChoiceField(
        label=_("The patient may read it"), choices=Release.choices, initial=Release.AFTER_REVIEW
    )
    release_days = forms.IntegerField(
        label=_("After how many days"),
        required=False,
        min_value=1,
        max_value=LONGEST_WAIT,
        help_text=_("Only for “After some days”."),
    )

    def clean(self) -> dict[str, Any]:
        """Days belong to the one policy that counts them."""
        typed = super().clean() or self.cleaned_data
        if typed.get("release_policy") != Release.AFTER_DAYS:
            typed["release_days"] = None
        elif typed.get("release_days") is None and "release_days" not in self.errors:
            self.add_error("release_days", _("Write after how many days."))
        return typed

    def release(self) -> dict[str, Any]:
        return {name: self.cleaned_data[name] for name in ("release_policy", "release_days")}


class RangeForm(forms.Form):
    unit = forms.CharField(
        label=_("Unit"),
        max_length=40,
        required=False,
        widget=forms.TextInput(attrs={"autocomplete": "off", "spellcheck": "false"}),
    )
    range_low = ResultNumber(label=_("Normal from"))
    range_high = ResultNumber(label=_("Normal to"))

    def clean(self) -> dict[str, Any]:
        typed = super().clean() or self.cleaned_data
        low, high = typed.get("range_low"), typed.get("range_high")
        if low is not None and high is not None and low > high:
            self.add_error("range_high", _("The range must begin with its lower end."))
        return typed


class OrderForm(ReleaseForm, RangeForm):
    key = forms.UUIDField(widget=forms.HiddenInput, initial=uuid.uuid4)
    display = forms.CharField(
        label=_("Test"), max_length=300, error_messages={"required": _("Write which test you want.")}
    )
    code = forms.CharField(
        label=_("LOINC code"),
        max_length=10,
        required=False,
        widget=forms.TextInput(attrs={"autocomplete": "off", "spellcheck": "false"}),
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.helper = part_of_form(
            "key",
            Div("display", "code", css_class=SEVERAL_IN_A_ROW),
            Div("unit", "range_low", "range_high", css_class=SEVERAL_IN_A_ROW),
            Div("release_policy", "release_days", css_class=SEVERAL_IN_A_ROW),
        )

    def clean_code(self) -> str:
        code = self.cleaned_data["code"].strip()
        if code and not LOINC_CODE.fullmatch(code):
            raise forms.ValidationError(
                _("A LOINC code looks like 4548-4. Leave it empty if you do not know it.")
            )
        return code

    def order(self) -> dict[str, Any]:
        names = ("key", "display", "code", "unit", "range_low", "range_high")
        typed = {name: self.cleaned_data[name] for name in names}
        return typed | self.release() | {"system": LOINC if typed["code"] else ""}


class FindingForm(RangeForm):
    """What a test found; `version` is that of the result when the form was opened."""

    version = forms.IntegerField(widget=forms.HiddenInput, min_value=1)
    day = DayField(label=_("Sample taken on"))
    time = ClockField(label=_("at"))
    value_quantity = ResultNumber(label=_("Value"))
    value_text = forms.CharField(label=_("Result in words"), max_length=500, required=False)
    flag = forms.ChoiceField(label=_("Interpretation"), choices=CHOSEN_FLAGS, required=False)
    rows = (
        ("day", "time"),
        ("value_quantity", "unit", "range_low", "range_high"),
        ("value_text", "flag"),
    )

    def __init__(self, *args: Any, result: LabResult, now: datetime, **kwargs: Any) -> None:
        names = ("version", "unit", "range_low", "range_high", "value_quantity", "value_text")
        taken = timezone.localtime(result.taken_at)
        clock = taken.time().replace(second=0, microsecond=0)
        known = {name: getattr(result, name) for name in names} | {"day": taken.date(), "time": clock}
        super().__init__(*args, initial=known | self.also_known(result), **kwargs)
        self.taken_at, self.now = result.taken_at, now
        rows = (Div(*names, css_class=SEVERAL_IN_A_ROW) for names in self.rows)
        self.helper = part_of_form("version", *self.hidden(), *rows)

    def also_known(self, result: LabResult) -> dict[str, Any]:
        chosen = dict(CHOSEN_FLAGS)
        return {"flag": result.flag if result.flag in chosen and result.flag != Flag.NORMAL else ""}

    def hidden(self) -> list[str]:
        return []

    def clean(self) -> dict[str, Any]:
        typed = super().clean()
        if typed.get("value_quantity") is None and not typed.get("value_text"):
            if "value_quantity" not in self.errors:
                self.add_error("value_quantity", _("Write the value, or the result in words."))
        return typed

    def finding(self) -> Finding:
        names = ("value_quantity", "value_text", "unit", "range_low", "range_high", "flag")
        return Finding(taken_at=self.when(), **{name: self.cleaned_data[name] for name in names})

    def when(self) -> datetime:
        """The stored instant where nobody changed it: boxes know no seconds."""
        if not {"day", "time"} & set(self.changed_data):
            return self.taken_at
        return timezone.make_aware(datetime.combine(self.cleaned_data["day"], self.cleaned_data["time"]))


class ReportForm(FindingForm, ReleaseForm):
    is_final = forms.TypedChoiceField(
        label=_("Status"),
        choices=[("final", _("Final")), ("preliminary", _("Preliminary"))],
        coerce=lambda value: value == "final",
        empty_value=False,
        help_text=_("A final result cannot be changed any more; it can be corrected."),
    )
    rows = (*FindingForm.rows, ("is_final", "release_policy", "release_days"))

    def also_known(self, result: LabResult) -> dict[str, Any]:
        release = {"release_policy": result.release_policy, "release_days": result.release_days}
        return super().also_known(result) | release


class CorrectForm(FindingForm):
    key = forms.UUIDField(widget=forms.HiddenInput, initial=uuid.uuid4)
    reason = forms.CharField(
        label=_("Why it is corrected"),
        max_length=200,
        error_messages={"required": _("Say why you correct it.")},
    )
    rows = (("reason",), *FindingForm.rows)

    def hidden(self) -> list[str]:
        return ["key"]


class VersionForm(forms.Form):
    version = forms.IntegerField(widget=forms.HiddenInput, min_value=1)

    def __init__(self, *args: Any, result: LabResult, **kwargs: Any) -> None:
        super().__init__(*args, initial={"version": result.version}, **kwargs)
        self.helper = part_of_form(*self.fields)


class CancelTestForm(VersionForm):
    reason = forms.CharField(
        label=_("Reason"), max_length=200, error_messages={"required": _("Say why the test is not wanted.")}
    )
