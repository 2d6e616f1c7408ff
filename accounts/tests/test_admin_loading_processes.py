"""Workers as processes: one is killed half-way through the writing, two others want its batch, one completes it."""

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings as configured
from django.utils import timezone

from accounts.loading import uploads, waiting
from accounts.models import LoadBatch, Patient, User
from accounts.tests.loads import HEADER, file_of
from accounts.tests.processes import database_url

pytestmark = pytest.mark.django_db(transaction=True)
ROWS = 200
# A lease of a second, chunks of five rows, and a breath after each, so that a kill meets the middle.
WORK = """
import time
from datetime import timedelta
import django
django.setup()
from django.core.management import call_command
from accounts.loading import pipeline, waiting
pipeline.CHUNK, waiting.LEASE, waiting.BEAT_SECONDS = 5, timedelta(seconds=1), 0.2
tell = waiting.Claim.tell
def slowly(claim, phase, kind, rows):
    tell(claim, phase, kind, rows)
    print(phase, kind, flush=True)
    time.sleep(0.02)
waiting.Claim.tell = slowly
call_command("run_loads")
"""
COUNT = """
import django, json
django.setup()
from accounts.models import LoadBatch, LoadChange, Patient, SourceReference
batch = LoadBatch.objects.get()
print(json.dumps([batch.status, Patient.objects.count(), len(set(Patient.objects.values_list("given_name"))),
    SourceReference.objects.filter(kind="patient", batch=batch).count(), bool(batch.file)]))
"""


@pytest.fixture
def batch(admin: User, tmp_path: Path, settings: Any) -> LoadBatch:
    """Waits to be loaded, as if somebody had confirmed it."""
    settings.MEDIA_ROOT = str(tmp_path / "media")
    rows = "".join(
        f"P{n},Ana{chr(97 + n % 26)}{chr(97 + n // 26)},Silva,1980-05-17,female\n" for n in range(ROWS)
    )
    batch = LoadBatch(kind="patients", source="people.csv", status="draft", actor=admin)
    batch.file = uploads.keep(file_of(HEADER + rows), batch.public_id)
    batch.save()
    assert waiting.ask(batch, waiting.LOAD, actor=admin, now=timezone.now())
    return batch


@pytest.fixture
def run(batch: LoadBatch, tmp_path: Path, settings: Any) -> Any:
    surroundings = os.environ | {
        "DATABASE_URL": database_url(tmp_path),
        "DJANGO_SETTINGS_MODULE": "hospital.settings_test",
        "MEDIA_ROOT": settings.MEDIA_ROOT,
    }

    def start(code: str) -> subprocess.Popen[str]:
        return subprocess.Popen(
            [sys.executable, "-c", code],
            cwd=configured.BASE_DIR,
            env=surroundings,
            stdout=subprocess.PIPE,
            text=True,
        )

    return start


def counted(run: Any) -> list[Any]:
    return json.loads(run(COUNT).communicate(timeout=120)[0].splitlines()[-1])


def test_a_worker_that_is_killed_leaves_a_batch_that_one_of_two_others_completes(run: Any) -> None:
    victim = run(WORK)
    for line in victim.stdout:
        if line.startswith("write patients"):
            break
    victim.kill()
    victim.communicate()
    half = counted(run)
    heirs = [run("import time; time.sleep(1.2)\n" + WORK) for _number in range(2)]
    told = [heir.communicate(timeout=200)[0].splitlines()[-1] for heir in heirs]

    assert half[0] == "running" and 0 < half[1] < ROWS
    assert sorted(told) == ["loads: ", "loads: 1 finished"]
    assert counted(run) == ["finished", ROWS, ROWS, ROWS, False]
    assert Patient.objects.count() in (0, ROWS)
