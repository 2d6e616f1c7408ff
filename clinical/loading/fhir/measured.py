"""Observations as vital signs and as results of the laboratory."""

import json
from decimal import Decimal
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.loading.cells import Cells
from clinical.loading import synthea_observations, synthea_vitals
from clinical.loading.fhir.kinds import FromFhir, OfPatient
from clinical.loading.fhir.left_out import when
from clinical.loading.fhir.naming import listed
from clinical.loading.fhir.observations import RESULT, VITAL, value_name
from clinical.loading.fhir.told import Told, plain
from clinical.loading.synthea_observations import LOINC, room_of
from clinical.measures import MEASURES, Reading
from clinical.models import LabResult, VitalSign

UCUM = "http://unitsofmeasure.org"
# What people write instead of the UCUM code.
SLIPS = {
    "mmhg": "mm[Hg]",
    "mm hg": "mm[Hg]",
    "bpm": "/min",
    "beats/min": "/min",
    "beats/minute": "/min",
    "breaths/min": "/min",
    "breaths/minute": "/min",
    "c": "Cel",
    "°c": "Cel",
    "f": "[degF]",
    "°f": "[degF]",
    "degf": "[degF]",
    "lb": "[lb_av]",
    "lbs": "[lb_av]",
    "in": "[in_i]",
    "inches": "[in_i]",
    "percent": "%",
    "mmol/l": "mmol/L",
    "mg/dl": "mg/dL",
}
FLAGS = {flag.value: flag for flag in LabResult.Flag} | {
    "H": LabResult.Flag.HIGH,
    "AA": LabResult.Flag.ABNORMAL,
}
STATUSES = {"final": LabResult.Status.FINAL}


class Vitals(OfPatient, synthea_observations.Observation):
    name, table = "vitals", "observations"
    model = VitalSign
    partial = True
    unchangeable = synthea_vitals.Vitals.unchangeable
    adopted = synthea_vitals.Vitals.adopted

    def takes(self, cells: Cells) -> bool:
        return cells.get("ROUTE") == VITAL

    def read(self, told: Told) -> dict[str, Any]:
        part: dict[str, Any] = json.loads(told.cells.get("PART"))
        measure = MEASURES[part["house"]]
        unit = ucum(told, part["valueQuantity"], {known.code for known in measure.units})
        room = room_of(VitalSign, "value")
        value = told.number("valueQuantity.value", part["valueQuantity"].get("value"), **room)
        second = self._second(told, part, unit)
        if value is None or told.is_faulty:
            return {}
        value, second = synthea_vitals.in_house_unit(told.cells, Reading(measure.code, value, second, unit))
        return {
            "code": measure.code,
            "value": value,
            "second_value": second,
            "unit": measure.unit.code,
            "taken_at": told.instant("effective[x]", when(part)),
            "status": VitalSign.Status.FINAL,
        }

    def _second(self, told: Told, part: dict[str, Any], unit: str) -> Decimal | None:
        if "second" not in part:
            return None
        if ucum(told, part["second"], {unit}) != unit:
            return None
        return told.number(
            "component.valueQuantity.value", part["second"].get("value"), **room_of(VitalSign, "value")
        )


def ucum(told: Told, quantity: dict[str, Any], known: set[str]) -> str:
    """The UCUM code; a slip in it is refused with the right one, words alone are taken for what they mean."""
    code, words = quantity.get("code"), str(quantity.get("unit") or "")
    if "comparator" in quantity:
        told.refuse("valueQuantity.comparator", quantity["comparator"], _("A measurement is one number."))
    if code in known:
        return str(code)
    likely = SLIPS.get(str(code or words).casefold(), words)
    if not code and likely in known:
        told.warn(_("a unit in words only, taken for %(unit)s") % {"unit": likely})
        return likely
    hint = _("UCUM writes this unit %(unit)s.") % {"unit": likely} if likely in known else ""
    units = _("Use one of these: %(values)s.") % {"values": ", ".join(sorted(known))}
    told.refuse("valueQuantity.code", code or words, hint or units)
    return ""


class Results(OfPatient, synthea_observations.Observation):
    """Reviewed and released when they were reported: history is nobody's work any more."""

    name, table = "results", "observations"
    model = LabResult
    partial = True
    unchangeable = synthea_observations.Results.unchangeable
    adopted = synthea_observations.Results.adopted

    def takes(self, cells: Cells) -> bool:
        return cells.get("ROUTE") == RESULT

    def read(self, told: Told) -> dict[str, Any]:
        part: dict[str, Any] = json.loads(told.cells.get("PART"))
        system, code, display = told.concept("code", part.get("code"), LOINC)
        taken_at = told.instant("effective[x]", when(part))
        return {
            "system": system,
            "code": code,
            "display": display,
            **result(told, part),
            **normal(told, part),
            "flag": flag(told, part),
            "status": STATUSES.get(told.body["status"], LabResult.Status.CORRECTED),
            "release_policy": LabResult.Release.AT_ONCE,
            **dict.fromkeys(("taken_at", "reported_at", "reviewed_at", "released_at"), taken_at),
        }


def result(told: Told, part: dict[str, Any]) -> dict[str, Any]:
    """A number with its unit, or words; a number that is only a bound, or too long for the column, is words too."""
    name = value_name(part)
    value, unit = part[name], ""
    if name == "valueQuantity":
        unit = told.text("valueQuantity.code", value.get("code") or value.get("unit"), 40)
        number, room = value.get("value"), room_of(LabResult, "value_quantity")
        if number is not None and "comparator" not in value and fits(number, **room):
            return {"value_quantity": Decimal(plain(number)), "value_text": "", "unit": unit}
        if number is not None and "comparator" not in value:
            told.warn(_("a number with more digits than there is room for; kept as words"))
        value = f"{value.get('comparator', '')}{number if number is not None else ''}".strip()
    words = told.text(name, in_words(told, name, value), 500)
    if not words:
        told.refuse(name, value, _("A value is needed."))
    return {"value_quantity": None, "value_text": words, "unit": unit}


def fits(number: Any, *, digits: int, places: int) -> bool:
    found = Decimal(str(number))
    return abs(found) < 10 ** (digits - places) and round(found, places) == found


def in_words(told: Told, name: str, value: Any) -> str:
    match name:
        case "valueCodeableConcept":
            return told.concept(name, value).display
        case "valueBoolean":
            return _("Yes") if value else _("No")
        case "valuePeriod":
            return f"{value.get('start', '')} – {value.get('end', '')}"
        case "valueRange":
            return f"{amount(value.get('low'))} – {amount(value.get('high'))}"
        case "valueRatio":
            return f"{amount(value.get('numerator'))} : {amount(value.get('denominator'))}"
        case "valueSampledData":
            told.warn(_("a curve; only its origin is kept"))
            return amount(value.get("origin"))
    return str(value)


def amount(quantity: Any) -> str:
    found = quantity if isinstance(quantity, dict) else {}
    said = (found.get("comparator"), found.get("value"), found.get("unit") or found.get("code"))
    return " ".join(str(one) for one in said if one is not None)


def normal(told: Told, part: dict[str, Any]) -> dict[str, Any]:
    """The first range, where it is meant as what is normal and has room; others are told."""
    ranges = [one for one in listed(part.get("referenceRange")) if "low" in one or "high" in one]
    found: dict[str, Any] = {"range_low": None, "range_high": None}
    if len(ranges) > 1 or (ranges and is_special(ranges[0])):
        told.warn(_("a normal range that depends on more than the value; not kept"))
        return found
    for name in ("low", "high") if ranges else ():
        number = ranges[0].get(name, {}).get("value")
        if number is not None and fits(number, **room_of(LabResult, f"range_{name}")):
            found[f"range_{name}"] = Decimal(plain(number))
    return found


def is_special(one: dict[str, Any]) -> bool:
    kinds = {c.get("code") for c in listed(one.get("type", {}).get("coding"))}
    return bool(kinds - {"normal"}) or "appliesTo" in one or "age" in one


def flag(told: Told, part: dict[str, Any]) -> str:
    said = [c.get("code") for one in listed(part.get("interpretation")) for c in listed(one.get("coding"))]
    known = [FLAGS[code] for code in said if code in FLAGS]
    if said and not known:
        told.warn(_("an interpretation that has no flag here; not kept"))
    return str(known[0]) if known else ""


class Others(FromFhir):
    """Observations that are not kept, with the reason; and those that cannot be read."""

    name, table = "observations", "observations"
    model = LabResult
    unchangeable = gettext_lazy("—")

    def takes(self, cells: Cells) -> bool:
        return not cells.get("ROUTE")

    def read(self, told: Told) -> dict[str, Any]:
        return {}
