"""A command that is told to stop tidies up; what a killed one left is thrown away the next time, after a day."""

import shutil
import signal
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path
from typing import Any

from django.utils import timezone

# Whatever runs as long as this will never end.
GIVEN_UP_AFTER = timedelta(days=1)
TOLD_TO_STOP = 2


@contextmanager
def tidily() -> Iterator[None]:
    """Being told to stop is an exit like any other, on the way of which everything is put away."""
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    before = signal.signal(signal.SIGTERM, leave)
    try:
        yield
    finally:
        signal.signal(signal.SIGTERM, before)


def leave(*_signal: Any) -> None:
    raise SystemExit(TOLD_TO_STOP)


def sweep(folder: Path, *patterns: str) -> None:
    before = (timezone.now() - GIVEN_UP_AFTER).timestamp()
    for pattern in patterns:
        for left in folder.glob(pattern):
            if left.stat().st_mtime < before:
                shutil.rmtree(left) if left.is_dir() else left.unlink(missing_ok=True)
