"""Whom a resource names, and under which addresses it is named itself."""

from collections.abc import Iterator
from typing import Any

from clinical.loading.fhir.spool import ABSOLUTE, URN, Spool

Resource = dict[str, Any]
# Their identifiers are kept, so that a later load finds them by `Type?identifier=…`.
NAMED_BY_NUMBER = ("Organization", "Location", "Practitioner")


def own_key(resource: Resource, full_url: str, spool: Spool) -> tuple[str, str]:
    """The key and the server; both empty when nothing tells it from others of its type."""
    kind, base = resource["resourceType"], ""
    absolute, urn = ABSOLUTE.fullmatch(full_url), URN.fullmatch(full_url)
    if absolute:
        return spool.key_of(absolute["base"], absolute["rest"]), absolute["base"]
    if isinstance(resource.get("id"), str):
        return f"{kind}/{resource['id']}", base
    if urn:
        return f"{kind}/{urn['id']}", base
    return next(by_number(resource), ""), base


def by_number(resource: Resource) -> Iterator[str]:
    for identifier in listed(resource.get("identifier")):
        if isinstance(identifier.get("value"), str):
            yield numbered(resource["resourceType"], identifier)


def numbered(kind: str, identifier: Resource) -> str:
    return f"{kind}?identifier={identifier.get('system') or ''}|{identifier.get('value') or ''}"


def addresses(resource: Resource, key: str, full_url: str) -> list[str]:
    absolute = ABSOLUTE.fullmatch(full_url)
    found = [key, full_url, *by_number(resource)]
    if absolute:
        found += [f"{absolute['base']}/{absolute['rest']}", f"~{absolute['rest']}"]
    return list(dict.fromkeys(filter(None, found)))


def references(resource: Resource) -> dict[str, list[str]]:
    """By role, the best first; only those that are followed here."""
    return {role: texts for role, texts in named(resource).items() if texts}


def named(resource: Resource) -> dict[str, list[str]]:
    kind = resource["resourceType"]
    found = {
        "patient": texts("Patient", resource.get("subject") or resource.get("patient")),
        "encounter": texts("Encounter", resource.get("encounter")),
    }
    if kind == "Encounter":
        found["practitioner"] = performers(resource)
        places = [one.get("location") for one in listed(resource.get("location"))]
        found["location"] = texts("Organization", resource.get("serviceProvider")) or texts(
            "Location", *places
        )
    elif kind == "MedicationRequest":
        found["medication"] = texts("Medication", resource.get("medicationReference"))
        found["practitioner"] = [t for t in texts("Practitioner", resource.get("requester")) if is_person(t)]
    elif kind == "PractitionerRole":
        found["practitioner"] = texts("Practitioner", resource.get("practitioner"))
        places = listed(resource.get("location"))
        found["location"] = texts("Organization", resource.get("organization")) or texts("Location", *places)
    elif kind == "Location":
        found["organization"] = texts("Organization", resource.get("managingOrganization"))
    return found


def performers(encounter: Resource) -> list[str]:
    """Whoever performed or attended it first, then the others."""

    def rank(participant: Resource) -> int:
        codes = {c.get("code") for t in listed(participant.get("type")) for c in listed(t.get("coding"))}
        return 0 if codes & {"PPRF", "ATND"} else 1

    people = sorted(listed(encounter.get("participant")), key=rank)
    found = texts("Practitioner", *(person.get("individual") for person in people))
    return [text for text in found if is_person(text)]


def is_person(text: str) -> bool:
    return not any(
        f"{kind}/" in text or f"{kind}?" in text
        for kind in ("RelatedPerson", "Patient", "Organization", "Device")
    )


def texts(kind: str, *named: Any) -> list[str]:
    """References as text; one that only tells an identifier is a search by it."""
    found = []
    for one in named:
        if isinstance(one, dict) and isinstance(one.get("reference"), str):
            found.append(one["reference"])
        elif isinstance(one, dict) and isinstance(one.get("identifier"), dict):
            found.append(numbered(one.get("type") or kind, one["identifier"]))
    return found


def listed(value: Any) -> list[Any]:
    return [one for one in value if isinstance(one, dict)] if isinstance(value, list) else []
