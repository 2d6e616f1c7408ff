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


def ended(process: subprocess.Popen[str]) -> int:
    process.communicate(timeout=120)
    return process.returncode


def told(process: subprocess.Popen[str]) -> dict[str, Any]:
    out, err = process.communicate(timeout=900)
    assert process.returncode == 0, err
    return json.loads(out)


def test_killed_again_and_again_a_load_is_completed_by_the_next(start: Any, tmp_path: Path) -> None:
    folder = str(write(tmp_path, healthy() | charts()))

    ends = [ended(start("hospital.tests.killed", "load", folder, str(chunk))) for chunk in (1, 4, 7, 11)]
    found = told(start("hospital.tests.killed", "tell", folder))

    assert ends == [-signal.SIGKILL] * 4
    assert (found["killed"], found["same"], found["left by undo"]) == ("running", True, 0)
    assert found["rows"] == 21


def test_a_killed_undo_leaves_the_load_whole(start: Any, tmp_path: Path) -> None:
    folder = str(write(tmp_path, healthy() | charts()))

    end = ended(start("hospital.tests.killed", "undo", folder))
    found = told(start("hospital.tests.killed", "tell", folder))

    assert end == -signal.SIGKILL
    assert (found["killed"], found["rows before"], found["same"]) == ("finished", 21, True)
    assert (found["left by undo"], found["rows"]) == (0, 21)


@pytest.mark.drill
@pytest.mark.timeout(3600)
def test_twenty_kills_at_any_moment_leave_no_trace(start: Any, sample_data: Path) -> None:
    """While it writes. A load that was quicker than its kill is undone, so that the next has rows to write."""
    folder, seed = str(sample_data / "synthea_ma27_csv"), random.randrange(10**6)
    moments, kills = random.Random(seed), 0
    print(f"seed {seed}")
    while kills < 20:
        killed = start("hospital.tests.killed", "announce", folder)
        assert killed.stdout.readline() == "writing\n"
        time.sleep(moments.uniform(0, 4))
        killed.kill()
        if ended(killed) == -signal.SIGKILL:
            kills += 1
        else:
            print(f"after {kills} kills it was done: {told(start('hospital.tests.killed', 'empty', folder))}")
    found = told(start("hospital.tests.killed", "tell", folder))

    print(found)
    assert (found["same"], found["left by undo"]) == (True, 0)
