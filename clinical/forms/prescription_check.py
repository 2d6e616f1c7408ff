"""What a pharmacy copies from a printed prescription."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from clinical.forms.basics import part_of_form


def copied_from_paper() -> forms.TextInput:
    attrs = {"autocomplete": "off", "spellcheck": "false", "autocapitalize": "characters", "dir": "ltr"}
    return forms.TextInput(attrs=attrs)


class CheckForm(forms.Form):
    number = forms.CharField(
        label=_("Number of the prescription"),
        max_length=40,
        widget=copied_from_paper(),
        error_messages={"required": _("Write the number that is printed on the prescription.")},
    )
    code = forms.CharField(
        label=_("Verification code"),
        max_length=40,
        widget=copied_from_paper(),
        error_messages={"required": _("Write the code that is printed below the number.")},
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.helper = part_of_form("number", "code")
