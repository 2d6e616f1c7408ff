"""Spreadsheets (XLSX), streamed: one sheet as a table, its cells as a person would have typed them."""

import re
import zipfile
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from django.utils.translation import gettext as _

from accounts.loading.faults import Unreadable
from accounts.loading.readers import unpacking
from accounts.loading.readers.cell_texts import CellTexts
from accounts.loading.readers.reading import Reading
from accounts.loading.readers.rows import FileTable, Found
from accounts.loading.readers.signatures import refusal
from accounts.loading.readers.workbooks import Workbook

# All that is raised for a file that is not what it claims to be.
DAMAGED = (zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError, LookupError, ValueError)
# A formula that was never worked out: it has no value behind it.
UNWORKED = re.compile(rb"(?:</f>|<f\b[^<>]*/>)\s*(?:<v\s*/>\s*|<v>\s*</v>\s*)?</c>")
ROW = re.compile(rb"<(?:\w+:)?row\b")
CHUNK, OVERLAP = 2**20, 256


class Table(FileTable):
    """One sheet: the one that was asked for, else the first that people see. Raises Unreadable, in words."""

    pads = True

    def __init__(self, path: Path, *, name: str = "", reading: Reading | None = None) -> None:
        self.path, self.file, self.told, self.rows = path, name or path.name, [], 0
        if words := refusal(path):
            raise Unreadable([self.fault(words)])
        with self._book() as book:
            if book.unpacked_bytes > unpacking.MOST_BYTES:
                raise Unreadable([self.fault(_("Unpacked, it is far too large to be a table."))])
            self.sheet = self._choose(book, (reading or Reading()).sheet)
            self._look(book)
        self.reading = Reading(sheet=self.sheet)
        self.read_header()

    @property
    def expected(self) -> int:
        return self.rows

    @property
    def is_usual(self) -> bool:
        return True

    def summary(self) -> str:
        return _("%(file)s: sheet “%(sheet)s”.") % {"file": self.file, "sheet": self.sheet}

    def found(self) -> Iterator[Found]:
        with self._book() as book:
            texts = CellTexts(book)
            for number, cells in book.rows(self.sheet):
                yield number, texts.row(cells), ""

    @contextmanager
    def _book(self) -> Iterator[Workbook]:
        try:
            with Workbook(self.path) as book:
                yield book
        except DAMAGED as error:
            words = _("The spreadsheet is damaged: it cannot be read to its end (%(error)s).")
            raise Unreadable([self.fault(words % {"error": error})]) from error

    def _choose(self, book: Workbook, asked: str) -> str:
        """The name of the sheet; what else is there is told."""
        seen = [title for title, (_member, is_seen) in book.sheets.items() if is_seen]
        found = next((title for title in book.sheets if title.casefold() == asked.casefold()), "")
        if (asked and not found) or not book.sheets:
            words = _("There is no sheet “%(sheet)s”. It has these: %(names)s.")
            raise Unreadable([self.fault(words % {"sheet": asked, "names": ", ".join(book.sheets)})])
        chosen = found or (seen or list(book.sheets))[0]
        self._tell_others([title for title in book.sheets if title != chosen], seen)
        return chosen

    def _tell_others(self, others: list[str], seen: list[str]) -> None:
        groups = {
            _("%(file)s: these sheets are not read: %(names)s."): [one for one in others if one in seen],
            _("%(file)s: these hidden sheets are not read: %(names)s."): [
                one for one in others if one not in seen
            ],
        }
        self.told += [
            words % {"file": self.file, "names": ", ".join(names)} for words, names in groups.items() if names
        ]

    def _look(self, book: Workbook) -> None:
        """Count the rows, and tell of formulas without a value."""
        is_unworked, before = False, b""
        with book.open_sheet(self.sheet) as stream:
            while chunk := stream.read(CHUNK):
                self.rows += len(ROW.findall(chunk))
                is_unworked = is_unworked or bool(UNWORKED.search(before + chunk))
                before = chunk[-OVERLAP:]
        if is_unworked:
            words = _(
                "%(file)s: formulas that were never worked out are read as blank. Open the file in a spreadsheet"
                " and save it."
            )
            self.told.append(words % {"file": self.file})
