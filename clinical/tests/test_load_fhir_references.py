"""References as real bundles have them: every form, from files that sort last, to what is not there at all."""

import json
import tracemalloc
from pathlib import Path

import pytest

from accounts.models import Doctor, Location, Patient
from clinical.models import Condition, Encounter, PrescriptionItem, VitalSign
from clinical.tests import fhir_bundle as fhir
from clinical.tests.fhir_bundle import Ran, Resource, ran_twice, write

pytestmark = pytest.mark.django_db

BASE = "https://old.example/fhir"
UUIDS = {
    "Patient/ana": "0b1f7a56-2f6b-4a0e-9f0e-6b5f8f7c1d01",
    "Practitioner/rao": "0b1f7a56-2f6b-4a0e-9f0e-6b5f8f7c1d02",
    "Organization/clinic": "0b1f7a56-2f6b-4a0e-9f0e-6b5f8f7c1d03",
    "Encounter/visit": "0b1f7a56-2f6b-4a0e-9f0e-6b5f8f7c1d04",
}
NUMBER = {
    "Patient/ana": "Patient?identifier=urn:mrn|7",
    "Practitioner/rao": f"Practitioner?identifier={fhir.NPI}|9999999999",
    "Organization/clinic": "Organization?identifier=urn:org|clinic",
    "Encounter/visit": "Encounter?identifier=urn:visit|1",
}
FORMS = {
    "relative": {key: key for key in UUIDS},
    "absolute": {key: f"{BASE}/{key}" for key in UUIDS},
    "urn:uuid": {key: f"urn:uuid:{uuid}" for key, uuid in UUIDS.items()},
    "conditional": NUMBER,
}


def named(form: str) -> tuple[list[Resource], list[Resource]]:
    """A visit with a problem, and the people and places that it names in this form."""
    name = {key: {"reference": text} for key, text in FORMS[form].items()}
    visit = fhir.encounter(
        subject=name["Patient/ana"],
        participant=[{"individual": name["Practitioner/rao"]}],
        serviceProvider=name["Organization/clinic"],
        identifier=[{"system": "urn:visit", "value": "1"}],
    )
    problem = fhir.condition(subject=name["Patient/ana"], encounter=name["Encounter/visit"])
    people = [
        fhir.patient(identifier=[{"system": "urn:mrn", "value": "7"}]),
        fhir.practitioner(),
        fhir.organization(identifier=[{"system": "urn:org", "value": "clinic"}]),
    ]
    return [problem, visit], people


def entries(form: str, resources: list[Resource]) -> Resource:
    """Each with the address by which the others name it; whoever has a UUID for one needs no id."""
    found = []
    for one in resources:
        key = f"{one['resourceType']}/{one['id']}"
        urls = {"absolute": f"{BASE}/{key}", "urn:uuid": f"urn:uuid:{UUIDS.get(key, one['id'])}"}
        said = {name: value for name, value in one.items() if (form, name) != ("urn:uuid", "id")}
        found.append({"resource": said} | ({"fullUrl": urls[form]} if form in urls else {}))
    return {"resourceType": "Bundle", "type": "collection", "entry": found}


@pytest.mark.parametrize("form", FORMS)
def test_a_reference_of_every_form_finds_what_stands_in_a_file_that_sorts_last(
    tmp_path: Path, form: str
) -> None:
    visits, people = named(form)
    (tmp_path / "a-visits.json").write_text(json.dumps(entries(form, visits)))
    (tmp_path / "z-people.json").write_text(json.dumps(entries(form, people)))

    ran = ran_twice(tmp_path)

    visit = Encounter.objects.get()
    assert (ran.code, ran.told("refused")) == (0, {})
    assert (visit.patient, visit.doctor) == (Patient.objects.get(), Doctor.objects.get())
    assert (visit.location, Condition.objects.get().encounter) == (Location.objects.get(), visit)


def test_places_and_doctors_of_an_earlier_load_are_found_by_their_numbers(tmp_path: Path) -> None:
    """A patient of another load is found by type and id only: numbers of patients are kept when that is asked for."""
    visits, people = named("conditional")
    Ran(write(tmp_path, *people, name="people.json"))
    visits[1]["subject"] = {"reference": "Patient/ana"}

    ran = ran_twice(write(tmp_path, visits[1], name="visits.json"))

    visit = Encounter.objects.get()
    assert (ran.code, ran.told("created")) == (0, {"encounters": 1})
    assert (visit.doctor, visit.location) == (Doctor.objects.get(), Location.objects.get())


def test_what_is_contained_is_known_by_the_resource_that_holds_it(tmp_path: Path) -> None:
    """Two resources may contain something of the same id, and mean two things."""

    def request(key: str, words: str) -> Resource:
        inner = {"resourceType": "Medication", "id": "m", "code": {"text": words}}
        one = fhir.medication(id=key, contained=[inner], medicationReference={"reference": "#m"})
        del one["medicationCodeableConcept"]
        return one

    people = [fhir.patient(), fhir.practitioner(), fhir.organization(), fhir.encounter()]

    ran = ran_twice(write(tmp_path, request("1", "Aspirin"), request("2", "Ibuprofen"), *people))

    assert ran.code == 0
    assert set(PrescriptionItem.objects.values_list("medicine", flat=True)) == {"Aspirin", "Ibuprofen"}


def test_of_one_organization_in_several_files_the_last_content_counts_and_stays(tmp_path: Path) -> None:
    for number, name in enumerate(("Old name", "River Clinic", "Sea Clinic")):
        write(tmp_path, fhir.organization(name=name), name=f"{number}.json")

    ran = ran_twice(tmp_path)

    assert (ran.told("created"), ran.told("skipped")) == ({"locations": 1}, {"locations": 2})
    assert Location.objects.get().name == "Sea Clinic"
    assert "it stands there again with other content; the last counts (2×" in ran.err


def without(kind: str) -> list[Resource]:
    gone = {
        "Practitioner": ("Practitioner", "PractitionerRole"),
        "Organization": ("Organization", "PractitionerRole"),
    }
    return [one for one in fhir.everything() if one["resourceType"] not in gone.get(kind, (kind,))]


def test_without_any_organization_all_stands_without_a_place(tmp_path: Path) -> None:
    ran = ran_twice(write(tmp_path, *without("Organization")))

    assert (ran.code, ran.told("skipped"), ran.told("refused")) == (0, {}, {})
    assert (Encounter.objects.get().location, Location.objects.count()) == (None, 0)
    assert "encounters: names a row of locations, which is not there; loaded without it (1×" in ran.err


def test_without_any_practitioner_visits_are_counted_and_the_chart_stands_alone(tmp_path: Path) -> None:
    ran = ran_twice(write(tmp_path, *without("Practitioner")))

    assert (ran.code, ran.told("skipped"), ran.told("refused")) == (
        0,
        {"encounters": 1, "medications": 1},
        {},
    )
    assert (Encounter.objects.count(), VitalSign.objects.get().encounter) == (0, None)
    assert "encounters: names a row of practitioners, which is not there; skipped (1×" in ran.err


def test_without_any_encounter_the_chart_stands_alone(tmp_path: Path) -> None:
    ran = ran_twice(write(tmp_path, *without("Encounter")))

    assert (ran.code, ran.told("skipped")["medications"], ran.told("refused")) == (0, 1, {})
    assert {row.encounter for row in (Condition.objects.get(), VitalSign.objects.get())} == {None}


def test_a_practitioner_who_is_not_among_those_that_are_there_is_a_fault(tmp_path: Path) -> None:
    other = fhir.practitioner(id="lee", identifier=[{"system": fhir.NPI, "value": "1234567893"}])

    ran = Ran(write(tmp_path, fhir.patient(), fhir.encounter(), other))

    assert (ran.code, Encounter.objects.count()) == (2, 0)
    assert "practitioners has no such row, and none was loaded before" in ran.err


def test_a_licence_number_that_fails_its_check_digit_is_told_and_kept(tmp_path: Path) -> None:
    sound = fhir.practitioner(id="lee", identifier=[{"system": fhir.NPI, "value": "1234567893"}])

    ran = ran_twice(write(tmp_path, fhir.practitioner(), sound))

    assert "a licence number fails its check digit; kept as it is (1×, first in row 1)" in ran.err
    assert set(Doctor.objects.values_list("licence_number", flat=True)) == {"9999999999", "1234567893"}


def test_what_was_entered_in_error_after_it_was_loaded_stays_and_is_told(tmp_path: Path) -> None:
    """Nobody here is told by a file that what doctors have read meanwhile was wrong: that is for people to decide."""
    Ran(write(tmp_path, *fhir.everything()))
    wrong = {"verificationStatus": fhir.status("condition-ver-status", "entered-in-error")}
    struck = fhir.condition(**wrong)
    del struck["clinicalStatus"]

    ran = Ran(write(tmp_path, struck, *fhir.everything()[1:]))

    assert (ran.code, ran.told("skipped")["conditions"], ran.told("updated")) == (0, 1, {})
    assert "entered in error; skipped. Where it was loaded before, strike it out here too" in ran.err
    assert Condition.objects.get().verification == "confirmed"


def test_one_bundle_of_many_megabytes_on_one_line_is_read_entry_by_entry(tmp_path: Path) -> None:
    """Over half of its bytes in a type that is skipped, as in real bundles."""
    claims: list[Resource] = [
        {"resourceType": "Claim", "id": str(n), "note": "x" * 20_000} for n in range(330)
    ]
    path = write(tmp_path, *claims, *fhir.everything())
    assert path.stat().st_size > 6 * 2**20

    tracemalloc.start()
    try:
        ran = ran_twice(path)
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()

    assert (ran.code, ran.told("skipped"), Condition.objects.count()) == (
        0,
        {"Claim": 330, "PractitionerRole": 1},
        1,
    )
    assert peak < 6 * 2**20
