"""What is refused or skipped, in which words; and that nothing is written of what was refused."""

import json

import pytest

from accounts.models import LoadBatch, Patient
from clinical.models import Condition, Encounter
from clinical.tests import fhir_bundle as fhir
from clinical.tests.fhir_bundle import Ran, write

pytestmark = pytest.mark.django_db

FAULTS = [
    (fhir.patient(gender="F"), "row 1, Patient.gender “F”: Use one of these: female, male, other, unknown."),
    (fhir.patient(birthDate="2999-01-01"), "Patient.birthDate “2999-01-01”: This date lies in the future."),
    (fhir.patient(birthDate="1980-02-30"), "Patient.birthDate “1980-02-30”: There is no such day."),
    (fhir.patient(name=[]), "Patient.name “[]”: This list is empty."),
    (fhir.patient(name=[{"family": "A\u0000"}]), "control characters"),
    (fhir.patient(colour="red"), "Patient.colour “red”: FHIR R4 has no such element here."),
    (fhir.patient(active=None), "Patient.active “null”: null stands for nothing"),
    ({"resourceType": "Pacient"}, "FHIR R4 has no resource of this type."),
    ({"id": "1"}, "A resource says its type here."),
    (fhir.condition(subject={"reference": "Patient/nobody"}), "Patient/nobody"),
    (
        fhir.condition(subject={"reference": "Practitioner/rao"}),
        "This must name one of these: Group, Patient.",
    ),
    (
        fhir.pressure(component=[{"code": {"text": "x"}, "valueQuantity": {"value": "128"}}]),
        "a number without quotes",
    ),
]


@pytest.mark.parametrize(("resource", "words"), FAULTS)
def test_a_fault_is_told_and_nothing_is_written(tmp_path, resource, words):
    ran = Ran(write(tmp_path, resource, fhir.patient("ben")))

    assert (ran.code, Patient.objects.count(), LoadBatch.objects.count()) == (2, 0, 0)
    assert words in ran.err


def test_a_slip_in_a_unit_is_told_with_the_right_one(tmp_path):
    parts = fhir.pressure()["component"]
    wrong = fhir.pressure(component=[part | {"valueQuantity": fhir.quantity(90, "mmHg")} for part in parts])

    ran = Ran(write(tmp_path, *fhir.everything()[6:], wrong))

    assert "“mmHg”: UCUM writes this unit mm[Hg]." in ran.err
    assert ran.code == 2


def test_with_keep_going_the_sound_rows_are_written_and_what_hangs_on_others_is_refused(tmp_path):
    resources = [*fhir.everything(), fhir.patient("ben", gender="M"), fhir.encounter("late", "ben")]

    ran = Ran(write(tmp_path, *resources), "--keep-going")

    assert (ran.code, ran.told("refused")) == (1, {"patients": 1, "encounters": 1})
    assert "The row of patients that it names was refused" in ran.err
    assert Encounter.objects.get().patient == Patient.objects.get()


SKIPPED = [
    (fhir.encounter("later", status="planned"), "encounters", "only finished visits are history"),
    (fhir.medication(doNotPerform=True), "medications", "an order not to give a medicine"),
    (fhir.medication(status="draft"), "medications", "not an order (draft, order)"),
    (
        fhir.condition(modifierExtension=[{"url": "urn:x", "valueBoolean": True}]),
        "conditions",
        "modifierExtension",
    ),
    (fhir.patient("rules", implicitRules="urn:x"), "patients", "implicitRules"),
    (fhir.immunization(status="entered-in-error"), "immunizations", "entered in error"),
    (
        fhir.observation("x", "1-8", status="preliminary", valueString="?"),
        "observations",
        "not final (preliminary)",
    ),
    (fhir.observation("x", "1-8", "survey", valueString="?"), "observations", "(survey)"),
    (fhir.observation("x", "1-8"), "observations", "says no value"),
]


@pytest.mark.parametrize(("resource", "kind", "words"), SKIPPED)
def test_what_must_not_be_taken_for_history_is_skipped_in_words(tmp_path, resource, kind, words):
    ran = Ran(
        write(tmp_path, fhir.organization(), fhir.practitioner(), fhir.patient(), fhir.encounter(), resource)
    )

    assert (ran.code, ran.told("skipped")) == (0, {kind: 1})
    assert words in ran.err


def test_what_hangs_on_a_visit_that_is_not_over_is_loaded_without_it(tmp_path):
    ran = Ran(write(tmp_path, fhir.patient(), fhir.encounter(status="in-progress"), fhir.condition()))

    assert (ran.code, Condition.objects.get().encounter) == (0, None)
    assert "its visit is not loaded; loaded without it" in ran.err


def test_a_reference_that_many_answer_to_is_refused(tmp_path):
    number = {"system": "urn:x", "value": "7"}
    people = [fhir.patient(key, identifier=[number]) for key in ("ana", "ben")]
    note = fhir.condition(subject={"reference": "Patient?identifier=urn:x|7"})

    ran = Ran(write(tmp_path, *people, note))

    assert "Several resources have this address" in ran.err
    assert (ran.code, Condition.objects.count()) == (2, 0)


BROKEN = [
    (b"", "The file is empty."),
    (b'{"resourceType": "Patient", "id": ', "This is no sound JSON"),
    (b'{"resourceType": "Patient", "id": "1", "id": "2"}', "A name stands twice"),
    (b'[{"resourceType": "Patient"}]', "in braces is needed"),
    (b"<Patient/>", "This is XML. FHIR is read as JSON"),
    ('{"resourceType": "Patient"}'.encode("utf-16"), "This is UTF-16."),
    (b'{"resourceType": "Patient", "name": "\xff"}', "This is no sound JSON"),
    (b'{"x":' + b"[" * 200 + b"]" * 200 + b"}", "levels deep"),
]


@pytest.mark.parametrize(("content", "words"), BROKEN)
def test_a_file_that_is_no_json_is_refused_even_with_keep_going(tmp_path, content, words):
    write(tmp_path, fhir.patient())
    (tmp_path / "broken.json").write_bytes(content)

    ran = Ran(tmp_path, "--keep-going")

    assert (ran.code, Patient.objects.count()) == (2, 0)
    assert "broken.json" in ran.err
    assert words in ran.err


def test_a_broken_line_of_a_bulk_export_costs_only_itself(tmp_path):
    path = tmp_path / "people.ndjson"
    path.write_text(
        "\n".join([json.dumps(fhir.patient()), '{"resourceType": "Pat', json.dumps(fhir.patient("ben"))])
    )

    ran = Ran(path, "--keep-going")

    assert (ran.code, Patient.objects.count()) == (1, 2)
    assert "people.ndjson, row 2: This is no sound JSON" in ran.err.replace(", : ", ": ")


@pytest.mark.parametrize("kind", ["document", "message", "history", "batch-response"])
def test_bundles_that_are_no_load_are_skipped_whole(tmp_path, kind):
    (tmp_path / "x.json").write_text(json.dumps(fhir.bundle(fhir.patient(), kind=kind)))

    ran = Ran(tmp_path)

    assert (ran.code, ran.told("skipped"), Patient.objects.count()) == (0, {"Bundle": 1}, 0)
