"""A file of visits, loaded on the Monday of all tests."""

from datetime import datetime
from typing import Any

import pytest
import time_machine

from accounts.tests.house_files import Ran, write


@pytest.fixture(autouse=True)
def _this_monday(now: datetime) -> Any:
    with time_machine.travel(now, tick=False):
        yield


@pytest.fixture
def load(tmp_path: Any, hours: Any, ana: Any, ben: Any) -> Any:
    """Loads rows of one file; each is Ana's visit to Dr Rao unless it says otherwise."""

    def run(*rows: dict[str, str], options: tuple[str, ...] = ()) -> Ran:
        whole = [
            {"ID": f"V{number}", "PATIENT": ana.mrn, "DOCTOR": "Asha Rao", "TYPE": "consultation"} | row
            for number, row in enumerate(rows, start=1)
        ]
        return Ran("load_appointments", write(tmp_path / "visits.csv", whole), "--json", *options)

    return run
