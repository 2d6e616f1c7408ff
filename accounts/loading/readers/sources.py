"""From a path to a source: its files, by the tables that they are."""

import csv
import hashlib
from collections import defaultdict
from collections.abc import Collection
from pathlib import Path

from django.utils.translation import gettext as _

from accounts.loading.faults import Fault, Unreadable
from accounts.loading.readers import csv_tables, xlsx_tables
from accounts.loading.readers.reading import Reading
from accounts.loading.readers.signatures import XLSX, kind_of
from accounts.loading.readers.unpacking import Piece, Unpacked
from accounts.loading.registry import Layout
from accounts.loading.tables import Source, Table

# Of a folder or an archive; a file that is named itself may end as it likes.
ENDINGS = frozenset({".csv", ".tsv", ".xlsx"})
FileTable = csv_tables.Table | xlsx_tables.Table


def open_source(
    path: Path | str, *, layout: Layout | None = None, reading: Reading | None = None, name: str = ""
) -> Source:
    """Raises Unreadable, in words, for what cannot be opened; DomainError for a reading that nobody knows.

    `name` is what the input is called where it lies under another name. Close the source when done.
    """
    only = layout.needed if layout and layout.is_single else ""
    return FileSource(path, only=only, reading=reading, name=name)


class FileSource(Source):
    """Tables by the names of their files in lower case; a single file is the table `only`, whatever its name."""

    def __init__(
        self, path: Path | str, *, only: str = "", reading: Reading | None = None, name: str = ""
    ) -> None:
        self.reading, self.told = (reading or Reading()).checked(), []
        self.unpacked = Unpacked(path, endings=ENDINGS, name=name)
        self.name = self.unpacked.name
        self.pieces: dict[str, list[Piece]] = defaultdict(list)
        for piece in self.unpacked:
            self.pieces[piece.stem].append(piece)
        if not self.pieces:
            self.close()
            raise self.refused(_("There is no CSV or XLSX file in it."))
        if only and len(self.unpacked.pieces) == 1:
            self.pieces = {only: self.unpacked.pieces}

    @property
    def names(self) -> Collection[str]:
        return self.pieces.keys()

    def open(self, name: str) -> Table:
        found = self.pieces[name]
        if len(found) > 1:
            words = _("More than one file could be %(table)s: %(files)s. Leave only one.")
            raise self.refused(words % {"table": name, "files": ", ".join(one.name for one in found)})
        try:
            table = opened(found[0], self.reading)
        except OSError as error:
            raise self.refused(str(error.strerror or error)) from error
        self._tell(table)
        return table

    def refused(self, reason: str) -> Unreadable:
        return Unreadable([Fault(self.name, 0, "", "", reason)])

    def row_count(self, name: str) -> int:
        return sum(map(rows_in, self.pieces[name]))

    def digest(self) -> str:
        whole = hashlib.sha256()
        for name, pieces in self.pieces.items():
            for piece in pieces:
                with piece.open() as stream:
                    whole.update(name.encode() + hashlib.file_digest(stream, "sha256").digest())
        return whole.hexdigest()

    def close(self) -> None:
        self.unpacked.close()

    def _tell(self, table: FileTable) -> None:
        """How a single file is written; of many only those that are written in another way than most."""
        lines = list(table.told)
        if len(self.pieces) == 1 or not table.is_usual:
            lines.insert(0, table.summary())
        self.told += [line for line in lines if line not in self.told]


def opened(piece: Piece, reading: Reading) -> FileTable:
    of_kind = xlsx_tables.Table if kind_of(piece.path) == XLSX else csv_tables.Table
    return of_kind(piece.path, name=piece.file, reading=reading)


def rows_in(piece: Piece) -> int:
    """Rows below the header of what is not loaded: nothing in it is judged, not even its encoding."""
    try:
        if kind_of(piece.path) == XLSX:
            return max(0, xlsx_tables.Table(piece.path).rows - 1)
        with piece.path.open(encoding="utf-8-sig", errors="replace", newline="") as stream:
            return max(0, sum(1 for cells in csv.reader(stream) if cells) - 1)
    except (csv.Error, Unreadable):
        with piece.open() as lines:
            return max(0, sum(1 for _line in lines) - 1)
