"""A date of birth as people say it: a day, a month and a year, typed into three boxes."""

import datetime as dt
import re
from collections.abc import Mapping, Sequence
from typing import Any

from django import forms
from django.utils import dates, timezone, translation
from django.utils.translation import gettext_lazy as _

PARTS = (
    ("day", _("Day"), "numeric", "bday-day"),
    ("month", _("Month"), "text", "bday-month"),
    ("year", _("Year"), "numeric", "bday-year"),
)
OLDEST_AGE_YEARS = 130
YEAR_DIGITS = 4
DATE_BREAKS = re.compile(r"[\s/.,-]+")


def month_number(text: str) -> int:
    """The month that a number, an English or a local name means; its first three letters suffice."""
    text = text.strip().strip(".").casefold()
    if text.isdecimal():
        return int(text)
    for number, names in _month_names().items():
        if text in names or (len(text) >= 3 and any(name.startswith(text) for name in names)):
            return number
    raise ValueError(text)


def _month_names() -> dict[int, set[str]]:
    local = {number: {str(dates.MONTHS[number]).casefold()} for number in dates.MONTHS}
    with translation.override("en"):
        return {number: names | {str(dates.MONTHS[number]).casefold()} for number, names in local.items()}


class BirthDateWidget(forms.MultiWidget):
    """Three text boxes; the month is text, so that a phone offers letters for its name."""

    template_name = "components/birth_date.html"

    def __init__(self, attrs: Mapping[str, Any] | None = None):
        boxes = {
            part: forms.TextInput(attrs={"inputmode": mode, "autocomplete": token})
            for part, _label, mode, token in PARTS
        }
        super().__init__(boxes, attrs)

    def get_context(self, name: str, value: Any, attrs: Mapping[str, Any] | None) -> dict[str, Any]:
        context = super().get_context(name, value, attrs)
        for box, (part, label, *_rest) in zip(context["widget"]["subwidgets"], PARTS, strict=True):
            box.update(part=part, label=label)
        return context

    def decompress(self, value: Any) -> list[Any]:
        if isinstance(value, str):
            value = dt.date.fromisoformat(value)
        return [value.day, value.month, value.year] if value else [None, None, None]


class BirthDateField(forms.MultiValueField):
    """A date in the past, or None when it is not required; every refusal says how to put it right."""

    widget = BirthDateWidget
    default_error_messages = {
        "required": _("Enter a date of birth"),
        "incomplete": _("Enter a day, month and year, like 27 3 1987"),
        "unreal": _("Date of birth must be a real date, like 27 3 1987"),
        "future": _("Date of birth must be in the past"),
        "old": _("Check the year: it is more than %(years)d years ago"),
    }

    def __init__(self, **kwargs: Any):
        boxes = [forms.CharField(required=False, max_length=20) for _part in PARTS]
        kwargs.setdefault("label", _("Date of birth"))
        kwargs.setdefault("help_text", _("For example, 27 3 1987"))
        super().__init__(fields=boxes, require_all_fields=False, **kwargs)

    def clean(self, value: Any) -> dt.date | None:
        typed = ["" if part is None else str(part).strip() for part in value or []]
        if not any(typed):
            if self.required:
                raise self.refusal("required")
            return None
        if not all(typed) or len(typed) < len(PARTS):
            raise self.refusal("incomplete")
        date = self.compress(typed)
        self.check(date)
        self.validate(date)
        self.run_validators(date)
        return date

    def compress(self, data_list: Sequence[str]) -> dt.date:
        day, month, year = data_list
        try:
            day_number, month_, year_number = int(day), month_number(month), int(year)
        except ValueError:
            raise self.refusal("incomplete") from None
        if year_number < 1000:
            raise self.refusal("incomplete")
        try:
            return dt.date(year_number, month_, day_number)
        except (ValueError, OverflowError):
            raise self.refusal("unreal") from None

    def check(self, date: dt.date) -> None:
        today = timezone.localdate()
        if date > today:
            raise self.refusal("future")
        if today.year - date.year > OLDEST_AGE_YEARS:
            raise self.refusal("old", years=OLDEST_AGE_YEARS)

    def has_changed(self, initial: Any, data: Any) -> bool:
        try:
            return self.clean(data) != self.to_date(initial)
        except forms.ValidationError:
            return True

    @staticmethod
    def to_date(value: Any) -> dt.date | None:
        return dt.date.fromisoformat(value) if isinstance(value, str) and value else value or None

    def refusal(self, code: str, **params: Any) -> forms.ValidationError:
        return forms.ValidationError(self.error_messages[code], code=code, params=params)


def typed_dates(text: str) -> list[dt.date]:
    """The dates that somebody may mean: 1987-03-27, 27/03/1987, 27 3 1987, 27 March 1987; none when it is no date.

    A month before its day counts only where it cannot be meant otherwise.
    """
    parts = [part for part in DATE_BREAKS.split(text.strip()) if part]
    if len(parts) != len(PARTS):
        return []
    first, second, third = parts
    orders = [(third, second, first)] if len(first) == YEAR_DIGITS else [(first, second, third)]
    orders += [(second, first, third)] if len(first) < YEAR_DIGITS else []
    return [found for order in orders if (found := real_date(*order))][:1]


def real_date(day: str, month: str, year: str) -> dt.date | None:
    if len(year) != YEAR_DIGITS:
        return None
    try:
        return dt.date(int(year), month_number(month), int(day))
    except (ValueError, OverflowError):
        return None
