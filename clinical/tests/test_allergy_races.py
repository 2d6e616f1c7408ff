"""“None known” and an allergy at the same moment, in processes of their own: never both, whoever was faster.

Every row waits a moment between being written and being committed, so that the two do meet.
"""

import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings

from accounts.tests.factories import PatientFactory
from accounts.tests.processes import database_url
from clinical.tests.factories import EncounterFactory

PAIRS = 6
WRITE = """
import os, sys, time
from django.utils import timezone
from accounts.models import Patient, User
from clinical.errors import StillAllergic
from clinical.services.allergies import add_allergy, record_none_known
from clinical.models import Allergy
save = Allergy.save
def slowly(self, *args, **kwargs):
    save(self, *args, **kwargs)
    time.sleep(0.1)
Allergy.save = slowly
patients = list(Patient.objects.filter(pk__in=os.environ["PATIENTS"].split()).order_by("pk"))
actor = User.objects.get(email=os.environ["ACTOR"])
print("ready", flush=True)
sys.stdin.readline()
for patient in patients:
    try:
        if os.environ["WHAT"] == "none":
            record_none_known(patient=patient, actor=actor, now=timezone.now())
        else:
            add_allergy(patient=patient, display="Latex", actor=actor, now=timezone.now())
    except StillAllergic:
        pass
"""
COUNT = """
from clinical.models import Allergy
print(Allergy.objects.active().count(), Allergy.objects.none_known().count())
"""


def python(code: str, **outside: str) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, "manage.py", "shell", "--no-imports", "-c", code],
        cwd=settings.BASE_DIR,
        env=os.environ | {"DJANGO_SETTINGS_MODULE": "hospital.settings_test", "DEBUG": "yes"} | outside,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )


@pytest.mark.django_db(transaction=True)
def test_none_known_never_stands_beside_an_allergy(
    tmp_path: Path, dr_rao: Any, dr_lee: Any, now: Any
) -> None:
    patients = [PatientFactory() for _number in range(PAIRS)]
    for patient in patients:
        for doctor in (dr_rao, dr_lee):
            EncounterFactory(patient=patient, doctor=doctor, started_at=now)
    shared = {
        "DATABASE_URL": database_url(tmp_path),
        "PATIENTS": " ".join(str(patient.pk) for patient in patients),
    }

    writers = [
        python(WRITE, WHAT="none", ACTOR=dr_rao.user.email, **shared),
        python(WRITE, WHAT="allergy", ACTOR=dr_lee.user.email, **shared),
    ]
    waiting = [writer.stdout.readline() for writer in writers]
    for writer in writers:
        writer.stdin.write("go\n")
        writer.stdin.flush()
    for writer in writers:
        writer.communicate(timeout=60)

    told, _ = python(COUNT, **shared).communicate(timeout=60)
    assert waiting == ["ready\n"] * 2
    assert [writer.returncode for writer in writers] == [0, 0]
    assert told.split() == [str(PAIRS), "0"]
