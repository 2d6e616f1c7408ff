"""Forms that show what was typed, before anybody asks whether it is right."""

from collections.abc import Mapping
from typing import Any

from django.forms import BaseForm, BaseFormSet
from django.forms.utils import ErrorDict, ErrorList
from django.utils.datastructures import MultiValueDict


def as_sent(typed: Mapping[str, list[str]]) -> MultiValueDict:
    """The kept fields, as a form takes them from a request."""
    return MultiValueDict(typed)


def unjudged(form: Any) -> Any:
    """A bound form or set of forms without its errors: half a row is no mistake of who is still typing."""
    if isinstance(form, BaseFormSet):
        for row in form.forms:
            unjudged(row)
        form._errors, form._non_form_errors = [], ErrorList()
    elif isinstance(form, BaseForm):
        form._errors, form.cleaned_data = ErrorDict(), {}
    return form
