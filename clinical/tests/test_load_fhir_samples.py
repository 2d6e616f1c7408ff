"""The real exports through the command: what arrives, what a second run does, what CSV and FHIR share."""

import csv
import json
import tarfile
from collections import Counter

import pytest
from django.db.models import Count

from accounts.models import Doctor, Location, Patient
from clinical.models import Allergy, Condition, Encounter, Immunization, LabResult, Prescription, VitalSign
from clinical.tests import synthea_folder
from clinical.tests.fhir_bundle import Ran

pytestmark = pytest.mark.django_db
COUNTED = (
    Doctor,
    Location,
    Patient,
    Encounter,
    Condition,
    Allergy,
    Immunization,
    Prescription,
    VitalSign,
    LabResult,
)
CA59 = {"locations": 173, "departments": 1, "practitioners": 173, "patients": 12, "identifiers": 12}
CA59 |= {"encounters": 384, "conditions": 156, "allergies": 11, "immunizations": 199, "medications": 145}
CA59 |= {"vitals": 784, "results": 320}


def rows() -> dict[str, int]:
    return {model.__name__: model._base_manager.count() for model in COUNTED}


def created_and_updated(ran) -> dict[str, int]:
    return dict(Counter(ran.told("created")) + Counter(ran.told("updated")))


def test_synthea_bundles_arrive_whole_and_once(sample_data):
    path = sample_data / "synthea_ca59_fhir12.tar.xz"

    first, second = Ran(path), Ran(path)

    assert (first.code, first.told("created"), first.told("refused")) == (0, CA59, {})
    skipped = first.told("skipped")
    assert (skipped["Procedure"], skipped["Claim"], skipped["DiagnosticReport"]) == (683, 529, 521)
    assert (second.code, created_and_updated(second), second.told("refused")) == (0, {}, {})


def test_a_bulk_export_arrives_whole_and_once(sample_data):
    path = sample_data / "smart_bulk10_ndjson.tar.xz"

    first, second = Ran(path), Ran(path)

    made = {"locations": 43, "departments": 1, "practitioners": 43, "patients": 13, "identifiers": 13}
    made |= {
        "encounters": 1215,
        "conditions": 555,
        "allergies": 11,
        "immunizations": 161,
        "medications": 1745,
    }
    assert (first.code, first.told("created"), first.told("refused")) == (0, made, {})
    assert first.told("skipped")["Procedure"] == 2056
    assert (second.code, created_and_updated(second)) == (0, {})


def test_hl7s_own_examples_are_loaded_or_told_why_not(sample_data):
    path = sample_data / "hl7_r4_examples_282.tar.xz"

    first, second = Ran(path, "--keep-going"), Ran(path, "--keep-going")

    made = {"locations": 31, "departments": 7, "practitioners": 75, "patients": 43, "identifiers": 11}
    made |= {"encounters": 24, "conditions": 12, "allergies": 4, "immunizations": 4, "medications": 20}
    refused = {"Bundle": 1, "patients": 5, "medications": 3, "vitals": 1, "results": 5, "observations": 1}
    assert (first.code, first.told("created")) == (1, made | {"vitals": 8, "results": 52})
    assert first.told("refused") == second.told("refused") == refused
    assert created_and_updated(second) == {}


def csv_of_those(sample_data, folder):
    """The CSV rows of the twelve people whom FHIR tells of too, and all places and providers."""
    with tarfile.open(sample_data / "synthea_ca59_fhir12.tar.xz") as archive:
        people = {name[-41:-5] for name in archive.getnames() if "Information" not in name}
    with tarfile.open(sample_data / "synthea_ca59_csv.tar.xz") as archive:
        for member in filter(tarfile.TarInfo.isfile, archive.getmembers()):
            table = member.name.rsplit("/", 1)[-1].removesuffix(".csv")
            lines = archive.extractfile(member).read().decode().splitlines()
            said = [row for row in csv.DictReader(lines) if is_theirs(table, row, people)]
            if said and table in ("organizations", "providers", "patients", *CHARTS):
                synthea_folder.write(folder, {table: said})
    return folder


CHARTS = ("encounters", "conditions", "medications", "allergies", "immunizations", "observations")


def is_theirs(table, row, people):
    if table in ("organizations", "providers"):
        return True
    return row.get("Id" if table == "patients" else "PATIENT") in people


@pytest.mark.parametrize("first", ["csv", "fhir"])
def test_of_two_exports_of_the_same_people_nothing_stands_twice(sample_data, tmp_path, first):
    folder, bundles = csv_of_those(sample_data, tmp_path), sample_data / "synthea_ca59_fhir12.tar.xz"
    loads = {"csv": lambda: synthea_folder.Ran(folder, "--json"), "fhir": lambda: Ran(bundles)}
    second = "fhir" if first == "csv" else "csv"

    assert loads[first]().code == 0
    before = rows()
    ran = loads[second]()

    assert (ran.code, ran.told("refused"), ran.told("updated")) == (0, {}, {})
    assert rows() == before
    again = [loads["csv"](), loads["fhir"]()]
    assert [(one.told("created"), one.told("updated")) for one in again] == [({}, {}), ({}, {})]
    doubled = (
        Encounter.objects.values("patient", "started_at", "doctor").annotate(n=Count("pk")).filter(n__gt=1)
    )
    assert doubled.count() == 2  # two deaths, each certified by a visit of its own at the same moment


@pytest.mark.parametrize("first", ["csv", "fhir"])
def test_the_dry_run_of_the_second_export_tells_what_its_load_does(sample_data, tmp_path, first):
    folder, bundles = csv_of_those(sample_data, tmp_path), sample_data / "synthea_ca59_fhir12.tar.xz"
    loads = {
        "csv": lambda *options: synthea_folder.Ran(folder, "--json", *options),
        "fhir": lambda *options: Ran(bundles, *options),
    }
    second = "fhir" if first == "csv" else "csv"
    assert loads[first]().code == 0

    dry, ran = loads[second]("--dry-run"), loads[second]()

    assert (dry.code, dry.told("created")) == (0, ran.told("created"))
    assert (dry.told("unchanged"), dry.told("skipped")) == (ran.told("unchanged"), ran.told("skipped"))


OUTCOMES = {
    # Of some of them the words in which the fault is told; of all of them it is asked whether they are refused.
    "inv_bdl7_dupfullurl": "bdl-7",
    "nested_bundle_bad_code": "Use one of these",
    "req_bundle_type": "Bundle.type: A value is needed",
    "type_unknown_prop": "no such element",
    "choice_both": "Only one of the kinds of deceased[x]",
    "ref_target_type": "This must name one of these",
    "type_bd_feb30": "There is no such day",
    "type_start_notz": "not an instant",
    "code_ucum": "Use one of these: <, <=, >, >=",
    "inv_ext_txt": "txt-1",
    "inv_per1": "per-1",
    "inv_con4": "con-4",
    "inv_con5": "con-5",
    "inv_ait1": "ait-1",
    "inv_obs6": "obs-6",
    "inv_pat1": "pat-1",
    "inv_app2": "app-2",
    "inv_app3": "app-3",
}


def test_of_the_sixty_the_valid_are_accepted_and_every_planted_fault_is_told(sample_data, tmp_path):
    cases = json.loads((sample_data / "fhir_mutants_60.json").read_text())
    people = tmp_path / "people.ndjson"
    people.write_text("\n".join(json.dumps(c["res"]) for c in cases if c["name"] in ("ok_pat", "ok_pr")))
    missed, wrong = [], []
    for case in cases:
        path = tmp_path / "case.json"
        path.write_text(json.dumps(case["res"]))
        is_person = case["res"]["resourceType"] in ("Patient", "Bundle")
        ran = Ran(path, *([] if is_person else [people]), "--dry-run")
        if (ran.code == 0) != (case["expect"] == "valid"):
            missed.append(case["name"])
        if OUTCOMES.get(case["name"], "") not in ran.err:
            wrong.append((case["name"], ran.err))

    assert (len(cases), missed, wrong) == (60, [], [])
