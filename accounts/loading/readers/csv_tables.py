"""CSV files, streamed, however they are written."""

import csv
from collections import deque
from collections.abc import Iterator
from pathlib import Path
from typing import IO

from django.utils.translation import gettext as _

from accounts.loading.faults import Unreadable
from accounts.loading.readers import dialects
from accounts.loading.readers.encodings import ESCAPED, LATIN, NoText, scan
from accounts.loading.readers.reading import COMMA, Reading, delimiter_words, encoding_words
from accounts.loading.readers.rows import FileTable, Found
from accounts.loading.readers.signatures import refusal


class Table(FileTable):
    """Opening it looks at all of its bytes once and reads the header; raises Unreadable when it is no table."""

    def __init__(self, path: Path, *, name: str = "", reading: Reading | None = None) -> None:
        self.path, self.file, self.told = path, name or path.name, []
        if words := refusal(path):
            raise Unreadable([self.fault(words)])
        asked = (reading or Reading()).checked()
        try:
            self.scan = scan(path, asked.encoding)
        except NoText as error:
            raise Unreadable([self.fault(str(error))]) from error
        with self._text() as stream:
            self.dialect = dialects.detect(stream.read(dialects.SAMPLE), asked.delimiter)
        self.reading = Reading(self.scan.encoding, self.dialect.delimiter)
        self.read_header()
        self.told += self._doubts()

    @property
    def expected(self) -> int:
        return self.scan.lines

    def summary(self) -> str:
        words = _("%(file)s: %(encoding)s, columns separated by %(delimiter)s.")
        if len(self.header) < 2:
            words = _("%(file)s: %(encoding)s, a single column.")
        return words % {
            "file": self.file,
            "encoding": encoding_words(self.reading.encoding),
            "delimiter": delimiter_words(self.reading.delimiter),
        }

    @property
    def is_usual(self) -> bool:
        """As most files are, so that of many files only the others need be told."""
        return self.reading.encoding == "utf-8-sig" and self.reading.delimiter == COMMA

    def found(self) -> Iterator[Found]:
        with self._text() as stream:
            for _line in range(self.dialect.skipped):
                stream.readline()
            yield from self._numbered(Lines(stream))

    def _text(self) -> IO[str]:
        return self.path.open(encoding=self.scan.encoding, errors=self.scan.errors, newline="")

    def _numbered(self, lines: "Lines") -> Iterator[Found]:
        """Rows from the first, which is number 1 or follows what was skipped.

        Of a row that cannot be read only the first line is given up: the next line begins a new row.
        """
        reader = csv.reader(
            lines, delimiter=self.dialect.delimiter, quotechar=self.dialect.quote, strict=True
        )
        number, is_suspect, taken = self.dialect.skipped, self.scan.has_nul or self.scan.is_mixed, lines.taken
        while True:
            number += 1
            try:
                cells = next(reader)
            except StopIteration:
                return
            except csv.Error:
                yield number, taken[:1], damage(taken)
                lines.give_back()
            else:
                taken.clear()
                yield number, cells, strange(cells) if is_suspect else ""

    def _doubts(self) -> Iterator[str]:
        if self.scan.is_mixed:
            words = _(
                "%(file)s: some bytes are not UTF-8 as all others are; the rows that hold them are refused."
            )
            yield words % {"file": self.file}
        elif self.scan.encoding == LATIN:
            words = _(
                "%(file)s: read as Latin-1, since some bytes mean nothing in Windows-1252; look at the letters."
            )
            yield words % {"file": self.file}


class Lines:
    """A file's lines; those of the row under way can be given back, all but the first."""

    def __init__(self, stream: IO[str]) -> None:
        self.stream, self.taken, self.again = stream, list[str](), deque[str]()

    def __iter__(self) -> "Lines":
        return self

    def __next__(self) -> str:
        line = self.again.popleft() if self.again else next(self.stream)
        self.taken.append(line)
        return line

    def give_back(self) -> None:
        self.again.extendleft(reversed(self.taken[1:]))
        self.taken.clear()


def damage(taken: list[str]) -> str:
    """Why the row that begins with the first of these lines cannot be read."""
    limit = csv.field_size_limit()
    if taken and len(taken[0]) > limit:
        return _("A cell of this row is longer than %(limit)d characters.") % {"limit": limit}
    return _("The quotes in this row are not closed, or something stands behind them.")


def strange(cells: list[str]) -> str:
    for cell in cells:
        if "\0" in cell:
            return _("The row holds a NUL byte.")
        if ESCAPED.search(cell):
            return _("The row holds bytes that are no UTF-8 text.")
    return ""
