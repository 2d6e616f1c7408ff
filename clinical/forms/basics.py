"""What the forms of this app share, and the smallest of them."""

from typing import Any

from crispy_forms.helper import FormHelper
from crispy_forms.layout import Layout
from django import forms
from django.utils.translation import gettext_lazy as _

SEVERAL_IN_A_ROW = "filters"


def part_of_form(*fields: Any) -> FormHelper:
    """A layout inside the template's own form element."""
    helper = FormHelper()
    helper.form_tag, helper.disable_csrf, helper.include_media = False, True, False
    helper.layout = Layout(*fields)
    return helper


class ReasonForm(forms.Form):
    """Why, in the person's own words."""

    reason = forms.CharField(
        label=_("Reason"), max_length=200, error_messages={"required": _("Say why you do this.")}
    )


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
        self.helper.hide_optional = True
