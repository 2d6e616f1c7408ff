"""Fields and layout that several forms of the calendar share: days, times, rows by their public id."""

from typing import Any

from crispy_forms.helper import FormHelper
from crispy_forms.layout import Div, Layout
from django import forms
from django.utils.translation import gettext_lazy

from scheduling.forms.booking import DAY_FORMATS, TypeField

CLOCK_FORMATS = ["%H:%M", "%H:%M:%S", "%H.%M", "%I:%M%p", "%I:%M %p", "%I.%M%p", "%I%p", "%I %p"]
CHOOSE = gettext_lazy("Choose one from the list.")


class DayField(forms.DateField):
    """A day, from the browser's calendar or typed."""

    def __init__(self, **kwargs: Any) -> None:
        options = {
            "input_formats": DAY_FORMATS,
            "widget": forms.DateInput(format="%Y-%m-%d", attrs={"type": "date"}),
            "error_messages": {
                "required": gettext_lazy("Enter a day."),
                "invalid": gettext_lazy("Enter the day like 27 3 2027."),
            },
        }
        super().__init__(**options | kwargs)


class ClockField(forms.TimeField):
    """A time of the day, from the browser's clock or typed."""

    def __init__(self, **kwargs: Any) -> None:
        options = {
            "input_formats": CLOCK_FORMATS,
            "widget": forms.TimeInput(format="%H:%M", attrs={"type": "time"}),
            "error_messages": {
                "required": gettext_lazy("Enter a time."),
                "invalid": gettext_lazy("Enter the time like 9:30 or 14:00."),
            },
        }
        super().__init__(**options | kwargs)


class ChosenById:
    """Rows by the id that is known outside the house; what is no id at all is no choice either."""

    def clean(self, value: Any) -> Any:
        try:
            return super().clean(value)  # type: ignore[misc]
        except forms.ValidationError:
            raise forms.ValidationError(CHOOSE) from None


class RowField(ChosenById, forms.ModelChoiceField):
    """One of the rows still in use."""

    def __init__(self, model: Any, **kwargs: Any) -> None:
        options = {"to_field_name": "public_id", "empty_label": gettext_lazy("Choose")}
        super().__init__(model.objects.current(), **options | kwargs)


class KindField(ChosenById, TypeField):
    """One kind of visit, the first if nothing is chosen."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(**{"empty_label": None} | kwargs)


class KindsField(ChosenById, forms.ModelMultipleChoiceField):
    """Some kinds of visit, or none."""


def inside_the_page(*fields: Any) -> FormHelper:
    """A layout inside the template's own form element."""
    helper = FormHelper()
    helper.form_tag, helper.disable_csrf, helper.include_media = False, True, False
    helper.layout = Layout(*fields)
    return helper


def side_by_side(*fields: str) -> Div:
    return Div(*fields, css_class="filters")
