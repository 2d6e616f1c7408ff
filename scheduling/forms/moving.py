"""The shape of what is asked of those who move a visit."""

from typing import Any

from django import forms
from django.core.validators import MaxLengthValidator, MinValueValidator
from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _

from scheduling.forms.booking import LONGEST_REASON, TOO_LONG, InstantField, RowField, TimesForm

LARGEST_VERSION = 2**31 - 1


class DoctorForm(forms.Form):
    """A form that offers the visit's own doctor and colleagues."""

    doctor = RowField(
        None,
        label=_("Doctor"),
        to_field_name="public_id",
        empty_label=None,
        error_messages={
            "required": _("Choose a doctor."),
            "invalid_choice": _("Choose one of the doctors shown."),
        },
    )

    def __init__(self, *args: Any, doctors: QuerySet, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["doctor"].queryset = doctors


class NewTimeForm(TimesForm, DoctorForm):
    """With whom, and from which day on."""


class NewSlotForm(DoctorForm):
    """With whom, and when."""

    start = InstantField(error_messages={"required": _("Choose a time.")})


class MoveForm(forms.Form):
    """Which state of the visit was looked at: who moves an older one is shown what has changed."""

    version = forms.IntegerField(
        widget=forms.HiddenInput,
        validators=[MinValueValidator(1)],
        max_value=LARGEST_VERSION,
    )


class StaffMoveForm(MoveForm):
    """Staff owe the patient a reason."""

    reason = forms.CharField(
        label=_("Why is the visit moved?"),
        help_text=_("The patient can read it. Write nothing about health."),
        widget=forms.Textarea(attrs={"rows": 3}),
        validators=[MaxLengthValidator(LONGEST_REASON, TOO_LONG)],
        error_messages={"required": _("Say why the visit is moved.")},
    )
