"""What a load did, in numbers and in words."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import astuple, dataclass, field
from typing import Any, Self

from django.utils.translation import gettext as _

from accounts.loading.errors import ErrorFile, Reasons
from accounts.loading.faults import Fault
from accounts.loading.tables import Record, Table

OUTCOMES = ("created", "updated", "unchanged", "skipped", "refused")
# More faults than these are counted, not kept: memory stays flat.
KEPT_FAULTS = 1000
KEPT_WARNINGS = 1000
# So many are kept with a batch, for the page that shows what came of it.
SHOWN = 20


@dataclass
class Warned:
    """How often, and where first."""

    row: int
    times: int = 0


@dataclass
class Report:
    """Counts by kind; skipped tables stand under their file's name.

    `told` is what was found out about the input, `errors` takes every fault with its row.
    """

    counts: dict[str, Counter[str]] = field(default_factory=dict)
    faults: list[Fault] = field(default_factory=list)
    warnings: dict[str, Warned] = field(default_factory=dict)
    written: bool = False
    told: list[str] = field(default_factory=list)
    errors: ErrorFile | None = None
    fault_count: int = 0
    warning_count: int = 0

    def __post_init__(self) -> None:
        if self.errors:
            self.errors.begin()

    def open(self, kind: str) -> None:
        """A kind without rows is told too."""
        self.counts.setdefault(kind, Counter())

    def count(self, kind: str, outcome: str, rows: int = 1) -> None:
        self.counts[kind][outcome] += rows

    def tell(self, fault: Fault) -> None:
        self.fault_count += 1
        if len(self.faults) < KEPT_FAULTS:
            self.faults.append(fault)

    def tell_row(self, table: Table, record: Record, reasons: Reasons) -> None:
        """All that is wrong with one row."""
        for column, value, reason in reasons:
            self.tell(Fault(record.file or table.file, record.number, column, value, reason))
        if self.errors:
            self.errors.note(table, record, reasons)

    def skip_duplicate(self, kind: str, file: str, row: int) -> None:
        self.count(kind, "skipped")
        self.warn(file, row, [_("the same row stands in the file more than once; only the first counts")])

    def warn(self, file: str, row: int, reasons: Iterable[str]) -> None:
        for reason in reasons:
            words = f"{file}: {reason}"
            if words not in self.warnings:
                self.warning_count += 1
                if len(self.warnings) >= KEPT_WARNINGS:
                    continue
            self.warnings.setdefault(words, Warned(row)).times += 1

    def warn_of_late(self, file: str, row: int) -> None:
        """Nobody asked to go on over faults, and there were none when all was judged."""
        self.warn(
            file, row, [_("refused while it was written: the house changed meanwhile; the others are loaded")]
        )

    def total(self, outcome: str) -> int:
        return sum(counts[outcome] for counts in self.counts.values())

    def as_dict(self) -> dict[str, dict[str, int]]:
        return {
            kind: {outcome: counts[outcome] for outcome in OUTCOMES} for kind, counts in self.counts.items()
        }

    def as_json(self) -> dict[str, Any]:
        """What is kept with the batch: the counts, the first faults and warnings, and how many there are."""
        return {
            "counts": self.as_dict(),
            "faults": [list(astuple(fault)) for fault in self.faults[:SHOWN]],
            "fault_count": self.fault_count,
            "warnings": [
                [words, warned.row, warned.times] for words, warned in list(self.warnings.items())[:SHOWN]
            ],
            "warning_count": self.warning_count,
            "told": self.told,
            "written": self.written,
        }

    @classmethod
    def from_json(cls, stored: dict[str, Any]) -> Self:
        return cls(
            counts={kind: Counter(counts) for kind, counts in stored.get("counts", {}).items()},
            faults=[Fault(*fault) for fault in stored.get("faults", [])],
            warnings={words: Warned(row, times) for words, row, times in stored.get("warnings", [])},
            written=stored.get("written", False),
            told=stored.get("told", []),
            fault_count=stored.get("fault_count", 0),
            warning_count=stored.get("warning_count", 0),
        )

    def withhold(self) -> None:
        """The good rows of a load that was refused were not written: they count as nothing."""
        for counts in self.counts.values():
            counts["created"] = counts["updated"] = 0

    def exit_code(self, *, keeps_going: bool) -> int:
        """0 all well, 1 some rows refused, 2 nothing could be done; of a dry run, what the load would say.

        Once the writing has begun the other rows are here, even if nobody asked to go on over faults.
        """
        if not self.total("refused"):
            return 0
        good = self.total("created") + self.total("updated") + self.total("unchanged")
        return 1 if good and (keeps_going or self.written) else 2
