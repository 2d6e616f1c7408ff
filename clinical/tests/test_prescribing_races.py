"""An allergy that is recorded while the record is being signed, in processes of their own: it counts."""

import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings

from accounts.tests.processes import database_url
from clinical.tests.factories import drafted
from clinical.tests.pharmacy import AMOXICILLIN

RECORD = """
import os, sys, time
from django.db import transaction
from django.utils import timezone
from clinical.models import MedicalRecord
from clinical.services.allergies import add_allergy
draft = MedicalRecord.objects.select_related("author", "patient").get(pk=os.environ["DRAFT"])
with transaction.atomic():
    add_allergy(patient=draft.patient, display="Penicillin", actor=draft.author, now=timezone.now())
    print("recorded", flush=True)
    sys.stdin.readline()
    time.sleep(1)
"""
SIGN = """
import os, sys
from django.utils import timezone
from clinical.errors import NotReadyToSign
from clinical.models import MedicalRecord
from clinical.services.records import sign
draft = MedicalRecord.objects.select_related("author").get(pk=os.environ["DRAFT"])
print("ready", flush=True)
sys.stdin.readline()
try:
    sign(record=draft, version=1, actor=draft.author, now=timezone.now())
except NotReadyToSign as error:
    print("refused", error)
else:
    print("signed")
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


def go(worker: subprocess.Popen[str]) -> None:
    worker.stdin.write("go\n")  # type: ignore[union-attr]
    worker.stdin.flush()  # type: ignore[union-attr]


@pytest.mark.django_db(transaction=True)
def test_an_allergy_recorded_a_moment_before_signing_counts(tmp_path: Path, encounter: Any, now: Any) -> None:
    draft = drafted(encounter, now, items=[AMOXICILLIN])
    outside = {"DATABASE_URL": database_url(tmp_path), "DRAFT": str(draft.pk)}

    signing = python(SIGN, **outside)
    assert signing.stdout.readline() == "ready\n"
    recording = python(RECORD, **outside)
    assert recording.stdout.readline() == "recorded\n"
    go(signing)
    go(recording)
    told, _ = signing.communicate(timeout=60)
    recording.communicate(timeout=60)

    assert (recording.returncode, signing.returncode) == (0, 0)
    assert told.startswith("refused") and "allergy to Penicillin" in told
