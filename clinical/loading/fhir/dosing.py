"""How a medicine is to be taken: the words as they are, and what has a place of its own."""

from decimal import Decimal
from typing import Any

from django.utils.translation import gettext as _

from clinical.loading.fhir.measured import fits
from clinical.loading.fhir.naming import listed
from clinical.loading.fhir.told import Told, plain
from clinical.loading.synthea_observations import room_of
from clinical.models import PrescriptionItem

Often = PrescriptionItem.Frequency
# Times, period and its unit; FHIR writes numbers with and without a point.
FREQUENCIES = {
    (1, Decimal(1), "d"): Often.DAILY,
    (2, Decimal(1), "d"): Often.TWICE,
    (3, Decimal(1), "d"): Often.THREE,
    (4, Decimal(1), "d"): Often.FOUR,
    (1, Decimal(2), "d"): Often.OTHER_DAY,
    (1, Decimal(4), "h"): Often.FOUR_HOURLY,
    (1, Decimal(6), "h"): Often.SIX_HOURLY,
    (1, Decimal(8), "h"): Often.EIGHT_HOURLY,
    (1, Decimal(12), "h"): Often.TWICE,
    (1, Decimal(1), "wk"): Often.WEEKLY,
    (1, Decimal(1), "mo"): Often.MONTHLY,
}


def dosage(told: Told) -> dict[str, Any]:
    """Of one instruction its parts; of several only the words, because they belong together."""
    several = listed(told.body.get("dosageInstruction"))
    one = several[0] if len(several) == 1 else {}
    words = [text for each in several if (text := each.get("text") or each.get("patientInstruction"))]
    if len(several) > len(words) and len(several) > 1:
        told.warn(
            _("several instructions of one medicine, not all of them in words; look them up in the source")
        )
    refills = told.body.get("dispenseRequest", {}).get("numberOfRepeatsAllowed", 0)
    needed = one.get("asNeededCodeableConcept")
    return {
        "instructions": told.text("dosageInstruction.text", "; ".join(words), 300),
        "as_needed": bool(one.get("asNeededBoolean") or needed),
        "as_needed_for": told.text("asNeededCodeableConcept", told.concept("asNeeded", needed).display, 100),
        "route": told.text("route", told.concept("route", one.get("route")).display, 60),
        "frequency_code": frequency(one),
        "refills": min(refills, 32767),
        **dose(told, one),
    }


def frequency(one: dict[str, Any]) -> str:
    """A code only where it says all that the source says."""
    repeat = one.get("timing", {}).get("repeat", {})
    if set(repeat) - {"frequency", "period", "periodUnit", "boundsPeriod", "boundsDuration"}:
        return ""
    period = Decimal(str(repeat.get("period", 0)))
    return FREQUENCIES.get((repeat.get("frequency", 1), period, repeat.get("periodUnit", "")), "")


def dose(told: Told, one: dict[str, Any]) -> dict[str, Any]:
    """A number with its unit; a number alone says nothing and is told."""
    rates = listed(one.get("doseAndRate"))
    quantity = rates[0].get("doseQuantity", {}) if len(rates) == 1 else {}
    value, unit = quantity.get("value"), quantity.get("unit") or quantity.get("code") or ""
    if value is None:
        return {"dose_quantity": None, "dose_unit": ""}
    number = Decimal(plain(value))
    if not unit or number <= 0 or not fits(value, **room_of(PrescriptionItem, "dose_quantity")):
        told.warn(_("a dose without a unit, or one that has no room; not kept as a number"))
        return {"dose_quantity": None, "dose_unit": ""}
    return {"dose_quantity": number, "dose_unit": told.text("doseQuantity.unit", unit, 40)}
