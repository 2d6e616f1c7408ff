"""The shape of weekly hours and their exceptions."""

from datetime import date, timedelta
from hashlib import blake2s
from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.models import Department, Location
from scheduling import slots
from scheduling.forms.fields import (
    CHOOSE,
    ClockField,
    DayField,
    KindField,
    KindsField,
    RowField,
    inside_the_page,
    side_by_side,
)
from scheduling.models import AppointmentType, AvailabilityOverride, AvailabilityRule
from scheduling.models.availability import DAYS

LONGEST_AHEAD = timedelta(days=5 * 366)
A_YEAR_OF_WEEKS = timedelta(days=371)
LARGEST_VERSION = 2**31 - 1


def check_ahead(day: date, today: date) -> None:
    """The past stays as it was, and a year is easily mistyped."""
    if day < today:
        raise forms.ValidationError(_("Choose today or a later day: the past cannot be changed."))
    check_year(day, today)


def check_year(day: date, today: date) -> None:
    if day > today + LONGEST_AHEAD:
        raise forms.ValidationError(_("Check the year: this is more than five years ahead."))


class PreviewedForm(forms.ModelForm):
    """Looked at before it is saved: `seen` says which entries the preview on the page was made of."""

    type = KindField(label=gettext_lazy("Count the free times for"))
    seen = forms.CharField(widget=forms.HiddenInput, required=False)

    def __init__(self, *args: Any, today: date, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.today = today
        self.fields["type"].queryset = AppointmentType.objects.current()
        self.fields["type"].initial = AppointmentType.objects.current().first()

    @property
    def fingerprint(self) -> str:
        """Another one as soon as anything that will be saved is typed over."""
        typed = [
            (name, self[name].value()) for name in self.fields if name not in ("type", "seen", "version")
        ]
        return blake2s(repr(typed).encode(), digest_size=8).hexdigest()

    @property
    def was_seen(self) -> bool:
        return self.cleaned_data["seen"] in ("", self.fingerprint)


class RuleForm(PreviewedForm):
    """Weekly hours; the instance is a new one also when old hours are changed."""

    weekday = forms.TypedChoiceField(
        label=gettext_lazy("Day of the week"),
        choices=[("", gettext_lazy("Choose")), *DAYS],
        coerce=int,
        error_messages={"required": CHOOSE, "invalid_choice": CHOOSE},
    )
    start_time = ClockField(label=gettext_lazy("From"))
    end_time = ClockField(
        label=gettext_lazy("Until"),
        help_text=gettext_lazy("An end that is not after the start is on the next day."),
    )
    location = RowField(Location, label=gettext_lazy("Place"))
    department = RowField(Department, label=gettext_lazy("Department"))
    types = KindsField(
        AppointmentType.objects.none(),
        label=gettext_lazy("Kinds of visit"),
        help_text=gettext_lazy("None ticked means all."),
        required=False,
        to_field_name="public_id",
        widget=forms.CheckboxSelectMultiple,
    )
    valid_from = DayField(label=gettext_lazy("From which day on"))
    valid_until = DayField(label=gettext_lazy("Last day"), required=False)
    every_weeks = forms.IntegerField(
        label=gettext_lazy("Every so many weeks"),
        help_text=gettext_lazy("1 means every week, 2 every other week."),
        min_value=1,
        max_value=52,
        initial=1,
    )
    anchor_date = DayField(
        label=gettext_lazy("A day in a week that counts"),
        help_text=gettext_lazy("When not every week counts. Empty means the week of the first day."),
        required=False,
    )
    version = forms.IntegerField(
        widget=forms.HiddenInput, required=False, min_value=1, max_value=LARGEST_VERSION
    )

    class Meta:
        model = AvailabilityRule
        fields = [
            "weekday",
            "start_time",
            "end_time",
            "location",
            "department",
            "types",
            "valid_from",
            "valid_until",
            "every_weeks",
            "anchor_date",
        ]

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["types"].queryset = AppointmentType.objects.current()
        self.helper = inside_the_page(
            "version",
            side_by_side("weekday", "start_time", "end_time"),
            side_by_side("location", "department"),
            "types",
            side_by_side("valid_from", "valid_until"),
            side_by_side("every_weeks", "anchor_date"),
            "type",
        )

    def clean_valid_from(self) -> date:
        check_ahead(self.cleaned_data["valid_from"], self.today)
        return self.cleaned_data["valid_from"]

    def clean_valid_until(self) -> date | None:
        if last := self.cleaned_data["valid_until"]:
            check_year(last, self.today)
        return self.cleaned_data["valid_until"]

    def clean(self) -> dict[str, Any]:
        given = super().clean() or self.cleaned_data
        first, last = given.get("valid_from"), given.get("valid_until")
        if first and last and last < first:
            self.add_error("valid_until", _("The last day is before the first."))
        weeks = given.get("every_weeks")
        given["anchor_date"] = (given.get("anchor_date") or first) if weeks and weeks > 1 else None
        return given

    def _post_clean(self) -> None:
        """Once the rule is put together, it has to hold on at least one day."""
        super()._post_clean()
        rule = self.instance
        if self.errors or rule.valid_until is None:
            return
        last = min(rule.valid_until, rule.valid_from + A_YEAR_OF_WEEKS)
        if not slots.windows([rule.as_slot_rule(frozenset())], rule.valid_from, last):
            words = _("Between the first and the last day there is no %(weekday)s that counts.")
            self.add_error("weekday", words % {"weekday": rule.get_weekday_display()})


class VersionForm(forms.Form):
    """Which state of the row was looked at."""

    version = forms.IntegerField(widget=forms.HiddenInput, min_value=1, max_value=LARGEST_VERSION)


class RuleEndForm(VersionForm):
    """From which day on the hours are no more."""

    day = DayField(label=gettext_lazy("No hours from this day on"))

    def __init__(self, *args: Any, today: date, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.today = today

    def clean_day(self) -> date:
        check_ahead(self.cleaned_data["day"], self.today)
        return self.cleaned_data["day"]


class OverrideForm(PreviewedForm):
    """One day, or part of it, that differs from the weekly hours."""

    date = DayField(label=gettext_lazy("Day"))
    kind = forms.ChoiceField(
        label=gettext_lazy("What is different"),
        choices=[
            (AvailabilityOverride.Kind.CLOSE, gettext_lazy("No patients on this day, or in part of it")),
            (AvailabilityOverride.Kind.OPEN, gettext_lazy("Hours beside the weekly ones")),
        ],
        widget=forms.RadioSelect,
        error_messages={"required": CHOOSE, "invalid_choice": CHOOSE},
    )
    start_time = ClockField(label=gettext_lazy("From"), required=False)
    end_time = ClockField(
        label=gettext_lazy("Until"),
        help_text=gettext_lazy("An end that is not after the start is on the next day."),
        required=False,
    )
    location = RowField(Location, label=gettext_lazy("Place"))
    department = RowField(Department, label=gettext_lazy("Department"))

    class Meta:
        model = AvailabilityOverride
        fields = ["date", "kind", "start_time", "end_time", "location", "department", "note"]
        labels = {"note": gettext_lazy("Note for colleagues")}
        help_texts = {"note": gettext_lazy("Patients do not see it.")}

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.helper = inside_the_page(
            "date",
            "kind",
            side_by_side("start_time", "end_time"),
            side_by_side("location", "department"),
            "note",
            "type",
        )

    def clean_date(self) -> date:
        check_ahead(self.cleaned_data["date"], self.today)
        return self.cleaned_data["date"]

    def clean(self) -> dict[str, Any]:
        given = super().clean() or self.cleaned_data
        if self.errors:
            return given
        times = [name for name in ("start_time", "end_time") if given[name] is None]
        if len(times) == 1:
            self.add_error(times[0], _("Give both times, or none to close the whole day."))
        elif times and given["kind"] == AvailabilityOverride.Kind.OPEN:
            self.add_error("start_time", _("Say from when until when you see patients."))
        return given
