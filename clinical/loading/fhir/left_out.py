"""Resources that are sound and yet not loaded, with the reason in words; they are counted as skipped."""

from typing import Any

from django.utils.translation import gettext as _

from clinical.loading.fhir.invariants import ENTERED_IN_ERROR, coded
from clinical.loading.fhir.shapes.codes import ALLERGY_VERIFICATION, CONDITION_VERIFICATION

Resource = dict[str, Any]
VERIFICATIONS = {"AllergyIntolerance": ALLERGY_VERIFICATION, "Condition": CONDITION_VERIFICATION}
REPORTED = ("final", "amended", "corrected")
PLANS = ("proposal", "plan", "option")


def left_out(resource: Resource) -> str:
    """Empty when it is to be loaded."""
    kind = resource["resourceType"]
    if "implicitRules" in resource:
        return _("follows rules of its own (implicitRules), which nobody here knows; skipped")
    if has_modifiers(resource):
        return _("has a modifierExtension, which may turn its meaning round; skipped")
    if is_mistake(resource):
        return _("entered in error; skipped. Where it was loaded before, strike it out here too")
    return REASONS.get(kind, nothing)(resource)


def nothing(resource: Resource) -> str:
    return ""


def has_modifiers(value: Any) -> bool:
    if isinstance(value, dict):
        return "modifierExtension" in value or any(map(has_modifiers, value.values()))
    return isinstance(value, list) and any(map(has_modifiers, value))


def is_mistake(resource: Resource) -> bool:
    system = VERIFICATIONS.get(resource["resourceType"])
    said = coded(resource, "verificationStatus", system) if system else resource.get("status")
    return said == ENTERED_IN_ERROR


def of_place(resource: Resource) -> str:
    return "" if resource.get("name") else _("a place without a name; skipped")


def of_encounter(resource: Resource) -> str:
    status = resource["status"]
    if status != "finished":
        words = _("only finished visits are history, and this one is “%(status)s”; skipped")
        return words % {"status": status}
    if not about_patient(resource):
        return nobody()
    start = resource.get("period", {}).get("start", "")
    return "" if len(start) >= len("2021-08-23") else _("says no day on which it began; skipped")


def about_patient(resource: Resource) -> bool:
    """What is about a group, a device or a place has no chart here."""
    subject = resource.get("subject") or resource.get("patient") or {}
    text = subject.get("reference", "")
    named = subject.get("type") or (text.split("/")[-2] if "/" in text else "Patient")
    return bool(subject) and named == "Patient"


def nobody() -> str:
    return _("is not about a patient; skipped")


def of_condition(resource: Resource) -> str:
    if not about_patient(resource):
        return nobody()
    return "" if says(resource.get("code")) else _("does not say what it is; skipped")


def says(concept: Any) -> bool:
    """A text, a display or at least a code."""
    if not isinstance(concept, dict):
        return False
    return bool(concept.get("text")) or any(
        c.get("display") or c.get("code") for c in concept.get("coding", [])
    )


def of_immunization(resource: Resource) -> str:
    if len(resource.get("occurrenceDateTime", "")) < len("2021-08-23"):
        return _("says no day on which it was; skipped")
    return ""


def of_request(resource: Resource) -> str:
    if resource.get("doNotPerform"):
        return _("an order not to give a medicine; skipped")
    if resource["status"] in ("draft", "unknown") or resource["intent"] in PLANS:
        words = _("not an order (%(status)s, %(intent)s); skipped")
        return words % {"status": resource["status"], "intent": resource["intent"]}
    if not about_patient(resource):
        return nobody()
    if len(resource.get("authoredOn", "")) < len("2021-08-23"):
        return _("says no day on which it was written; skipped")
    return ""


def of_observation(resource: Resource) -> str:
    if resource["status"] not in REPORTED:
        return _("not final (%(status)s); skipped") % {"status": resource["status"]}
    if not about_patient(resource):
        return nobody()
    return "" if when(resource) else _("says no day on which it was measured; skipped")


def when(resource: Resource) -> str:
    """The time of an observation: as it is told, the start of a period, or when it was reported."""
    period = resource.get("effectivePeriod", {}).get("start")
    told = resource.get("effectiveDateTime") or resource.get("effectiveInstant") or period
    found = str(told or resource.get("issued") or "")
    return found if len(found) >= len("2021-08-23") else ""


REASONS = {
    "Appointment": lambda resource: _("what is planned is not loaded from here; skipped"),
    "Condition": of_condition,
    "Encounter": of_encounter,
    "Immunization": of_immunization,
    "Location": of_place,
    "Medication": lambda resource: _("read with the prescriptions that name it"),
    "MedicationRequest": of_request,
    "Observation": of_observation,
    "Organization": of_place,
    "PractitionerRole": lambda resource: _("read with its practitioner"),
    "Schedule": lambda resource: _("what is planned is not loaded from here; skipped"),
    "Slot": lambda resource: _("what is planned is not loaded from here; skipped"),
}
