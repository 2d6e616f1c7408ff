"""What a load did, in numbers and in words."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field

from django.utils.translation import gettext as _

from accounts.loading.faults import Fault

OUTCOMES = ("created", "updated", "unchanged", "skipped", "refused")
# More faults than these are counted, not kept: memory stays flat.
KEPT_FAULTS = 1000


@dataclass
class Warned:
    """How often, and where first."""

    row: int
    times: int = 0


@dataclass
class Report:
    """Counts by kind; skipped tables stand under their file's name."""

    counts: dict[str, Counter[str]] = field(default_factory=dict)
    faults: list[Fault] = field(default_factory=list)
    warnings: dict[str, Warned] = field(default_factory=dict)
    written: bool = False

    def open(self, kind: str) -> None:
        """A kind without rows is told too."""
        self.counts.setdefault(kind, Counter())

    def count(self, kind: str, outcome: str, rows: int = 1) -> None:
        self.counts[kind][outcome] += rows

    def tell(self, fault: Fault) -> None:
        if len(self.faults) < KEPT_FAULTS:
            self.faults.append(fault)

    def skip_duplicate(self, kind: str, file: str, row: int) -> None:
        self.count(kind, "skipped")
        self.warn(file, row, [_("the same row stands in the file more than once; only the first counts")])

    def warn(self, file: str, row: int, reasons: Iterable[str]) -> None:
        for reason in reasons:
            self.warnings.setdefault(f"{file}: {reason}", Warned(row)).times += 1

    def total(self, outcome: str) -> int:
        return sum(counts[outcome] for counts in self.counts.values())

    def as_dict(self) -> dict[str, dict[str, int]]:
        return {
            kind: {outcome: counts[outcome] for outcome in OUTCOMES} for kind, counts in self.counts.items()
        }

    def withhold(self) -> None:
        """The good rows of a load that was refused were not written: they count as nothing."""
        for counts in self.counts.values():
            counts["created"] = counts["updated"] = 0

    def exit_code(self, *, keeps_going: bool) -> int:
        """0 all well, 1 some rows refused, 2 nothing could be done; of a dry run, what the load would say."""
        if not self.total("refused"):
            return 0
        good = self.total("created") + self.total("updated") + self.total("unchanged")
        return 1 if good and keeps_going else 2
