"""FHIR through the back office: the same as by the command, under the system's name that was given there."""

import json
from pathlib import Path
from typing import Any

import pytest

from accounts.models import LoadBatch, Patient, SourceReference, User
from accounts.tests.loads import confirmation, page, send
from accounts.tests.pages import text_of
from clinical.models import Encounter
from clinical.tests import fhir_bundle as fhir
from clinical.tests import synthea_folder

pytestmark = pytest.mark.django_db


@pytest.fixture
def desk(client: Any, admin: User) -> Any:
    client.force_login(admin)
    return client


def served(base: str, *resources: fhir.Resource) -> str:
    entries = [{"fullUrl": f"{base}/{one['resourceType']}/{one['id']}", "resource": one} for one in resources]
    return json.dumps({"resourceType": "Bundle", "type": "collection", "entry": entries})


def judged(desk: Any, content: str, **more: str) -> LoadBatch:
    send(desk, content, "all.json", kind="fhir", **more)
    return LoadBatch.objects.latest("pk")


def loaded(desk: Any, content: str, **more: str) -> LoadBatch:
    batch = judged(desk, content, **more)
    desk.post(page("confirm", batch), confirmation(batch, keep_going="on"))
    batch.refresh_from_db()
    return batch


def test_where_the_system_is_named_one_server_is_as_good_as_another(desk: Any) -> None:
    for base in ("https://a.example", "https://b.example"):
        batch = loaded(desk, served(base, fhir.patient()), system="old-house")

    assert (batch.status, batch.counts["patients"]["unchanged"], Patient.objects.count()) == (
        "finished",
        1,
        1,
    )
    said = SourceReference.objects.get(kind="patient")
    assert (said.system, said.value) == ("old-house", "Patient/ana")


def test_without_a_name_two_servers_have_two_patients(desk: Any) -> None:
    for base in ("https://a.example", "https://b.example"):
        loaded(desk, served(base, fhir.patient()))

    assert Patient.objects.count() == 2


def test_the_dry_run_tells_what_another_export_brought_before(desk: Any, tmp_path: Path) -> None:
    patient, doctor, place, visit = (f"0b1f7a56-2f6b-4a0e-9f0e-6b5f8f7c1d0{n}" for n in range(4))
    tables = synthea_folder.healthy()
    del tables["conditions"], tables["medications"]
    tables["organizations"][0]["Id"] = tables["providers"][0]["ORGANIZATION"] = place
    tables["providers"] = [tables["providers"][0] | {"Id": doctor}]
    tables["patients"] = [synthea_folder.patient(patient, "Ana")]
    one = synthea_folder.encounter("visit", patient, PROVIDER=doctor, ORGANIZATION=place)
    assert synthea_folder.Ran(synthea_folder.write(tmp_path, tables | {"encounters": [one]})).code == 0
    seen = fhir.encounter(
        visit,
        patient,
        participant=[{"individual": {"reference": f"Practitioner/{doctor}"}}],
        serviceProvider={"reference": f"Organization/{place}"},
    )
    said = [fhir.patient(patient), fhir.practitioner(id=doctor), fhir.organization(id=place), seen]

    batch = judged(desk, json.dumps(fhir.bundle(*said)))

    assert {kind: counts["created"] for kind, counts in batch.counts.items() if counts["created"]} == {
        "departments": 1
    }
    assert batch.counts["encounters"]["unchanged"] == 1
    desk.post(page("confirm", batch), confirmation(batch))
    assert (Encounter.objects.count(), Patient.objects.count()) == (1, 1)


def test_half_a_character_is_refused_in_words_on_the_page(desk: Any) -> None:
    content = json.dumps(fhir.patient(name=[{"family": "HALF"}])).replace("HALF", r"\ud800")

    answer = send(desk, content, "all.json", kind="fhir")

    assert answer.status_code == 422
    assert "It holds half a character" in text_of(answer)
    assert not LoadBatch.objects.exists()


def test_a_nul_in_a_value_is_kept_with_the_dry_run_as_a_mark(desk: Any) -> None:
    batch = judged(desk, json.dumps(fhir.bundle(fhir.patient(name=[{"family": "A\0"}]))))

    assert batch.report["fault_count"] == 1
    assert batch.report["faults"][0][3] == "A\N{REPLACEMENT CHARACTER}"
