"""Looking for a code in the list, and taking one."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from clinical.forms.basics import part_of_form
from clinical.models import Icd10Code

FEWEST_LETTERS = 2


class CodeSearchForm(forms.Form):
    words = forms.CharField(
        label=_("Diagnosis or code"),
        help_text=_(
            "Parts of words, in any order, for example: fract femur left. Or a code, for example: E11.9."
        ),
        min_length=FEWEST_LETTERS,
        max_length=100,
        error_messages={
            "required": _("Write a word or a code."),
            "min_length": _("Write at least two letters of the word or the code."),
        },
        widget=forms.TextInput(attrs={"autocomplete": "off", "spellcheck": "false"}),
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.helper = part_of_form("words")


class CodeChoiceForm(forms.Form):
    """The radios stand in the template: the list is far too long for a field that writes its choices out."""

    version = forms.IntegerField(widget=forms.HiddenInput, min_value=0)
    code = forms.ModelChoiceField(
        Icd10Code.objects.all(),
        to_field_name="code",
        widget=forms.RadioSelect,
        label=_("Code"),
        error_messages={
            "required": _("Choose a code."),
            "invalid_choice": _("This code is not in the list. Search again."),
        },
    )
