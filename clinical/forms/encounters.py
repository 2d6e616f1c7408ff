"""What is said of a visit that nobody booked."""

from typing import Any

from django import forms

from clinical.forms.basics import part_of_form
from clinical.models import Encounter


class OpenForm(forms.ModelForm):
    class Meta:
        model = Encounter
        fields = ["class_code", "reason"]

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.helper = part_of_form("class_code", "reason")
