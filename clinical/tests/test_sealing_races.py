"""Signings at the same moment, in processes of their own: the chain stays one line."""

import os
import subprocess
import sys
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings

from accounts.tests.factories import PatientFactory
from accounts.tests.processes import database_url
from clinical.tests.factories import drafted, started

SIGN = """
import os, sys, time
from django.utils import timezone
from clinical.models import MedicalRecord
from clinical.services.records import sign
drafts = list(MedicalRecord.objects.filter(pk__in=os.environ["DRAFTS"].split()).select_related("author"))
print("ready", flush=True)
sys.stdin.readline()
for draft in drafts:
    sign(record=draft, version=1, actor=draft.author, now=timezone.now())
"""
COUNT = """
from clinical.models import Seal
from clinical.services.sealing import broken_seals
print(Seal.objects.count(), len(list(broken_seals())))
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
def test_signings_at_the_same_time_make_one_chain(tmp_path: Path, dr_rao: Any, dr_lee: Any, now: Any) -> None:
    visits = [(doctor, now + timedelta(hours=number)) for doctor in (dr_rao, dr_lee) for number in range(6)]
    drafts = [str(drafted(started(doctor, PatientFactory(), at), at).pk) for doctor, at in visits]
    url = database_url(tmp_path)

    workers = [python(SIGN, DATABASE_URL=url, DRAFTS=" ".join(drafts[part::4])) for part in range(4)]
    waiting = [worker.stdout.readline() for worker in workers]
    for worker in workers:
        worker.stdin.write("go\n")
        worker.stdin.flush()
    for worker in workers:
        worker.communicate(timeout=60)

    told, _ = python(COUNT, DATABASE_URL=url).communicate(timeout=60)
    assert waiting == ["ready\n"] * 4
    assert [worker.returncode for worker in workers] == [0] * 4
    assert told.split() == ["12", "0"]
