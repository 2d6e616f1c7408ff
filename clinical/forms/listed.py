"""What the forms of allergies, problems, vaccinations and documents share."""

import uuid
from typing import Any

from django import forms
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from scheduling.forms.fields import DayField


def order_key() -> forms.UUIDField:
    """One form makes one row, however often it is sent."""
    return forms.UUIDField(widget=forms.HiddenInput, initial=uuid.uuid4)


def version_field() -> forms.IntegerField:
    return forms.IntegerField(widget=forms.HiddenInput, min_value=0)


def words_field(*, label: Any, required: Any = "", **options: Any) -> forms.CharField:
    """A line of words; `required` is what to say when it is empty."""
    if required:
        options["error_messages"] = {"required": required}
    return forms.CharField(label=label, required=bool(required), **options)


def offering(name: str) -> forms.TextInput:
    """A box that offers the words of the list of this id, and takes others."""
    return forms.TextInput(attrs={"list": name, "autocomplete": "off"})


class PastDayField(DayField):
    """A day that has come, or none."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(**{"required": False, "help_text": _("For example, 27 3 2019")} | kwargs)

    def clean(self, value: Any) -> Any:
        day = super().clean(value)
        if day and day > timezone.localdate():
            raise forms.ValidationError(_("This day has not come yet."))
        return day
