"""One observation is one row or several: a vital sign, results of a laboratory, or something that is not kept."""

from collections import Counter
from collections.abc import Iterator
from typing import Any

from django.utils.translation import gettext as _

from clinical.loading.fhir.naming import listed
from clinical.loading.synthea_observations import (
    DIASTOLIC,
    HOUSE_CODES,
    LABORATORY,
    LOINC,
    NO_TESTS,
    SYSTOLIC,
)
from clinical.measures import BLOOD_PRESSURE, BODY_MASS_INDEX, MEASURES

VITAL, RESULT = "vital", "result"
VITAL_SIGNS = "vital-signs"
# Panels of a blood pressure; the second is an older code for the same.
PRESSURES = (BLOOD_PRESSURE, "55284-4")

Body = dict[str, Any]
# The end of the key, the route, why it is skipped, and what it says.
Part = tuple[str, str, str, Body]


def parts(body: Body) -> Iterator[Part]:
    if codes(body) & {*PRESSURES}:
        yield pressure(body)
        return
    common = {name: body[name] for name in body if name not in ("component", "hasMember")}
    components = listed(body.get("component"))
    if value_name(body) or not components:
        yield "", *routed(common, body)
    counted: Counter[str] = Counter()
    for component in components:
        code = next(iter(sorted(codes(component))), "") or component["code"].get("text", "")
        counted[code] += 1
        ending = f"#{code}" if counted[code] == 1 else f"#{code}-{counted[code]}"
        whole = {name: common[name] for name in common if not is_of_component(name)} | component
        yield ending, *routed(whole, body)


def is_of_component(name: str) -> bool:
    return name.startswith("value") or name in (
        "dataAbsentReason",
        "interpretation",
        "referenceRange",
        "code",
    )


def codes(body: Body) -> set[str]:
    return {
        str(c.get("code")) for c in listed(body.get("code", {}).get("coding")) if c.get("system") == LOINC
    }


def house_code(body: Body) -> str:
    """The LOINC code under which a measurement is kept here, if it is one of those."""
    mine = {HOUSE_CODES.get(code, code) for code in codes(body)} & MEASURES.keys()
    return min(mine) if mine else ""


def value_name(body: Body) -> str:
    return next((name for name in body if name.startswith("value")), "")


def categories(body: Body) -> set[str]:
    return {str(c.get("code")) for one in listed(body.get("category")) for c in listed(one.get("coding"))}


def pressure(body: Body) -> Part:
    """Both numbers in one row; one without the other is no blood pressure."""
    found = {code: one for one in listed(body.get("component")) for code in codes(one)}
    numbers = [found.get(code, {}).get("valueQuantity") for code in (SYSTOLIC, DIASTOLIC)]
    if not all(numbers):
        return "", "", _("a blood pressure with one number only; skipped"), {}
    return "", VITAL, "", body | {"valueQuantity": numbers[0], "second": numbers[1], "house": BLOOD_PRESSURE}


def routed(part: Body, whole: Body) -> tuple[str, str, Body]:
    code = house_code(part)
    if code == BLOOD_PRESSURE:
        return "", _("a blood pressure with one number only; skipped"), {}
    if codes(part) & {BODY_MASS_INDEX}:
        return "", _("the body mass index is computed here; skipped"), {}
    if not value_name(part):
        return "", _("says no value; skipped"), {}
    if code and "valueQuantity" in part:
        return VITAL, "", part | {"house": code}
    return as_result(part, categories(whole))


def as_result(part: Body, kinds: set[str]) -> tuple[str, str, Body]:
    if VITAL_SIGNS in kinds or "vital-sign" in kinds:
        return "", _("vital signs that are not kept here; skipped"), {}
    if kinds and LABORATORY not in kinds:
        words = _("neither vital sign nor laboratory result (%(category)s); skipped")
        return "", words % {"category": ", ".join(sorted(kinds))}, {}
    if codes(part) & NO_TESTS:
        return "", _("neither vital sign nor laboratory result; skipped"), {}
    return RESULT, "", part
