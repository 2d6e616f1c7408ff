"""What every reader gives the pipeline: sources that hold tables, tables that hold records."""

from abc import ABC, abstractmethod
from collections.abc import Collection, Iterator
from dataclasses import dataclass
from types import TracebackType
from typing import Self

from django.utils.translation import gettext as _

from accounts.loading.faults import Fault


@dataclass(frozen=True, slots=True)
class Record:
    """One row as it stands in the file; `problem` says why its cells cannot be trusted.

    `file` is named where one table is spread over several files.
    """

    number: int
    cells: list[str]
    problem: str = ""
    file: str = ""


class Table(ABC):
    """Rows under a header whose names are in capitals; read as often as wanted, always in the same order."""

    file: str
    header: list[str]

    @property
    def columns(self) -> dict[str, int]:
        return {name: index for index, name in enumerate(self.header) if name}

    @abstractmethod
    def records(self) -> Iterator[Record]:
        """Every row below the header; raises Unreadable when the file ends in what is no text."""

    def fault(self, reason: str, *, row: int = 0, column: str = "") -> Fault:
        return Fault(self.file, row, column, "", reason)

    def missing(self, required: Collection[str]) -> list[Fault]:
        words = _("This column is missing.")
        return [self.fault(words, row=1, column=name) for name in required if name not in self.columns]


class Source(ABC):
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

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()
