"""What every reader gives the pipeline: sources that hold tables, tables that hold records."""

from abc import ABC, abstractmethod
from collections.abc import Collection, Iterator
from dataclasses import dataclass

from django.utils.translation import gettext as _

from accounts.loading.closing import Closing
from accounts.loading.faults import Fault
from accounts.loading.headings import plain


@dataclass(frozen=True, slots=True)
class Record:
    """One row as it stands in the file; `problem` says why its cells cannot be trusted.

    `file` is named where one table is spread over several files; `original` holds the cells as the file has them,
    where a mapping changed them.
    """

    number: int
    cells: list[str]
    problem: str = ""
    file: str = ""
    original: list[str] | None = None


class Table(ABC):
    """Rows under a header whose names are in capitals; read as often as wanted, always in the same order."""

    file: str
    header: list[str]
    # The table that this one gives in another order or under other names.
    original: "Table | None" = None

    @property
    def written(self) -> list[str]:
        """The header as the file has it."""
        return self.original.written if self.original else self.header

    @property
    def expected(self) -> int:
        """About how many rows there are; 0 when nobody has counted."""
        return self.original.expected if self.original else 0

    def hint(self) -> str:
        """What may be wrong with the header, in words, for when columns are missing."""
        return self.original.hint() if self.original else ""

    @property
    def columns(self) -> dict[str, int]:
        """Of a name that stands twice the first counts."""
        found: dict[str, int] = {}
        for index, name in enumerate(self.header):
            if name:
                found.setdefault(name, index)
        return found

    def name_of(self, column: str) -> str:
        """As the file calls one of our columns, where that is another word."""
        index, written = self.columns.get(column, -1), self.written
        theirs = written[index] if 0 <= index < len(written) else ""
        return theirs if plain(theirs) not in ("", plain(column)) else column

    @abstractmethod
    def records(self) -> Iterator[Record]:
        """Every row below the header; raises Unreadable when the file ends in what is no text."""

    def fault(self, reason: str, *, row: int = 0, column: str = "") -> Fault:
        return Fault(self.file, row, column, "", reason)

    def missing(self, required: Collection[str]) -> list[Fault]:
        """Those that are not there, and those that are there twice: nobody knows which one is meant."""
        words = {0: _("This column is missing."), 2: _("The header names this column twice.")}
        times = {name: min(self.header.count(name), 2) for name in required}
        return [self.fault(words[n], row=1, column=name) for name, n in times.items() if n in words]


class Source(Closing):
    """One input: a file, a folder, an archive or what comes through standard input."""

    # What a batch and its audit call the input, and what was found out about it, in words.
    name: str
    told: list[str]

    @property
    @abstractmethod
    def names(self) -> Collection[str]:
        """The tables that are there, in lower case."""

    @abstractmethod
    def open(self, name: str) -> Table:
        """Raises Unreadable when the header is no use."""

    @abstractmethod
    def row_count(self, name: str) -> int:
        """Rows of a table that is not loaded: nothing in it is judged."""

    @abstractmethod
    def digest(self) -> str:
        """SHA-256 over the names and the bytes of all that is read."""

    def close(self) -> None:
        """Throw away whatever was unpacked."""
        return
