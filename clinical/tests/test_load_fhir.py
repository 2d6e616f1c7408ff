"""The loading of FHIR: what arrives, how references are followed, what a second run does."""

import gzip
import json
from datetime import UTC, date, datetime
from decimal import Decimal

import pytest

from accounts.models import Department, Doctor, Location, Patient, PatientIdentifier
from clinical.models import (
    Allergy,
    AllergyReaction,
    Condition,
    Encounter,
    Immunization,
    LabResult,
    PrescriptionItem,
    VitalSign,
)
from clinical.tests import fhir_bundle as fhir
from clinical.tests.fhir_bundle import Ran, write

pytestmark = pytest.mark.django_db

CHARTS = ("conditions", "allergies", "immunizations", "medications", "vitals", "results")
MADE = dict.fromkeys(("locations", "departments", "practitioners", "patients", "encounters", *CHARTS), 1)
AT = datetime(2019, 1, 27, 16, 17, 47, tzinfo=UTC)


def test_a_bundle_arrives_whatever_the_order_of_its_entries(tmp_path):
    ran = Ran(write(tmp_path, *fhir.everything()))

    assert (ran.code, ran.told("created"), ran.told("refused")) == (0, MADE, {})
    visit = Encounter.objects.get()
    assert (visit.doctor.family_name, visit.location.name, visit.started_at) == ("Rao", "River Clinic", AT)
    assert (visit.doctor.title, visit.doctor.department.name) == ("Dr", "Cardiology")
    assert {row.encounter for row in (Condition.objects.get(), VitalSign.objects.get())} == {visit}


def test_a_second_run_creates_and_updates_nothing(tmp_path):
    path = write(tmp_path, *fhir.everything())
    Ran(path)

    ran = Ran(path)

    assert (ran.code, ran.told("created"), ran.told("updated")) == (0, {}, {})


def test_the_official_name_counts_and_a_changed_one_is_an_update(tmp_path):
    Ran(write(tmp_path, fhir.patient()))
    ana = Patient.objects.get()
    assert (ana.given_name, ana.family_name, ana.birth_date) == ("Ana Maria", "O'Neil", date(1964, 12, 6))

    ran = Ran(write(tmp_path, fhir.patient(name=[{"text": "Zoe\u0308"}])))

    ana.refresh_from_db()
    assert (ran.told("created"), ran.told("updated")) == ({}, {"patients": 1})
    assert (ana.given_name, ana.family_name) == ("Zo\u00eb", "")


def test_a_chart_keeps_codes_numbers_and_words(tmp_path):
    Ran(write(tmp_path, *fhir.everything()))

    pressure, result = VitalSign.objects.get(), LabResult.objects.get()
    assert (pressure.code, pressure.value, pressure.second_value) == ("85354-9", 128, 82)
    assert (result.code, result.value_quantity, result.unit) == ("4548-4", Decimal("6.1"), "%")
    assert (Immunization.objects.get().code, Allergy.objects.get().criticality) == ("08", "high")
    assert AllergyReaction.objects.get().manifestation == "Rash"
    assert PrescriptionItem.objects.get().instructions == "Take one."


@pytest.mark.parametrize(
    "value",
    [
        {"valueString": "Not detected"},
        {"valueCodeableConcept": {"text": "Not detected"}},
        {"valueQuantity": fhir.quantity(1.123456, "mg/dL")},
        {"valueQuantity": fhir.quantity(5, "mg/dL") | {"comparator": "<"}},
    ],
)
def test_what_is_no_plain_number_is_kept_in_words(tmp_path, value):
    Ran(
        write(tmp_path, fhir.patient(), fhir.observation("x", "94531-1", encounter={"display": "?"}, **value))
    )

    result = LabResult.objects.get()
    assert result.value_quantity is None
    assert result.value_text in ("Not detected", "1.123456", "<5")


def test_components_of_a_test_are_results_of_their_own(tmp_path):
    parts = [
        {"code": fhir.concept(code, code, fhir.LOINC), "valueString": code} for code in ("5778-6", "5767-9")
    ]
    write(tmp_path, *fhir.everything(), fhir.observation("urine", "24356-8", component=parts))

    ran = Ran(tmp_path)

    assert ran.told("created")["results"] == 3
    assert set(LabResult.objects.values_list("code", flat=True)) == {"4548-4", "5778-6", "5767-9"}


def test_a_range_and_a_flag_stand_beside_the_result(tmp_path):
    normal = [{"low": {"value": 4.0}, "high": {"value": 5.6}}]
    flag = [{"coding": [{"code": "H"}]}]
    value = {"valueQuantity": fhir.quantity(6.10, "%"), "referenceRange": normal, "interpretation": flag}
    Ran(write(tmp_path, *fhir.everything()[6:], fhir.observation("hb", "4548-4", **value)))

    result = LabResult.objects.get()
    assert (result.range_low, result.range_high, result.flag) == (Decimal("4"), Decimal("5.6"), "H")


def test_only_record_numbers_are_kept_unless_others_are_asked_for(tmp_path):
    def number(code, value):
        return {"type": {"coding": [{"code": code}]}, "system": "urn:x", "value": value}

    path = write(tmp_path, fhir.patient(identifier=[number("MR", "7"), number("SS", "999-17-5017")]))
    Ran(path)
    assert list(PatientIdentifier.objects.values_list("type", "value")) == [("MR", "7")]

    Ran(path, "--keep-identifiers")

    assert set(PatientIdentifier.objects.values_list("type", "value")) == {("MR", "7"), ("SS", "999-17-5017")}


def test_who_died_on_an_unknown_day_cannot_be_taken_for_alive(tmp_path):
    path = write(tmp_path, fhir.patient(deceasedBoolean=True))
    Ran(path)
    died = Patient.objects.get().deceased_at

    ran = Ran(path)

    assert died is not None
    assert (Patient.objects.get().deceased_at, ran.told("updated")) == (died, {})


def test_an_export_in_lines_packed_and_from_two_places_is_read_as_one(tmp_path):
    resources = fhir.everything()
    packed = tmp_path / "a.ndjson.gz"
    packed.write_bytes(gzip.compress("\n".join(map(json.dumps, resources[:6])).encode()))
    people = tmp_path / "z"
    people.mkdir()
    write(people, *resources[6:])

    ran = Ran(packed, people)

    assert (ran.code, ran.told("created")) == (0, MADE)


def test_a_load_in_two_parts_gives_the_same_rows(tmp_path):
    resources = fhir.everything()
    Ran(write(tmp_path, *resources[7:], name="people.json"))

    ran = Ran(write(tmp_path, *resources[:7], name="charts.json"))

    assert (ran.code, ran.told("refused")) == (0, {})
    assert Encounter.objects.get().doctor == Doctor.objects.get()
    assert Ran(tmp_path).told("created") == {}


def addressed(base, *resources):
    entries = [{"fullUrl": f"{base}/{one['resourceType']}/{one['id']}", "resource": one} for one in resources]
    return {"resourceType": "Bundle", "type": "collection", "entry": entries}


def test_two_servers_may_give_two_people_one_id(tmp_path):
    for name, family in (("a", "Silva"), ("b", "Okafor")):
        one = fhir.patient(name=[{"family": family, "given": ["Ana"]}])
        note = fhir.condition(subject={"reference": f"https://{name}.example/Patient/ana"})
        del note["encounter"]
        (tmp_path / f"{name}.json").write_text(json.dumps(addressed(f"https://{name}.example", one, note)))

    ran = Ran(tmp_path)

    assert (ran.code, ran.told("created")) == (0, {"patients": 2, "conditions": 2})
    assert set(Condition.objects.values_list("patient__family_name", flat=True)) == {"Silva", "Okafor"}


def test_the_last_of_several_organizations_with_one_id_counts(tmp_path):
    write(tmp_path, fhir.organization(name="Old name"), name="1.json")
    write(tmp_path, fhir.organization(), name="2.json")

    first, second = Ran(tmp_path), Ran(tmp_path)

    assert Location.objects.get().name == "River Clinic"
    assert (first.told("skipped"), second.told("updated")) == ({"locations": 1}, {})
    assert "the last counts" in first.err


def test_a_contained_medicine_and_a_medicine_elsewhere_are_found(tmp_path):
    inner = {"resourceType": "Medication", "id": "m", "code": {"text": "Aspirin"}}
    far = inner | {"id": "far", "code": {"text": "Ibuprofen"}}
    requests = [
        fhir.medication(id="1", contained=[inner], medicationReference={"reference": "#m"}),
        fhir.medication(id="2", medicationReference={"reference": "Medication/far"}),
    ]
    for one in requests:
        del one["medicationCodeableConcept"]

    Ran(write(tmp_path, *fhir.everything()[6:], *requests, far))

    assert set(PrescriptionItem.objects.values_list("medicine", flat=True)) == {"Aspirin", "Ibuprofen"}


def test_a_visit_without_a_doctor_is_kept_under_one_who_cannot_be_booked(tmp_path):
    ran = Ran(
        write(
            tmp_path,
            fhir.patient(),
            fhir.encounter(participant=[{"type": [{"text": "?"}]}], serviceProvider={"display": "?"}),
        )
    )

    doctor = Encounter.objects.get().doctor
    assert (ran.code, doctor.given_name, doctor.archived_at is None) == (0, "Not named", False)
    assert Doctor.objects.current().count() == 0
    assert Department.objects.get().name == "No specialty given"


def test_a_prescription_without_a_visit_has_one_of_its_own_moment(tmp_path):
    order = fhir.medication()
    del order["encounter"]
    path = write(tmp_path, fhir.patient(), order)

    ran, again = Ran(path), Ran(path)

    assert (ran.code, ran.told("created")["encounters"], again.told("created")) == (0, 1, {})
    assert (Encounter.objects.get().started_at, Encounter.objects.get().ended_at) == (AT, AT)


def test_a_doctor_and_a_place_may_change(tmp_path):
    Ran(write(tmp_path, fhir.practitioner(), fhir.role(), fhir.organization()))
    changed = [fhir.practitioner(gender="male"), fhir.role(), fhir.organization(name="Sea Clinic")]

    ran = Ran(write(tmp_path, *changed))

    assert (ran.code, ran.told("updated")) == (0, {"locations": 1, "practitioners": 1})
    assert (Doctor.objects.get().gender, Location.objects.get().name) == ("male", "Sea Clinic")
