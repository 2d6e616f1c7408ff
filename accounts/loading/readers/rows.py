"""What tables of every format have in common: a header that may be odd, and rows that must fit it."""

import re
from abc import abstractmethod
from collections import Counter
from collections.abc import Iterator
from itertools import islice
from pathlib import Path
from typing import ClassVar
from unicodedata import normalize

from django.utils.translation import gettext as _

from accounts.loading import mending
from accounts.loading.faults import Unreadable
from accounts.loading.readers.reading import Reading
from accounts.loading.tables import Record, Table

# What stands in a cell rather than above a column.
VALUE = re.compile(r"[-+]?[\d.,:/ -]*\d[\d.,:/ -]*([TZ][\d:.Z+-]*)?")
LOOKED_AT = 20
# A row as a reader finds it: its number, its cells, and what is wrong with them.
Found = tuple[int, list[str], str]


class FileTable(Table):
    """A file with a header in its first row that is not empty; `reading` is how it is written, `told` what is odd."""

    path: Path
    reading: Reading
    told: list[str]
    # Whether rows end where their last cell does, so that short ones are whole.
    pads: ClassVar[bool] = False

    @abstractmethod
    def found(self) -> Iterator[Found]:
        """Every row of the file, the header among them."""

    def read_header(self) -> None:
        """Raises Unreadable when there is none."""
        first = next((row for row in self.found() if row[2] or any(row[1])), None)
        if first is None or first[2]:
            raise Unreadable(
                [self.fault(first[2] if first else _("The file is empty."), row=first[0] if first else 0)]
            )
        self.header_row, names, _problem = first
        self.spelt = [" ".join(name.replace("\ufeff", "").split()) for name in names]
        while self.spelt and not self.spelt[-1]:
            self.spelt.pop()
        self.header = [normalize("NFC", name).upper() for name in self.spelt]
        self.width = len(self.header)
        self.left_out = self._left_out()
        self.header = self.without(self.header)
        self.told += self._oddities()

    @property
    def written(self) -> list[str]:
        return self.without(self.spelt)

    def records(self) -> Iterator[Record]:
        """Every row below the header; blank rows are counted, not given."""
        width, dropping = self.width, bool(self.left_out)
        for number, cells, problem in self.found():
            if number <= self.header_row:
                continue
            if problem:
                yield Record(number, [], problem, original=cells)
            elif any(cells):
                if len(cells) < width and self.pads:
                    cells += [""] * (width - len(cells))
                if len(cells) != width and (problem := self.misfit(cells)):
                    yield Record(number, [], problem, original=cells)
                elif dropping:
                    yield Record(number, [mending.plain(cell) for cell in self.without(cells)])
                else:
                    yield Record(number, cells)

    def misfit(self, cells: list[str]) -> str:
        """Cut off empty cells behind the last column; any other number of cells than the header's is told."""
        if len(cells) > self.width and not any(cells[self.width :]):
            del cells[self.width :]
            return ""
        words = _("The row has %(cells)d cells, the header has %(columns)d.")
        return words % {"cells": len(cells), "columns": self.width}

    def without(self, cells: list[str]) -> list[str]:
        """The cells but for what a list of errors says."""
        return (
            [cell for index, cell in enumerate(cells) if index not in self.left_out]
            if self.left_out
            else cells
        )

    def hint(self) -> str:
        named = [name for name in self.header if name]
        if all(map(VALUE.fullmatch, named)):
            return _("The first row holds values, not the names of columns. Put the names above it.")
        rows = islice(self.found(), self.header_row, self.header_row + LOOKED_AT)
        wider = next(
            (number for number, cells, _bad in rows if sum(map(bool, cells)) > max(1, len(named))), 0
        )
        if wider and len(named) == 1:
            words = _("The names of the columns seem to stand in row %(row)d. Delete the rows above it.")
            return words % {"row": wider}
        return ""

    def _left_out(self) -> frozenset[int]:
        if not mending.is_list_of_errors(self.header):
            return frozenset()
        return frozenset(index for index, name in enumerate(self.header) if name in mending.COLUMNS)

    def _oddities(self) -> Iterator[str]:
        if self.header_row > 1:
            yield _("%(file)s: the names of the columns stand in row %(row)d.") % {
                "file": self.file,
                "row": self.header_row,
            }
        for name, times in Counter(self.header).items():
            if name and times > 1:
                words = _("%(file)s: the header names the column %(name)s twice; only the first is read.")
                yield words % {"file": self.file, "name": name}
        if "" in self.header:
            words = _("%(file)s: column %(number)d has no name and is not read.")
            yield words % {"file": self.file, "number": self.header.index("") + 1}
