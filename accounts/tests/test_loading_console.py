import re
from io import StringIO

import pytest
from rich.progress import Progress

from accounts.loading.console import Bars, counts_line, progress_on, remarks
from accounts.loading.faults import Fault
from accounts.loading.report import Report


class Terminal(StringIO):
    def isatty(self) -> bool:
        return True


@pytest.mark.parametrize(("stream", "speaks"), [(Terminal(), True), (StringIO(), False)])
def test_progress_shows_on_a_terminal_only(stream, speaks, monkeypatch):
    monkeypatch.setenv("TERM", "xterm")

    with progress_on(stream) as tell:
        tell.expect({"patients": 4000})
        tell("read", "patients", 1000)
        tell("write", "patients", 500)

    assert ("write patients" in stream.getvalue()) is speaks
    assert bool(stream.getvalue()) is speaks


def test_the_bar_knows_how_much_is_to_be_read_and_then_to_be_written():
    with Progress(disable=True) as shown:
        bars = Bars(shown)
        bars.expect({"patients": 4000})
        bars("read", "patients", 1000)
        bars("read", "patients", 2990)
        bars("write", "patients", 1000)
        bars("read", "twins", 5)

        told = {task.description: (task.completed, task.total) for task in shown.tasks}

    assert told == {"read patients": (3990, 4000), "write patients": (1000, 3990), "read twins": (5, None)}


def test_the_bar_shows_rows_rate_and_time_left(monkeypatch):
    monkeypatch.setenv("TERM", "xterm")
    stream = Terminal()

    with progress_on(stream) as tell:
        tell.expect({"patients": 4000})
        tell("read", "patients", 1000)

    assert "1,000 rows, " in stream.getvalue()
    assert re.search(r"-:--:--|\d:\d\d:\d\d", stream.getvalue())


def test_the_counts_are_one_line():
    report = Report()
    report.open("patients")
    report.open("visits")
    report.count("patients", "created", 3)

    line = counts_line(report)

    assert line == ("created 3, updated 0, unchanged 0, skipped 0, refused 0 (patients 3 created; visits 0)")


def test_faults_past_the_kept_ones_are_still_counted():
    report = Report()
    report.open("patients")
    for row in range(1500):
        report.count("patients", "refused")
        report.tell(Fault("patients.csv", row, "", "", "bad"))

    words = list(remarks(report, dry_run=False))

    assert len(report.faults) == 1000
    assert "… and 1480 more." in words
    assert "Rows refused: 1500." in words
