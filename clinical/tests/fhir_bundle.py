"""A tiny FHIR export that a test may spoil: two people, one clinic, one doctor, one visit with its chart."""

import json
from io import StringIO
from pathlib import Path
from typing import Any

from django.core.management import call_command

SYNTHEA = "https://github.com/synthetichealth/synthea"
NPI = "http://hl7.org/fhir/sid/us-npi"
SNOMED, LOINC, UCUM = "http://snomed.info/sct", "http://loinc.org", "http://unitsofmeasure.org"
WHEN = "2019-01-27T17:17:47+01:00"
Resource = dict[str, Any]


def concept(code: str, words: str, system: str = SNOMED) -> Resource:
    return {"coding": [{"system": system, "code": code, "display": words}], "text": words}


def status(system: str, code: str) -> Resource:
    return {"coding": [{"system": f"http://terminology.hl7.org/CodeSystem/{system}", "code": code}]}


def patient(key: str = "ana", **changes: Any) -> Resource:
    names = [
        {"use": "maiden", "family": "Kulas"},
        {"use": "official", "family": "O'Neil", "given": ["Ana", "Maria"]},
    ]
    said = {
        "resourceType": "Patient",
        "id": key,
        "name": names,
        "gender": "female",
        "birthDate": "1964-12-06",
    }
    return said | changes


def practitioner(**changes: Any) -> Resource:
    said = {
        "resourceType": "Practitioner",
        "id": "rao",
        "name": [{"family": "Rao", "given": ["Asha"], "prefix": ["Dr."]}],
    }
    return said | {"identifier": [{"system": NPI, "value": "9999999999"}], "gender": "female"} | changes


def role(**changes: Any) -> Resource:
    said = {
        "resourceType": "PractitionerRole",
        "id": "role",
        "practitioner": {"reference": "Practitioner/rao"},
    }
    return (
        said
        | {"specialty": [{"text": "Cardiology"}], "organization": {"reference": "Organization/clinic"}}
        | changes
    )


def organization(**changes: Any) -> Resource:
    said = {"resourceType": "Organization", "id": "clinic", "name": "River Clinic"}
    return said | {"address": [{"line": ["1 Quay"], "city": "Bath", "postalCode": "02138"}]} | changes


def encounter(key: str = "visit", whose: str = "ana", **changes: Any) -> Resource:
    person = {"individual": {"reference": f"Practitioner?identifier={NPI}|9999999999"}}
    said = {"resourceType": "Encounter", "id": key, "status": "finished", "class": {"code": "AMB"}}
    said |= {"subject": {"reference": f"Patient/{whose}"}, "participant": [person]}
    period = {"start": WHEN, "end": "2019-01-27T17:32:47+01:00"}
    return said | {"period": period, "serviceProvider": {"reference": "Organization/clinic"}} | changes


def charted(kind: str, key: str, whose: str = "subject", **said: Any) -> Resource:
    named = {whose: {"reference": "Patient/ana"}, "encounter": {"reference": "Encounter/visit"}}
    return {"resourceType": kind, "id": key} | named | said


def condition(**changes: Any) -> Resource:
    said = {"clinicalStatus": status("condition-clinical", "active"), "code": concept("53741008", "Angina")}
    return charted("Condition", "angina", onsetDateTime=WHEN, **said | changes)


def allergy(**changes: Any) -> Resource:
    said = {
        "clinicalStatus": status("allergyintolerance-clinical", "active"),
        "code": concept("735971005", "Fish"),
    }
    said |= {"category": ["food"], "criticality": "high"}
    said |= {"reaction": [{"manifestation": [{"text": "Rash"}], "severity": "mild"}]}
    return charted("AllergyIntolerance", "fish", "patient", **said | changes)


def immunization(**changes: Any) -> Resource:
    said = {"status": "completed", "vaccineCode": concept("08", "Hep B", "http://hl7.org/fhir/sid/cvx")}
    return charted("Immunization", "hep", "patient", occurrenceDateTime=WHEN, **said | changes)


def medication(**changes: Any) -> Resource:
    drug = concept("197378", "Astemizole 10 MG", "http://www.nlm.nih.gov/research/umls/rxnorm")
    said = {"status": "active", "intent": "order", "medicationCodeableConcept": drug, "authoredOn": WHEN}
    return charted(
        "MedicationRequest", "drug", **said | {"dosageInstruction": [{"text": "Take one."}]} | changes
    )


def quantity(value: Any, unit: str) -> Resource:
    return {"value": value, "unit": unit, "system": UCUM, "code": unit}


def observation(key: str, code: str, category: str = "laboratory", **said: Any) -> Resource:
    kinds = [{"coding": [{"code": category}]}] if category else None
    body = {"status": "final", "code": concept(code, f"Test {code}", LOINC), "effectiveDateTime": WHEN}
    return charted("Observation", key, **body | ({"category": kinds} if kinds else {}) | said)


def pressure(**changes: Any) -> Resource:
    parts = [
        {"code": concept("8462-4", "Diastolic", LOINC), "valueQuantity": quantity(82, "mm[Hg]")},
        {"code": concept("8480-6", "Systolic", LOINC), "valueQuantity": quantity(128, "mm[Hg]")},
    ]
    return observation("bp", "85354-9", "vital-signs", **{"component": parts} | changes)


def everything() -> list[Resource]:
    """Whatever is named stands behind those who name it."""
    glucose = observation("hb", "4548-4", valueQuantity=quantity(6.1, "%"))
    charts = [condition(), allergy(), immunization(), medication(), pressure(), glucose]
    return [*charts, encounter(), patient(), role(), practitioner(), organization()]


def bundle(*resources: Resource, kind: str = "transaction") -> Resource:
    return {"resourceType": "Bundle", "type": kind, "entry": [{"resource": one} for one in resources]}


def write(folder: Path, *resources: Resource, name: str = "all.json") -> Path:
    path = folder / name
    path.write_text(json.dumps(bundle(*resources)), encoding="utf-8")
    return path


class Ran:
    """What a run of the command said and how it ended."""

    def __init__(self, *arguments: Any) -> None:
        out, err = StringIO(), StringIO()
        self.code: Any = 0
        try:
            call_command("load_fhir", *map(str, arguments), "--json", stdout=out, stderr=err)
        except SystemExit as ended:
            self.code = ended.code
        self.out, self.err = out.getvalue(), err.getvalue()

    def told(self, outcome: str) -> dict[str, int]:
        counts = json.loads(self.out) if self.out else {}
        return {kind: said[outcome] for kind, said in counts.items() if said[outcome]}


def ran_twice(*arguments: Any) -> Ran:
    """The first of two runs; the second one changed nothing."""
    first, second = Ran(*arguments), Ran(*arguments)
    assert (second.code, second.told("created"), second.told("updated")) == (first.code, {}, {})
    return first
