"""Reading what people bring: for now a folder of CSV files in UTF-8, with or without a byte order mark."""

import csv
import hashlib
from collections import Counter
from collections.abc import Collection, Iterator
from pathlib import Path
from typing import IO

from django.utils.translation import gettext as _

from accounts.loading.faults import Fault, Unreadable
from accounts.loading.tables import Record, Source
from accounts.loading.tables import Table as AnyTable

# What a file's first bytes betray when it is not UTF-8 text.
SIGNATURES = {
    b"\xff\xfe": "UTF-16",
    b"\xfe\xff": "UTF-16",
    b"PK\x03\x04": "XLSX/ZIP",
    b"\x1f\x8b": "GZIP",
    b"\xfd7zXZ": "XZ",
    b"\xd0\xcf\x11\xe0": "XLS",
}
# Other separators than the comma, and how to name them.
SEPARATORS = {";": ";", "\t": "TAB", "|": "|"}


class Table(AnyTable):
    """A CSV file, streamed; opening it reads the header and raises Unreadable when that is no use."""

    def __init__(self, path: Path) -> None:
        self.path, self.file = path, path.name
        self._check_signature()
        self.header = self._read_header()

    def records(self) -> Iterator[Record]:
        """Every row below the header; blank lines are counted, not given."""
        for record in self._all():
            if record.number > 1 and (record.cells or record.problem):
                yield record

    def missing(self, required: Collection[str]) -> list[Fault]:
        faults = super().missing(required)
        if faults and (hint := self._separator_hint()):
            faults.insert(0, self.fault(hint, row=1))
        return faults

    def _all(self) -> Iterator[Record]:
        with self.path.open(encoding="utf-8-sig", newline="") as stream:
            try:
                yield from self._numbered(stream)
            except UnicodeDecodeError:
                raise Unreadable([self._encoding_fault()]) from None

    def _numbered(self, stream: IO[str]) -> Iterator[Record]:
        reader, number = csv.reader(stream, strict=True), 0
        while True:
            number += 1
            try:
                cells = next(reader)
            except StopIteration:
                return
            except csv.Error:
                yield Record(
                    number, [], _("The quotes in this row are not closed, or a cell is far too long.")
                )
            else:
                yield Record(number, cells, self._problem(number, cells))

    def _problem(self, number: int, cells: list[str]) -> str:
        if number > 1 and cells and len(cells) != len(self.header):
            words = _("The row has %(cells)d cells, the header has %(columns)d.")
            return words % {"cells": len(cells), "columns": len(self.header)}
        if any("\0" in cell for cell in cells):
            return _("The row holds a NUL byte.")
        return ""

    def _check_signature(self) -> None:
        with self.path.open("rb") as stream:
            start = stream.read(8)
        for signature, name in SIGNATURES.items():
            if start.startswith(signature):
                words = _("This is %(format)s, not CSV text in UTF-8. Save it as “CSV UTF-8”.")
                raise Unreadable([self.fault(words % {"format": name})])

    def _read_header(self) -> list[str]:
        first = next(self._all(), None)
        if first is None or not any(first.cells):
            raise Unreadable(
                [self.fault(first.problem if first and first.problem else _("The file is empty."))]
            )
        header = [" ".join(name.split()).upper() for name in first.cells]
        twice = [name for name, times in Counter(header).items() if name and times > 1]
        if twice:
            raise Unreadable([self.fault(_("The header names this column twice."), row=1, column=twice[0])])
        return header

    def _separator_hint(self) -> str:
        for character, name in SEPARATORS.items():
            if len(self.header) == 1 and character in self.header[0]:
                return _("The columns are separated by %(separator)s: save the file with commas.") % {
                    "separator": name
                }
        return ""

    def _encoding_fault(self) -> Fault:
        words = _(
            "This line is not UTF-8 text (perhaps Windows-1252 or Latin-1). Save the file as “CSV UTF-8”."
        )
        with self.path.open("rb") as stream:
            for number, line in enumerate(stream, start=1):
                try:
                    line.decode()
                except UnicodeDecodeError:
                    return self.fault(words, row=number)
        return self.fault(words)


class Folder(Source):
    """The CSV files of one folder, by their names in lower case without `.csv`."""

    def __init__(self, path: Path) -> None:
        self.path, self.name, self.told = path, str(path), []
        if not path.is_dir():
            raise Unreadable([Fault(str(path), 0, "", "", self._not_a_folder())])
        self.paths = {
            file.stem.lower(): file for file in sorted(path.iterdir()) if file.suffix.lower() == ".csv"
        }
        if not self.paths:
            raise Unreadable([Fault(str(path), 0, "", "", _("There is no CSV file in this folder."))])

    @property
    def names(self) -> Collection[str]:
        return self.paths.keys()

    def open(self, name: str) -> Table:
        return Table(self.paths[name])

    def _not_a_folder(self) -> str:
        if self.path.exists():
            return _("This is a file. Name the folder that holds the CSV files; unpack an archive first.")
        return _("There is no such folder.")

    def row_count(self, name: str) -> int:
        """Rows of a table that is not loaded: nothing in it is judged, not even its encoding."""
        with self.paths[name].open(encoding="utf-8-sig", errors="replace", newline="") as stream:
            try:
                return max(0, sum(1 for cells in csv.reader(stream) if cells) - 1)
            except csv.Error:
                stream.seek(0)
                return max(0, sum(1 for _line in stream) - 1)

    def digest(self) -> str:
        """SHA-256 over the names and the bytes of all tables."""
        whole = hashlib.sha256()
        for name, path in self.paths.items():
            with path.open("rb") as stream:
                whole.update(name.encode() + hashlib.file_digest(stream, "sha256").digest())
        return whole.hexdigest()
