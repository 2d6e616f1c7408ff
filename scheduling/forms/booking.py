"""The shape of what is asked of those who book and cancel."""

from datetime import datetime
from typing import Any

from django import forms
from django.core.validators import MaxLengthValidator
from django.utils import timezone
from django.utils.dateparse import parse_datetime
from django.utils.translation import gettext_lazy as _

from scheduling.models import Appointment, AppointmentType

DAY_FORMATS = ["%Y-%m-%d", "%d %m %Y", "%d/%m/%Y", "%d.%m.%Y", "%d %B %Y", "%d %b %Y"]
LONGEST_REASON = 500
# No visit lies outside these years, and sums near the ends of the calendar overflow.
FIRST_YEAR, LAST_YEAR = 1900, 2200
TOO_LONG = _("Your reason may have at most %(limit_value)d characters. It has %(show_value)d.")

Code = Appointment.CancelReason
# What patients may say of themselves, in their own words; the rest is for the hospital to say.
PATIENT_CODES = [
    (Code.PATIENT, _("I cannot come")),
    (Code.FEELING_BETTER, _("I feel better")),
    (Code.TRANSPORT, _("I have no way to come")),
    (Code.MOVED_AWAY, _("I have moved away")),
    (Code.ERROR, _("I booked by mistake")),
    (Code.OTHER, _("Another reason")),
]
STAFF_CODES = [(code, label) for code, label in Code.choices if code != Code.PORTAL]


class InstantField(forms.Field):
    """An instant with its offset, as our own links write it."""

    default_error_messages = {"invalid": _("Choose one of the times shown.")}

    def to_python(self, value: Any) -> datetime | None:
        if value in self.empty_values:
            return None
        try:
            # A plus sign that a browser did not escape arrives as a space; what follows a NUL would go unread.
            instant = parse_datetime(str(value).replace(" ", "+").replace("\0", "?"))
        except ValueError:
            instant = None
        if instant is None or timezone.is_naive(instant) or not FIRST_YEAR <= instant.year <= LAST_YEAR:
            raise forms.ValidationError(self.error_messages["invalid"], code="invalid")
        return instant


class RowField(forms.ModelChoiceField):
    """A row by the id that stands in addresses; what is no id at all is none of the choices."""

    def to_python(self, value: Any) -> Any:
        try:
            return super().to_python(value)
        except forms.ValidationError as error:
            words = self.error_messages["invalid_choice"]
            raise forms.ValidationError(words, code="invalid_choice") from error


class TypeField(RowField):
    def __init__(self, **kwargs: Any) -> None:
        options = {
            "label": _("Reason for the visit"),
            "to_field_name": "public_id",
            "empty_label": _("Choose"),
        }
        super().__init__(AppointmentType.objects.none(), **options | kwargs)

    def label_from_instance(self, kind: AppointmentType) -> str:
        return _("%(name)s (%(minutes)s minutes)") % {"name": kind.name, "minutes": kind.minutes}


class TypedForm(forms.Form):
    """A form that offers the kinds of visit of one doctor."""

    type = TypeField(
        error_messages={
            "required": _("Choose a reason for the visit."),
            "invalid_choice": _("Choose one of the reasons shown."),
        }
    )

    def __init__(self, *args: Any, types: list[AppointmentType], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["type"].queryset = AppointmentType.objects.filter(pk__in=[kind.pk for kind in types])


class TimesForm(forms.Form):
    """From which day on times are shown, and the one that is ticked."""

    at = InstantField(required=False, widget=forms.HiddenInput)
    # Drawn by the page, by day and part of the day; a visible widget lets an error lead there.
    start = InstantField(label=_("Time"), required=False, widget=forms.RadioSelect)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["from"] = forms.DateField(
            label=_("From day"),
            required=False,
            input_formats=DAY_FORMATS,
            help_text=_("For example, 27 3 2027"),
            widget=forms.DateInput(format="%d %m %Y", attrs={"autocomplete": "off"}),
            error_messages={"invalid": _("Enter the day like 27 3 2027.")},
        )

    def demand_time(self) -> bool:
        """Whether the form holds all that it takes to go on."""
        if self.is_valid() and not self.cleaned_data["start"]:
            self.add_error("start", _("Choose a time."))
        return self.is_valid()


class PickerForm(TimesForm, TypedForm):
    """Which kind of visit, and from which day on."""


class SlotForm(TypedForm):
    """Which kind of visit, and when."""

    start = InstantField(error_messages={"required": _("Choose a time.")})


class BookingForm(forms.Form):
    """The rest of the order; the key makes a second submit of the same page the same order."""

    key = forms.UUIDField(widget=forms.HiddenInput)
    patient_reason = forms.CharField(
        label=_("What is the visit about?"),
        required=False,
        help_text=_("A few words for the doctor. The doctor and the reception read them."),
        widget=forms.Textarea(attrs={"rows": 4}),
        validators=[MaxLengthValidator(LONGEST_REASON, TOO_LONG)],
    )


class CancelForm(forms.Form):
    code = forms.ChoiceField(
        label=_("Which reason fits best?"),
        required=False,
        choices=[("", _("None chosen")), *PATIENT_CODES],
        error_messages={"invalid_choice": _("Choose one of the reasons shown.")},
    )
    reason = forms.CharField(
        label=_("Why do you cancel?"),
        required=False,
        widget=forms.Textarea(attrs={"rows": 3}),
        validators=[MaxLengthValidator(LONGEST_REASON, TOO_LONG)],
    )


class StaffCancelForm(CancelForm):
    """Staff owe the patient a reason in words; the code is for the statistics."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["code"].choices = [("", _("None chosen")), *STAFF_CODES]
        reason = self.fields["reason"]
        reason.required = True
        reason.help_text = _("The patient can read it. Write nothing about health.")
        reason.error_messages["required"] = _("Say why the visit is cancelled.")
