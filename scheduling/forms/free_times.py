"""What free times are asked for, and of whom."""

from datetime import date
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from accounts.models import Department
from scheduling.forms.booking import TypedForm
from scheduling.forms.fields import DayField, KindField, RowField

FIRST_YEAR, LAST_YEAR = 1900, 2199


class KindAndDayForm(TypedForm):
    """The kinds of visit without an empty choice, and a day within reach."""

    type = KindField(label=_("Kind of visit"))
    day = DayField(label=_("Day"))

    def clean_day(self) -> date | None:
        day: date | None = self.cleaned_data["day"]
        if day and not FIRST_YEAR <= day.year <= LAST_YEAR:
            raise forms.ValidationError(_("Choose a day between 1900 and 2199."))
        return day


class FreeTimesForm(KindAndDayForm):
    """A week, and the department for those who see more than their own."""

    day = DayField(label=_("Week from"))
    department = RowField(Department, label=_("Department"), empty_label=_("All"), required=False)

    field_order = ["type", "department", "day"]

    def __init__(self, *args: Any, is_own: bool, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if is_own:
            del self.fields["department"]
