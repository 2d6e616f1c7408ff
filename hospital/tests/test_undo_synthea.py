"""A real export is loaded and taken back: the house is what it was, row by row."""

import re
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from django.core.management import call_command

from accounts.models import (
    AuditEvent,
    LoadBatch,
    MrnCounter,
    Patient,
    PossibleTwin,
    SourceReference,
)
from accounts.services.exporting import export_patient
from clinical.models import Allergy, AllergyReaction, Encounter, LabResult, PrescriptionItem, VitalSign
from clinical.tests.synthea_folder import ANA, Ran, allergy, charts, healthy, write
from hospital.tests.taken_back import differing, digests, undo

pytestmark = pytest.mark.django_db


def test_a_whole_export_comes_and_goes(sample_data: Path, settings: Any) -> None:
    settings.DEBUG = True
    call_command("load_demo", stdout=StringIO())
    before, exports = digests(), {one.pk: export_patient(one) for one in Patient.objects.all()}
    taken = MrnCounter.objects.get().next_number

    loaded = Ran(sample_data / "synthea_ma27_csv")
    between = digests()
    code, words = undo()

    print(f"loaded {loaded.out.strip()}; undone: {words.strip()}")
    assert (loaded.code, code) == (0, 0), words
    assert (differing(digests(), before), len(differing(between, before)) > 10) == ([], True)
    assert {one.pk: export_patient(one) for one in Patient.objects.all()} == exports
    assert MrnCounter.objects.get().next_number > taken
    assert Ran(sample_data / "synthea_ma27_csv", "--json").told("unchanged") == {}


def test_what_a_load_changed_becomes_what_it_was(tmp_path: Path) -> None:
    Ran(write(tmp_path, healthy() | charts()))
    before, exports = digests(), [export_patient(one) for one in Patient.objects.order_by("pk")]
    changed = healthy() | charts()
    changed["patients"][0] |= {"FIRST": "Eva", "CITY": "Boston"}
    changed["medications"][1]["STOP"] = "2020-01-01T00:00:00Z"
    changed["allergies"][0] |= {"DESCRIPTION2": "Wheeze"}
    changed["organizations"][0]["NAME"] = "HILL CLINIC"

    second = Ran(write(tmp_path, changed), "--json")
    assert second.told("updated") == {"patients": 1, "medications": 1, "allergies": 1, "organizations": 1}
    assert digests() != before
    code, words = undo()

    assert (code, differing(digests(), before)) == (0, []), words
    assert [export_patient(one) for one in Patient.objects.order_by("pk")] == exports
    assert Ran(tmp_path, "--json").told("updated") == second.told("updated")


def test_a_statement_that_no_allergy_is_known_comes_back(tmp_path: Path, dr_rao: Any) -> None:
    Ran(write(tmp_path, healthy()))
    ana = Patient.objects.get(pk=SourceReference.objects.get(kind="patient", value=ANA).target_id)
    none = Allergy.objects.create(
        patient=ana,
        system="http://snomed.info/sct",
        code="716186003",
        display="None",
        happened_at=ana.recorded_at,
    )
    before = digests()

    Ran(write(tmp_path, healthy() | {"allergies": [allergy(ANA, "visit-ana", "7984")]}))
    ended = Allergy.objects.get(pk=none.pk).clinical_status
    code, words = undo()

    assert (ended, code, differing(digests(), before)) == ("inactive", 0, []), words
    assert AllergyReaction.objects.count() == 0


def test_rows_that_are_closed_for_everybody_else_go_with_their_load(tmp_path: Path) -> None:
    Ran(write(tmp_path, healthy() | charts()))

    code, words = undo("--json")

    closed = (Encounter, PrescriptionItem, VitalSign, LabResult, Patient, SourceReference, PossibleTwin)
    assert (code, [model.objects.count() for model in closed]) == (0, [0] * len(closed)), words
    assert '"Encounters": 2' in words
    deleted = AuditEvent.objects.filter(action="delete", target_table=Encounter._meta.db_table)
    assert deleted.count() == 2


def test_undoing_the_second_of_two_loads_frees_the_first(tmp_path: Path) -> None:
    Ran(write(tmp_path, healthy()))
    Ran(write(tmp_path, healthy() | charts()))
    first, _second = LoadBatch.objects.order_by("pk")

    with pytest.raises(SystemExit):
        call_command("undo_load", str(first.pk), stdout=StringIO(), stderr=StringIO())
    after = undo()
    out = StringIO()
    call_command("undo_load", str(first.pk), stdout=out)

    assert after[0] == 0
    assert Patient.objects.count() == Encounter.objects.count() == 0
    assert re.search(r"removed: .*Patients 2", out.getvalue())
