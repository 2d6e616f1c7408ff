"""What the doctor writes of a medicine: how much, how often, and why a warning is passed over or a medicine ends."""

from collections.abc import Mapping
from typing import Any

from crispy_forms.layout import Div
from django import forms
from django.forms import formset_factory
from django.utils.translation import gettext_lazy as _

from clinical.forms.basics import SEVERAL_IN_A_ROW, part_of_form
from clinical.forms.rows import ROWS, RowsFormSet, stored
from clinical.models import PrescriptionCheck, PrescriptionItem
from clinical.services.dosage import (
    MOST_MEDICINES,
    computed_quantity,
    frequency_words,
    how_computed,
    objections,
    settled,
)
from clinical.services.drafts import ITEM_FIELDS
from scheduling.forms.fields import DayField

CHOOSE_A_REASON = _("Choose a reason.")
READ_BY_THE_PATIENT = _("The patient can read this.")
WRITE_THE_REASON = _("Write the reason in words.")


class OnlyThisMaker(forms.CheckboxInput):
    """A tick means no: another maker's product will not do. A box that nobody ticked permits it."""

    def __init__(self, attrs: Any = None) -> None:
        super().__init__(attrs, check_test=lambda permitted: permitted is False)

    def value_from_datadict(self, data: Any, files: Any, name: str) -> bool:
        return not super().value_from_datadict(data, files, name)


class SeldomUsed(Div):
    """Fields behind a summary, which stands open when one of them says something or is wrong."""

    template = "clinical/medicine_more.html"

    def render(self, form: Any, context: Any, *args: Any, **kwargs: Any) -> str:
        names = [pointer.name for pointer in self.get_field_names()]
        self.is_open = any(says_something(form[name]) for name in names)
        return super().render(form, context, *args, **kwargs)


def says_something(field: forms.BoundField) -> bool:
    return bool(field.errors) or (field.value() or False) != (field.field.initial or False)


class HowOften(forms.ChoiceField):
    """Must be said, here or in other words: the form sees to that."""

    def validate(self, value: Any) -> None:
        if value:
            super().validate(value)


class MedicineForm(forms.ModelForm):
    """A new medicine says how much and how often; only loaded history may leave that open."""

    frequency_code = HowOften(
        label=_("How often"), choices=[("", _("In other words")), *PrescriptionItem.Frequency.choices]
    )
    start_on = DayField(label=_("From"), required=False)

    class Meta:
        model = PrescriptionItem
        fields = ITEM_FIELDS
        labels = {
            "frequency": _("How often, in other words"),
            "duration_days": _("For how many days"),
            "is_substitutable": _("This maker's product only"),
        }
        widgets = {"is_substitutable": OnlyThisMaker}
        help_texts = {
            "max_dose": _("For example: 4 g in 24 hours."),
        }
        error_messages = {
            "medicine": {"required": _("Write the name of the medicine.")},
            "dose_quantity": {
                "required": _("Write how much is taken at a time."),
                "invalid": _("Write the dose as a number, for example 0.5."),
                "min_value": _("The dose must be more than 0 and less than 1,000,000."),
            },
            "dose_unit": {"required": _("Write the unit, for example tablet or ml.")},
            "frequency": {"required": _("Write how often it is taken.")},
            "refills": {"required": _("Write 0 when nothing may be refilled.")},
        }

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for name in ("dose_quantity", "dose_unit"):
            self.fields[name].required = True
        self.fields["frequency"].required = not self.data.get(self.add_prefix("frequency_code"))
        self.fields["quantity"].help_text = self.sum_in_words()
        self.helper = part_of_form(
            Div("medicine", "strength", "form", css_class=SEVERAL_IN_A_ROW),
            Div("dose_quantity", "dose_unit", "route", css_class=SEVERAL_IN_A_ROW),
            Div("frequency_code", "frequency", css_class=SEVERAL_IN_A_ROW),
            Div("duration_days", "quantity", "refills", css_class=SEVERAL_IN_A_ROW),
            Div("indication", "instructions", css_class=SEVERAL_IN_A_ROW),
            SeldomUsed(
                "as_needed",
                Div("as_needed_for", "max_dose", "start_on", css_class=SEVERAL_IN_A_ROW),
                "is_substitutable",
            ),
        )

    def sum_in_words(self) -> str:
        told = how_computed(self.initial)
        return told or _("Leave it empty to have it computed for tablets, capsules and other pieces.")

    def clean(self) -> dict[str, Any]:
        """A quantity that was computed before and left as it was is computed anew."""
        values = super().clean() or self.cleaned_data
        is_left = "quantity" not in self.changed_data
        if is_left and self.initial.get("quantity") == computed_quantity(self.initial):
            values["quantity"] = None
        values |= settled({name: value for name, value in values.items() if value is not None})
        values.setdefault("quantity", None)
        for name, words in objections(values).items():
            if name not in self.errors:
                self.add_error(name, words)
        return values


MedicineFormSet = formset_factory(
    MedicineForm, formset=RowsFormSet, max_num=MOST_MEDICINES, absolute_max=25, **ROWS
)


def stored_medicines(items: Any) -> list[dict[str, Any]]:
    """Words that only repeat the code are left out, so that a change of the code is enough."""
    rows = stored(items, ITEM_FIELDS)
    return [row | {"frequency": own_words(row)} for row in rows]


def own_words(row: Mapping[str, Any]) -> str:
    return "" if row["frequency"] == frequency_words(row["frequency_code"]) else row["frequency"]


class WordsForOther(forms.Form):
    """A reason from a list; the one that names none needs words. The field of the list is `code`."""

    OTHER = "other"

    def clean(self) -> dict[str, Any]:
        values = super().clean() or self.cleaned_data
        if values.get("code") == self.OTHER and not values.get("reason", "").strip():
            self.add_error("reason", WRITE_THE_REASON)
        return values


class OverrideForm(WordsForOther):
    """Why it is prescribed all the same."""

    OTHER = PrescriptionCheck.Override.OTHER

    code = forms.ChoiceField(
        label=_("Why it is prescribed all the same"),
        choices=[("", _("Choose a reason")), *PrescriptionCheck.Override.choices],
        error_messages={"required": CHOOSE_A_REASON},
    )
    reason = forms.CharField(label=_("In words"), max_length=300, required=False)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.helper = part_of_form("code", "reason")

    def answer(self) -> tuple[str, str]:
        return self.cleaned_data["code"], self.cleaned_data["reason"]


class NoMoreToSay(forms.Form):
    """The button is all; what the service refuses still has a place to stand."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.helper = part_of_form(*self.fields)


class StopForm(WordsForOther, NoMoreToSay):
    OTHER = PrescriptionItem.StopReason.OTHER

    code = forms.ChoiceField(
        label=_("Reason"),
        choices=[("", _("Choose a reason")), *PrescriptionItem.StopReason.choices],
        error_messages={"required": CHOOSE_A_REASON},
    )
    reason = forms.CharField(
        label=_("In words"), max_length=200, required=False, help_text=READ_BY_THE_PATIENT
    )


class HoldForm(NoMoreToSay):
    reason = forms.CharField(
        label=_("Reason"),
        max_length=200,
        help_text=READ_BY_THE_PATIENT,
        error_messages={"required": _("Say why it is put on hold.")},
    )
