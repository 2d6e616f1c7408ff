"""What is said of a visit that nobody booked."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from clinical.forms.basics import part_of_form
from clinical.models import Encounter


class OpenForm(forms.ModelForm):
    class Meta:
        model = Encounter
        fields = ["class_code", "reason"]
        labels = {"class_code": _("Kind of visit"), "reason": _("Reason for the visit")}

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.helper = part_of_form("class_code", "reason")
