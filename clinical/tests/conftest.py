"""A visit at every stage, on the cast's Monday morning."""

from datetime import datetime

import pytest

from accounts.models import Doctor, Patient, User
from clinical.models import Encounter, MedicalRecord
from clinical.services.records import sign
from clinical.tests.factories import drafted, started, waiting
from scheduling.models import Appointment


@pytest.fixture(autouse=True)
def _at(frozen: None) -> None:
    """What is released is asked of the clock, so the clock stands at the cast's time."""


@pytest.fixture
def visit(dr_rao: Doctor, ana: Patient, now: datetime) -> Appointment:
    return waiting(dr_rao, ana, now)


@pytest.fixture
def encounter(dr_rao: Doctor, ana: Patient, now: datetime) -> Encounter:
    """Ana is with Dr Rao."""
    return started(dr_rao, ana, now)


@pytest.fixture
def draft(encounter: Encounter, now: datetime) -> MedicalRecord:
    return drafted(encounter, now)


@pytest.fixture
def record(draft: MedicalRecord, now: datetime) -> MedicalRecord:
    """Signed and released."""
    return sign(record=draft, version=draft.version, actor=draft.author, now=now)


@pytest.fixture
def doctor(dr_rao: Doctor, encounter: Encounter) -> User:
    """The account of Ana's doctor, who is with her."""
    return dr_rao.user
