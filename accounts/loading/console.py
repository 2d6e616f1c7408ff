"""How a load speaks to a terminal, a log and a machine."""

import json
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any

from django.utils.translation import gettext as _
from rich.console import Console
from rich.progress import BarColumn, Progress, ProgressColumn, Task, TaskID, TextColumn, TimeRemainingColumn
from rich.text import Text

from accounts.loading.report import OUTCOMES, Report, Warned

SHOWN_FAULTS = 20
SHOWN_WARNINGS = 20


def counts_line(report: Report) -> str:
    """One line: the sums, then each kind's counts that are not nought."""
    sums = ", ".join(f"{outcome} {report.total(outcome)}" for outcome in OUTCOMES)
    kinds = (f"{kind} {_nonzero(counts)}" for kind, counts in report.as_dict().items())
    return f"{sums} ({'; '.join(kinds)})"


def counts_json(report: Report) -> str:
    return json.dumps(report.as_dict())


def remarks(report: Report, *, dry_run: bool) -> Iterator[str]:
    """What goes to stderr: the first faults and warnings, their sums, and what became of the rest."""
    yield from _first(report.faults, report.fault_count, SHOWN_FAULTS)
    warnings = [warning(words, warned) for words, warned in report.warnings.items()]
    yield from _first(warnings, report.warning_count, SHOWN_WARNINGS)
    if refused := report.total("refused"):
        yield _("Rows refused: %(rows)d.") % {"rows": refused}
    if dry_run:
        yield _("Dry run: nothing was written.")
    elif not report.written:
        yield _("Nothing was written. Mend these rows, or load the good ones with --keep-going.")


def warning(words: str, warned: Warned) -> str:
    text = _("Warning: %(words)s (%(times)d×, first in row %(row)d)")
    return text % {"words": words, "times": warned.times, "row": warned.row}


def _first(lines: list[Any], total: int, shown: int) -> Iterator[str]:
    yield from map(str, lines[:shown])
    if total > shown:
        yield _("… and %(number)d more.") % {"number": total - shown}


def _nonzero(counts: dict[str, int]) -> str:
    return ", ".join(f"{rows} {outcome}" for outcome, rows in counts.items() if rows) or "0"


class Rows(ProgressColumn):
    """Rows done, and how many a second."""

    def render(self, task: Task) -> Text:
        speed = task.finished_speed or task.speed or 0
        words = _("%(rows)s rows, %(speed)s a second")
        return Text(words % {"rows": f"{task.completed:,.0f}", "speed": f"{speed:,.0f}"}, justify="right")


class Silence:
    """What progress tells where nobody looks."""

    def expect(self, rows: Mapping[str, int]) -> None:
        """About how many rows each kind's table has."""

    def __call__(self, phase: str, kind: str, rows: int) -> None:
        """So many rows more were read in the phase."""


@contextmanager
def progress_on(stream: Any) -> Iterator[Silence]:
    """A bar with rows, rate and time left while the stream is a terminal, else silence."""
    if not (hasattr(stream, "isatty") and stream.isatty()):
        yield Silence()
        return
    columns = (
        TextColumn("{task.description}"),
        BarColumn(),
        Rows(),
        TimeRemainingColumn(),
    )
    with Progress(*columns, console=Console(file=stream), transient=True) as bar:
        yield Bars(bar)


class Bars(Silence):
    """One bar a phase and kind. What was read once is known to the row, and is the total of what is to be written."""

    def __init__(self, bar: Progress) -> None:
        self.bar = bar
        self.tasks: dict[tuple[str, str], TaskID] = {}
        self.read: dict[str, int] = {}
        self.expected: Mapping[str, int] = {}

    def expect(self, rows: Mapping[str, int]) -> None:
        self.expected = rows

    def __call__(self, phase: str, kind: str, rows: int) -> None:
        if phase == "read":
            self.read[kind] = self.read.get(kind, 0) + rows
        if (phase, kind) not in self.tasks:
            total = self.expected.get(kind) if phase == "read" else self.read.get(kind)
            self.tasks[phase, kind] = self.bar.add_task(f"{phase} {kind}", total=total or None)
        self.bar.advance(self.tasks[phase, kind], rows)
