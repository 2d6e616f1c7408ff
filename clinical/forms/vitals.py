"""What a nurse or doctor types of a round of measurements: one page, in which what was not measured stays empty."""

import uuid
from collections.abc import Iterable
from datetime import datetime
from decimal import Decimal
from typing import Any

from crispy_forms.layout import Div
from django import forms
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from clinical.forms.basics import SEVERAL_IN_A_ROW, part_of_form
from clinical.measures import BLOOD_PRESSURE, MEASURES, Measure, Reading
from clinical.measures.kinds import (
    BREATHING_RATE,
    GLUCOSE,
    HEAD,
    HEART_RATE,
    HEIGHT,
    OXYGEN,
    PAIN,
    TEMPERATURE,
    WEIGHT,
)
from clinical.models import VitalSign
from scheduling.forms.fields import ClockField, DayField

VALUE, SECOND, UNIT = "value_{}", "second_{}", "unit_{}"
# What is measured together stands in one row.
GROUPS = [
    [BLOOD_PRESSURE],
    [HEART_RATE, BREATHING_RATE, OXYGEN, PAIN],
    [TEMPERATURE, GLUCOSE],
    [WEIGHT, HEIGHT],
    [HEAD],
]


class NumberField(forms.DecimalField):
    """A comma is a point, as on half of the world's keyboards."""

    def __init__(self, **kwargs: Any) -> None:
        options = {
            "required": False,
            "max_digits": 9,
            "widget": forms.TextInput(attrs={"inputmode": "decimal", "autocomplete": "off"}),
            "error_messages": {"invalid": gettext_lazy("Write a number, for example 36.6.")},
        }
        super().__init__(**options | kwargs)

    def to_python(self, value: Any) -> Any:
        return super().to_python(str(value).replace(",", ".") if value else value)


class VitalsForm(forms.Form):
    key = forms.UUIDField(widget=forms.HiddenInput, initial=uuid.uuid4)
    day = DayField(label=gettext_lazy("Day"))
    time = ClockField(label=gettext_lazy("Time"))
    position = forms.ChoiceField(
        label=gettext_lazy("Position"),
        choices=[("", gettext_lazy("Not noted")), *VitalSign.Position.choices],
        required=False,
    )

    def __init__(self, *args: Any, now: datetime, **kwargs: Any) -> None:
        here = timezone.localtime(now)
        initial = {"day": here.date(), "time": here.time().replace(second=0, microsecond=0)}
        super().__init__(*args, initial=initial, **kwargs)
        self.now = now
        rows = [[name for code in codes for name in self.add_measure(MEASURES[code])] for codes in GROUPS]
        rows = [["day", "time"], [*rows[0], "position"], *rows[1:]]
        self.helper = part_of_form("key", *(Div(*names, css_class=SEVERAL_IN_A_ROW) for names in rows))
        # The page says once that what was not measured stays empty.
        self.helper.hide_optional = True

    def add_measure(self, measure: Measure) -> list[str]:
        """A box for each number, and the unit where there is a choice."""
        names = [VALUE.format(measure.code), SECOND.format(measure.code)][: len(measure.parts)]
        for name, part in zip(names, measure.parts, strict=True):
            self.fields[name] = NumberField(label=labelled(part.words, measure))
        if len(measure.units) > 1:
            names.append(UNIT.format(measure.code))
            self.fields[names[-1]] = forms.ChoiceField(
                label=_("%(what)s, unit") % {"what": measure.words},
                choices=[(unit.code, unit.words) for unit in measure.units],
                required=False,
            )
        return names

    def clean(self) -> dict[str, Any]:
        readings = self.readings()
        for reading in readings:
            if words := reading.objection() or too_exact(reading):
                self.add_error(VALUE.format(reading.code), words)
        if not (self.errors or readings):
            self.add_error(None, _("Write at least one value."))
        return self.cleaned_data

    def readings(self) -> list[Reading]:
        """What was written, each value in the unit that was chosen."""
        found = [self.reading(measure) for measure in MEASURES.values()]
        return [reading for reading in found if reading]

    def reading(self, measure: Measure) -> Reading | None:
        typed = self.cleaned_data
        value, second = (typed.get(name.format(measure.code)) for name in (VALUE, SECOND))
        if value is None and second is None:
            return None
        if len(measure.parts) > 1 and None in (value, second):
            missing = VALUE if value is None else SECOND
            self.add_error(missing.format(measure.code), _("Write both numbers of the blood pressure."))
            return None
        return Reading(measure.code, value, second, typed.get(UNIT.format(measure.code), ""))

    def taken_at(self) -> datetime:
        """Of an hour that the clocks repeat, the later one that has come already."""
        typed = datetime.combine(self.cleaned_data["day"], self.cleaned_data["time"])
        later, earlier = (timezone.make_aware(typed.replace(fold=fold)) for fold in (1, 0))
        return later if later <= self.now else earlier

    def confirmed(self) -> list[str]:
        return self.data.getlist("confirmed")

    def ask(self, readings: Iterable[Reading]) -> None:
        """A box to tick for every unusual value; what was typed stays as it is."""
        choices = [(one.token, _("Yes, %(value)s is right") % {"value": one}) for one in readings]
        self.fields["confirmed"] = forms.MultipleChoiceField(
            label=_("Tick the box, or change the value"),
            choices=choices,
            widget=forms.CheckboxSelectMultiple,
            required=False,
        )
        self.helper.layout.fields.insert(0, "confirmed")
        ticked = self.confirmed()
        for one in readings:
            if one.token not in ticked:
                words = _("%(what)s: is %(value)s right? Tick the box, or change the value.")
                self.add_error("confirmed", words % {"what": one.measure.words, "value": one})


def labelled(words: Any, measure: Measure) -> str:
    """With the unit where there is only one."""
    if len(measure.units) > 1:
        return str(words)
    return _("%(what)s (%(unit)s)") % {"what": words, "unit": measure.unit.words}


def too_exact(reading: Reading) -> str:
    """Digits that would be rounded away; what was measured in another unit is rounded in any case."""
    measure = reading.measure
    if reading.unit not in ("", measure.unit.code):
        return ""
    typed = [Decimal(reading.value)] + ([] if reading.second is None else [reading.second])
    if typed == reading.numbers():
        return ""
    if not measure.decimals:
        return _("Write a whole number.")
    words = ngettext(
        "Write at most %(count)s digit after the point.",
        "Write at most %(count)s digits after the point.",
        measure.decimals,
    )
    return words % {"count": measure.decimals}
