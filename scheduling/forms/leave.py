"""The shape of leave, and of what is decided about the visits in its way."""

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from django import forms
from django.core.validators import MaxLengthValidator
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from scheduling.forms.booking import InstantField
from scheduling.forms.fields import ClockField, DayField, inside_the_page, side_by_side
from scheduling.models import TimeOff, TimeOffDecision

LONGEST_REASON = 300
LONGEST_LEAVE = timedelta(days=3 * 366)
FARTHEST_START = timedelta(days=5 * 366)
ONE_DAY = timedelta(days=1)
Choice = TimeOffDecision.Choice

FOR_ALL = [
    (
        Choice.MOVE,
        gettext_lazy("Move: the visit stands at the new time at once; the patient may choose another"),
    ),
    (
        Choice.OFFER,
        gettext_lazy(
            "Offer: the visit stays until the patient has answered; the new time is kept for a week"
        ),
    ),
    (Choice.CANCEL, gettext_lazy("Cancel: the visit is cancelled; the patient may book another")),
    (Choice.KEEP, gettext_lazy("Keep: nothing changes, although the doctor is away; nobody is told")),
]
AS_FOR_ALL = ("", gettext_lazy("As for all visits"))
WITH_NEW_TIME = [
    AS_FOR_ALL,
    (Choice.MOVE, gettext_lazy("Move to the new time")),
    (Choice.OFFER, gettext_lazy("Offer the new time")),
    (Choice.CANCEL, gettext_lazy("Cancel")),
    (Choice.KEEP, gettext_lazy("Keep")),
]
WITHOUT_NEW_TIME = [AS_FOR_ALL, *WITH_NEW_TIME[3:]]


class LeaveForm(forms.Form):
    """Days without times are whole days; `start` and `end` are the instants, the end being the first back at work."""

    key = forms.UUIDField(widget=forms.HiddenInput)
    first_day = DayField(label=gettext_lazy("First day away"))
    last_day = DayField(label=gettext_lazy("Last day away"))
    start_time = ClockField(
        label=gettext_lazy("From"),
        help_text=gettext_lazy("Empty means from the beginning of the first day."),
        required=False,
    )
    end_time = ClockField(
        label=gettext_lazy("Until"),
        help_text=gettext_lazy("Empty means until the end of the last day."),
        required=False,
    )
    kind = forms.ChoiceField(
        label=gettext_lazy("Kind of leave"), choices=TimeOff.Kind.choices, initial=TimeOff.Kind.VACATION
    )
    reason = forms.CharField(
        label=gettext_lazy("Private reason"),
        help_text=gettext_lazy(
            "Only the doctor and administrators read it. No patient and no colleague sees it."
        ),
        required=False,
        validators=[
            MaxLengthValidator(
                LONGEST_REASON,
                gettext_lazy(
                    "The reason may have at most %(limit_value)d characters. It has %(show_value)d."
                ),
            )
        ],
    )

    def __init__(self, *args: Any, zone: ZoneInfo, now: datetime, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.zone, self.now = zone, now
        self.helper = inside_the_page(
            "key",
            side_by_side("first_day", "last_day"),
            side_by_side("start_time", "end_time"),
            "kind",
            "reason",
        )

    def clean_first_day(self) -> date:
        day: date = self.cleaned_data["first_day"]
        today = self.now.astimezone(self.zone).date()
        if not today - LONGEST_LEAVE <= day <= today + FARTHEST_START:
            raise forms.ValidationError(_("Check the year of the first day."))
        return day

    def clean(self) -> dict[str, Any]:
        if self.errors:
            return self.cleaned_data
        given = self.cleaned_data
        first, last = given["first_day"], given["last_day"]
        if not first <= last <= first + LONGEST_LEAVE:
            self.add_error("last_day", not_a_span(first, last))
            return given
        given["start"] = datetime.combine(first, given["start_time"] or time.min, tzinfo=self.zone)
        given["end"] = self.end_of(last, given["end_time"])
        if given["end"] <= given["start"]:
            self.add_error("end_time", _("Leave ends after it starts."))
        elif given["end"] <= self.now:
            self.add_error("last_day", _("This leave is over already. Choose a later day."))
        return given

    def end_of(self, day: date, at: time | None) -> datetime:
        if at is None:
            return datetime.combine(day + ONE_DAY, time.min, tzinfo=self.zone)
        return datetime.combine(day, at, tzinfo=self.zone)


def not_a_span(first: date, last: date) -> str:
    if last < first:
        return _("The last day is before the first.")
    return _("Leave lasts three years at most. Check the year of the last day.")


@dataclass(frozen=True)
class Proposal:
    """Which doctor, by the public id, and when: as the page showed it."""

    doctor: UUID
    start: datetime

    def __str__(self) -> str:
        return f"{self.doctor} {self.start.isoformat()}"


class ProposalField(forms.Field):
    """A new time as the review page wrote it; whatever else comes back is none."""

    widget = forms.HiddenInput

    def to_python(self, value: Any) -> Proposal | None:
        doctor, _space, start = str(value or "").partition(" ")
        try:
            instant = InstantField(required=False).to_python(start)
            return Proposal(UUID(doctor), instant) if instant else None
        except (ValueError, forms.ValidationError):
            return None


class ForAllForm(forms.Form):
    """What becomes of all visits about which nothing else is said."""

    every = forms.ChoiceField(
        label=gettext_lazy("For all visits"),
        choices=FOR_ALL,
        required=False,
        widget=forms.RadioSelect,
        error_messages={"invalid_choice": gettext_lazy("Choose one of the ways shown.")},
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.helper = inside_the_page("every")
        # Either this or each visit is decided: to call it optional would mislead.
        self.helper.hide_optional = True


class DecisionForm(forms.Form):
    """What becomes of one visit; without a new time it can only be cancelled or kept."""

    choice = forms.ChoiceField(
        required=False,
        error_messages={"invalid_choice": gettext_lazy("Choose one of the ways shown.")},
    )
    proposal = ProposalField(required=False)

    def __init__(self, *args: Any, has_new_time: bool, label: str, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["choice"].choices = WITH_NEW_TIME if has_new_time else WITHOUT_NEW_TIME
        self.fields["choice"].label = label
        self.fields["choice"].widget.attrs["class"] = "form-select"
