"""How reception books, moves and decides: the calendar itself is the form's check."""

from datetime import timedelta
from typing import Any
from uuid import uuid4

from django import forms
from django.conf import settings
from django.core.validators import MaxLengthValidator
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.backoffice import InstantBoxes
from accounts.errors import DomainError
from accounts.models import Doctor
from scheduling import slots
from scheduling.errors import (
    OutsideAvailability,
    OverrideUnexplained,
    PatientBusy,
    ReasonMissing,
    SlotTaken,
    TooFar,
    TooSoon,
)
from scheduling.forms.booking import LONGEST_REASON, TOO_LONG, StaffCancelForm
from scheduling.models import Appointment, AppointmentType
from scheduling.services.availability import free_slots
from scheduling.services.booking import book
from scheduling.services.explaining import explain
from scheduling.services.orders import Beyond
from scheduling.templatetags.visits import moment_at

FIELDS = {
    SlotTaken: "start",
    OutsideAvailability: "start",
    TooSoon: "start",
    TooFar: "start",
    PatientBusy: "patient",
    ReasonMissing: "reason",
    OverrideUnexplained: "beyond_reason",
}
UNEXPLAINED = (SlotTaken, OutsideAvailability)
AROUND = timedelta(days=3)
FARTHEST = timedelta(days=365)  # a start beyond has no neighbours worth naming
NEAREST = 5
BEYOND = ["beyond_hours", "beyond_doctor", "beyond_patient", "beyond_reason"]
BEYOND_FIELDSET = (
    gettext_lazy("Beyond the rules"),
    {
        "fields": BEYOND,
        "classes": ["collapse"],
        "description": gettext_lazy("Each tick lifts one rule for this visit, and needs a reason."),
    },
)


class OrderForm(forms.Form):
    """A time that is asked for, and the rules that are lifted for it; the actor is set by the admin page."""

    actor: Any = None
    start = forms.SplitDateTimeField(label=gettext_lazy("Start"), widget=InstantBoxes)
    beyond_hours = forms.BooleanField(label=gettext_lazy("Outside the doctor's hours"), required=False)
    beyond_doctor = forms.BooleanField(label=gettext_lazy("The doctor has another visit"), required=False)
    beyond_patient = forms.BooleanField(label=gettext_lazy("The patient has another visit"), required=False)
    beyond_reason = forms.CharField(
        label=gettext_lazy("Why"),
        required=False,
        max_length=200,
        help_text=gettext_lazy("It stays in the visit's history."),
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        clock = _("By the clock of %(zone)s.") % {"zone": settings.HOSPITAL_TIME_ZONE}
        self.fields["start"].help_text = clock

    @property
    def beyond(self) -> Beyond:
        typed = self.cleaned_data
        return Beyond(
            hours=typed["beyond_hours"],
            doctor=typed["beyond_doctor"],
            patient=typed["beyond_patient"],
            reason=typed["beyond_reason"],
        )

    def refuse(self, error: DomainError, type: AppointmentType, visit: Appointment | None = None) -> None:
        """The error on its field; for a time that is not free, why not, and the closest that are."""
        field = FIELDS.get(error.__class__)
        words = [str(error)]
        if field == "start":
            wish = {"type": type, "viewer": self.actor, "now": timezone.now(), "exclude": visit}
            words += [*self.reasons(error, wish), *self.nearest(wish)]
        self.add_error(field if field in self.fields else None, words)

    def reasons(self, error: DomainError, wish: dict[str, Any]) -> list[str]:
        """Of a refusal that does not say itself what to do about it."""
        if not isinstance(error, UNEXPLAINED):
            return []
        found = explain(doctor=self.cleaned_data["doctor"], start=self.cleaned_data["start"], **wish)
        reasons = "; ".join(str(reason.label) for reason in found)
        return [_("Why: %(reasons)s.") % {"reasons": reasons}] if reasons else []

    def nearest(self, wish: dict[str, Any]) -> list[str]:
        """The closest free times, by the hospital's clock."""
        now, doctors = wish["now"], [self.cleaned_data["doctor"]]
        wanted = min(max(self.cleaned_data["start"], now), now + FARTHEST)
        found = free_slots(doctors=doctors, start=wanted - AROUND, end=wanted + AROUND, **wish)
        starts = sorted((slots.from_minutes(slot.start) for slot in found), key=lambda at: abs(at - wanted))
        times = "; ".join(moment_at(at, settings.HOSPITAL_TIME_ZONE) for at in sorted(starts[:NEAREST]))
        return [_("Free: %(times)s.") % {"times": times}] if times else []


class BookForm(OrderForm, forms.ModelForm):
    key = forms.UUIDField(widget=forms.HiddenInput, initial=uuid4)

    class Meta:
        model = Appointment
        fields = ["doctor", "patient", "type", "patient_reason"]

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["type"].queryset = AppointmentType.objects.current()

    def _post_clean(self) -> None:
        """Booking is the validation: only the calendar, under its lock, knows whether the time is free."""
        if self.errors:
            return
        order = self.cleaned_data
        try:
            self.instance = book(
                doctor=order["doctor"],
                patient=order["patient"],
                type=order["type"],
                start=order["start"],
                actor=self.actor,
                now=timezone.now(),
                idempotency_key=order["key"],
                patient_reason=order["patient_reason"],
                source=Appointment.Source.ADMIN,
                beyond=self.beyond,
            )
        except DomainError as error:
            self.refuse(error, order["type"])


class MoveForm(OrderForm):
    """The doctor's box is the admin's own search, which the page puts in."""

    doctor = forms.ModelChoiceField(Doctor.objects.current(), label=gettext_lazy("Doctor"))
    reason = forms.CharField(
        label=gettext_lazy("Reason"),
        required=False,
        widget=forms.Textarea(attrs={"rows": 3}),
        validators=[MaxLengthValidator(LONGEST_REASON, TOO_LONG)],
        help_text=gettext_lazy("Say why the visit is moved. The patient can read it."),
    )
    version = forms.IntegerField(widget=forms.HiddenInput)
    field_order = ["doctor", "start", "reason", *BEYOND, "version"]


class ReasonForm(forms.Form):
    """Why something is done to several visits at once."""

    reason = forms.CharField(
        label=gettext_lazy("Reason"),
        widget=forms.Textarea(attrs={"rows": 3}),
        validators=[MaxLengthValidator(LONGEST_REASON, TOO_LONG)],
        error_messages={"required": gettext_lazy("Say why.")},
    )


class CodedCancelForm(StaffCancelForm):
    """With HL7's reason beside the words, for statistics and other systems."""

    code = forms.ChoiceField(
        label=gettext_lazy("Coded reason"),
        choices=Appointment.CancelReason.choices,
        initial=Appointment.CancelReason.PROVIDER,
    )
    field_order = ["code", "reason"]
