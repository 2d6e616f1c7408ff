"""A FHIR export is loaded and taken back; who was here before stays."""

import json
from pathlib import Path
from typing import Any

import pytest

from accounts.models import Patient, SourceReference
from clinical.models import Encounter
from clinical.tests import fhir_bundle as fhir
from clinical.tests import synthea_folder as synthea
from hospital.tests.taken_back import differing, digests, undo

pytestmark = pytest.mark.django_db
KEY = "5cbc121b-cd71-4428-b8b7-31e53eba8184"


@pytest.fixture
def csv_of_ana(tmp_path: Path, db: Any) -> Path:
    (tmp_path / "csv").mkdir()
    tables = json.loads(json.dumps(synthea.healthy()).replace(synthea.ANA, KEY))
    folder = synthea.write(tmp_path / "csv", tables)
    assert synthea.Ran(folder).code == 0
    return folder


def under_her_key() -> list[dict[str, Any]]:
    """Synthea gives a person one key in both of its exports."""
    said = [one for one in fhir.everything() if one["resourceType"] != "Patient"] + [fhir.patient(KEY)]
    told: list[dict[str, Any]] = json.loads(json.dumps(said).replace("Patient/ana", f"Patient/{KEY}"))
    return told


def test_a_bundle_comes_and_goes(tmp_path: Path, db: Any) -> None:
    path, before = fhir.write(tmp_path, *fhir.everything()), digests()
    loaded = fhir.Ran(path)
    assert differing(digests(), before) != []

    code, words = undo()

    assert (loaded.code, code, differing(digests(), before)) == (0, 0, []), words
    assert fhir.Ran(path).told("created") == loaded.told("created")


def test_who_came_by_csv_stays_when_the_bundle_goes(tmp_path: Path, csv_of_ana: Path) -> None:
    before, people = digests(), Patient.objects.count()
    loaded = fhir.Ran(fhir.write(tmp_path, *under_her_key()))
    assert (loaded.code, Patient.objects.count(), Encounter.objects.count()) == (0, people, 3)

    code, words = undo()

    assert (code, differing(digests(), before)) == (0, []), words
    assert not SourceReference.objects.filter(system="fhir").exists()
