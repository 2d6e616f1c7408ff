"""“No known allergies” and two files that become one, and two again."""

from datetime import datetime
from typing import Any

import pytest

from accounts.models import Doctor, Patient
from accounts.services.merging import merge, undo
from accounts.tests.factories import PatientFactory
from clinical.models import Allergy
from clinical.services.allergies import add_allergy
from clinical.tests.factories import EncounterFactory
from clinical.tests.rows import AllergyFactory

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("frozen")]
NONE = {"code": "716186003", "system": "http://snomed.info/sct", "display": "No known allergies"}


@pytest.fixture
def kept(dr_rao: Doctor, now: datetime) -> Patient:
    """Asked once, and knew of none."""
    patient = PatientFactory()
    EncounterFactory(patient=patient, doctor=dr_rao, started_at=now)
    AllergyFactory(patient=patient, **NONE)
    return patient


@pytest.fixture
def merged(kept: Patient, admin: Any, now: datetime) -> Any:
    """With the file of somebody who is allergic to latex."""
    loser = PatientFactory()
    AllergyFactory(patient=loser, display="Latex")
    told: dict[str, Any] = {"versions": (kept.version, loser.version), "choices": {}, "reason": "Same"}
    return merge(survivor=kept, loser=loser, actor=admin, now=now, **told)


def said_of(patient: Patient) -> str:
    return str(Allergy.objects.state_of(patient))


def test_none_known_ends_beside_an_allergy_and_comes_back(merged: Any, admin: Any, now: datetime) -> None:
    together = said_of(merged.survivor)

    undo(merge=merged, actor=admin, now=now)

    assert together == "Allergic to Latex"
    assert said_of(merged.loser) == "Allergic to Latex"
    who = Allergy.objects.none_known().get().recorded_by
    assert said_of(merged.survivor) == f"No known allergies (confirmed 11 January 2027, {who})"


def test_none_known_does_not_come_back_beside_an_allergy_that_was_recorded_since(
    merged: Any, dr_rao: Doctor, admin: Any, now: datetime
) -> None:
    add_allergy(patient=merged.survivor, display="Penicillin", actor=dr_rao.user, now=now)

    found = undo(merge=merged, actor=admin, now=now)

    assert said_of(merged.survivor) == "Allergic to Penicillin"
    assert not Allergy.objects.none_known().exists()
    assert found.kept == ["Allergy: something else stands in its place, so it stays as it is."]
