"""A load is killed with a chunk half-way; running it again brings what an undisturbed one would have brought."""

import json
import os
import random
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings

from accounts.tests.processes import database_url
from clinical.tests.synthea_folder import charts, healthy, write

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def start(tmp_path: Path) -> Any:
    settled = {"DATABASE_URL": database_url(tmp_path), "DJANGO_SETTINGS_MODULE": "hospital.settings_test"}

    def run(*arguments: str) -> subprocess.Popen[str]:
        command = [sys.executable, "-W", "ignore", "-m", *arguments]
        streams = {"stdout": subprocess.PIPE, "stderr": subprocess.PIPE, "text": True}
        return subprocess.Popen(
            command, cwd=settings.BASE_DIR, env=os.environ | {"DEBUG": "yes"} | settled, **streams
        )

    return run


def told(process: subprocess.Popen[str]) -> dict[str, Any]:
    out, err = process.communicate(timeout=900)
    assert process.returncode == 0, err
    return json.loads(out)


@pytest.mark.parametrize("chunk", [1, 4, 7, 11])
def test_a_killed_load_is_completed_by_the_next(start: Any, tmp_path: Path, chunk: int) -> None:
    folder = str(write(tmp_path, healthy() | charts()))

    killed = start("hospital.tests.killed", folder, str(chunk))
    killed.communicate(timeout=120)
    found = told(start("hospital.tests.killed", folder))

    assert killed.returncode == -signal.SIGKILL
    assert (found["killed"], found["same"], found["left by undo"]) == ("running", True, 0)
    assert found["rows"] == 21


@pytest.mark.drill
@pytest.mark.timeout(3600)
def test_twenty_kills_at_any_moment_leave_no_trace(start: Any, sample_data: Path) -> None:
    folder, seed = str(sample_data / "synthea_ma27_csv"), random.randrange(10**6)
    moments = random.Random(seed)
    print(f"seed {seed}")
    for number in range(20):
        killed = start("manage", "load_synthea", folder)
        time.sleep(moments.uniform(2, 12))
        killed.kill()
        killed.communicate()
        print(f"kill {number + 1}: ended with {killed.returncode}")
    found = told(start("hospital.tests.killed", folder))

    print(found)
    assert (found["same"], found["left by undo"]) == (True, 0)
