"""How reception books: the calendar itself is the form's check."""

from datetime import datetime, timedelta
from typing import Any
from uuid import uuid4

from django import forms
from django.conf import settings
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.backoffice import InstantBoxes
from accounts.errors import DomainError
from scheduling import slots
from scheduling.errors import OutsideAvailability, PatientBusy, SlotTaken, TooFar, TooSoon
from scheduling.models import Appointment, AppointmentType
from scheduling.services.availability import free_slots
from scheduling.services.booking import book
from scheduling.templatetags.visits import moment_at

FIELDS = {
    SlotTaken: "start",
    OutsideAvailability: "start",
    TooSoon: "start",
    TooFar: "start",
    PatientBusy: "patient",
}
AROUND = timedelta(days=3)
NEAREST = 5


class BookForm(forms.ModelForm):
    """The actor is set by the admin page."""

    actor: Any = None
    start = forms.SplitDateTimeField(label=gettext_lazy("start"), widget=InstantBoxes)
    key = forms.UUIDField(widget=forms.HiddenInput, initial=uuid4)

    class Meta:
        model = Appointment
        fields = ["doctor", "patient", "type", "patient_reason"]

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["type"].queryset = AppointmentType.objects.current()
        clock = _("By the clock of %(zone)s.") % {"zone": settings.HOSPITAL_TIME_ZONE}
        self.fields["start"].help_text = clock

    def _post_clean(self) -> None:
        """Booking is the validation: only the calendar, under its lock, knows whether the time is free."""
        if self.errors:
            return
        order = dict(self.cleaned_data)
        now = timezone.now()
        try:
            self.instance = book(
                doctor=order["doctor"],
                patient=order["patient"],
                type=order["type"],
                start=order["start"],
                actor=self.actor,
                now=now,
                idempotency_key=order["key"],
                patient_reason=order["patient_reason"],
                source=Appointment.Source.ADMIN,
            )
        except DomainError as error:
            self.refuse(error, order, now)

    def refuse(self, error: DomainError, order: dict[str, Any], now: datetime) -> None:
        field = FIELDS.get(type(error))
        self.add_error(field, str(error))
        if field == "start" and (times := self.nearest(order, now)):
            self.add_error(field, _("Free: %(times)s.") % {"times": "; ".join(times)})

    def nearest(self, order: dict[str, Any], now: datetime) -> list[str]:
        """The closest free times in words, by the hospital's clock."""
        # Any start more than the calendar's reach away has no neighbours worth naming.
        wanted = min(max(order["start"], now), now + timedelta(days=365))
        found = free_slots(
            doctors=[order["doctor"]],
            type=order["type"],
            start=wanted - AROUND,
            end=wanted + AROUND,
            viewer=self.actor,
            now=now,
        )
        starts = sorted((slots.from_minutes(slot.start) for slot in found), key=lambda at: abs(at - wanted))
        return [moment_at(start, settings.HOSPITAL_TIME_ZONE) for start in sorted(starts[:NEAREST])]
