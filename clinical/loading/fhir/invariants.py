"""Rules of FHIR R4 between the elements of one resource, each under the standard's own number."""

import re
from collections.abc import Callable, Iterator
from datetime import datetime
from typing import Any

from django.utils.translation import gettext as _

from clinical.loading.fhir.checking import Problem, problem
from clinical.loading.fhir.shapes.codes import (
    ALLERGY_CLINICAL,
    ALLERGY_VERIFICATION,
    CONDITION_CLINICAL,
    CONDITION_VERIFICATION,
)

Resource = dict[str, Any]
ENTERED_IN_ERROR = "entered-in-error"
# A narrative is text with marks: nothing that acts, asks or fetches.
ACTIVE_CONTENT = re.compile(
    r"<\s*(script|iframe|object|embed|form|input|link|base|meta|style|frame|applet)\b|\son\w+\s*=|javascript:",
    re.IGNORECASE,
)


def broken(resource: Resource) -> Iterator[Problem]:
    """Asked of a resource whose structure is sound."""
    kind = resource["resourceType"]
    yield from narrative(resource, kind)
    yield from contained(resource, kind)
    yield from backwards(resource, kind)
    for rule in RULES.get(kind, ()):
        yield from rule(resource, kind)


def coded(resource: Resource, name: str, system: str) -> str:
    codings = resource.get(name, {}).get("coding", [])
    return next((coding.get("code", "") for coding in codings if coding.get("system") == system), "")


def narrative(resource: Resource, path: str) -> Iterator[Problem]:
    div = resource.get("text", {}).get("div", "<div")
    if not div.lstrip().startswith("<div") or ACTIVE_CONTENT.search(div):
        words = _(
            "txt-1: a narrative is one <div> of plain text and marks, without scripts, forms or frames."
        )
        yield problem(f"{path}.text.div", div, words)


def contained(resource: Resource, path: str) -> Iterator[Problem]:
    """dom-2 and ref-1: what is contained contains nothing, and `#…` names something that is contained."""
    inner = resource.get("contained", [])
    for number, one in enumerate(inner):
        if "contained" in one:
            yield problem(f"{path}.contained[{number}]", "", _("dom-2: a contained resource contains none."))
    names = {f"#{one.get('id')}" for one in inner} | {"#"}
    for place, text in local_references(resource, path):
        if text not in names:
            yield problem(place, text, _("ref-1: nothing that is contained here has this id."))


def local_references(value: Any, path: str) -> Iterator[tuple[str, str]]:
    if isinstance(value, dict):
        text = value.get("reference")
        if isinstance(text, str) and text.startswith("#"):
            yield f"{path}.reference", text
        for name, inner in value.items():
            if isinstance(inner, dict | list):
                yield from local_references(inner, f"{path}.{name}")
    elif isinstance(value, list):
        for number, inner in enumerate(value):
            yield from local_references(inner, f"{path}[{number}]")


def backwards(resource: Resource, path: str) -> Iterator[Problem]:
    """per-1, of the periods that stand in the resource itself."""
    for name, value in resource.items():
        if isinstance(value, dict) and is_backwards(value):
            yield problem(f"{path}.{name}", value["end"], _("per-1: the end lies before the start."))


def is_backwards(period: dict[str, Any]) -> bool:
    """Compared as far as both are told: of 2021 and 2021-03-01 nobody can say which is later."""
    start, end = period.get("start"), period.get("end")
    if not (isinstance(start, str) and isinstance(end, str)):
        return False
    known = min(len(start), len(end), 10)
    if known < 10 or "T" not in start or "T" not in end:
        return start[:known] > end[:known]
    return datetime.fromisoformat(start) > datetime.fromisoformat(end)


def of_condition(resource: Resource, path: str) -> Iterator[Problem]:
    clinical = coded(resource, "clinicalStatus", CONDITION_CLINICAL)
    is_over = any(name.startswith("abatement") for name in resource)
    if is_over and clinical not in ("inactive", "resolved", "remission"):
        words = _("con-4: what has an end is inactive, resolved or in remission.")
        yield problem(f"{path}.clinicalStatus", clinical, words)
    if clinical and coded(resource, "verificationStatus", CONDITION_VERIFICATION) == ENTERED_IN_ERROR:
        words = _("con-5: what was entered in error has no clinical status.")
        yield problem(f"{path}.clinicalStatus", clinical, words)


def of_allergy(resource: Resource, path: str) -> Iterator[Problem]:
    clinical = coded(resource, "clinicalStatus", ALLERGY_CLINICAL)
    is_mistake = coded(resource, "verificationStatus", ALLERGY_VERIFICATION) == ENTERED_IN_ERROR
    if not clinical and not is_mistake:
        yield problem(f"{path}.clinicalStatus", "", _("ait-1: a clinical status is needed."))
    if clinical and is_mistake:
        words = _("ait-2: what was entered in error has no clinical status.")
        yield problem(f"{path}.clinicalStatus", clinical, words)


def of_observation(resource: Resource, path: str) -> Iterator[Problem]:
    has_value = any(name.startswith("value") for name in resource)
    if has_value and "dataAbsentReason" in resource:
        words = _("obs-6: a value and the reason why there is none exclude each other.")
        yield problem(f"{path}.dataAbsentReason", resource["dataAbsentReason"], words)
    codes = [coding for coding in resource["code"].get("coding", []) if coding.get("code")]
    pairs = {(coding.get("system"), coding["code"]) for coding in codes}
    for number, part in enumerate(resource.get("component", [])):
        same = {(c.get("system"), c.get("code")) for c in part["code"].get("coding", [])} & pairs
        if has_value and same:
            words = _("obs-7: a component with the code of the whole excludes a value of the whole.")
            yield problem(f"{path}.component[{number}].code", sorted(same)[0][1], words)


def of_patient(resource: Resource, path: str) -> Iterator[Problem]:
    for number, contact in enumerate(resource.get("contact", [])):
        if not any(name in contact for name in ("name", "telecom", "address", "organization")):
            words = _("pat-1: a contact has a name, a telephone, an address or an organization.")
            yield problem(f"{path}.contact[{number}]", contact, words)


def of_organization(resource: Resource, path: str) -> Iterator[Problem]:
    if not ("name" in resource or "identifier" in resource):
        yield Problem(path, "", _("org-1: an organization has a name or an identifier."))


def of_appointment(resource: Resource, path: str) -> Iterator[Problem]:
    status = resource["status"]
    if ("start" in resource) != ("end" in resource):
        yield Problem(f"{path}.start", "", _("app-2: a start and an end belong together."))
    elif "start" not in resource and status not in ("proposed", "cancelled", "waitlist"):
        words = _("app-3: only what is proposed, cancelled or on a waiting list has no time.")
        yield problem(f"{path}.status", status, words)
    if "cancelationReason" in resource and status not in ("cancelled", "noshow"):
        yield problem(
            f"{path}.status", status, _("app-4: only what is cancelled or a no-show has a reason for it.")
        )
    for number, one in enumerate(resource["participant"]):
        if not ("type" in one or "actor" in one):
            yield problem(
                f"{path}.participant[{number}]", one, _("app-1: a participant has a type or an actor.")
            )


RULES: dict[str, tuple[Callable[[Resource, str], Iterator[Problem]], ...]] = {
    "AllergyIntolerance": (of_allergy,),
    "Appointment": (of_appointment,),
    "Condition": (of_condition,),
    "Observation": (of_observation,),
    "Organization": (of_organization,),
    "Patient": (of_patient,),
}
