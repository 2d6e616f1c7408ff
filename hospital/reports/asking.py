"""What a report is asked: which days, which department, which doctor, and how its rows are made."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from typing import Any
from urllib.parse import urlencode

from django import forms
from django.core.exceptions import ValidationError
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.models import Department, Doctor
from hospital.reports.groups import GROUPS

DAY = timedelta(days=1)
LONGEST = 366
FIRST_YEAR, LAST_YEAR = 1900, 2200
EXAMPLE = _("Write the day as 2027-01-31.")
FROM, TO = "from", "to"


@dataclass(frozen=True)
class Question:
    """`first` and `last` are days by the hospital's clock, both included; `now` is the moment of asking."""

    user: Any
    first: date
    last: date
    now: datetime
    department: Department | None = None
    doctor: Doctor | None = None
    by: str = "doctor"
    departments: frozenset[int] = field(default_factory=frozenset)

    @property
    def start(self) -> datetime:
        return midnight(self.first)

    @property
    def end(self) -> datetime:
        """The first moment after the last day."""
        return midnight(self.last + DAY)

    def narrowed(self, rows: Any, department: str = "department", doctor: str = "doctor") -> Any:
        """Rows of the doctor and the department asked about, each by the path that leads to it."""
        if self.department:
            rows = rows.filter(**{f"{department}__in": self.departments})
        return rows.filter(**{doctor: self.doctor}) if self.doctor else rows


def midnight(day: date) -> datetime:
    return timezone.make_aware(datetime.combine(day, time.min))


def last_month(today: date) -> tuple[date, date]:
    """The first and last day of the month before this one."""
    last = today.replace(day=1) - DAY
    return last.replace(day=1), last


class DoctorChoice(forms.ModelChoiceField):
    def label_from_instance(self, doctor: Doctor) -> str:
        return f"{doctor} ({_('has left')})" if doctor.is_archived else str(doctor)


class DayField(forms.DateField):
    """A day as browsers send it."""

    def __init__(self, label: Any) -> None:
        box = forms.DateInput(format="%Y-%m-%d", attrs={"type": "date"})
        words = {"invalid": EXAMPLE}
        super().__init__(
            label=label, required=False, widget=box, input_formats=["%Y-%m-%d"], error_messages=words
        )

    def to_python(self, value: Any) -> Any:
        """What is no day stays in the box to be mended, where a browser's box for days would be empty."""
        try:
            return super().to_python(value)
        except ValidationError:
            self.widget.input_type = "text"
            raise

    def clean(self, value: Any) -> Any:
        day = super().clean(value)
        if day and not FIRST_YEAR <= day.year <= LAST_YEAR:
            raise ValidationError(_("Choose a day between the years 1900 and 2200."))
        return day


class AskingForm(forms.Form):
    """The boxes above a report; a report without days has none for them, and so with the grouping."""

    def __init__(self, asked: Mapping[str, Any], *, user: Any, has_days: bool, has_groups: bool) -> None:
        super().__init__(asked, label_suffix="")
        self.user, self.now = user, timezone.now()
        if has_days:
            self.fields |= {FROM: DayField(_("From")), TO: DayField(_("To"))}
        doctors = Doctor.objects.visible_to(user).order_by("family_name", "given_name", "pk")
        self.fields |= {
            "department": forms.ModelChoiceField(
                Department.objects.visible_to(user),
                label=_("Department"),
                required=False,
                empty_label=_("All"),
            ),
            "doctor": DoctorChoice(doctors, label=_("Doctor"), required=False, empty_label=_("All")),
        }
        if has_groups:
            choices = [(name, group.label) for name, group in GROUPS.items()]
            self.fields["by"] = forms.ChoiceField(label=_("Rows by"), choices=choices, required=False)
        self.say_what_is_asked()

    def say_what_is_asked(self) -> None:
        """Who names no day is told about last month, and sees so in the boxes."""
        if not self.data.get(FROM) and not self.data.get(TO):
            first, last = last_month(timezone.localdate(self.now))
            self.data = {**self.data.dict(), FROM: first.isoformat(), TO: last.isoformat()}

    def clean(self) -> None:
        if FROM not in self.fields or self.errors:
            return
        first, last = self.cleaned_data[FROM], self.cleaned_data[TO]
        if first is None or last is None:
            self.add_error(FROM if first is None else TO, _("Choose both days."))
        elif last < first:
            self.add_error(TO, _("The last day is before the first. Choose a later one."))
        elif (last - first).days >= LONGEST:
            self.add_error(TO, _("Choose at most a year: 366 days."))

    def query(self) -> str:
        """The question as an address carries it, without what was not asked."""
        asked = {name: self.data.get(name, "") for name in self.fields}
        return urlencode({name: words for name, words in asked.items() if words})

    def question(self) -> Question:
        asked = self.cleaned_data
        today = timezone.localdate(self.now)
        department = asked.get("department")
        return Question(
            user=self.user,
            first=asked.get(FROM) or today,
            last=asked.get(TO) or today,
            now=self.now,
            department=department,
            doctor=asked.get("doctor"),
            by=asked.get("by") or "doctor",
            departments=frozenset(Department.objects.below(department.pk)) if department else frozenset(),
        )
