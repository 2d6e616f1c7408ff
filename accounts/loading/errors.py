"""The list of errors: every row that was refused, as the file has it, with the reasons; mended, it loads again."""

import csv
import os
from collections.abc import Iterable, Sequence
from itertools import chain, count
from pathlib import Path, PurePosixPath
from types import TracebackType
from typing import IO, Any, Self

from django.utils.translation import gettext as _

from accounts.errors import DomainError
from accounts.loading import mending
from accounts.loading.faults import Fault, Unreadable
from accounts.loading.registry import Layout
from accounts.loading.tables import Record, Table

ENCODING = "utf-8-sig"  # its mark tells Excel that this is UTF-8
# Column, value and reason.
Reasons = Sequence[tuple[str, str, str]]


class ErrorFile:
    """A CSV file, or for a layout of several tables a folder with one a table; there is none when all is well.

    Written as the faults come, and begun anew by each pass over the input. Raises DomainError rather than
    overwrite what is no list of errors.
    """

    def __init__(self, path: Path, layout: Layout) -> None:
        self.path, self.is_single = path, layout.is_single
        self.open: dict[Path, IO[str]] = {}
        self.seen: set[tuple[str, int]] = set()
        # By input its list, where there are several.
        self.lists: dict[str, Path] = {}
        self._check()

    def begin(self) -> None:
        """Take away what an earlier pass or an earlier load has listed."""
        self.close()
        self.seen.clear()
        for path in self._lists():
            path.unlink()

    def note(self, table: Table, record: Record, reasons: Reasons) -> None:
        """One line a row, however many faults it has and however many kinds refuse it."""
        file = record.file or table.file
        if (file, record.number) in self.seen:
            return
        self.seen.add((file, record.number))
        header, cells = table.written, list(record.original or record.cells)
        width = len(header)
        row = (cells + [""] * width)[:width]
        said = [file, str(record.number), *joined(reasons)]
        if len(cells) > width:
            said[3] = ", ".join(cells)
        self._write(table.file, header, [*map(mending.guarded, row), *map(mending.guarded, said)])

    def tell(self, faults: Iterable[Fault]) -> None:
        """What is wrong with files as a whole, without a row."""
        for fault in faults:
            said = [fault.file, str(fault.row or ""), fault.column, fault.value, fault.reason]
            self._write(fault.file, [], list(map(mending.guarded, said)))

    def close(self) -> None:
        for stream in self.open.values():
            stream.close()
        self.open.clear()

    def spare(self, source: str) -> None:
        """Raises DomainError when the list would replace what is loaded, or be loaded with it the next time."""
        if self.path.resolve().is_relative_to(Path(source).resolve()):
            words = _("%(path)s is what is to be loaded, or lies in it. Put the list of errors elsewhere.")
            raise DomainError(words % {"path": self.path})

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if isinstance(error, Unreadable):
            self.begin()
            self.tell(error.faults)
        self.close()

    def _check(self) -> None:
        if not self.path.parent.is_dir():
            raise DomainError(
                _("There is no folder %(path)s for the list of errors.") % {"path": self.path.parent}
            )
        if self.path.is_dir() == self.is_single and self.path.exists():
            words = _("The list of errors is one file here: %(path)s is a folder.")
            if not self.is_single:
                words = _("The lists of errors are one file a table: %(path)s is no folder.")
            raise DomainError(words % {"path": self.path})
        for path in self._there():
            if not is_list(path):
                words = _("%(path)s is no list of errors; it is not overwritten.")
                raise DomainError(words % {"path": path})

    def _there(self) -> list[Path]:
        if self.path.is_dir():
            return sorted(self.path.iterdir())
        return [self.path] if self.path.exists() else []

    def _lists(self) -> list[Path]:
        return [path for path in self._there() if is_list(path)]

    def _write(self, file: str, header: list[str], row: list[str]) -> None:
        path = self.path if self.is_single else self._list_of(file)
        stream = self.open.get(path)
        if stream is None:
            stream = self.open[path] = self._opened(path)
            csv.writer(stream).writerow([*header, *mending.COLUMNS])
        csv.writer(stream).writerow(row)

    def _list_of(self, file: str) -> Path:
        """Inputs whose names differ in folder, ending or capitals alone have numbered lists."""
        if file not in self.lists:
            stem = PurePosixPath(file).stem or "input"
            names = chain([stem], (f"{stem}-{number}" for number in count(2)))
            taken = {path.stem.lower() for path in self.lists.values()}
            name = next(name for name in names if name.lower() not in taken)
            self.lists[file] = self.path / f"{name}.csv"
        return self.lists[file]

    def _opened(self, path: Path) -> IO[str]:
        """For its owner's eyes only: what it holds is about patients."""
        if not self.is_single:
            self.path.mkdir(mode=0o700, exist_ok=True)
        return open(path, "w", encoding=ENCODING, errors="replace", newline="", opener=privately)


def privately(path: str, flags: int) -> int:
    return os.open(path, flags, mode=0o600)


def joined(reasons: Reasons) -> list[str]:
    """Columns, values and reasons of all faults, each in one cell."""
    columns = [column for column, _value, _reason in reasons]
    values = [value for _column, value, _reason in reasons]
    words = [
        f"{column}: {reason}" if column and len(reasons) > 1 else reason for column, _value, reason in reasons
    ]
    return ["; ".join(filter(None, columns)), "; ".join(filter(None, values)), " ".join(words)]


def is_list(path: Path) -> bool:
    """Whether the file is one that was written here."""
    if path.is_dir():
        return False
    with path.open(encoding=ENCODING, errors="replace", newline="") as stream:
        first: Any = next(csv.reader([stream.readline(2**20)]), [])
    return mending.is_list_of_errors(first)
