"""What the steps say of a batch: counts by kind, faults and warnings, how it was read, how far it is."""

from dataclasses import dataclass
from datetime import datetime

from django.utils import timezone
from django.utils.functional import cached_property
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.loading import waiting
from accounts.loading.faults import Fault
from accounts.loading.report import OUTCOMES, Report
from accounts.models import LoadBatch

Status = LoadBatch.Status
REFUSALS = {
    "abandoned": gettext_lazy("Nobody went on with it for seven days. Its file was deleted."),
    "discarded": gettext_lazy("It was thrown away before anything was loaded. Its file was deleted."),
}


class Shown:
    """A batch's report as its pages show it."""

    def __init__(self, batch: LoadBatch, order: str = "row") -> None:
        self.batch, self.order, self.stored = batch, order, batch.report

    @cached_property
    def report(self) -> Report:
        return Report.from_json(self.stored)

    @cached_property
    def counts(self) -> dict[str, dict[str, int]]:
        """As the batch keeps them; tables that are not loaded stand there too, with what was skipped."""
        return self.batch.counts or {}

    @property
    def kinds(self) -> list[tuple[str, list[int]]]:
        return [
            (words_of(kind), [found.get(name, 0) for name in OUTCOMES]) for kind, found in self.counts.items()
        ]

    @cached_property
    def totals(self) -> dict[str, int]:
        return {name: sum(found.get(name, 0) for found in self.counts.values()) for name in OUTCOMES}

    @property
    def refused(self) -> int:
        return self.totals["refused"]

    @property
    def writes(self) -> int:
        return self.totals["created"] + self.totals["updated"]

    @property
    def is_empty(self) -> bool:
        return not any(self.totals.values())

    @property
    def refusal(self) -> str:
        words = self.stored.get("refusal", "")
        return str(REFUSALS.get(words, words))

    @property
    def is_readable(self) -> bool:
        """Whether the file could be judged at all."""
        return "checked" in self.stored

    @property
    def faults(self) -> list[Fault]:
        found = self.report.faults
        if self.order == "row":
            return found
        return sorted(found, key=lambda fault: (getattr(fault, self.order), fault.row))

    @property
    def warnings(self) -> list[tuple[str, int, int]]:
        """Words, the first row, and how often."""
        found = self.report.warnings.items()
        return [(words, warned.row, warned.times) for words, warned in found]

    @property
    def warnings_left(self) -> int:
        return max(0, self.report.warning_count - len(self.report.warnings))

    @property
    def told(self) -> list[str]:
        return self.report.told

    @property
    def was_taken_over(self) -> bool:
        return self.stored.get("attempts", 1) > 1


@dataclass(frozen=True)
class Going:
    """How far a batch is: `done` of `total` rows, or only so many when nobody knows how many there are."""

    words: str
    done: int
    total: int
    alive: bool
    since: datetime | None


def going(batch: LoadBatch) -> Going:
    now, progress = timezone.now(), batch.progress
    if batch.status == Status.WAITING:
        asked = progress.get("asked_at")
        since = datetime.fromisoformat(asked) if asked else None
        return Going(_("Waiting for a worker"), 0, 0, waiting.is_worker_alive(), since)
    phase, kind = progress.get("phase", ""), progress.get("kind", "")
    beats = batch.heartbeat_at is not None and batch.heartbeat_at >= now - waiting.LEASE
    read, written = (sum(progress.get(name, {}).values()) for name in ("read", "write"))
    if phase == "write":
        words = _("Writing: %(kind)s, %(done)d of %(total)d rows")
        told = {"kind": words_of(kind), "done": written, "total": read}
        return Going(words % told, written, read, beats, batch.heartbeat_at)
    words = _("Reading and checking: %(kind)s, %(done)d rows so far") if phase else _("Opening the file")
    total = max(progress.get("expected", 0), read) if progress.get("expected") else 0
    return Going(words % {"kind": words_of(kind), "done": read}, read, total, beats, batch.heartbeat_at)


def words_of(kind: str) -> str:
    return kind.replace("_", " ").replace("-", " ").capitalize()
