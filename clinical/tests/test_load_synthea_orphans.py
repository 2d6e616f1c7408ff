"""Tables that are not there: what needs them is counted and told, what can stand alone is loaded."""

from pathlib import Path

import pytest

from accounts.models import Doctor, Patient
from clinical.models import Allergy, Condition, Encounter, Immunization, LabResult, Prescription, VitalSign
from clinical.tests.synthea_folder import ANA, Ran, charts, condition, encounter, failing, healthy, write

pytestmark = pytest.mark.django_db


def without(folder: Path, *missing: str) -> Ran:
    tables = healthy() | charts()
    return Ran(write(folder, {name: tables[name] for name in tables if name not in missing}), "--json")


def completed(folder: Path) -> Ran:
    return Ran(write(folder, healthy() | charts()), "--json")


def test_doctors_and_visits_stand_without_their_places(tmp_path: Path) -> None:
    ran = without(tmp_path, "organizations")

    assert (ran.code, ran.told("refused"), ran.told("skipped")) == (0, {}, {"observations": 2})
    assert {doctor.location for doctor in Doctor.objects.all()} == {None}
    assert Encounter.objects.count() == 2
    words = "names a row of organizations, which is not there; loaded without it (2×, first in row 2)"
    assert f"providers.csv: {words}" in ran.err
    assert f"encounters.csv: {words}" in ran.err


def test_without_providers_visits_are_counted_and_the_chart_stands_alone(tmp_path: Path) -> None:
    ran = without(tmp_path, "providers")

    assert (ran.code, ran.told("refused")) == (0, {})
    assert ran.told("skipped") == {"encounters": 2, "medications": 2, "observations": 2}
    assert "encounters.csv: names a row of providers, which is not there; skipped (2×" in ran.err
    assert "medications.csv: names a row of encounters, which is not there; skipped (2×" in ran.err
    assert (Patient.objects.count(), Encounter.objects.count(), Prescription.objects.count()) == (2, 0, 0)
    assert set(Condition.objects.values_list("encounter", flat=True)) == {None}


def test_without_encounters_the_chart_has_no_visit(tmp_path: Path) -> None:
    ran = without(tmp_path, "encounters")

    charted = (Condition, Allergy, Immunization, VitalSign, LabResult)
    assert (ran.code, ran.told("skipped")) == (0, {"medications": 2, "observations": 2})
    assert [model._base_manager.count() for model in charted] == [2, 2, 2, 2, 2]
    assert {row.encounter for model in charted for row in model._base_manager.all()} == {None}
    assert "immunizations.csv: names a row of encounters, which is not there; loaded without it" in ran.err


@pytest.mark.parametrize("missing", ["organizations", "providers", "encounters"])
def test_a_second_run_without_a_table_changes_nothing(tmp_path: Path, missing: str) -> None:
    first = without(tmp_path, missing)

    second = without(tmp_path, missing)

    assert (second.code, second.told("created"), second.told("updated")) == (0, {}, {})
    assert second.told("unchanged") == first.told("created")
    assert second.told("skipped") == first.told("skipped")


def test_the_table_that_comes_later_completes_the_load(tmp_path: Path) -> None:
    without(tmp_path, "organizations", "encounters")

    ran = completed(tmp_path)

    assert (ran.code, ran.told("refused")) == (0, {})
    assert ran.told("created") == {"organizations": 1, "encounters": 2, "medications": 2}
    assert ran.told("updated") == {"providers": 2, "conditions": 2, "allergies": 2}
    assert {doctor.location.name for doctor in Doctor.objects.all()} == {"RIVER CLINIC"}
    assert None not in Condition.objects.values_list("encounter", flat=True)
    assert set(VitalSign.objects.values_list("encounter", flat=True)) == {None}
    again = completed(tmp_path)
    assert (again.told("created"), again.told("updated")) == ({}, {})


def test_what_an_earlier_load_brought_is_no_loss(tmp_path: Path) -> None:
    completed(tmp_path)
    for name in ("organizations", "providers", "encounters"):
        (tmp_path / f"{name}.csv").unlink()
    later = [condition(ANA, "visit-ana", "1")]

    ran = Ran(write(tmp_path, {"conditions": later}), "--json")

    assert (ran.code, ran.told("created"), ran.told("skipped")) == (0, {"conditions": 1}, {"observations": 2})
    assert Condition.objects.get(code="1").encounter is not None


def test_a_key_that_a_table_does_not_have_is_still_a_fault(tmp_path: Path) -> None:
    tables = healthy()
    del tables["organizations"]
    tables["encounters"].append(encounter("late", "nobody"))

    ran = Ran(write(tmp_path, tables), "--json")

    assert "encounters.csv, row 4, PATIENT “nobody”: patients has no such row" in ran.err
    assert (ran.code, Encounter.objects.count()) == (2, 0)


def test_without_patients_nothing_begins(tmp_path: Path) -> None:
    ran = without(tmp_path, "patients")

    assert ran.code == 2
    assert "There is no patients.csv in this folder; it holds allergies.csv" in ran.err
    assert not Doctor.objects.exists()


def test_a_chunk_that_is_tried_again_tells_its_orphans_too(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    failing(monkeypatch, 2)

    ran = without(tmp_path, "encounters")

    assert (ran.code, ran.told("created")["conditions"]) == (0, 2)
    assert "conditions.csv: names a row of encounters, which is not there; loaded without it (2×" in ran.err
