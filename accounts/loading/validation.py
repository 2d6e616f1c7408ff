"""From a table's records to validated rows; every fault is collected, none stops the reading."""

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime

from django.utils.translation import gettext as _

from accounts.loading.cells import Cells
from accounts.loading.errors import Reasons
from accounts.loading.kinds import Kind, Row
from accounts.loading.known import mark
from accounts.loading.options import Options
from accounts.loading.tables import Record, Table

KEY_LIMIT = 200
# Where most records become no rows, a chunk ends after so many times its size, so that memory stays flat.
MOST_READ = 10


@dataclass(slots=True)
class Chunk:
    """Some rows that can be loaded, and what is to be told of all the records among which they stood."""

    rows: list[Row] = field(default_factory=list)
    # Record, key and faults; file, row and words.
    refused: list[tuple[Record, str, Reasons]] = field(default_factory=list)
    warned: list[tuple[str, int, list[str]]] = field(default_factory=list)
    skipped: int = 0
    read: int = 0


class Validation:
    """One reading of one kind's table."""

    def __init__(self, kind: Kind, table: Table, now: datetime, options: Options) -> None:
        self.kind, self.table, self.now, self.options = kind.over(table), table, now, options
        self.columns = table.columns
        # Of a kind with keys, the row under each, since files may have millions; of another, all rows and keys.
        self.first_rows: dict[bytes, bytes] = {}
        self.whole_rows: set[bytes] = set()
        self.times: dict[bytes, int] = {}

    def chunks(self, size: int) -> Iterator[Chunk]:
        """Of so many rows each; the last may have none, and something to be told all the same."""
        chunk = Chunk()
        for record in self.table.records():
            self._take(record, chunk)
            if len(chunk.rows) == size or chunk.read == MOST_READ * size:
                yield chunk
                chunk = Chunk()
        yield chunk

    def _take(self, record: Record, chunk: Chunk) -> None:
        chunk.read += 1
        if record.problem:
            self._tell_unreadable(record, chunk)
            return
        cells = Cells(self.columns, record.cells, self.now, record.number, self.options)
        if not self.kind.takes(cells):
            return
        text, whole = self.kind.key_text(cells), mark("\x1f".join(record.cells))
        if self._is_repeated(text, whole):
            self._tell_repeated(record, chunk)
            return
        if self._is_left_out(cells, chunk):
            return
        key, times = self._key(cells, text, whole)
        if self.kind.distinct and times > 1:
            return
        row = Row(record.number, key, self.kind.parse(cells), self._parents(cells), record=record)
        if cells.faults:
            chunk.refused.append((record, key, cells.faults))
            return
        if cells.warnings:
            chunk.warned.append((record.file or self.table.file, record.number, cells.warnings))
        row.seal()
        chunk.rows.append(row)

    def _tell_unreadable(self, record: Record, chunk: Chunk) -> None:
        if not self.kind.partial:
            chunk.refused.append((record, "", [("", "", record.problem)]))

    def _is_repeated(self, key: str, whole: bytes) -> bool:
        """Equal rows have one key."""
        if not self.kind.natural:
            return self.first_rows.get(mark(key)) == whole
        before = len(self.whole_rows)
        self.whole_rows.add(whole)
        return len(self.whole_rows) == before

    def _tell_repeated(self, record: Record, chunk: Chunk) -> None:
        if not self.kind.distinct:
            words = _("the same row stands in the file more than once; only the first counts")
            chunk.skipped += 1
            chunk.warned.append((self.table.file, record.number, [words]))

    def _is_left_out(self, cells: Cells, chunk: Chunk) -> bool:
        reason = self.kind.left_out(cells)
        if reason:
            chunk.skipped += 1
            chunk.warned.append((self.table.file, cells.number, [reason]))
        return bool(reason)

    def _key(self, cells: Cells, text: str, whole: bytes) -> tuple[str, int]:
        """The key, and how often it has stood in the file so far; 2 is often enough where no rows may share one."""
        short = mark(text)
        if self.kind.natural:
            times = self.times[short] = self.times.get(short, 0) + 1
            return f"{hashlib.sha256(text.encode()).hexdigest()}-{times}", times
        times = 1 if self.first_rows.setdefault(short, whole) == whole else 2
        self._check_key(cells, text, times)
        return text, times

    def _check_key(self, cells: Cells, text: str, times: int) -> None:
        column = self.kind.key[0]
        cells.code(column, KEY_LIMIT, required=True)
        if text and times > 1:
            cells.refuse(column, _("Another row of this file has the same key but says something else."))

    def _parents(self, cells: Cells) -> dict[str, str]:
        for parent in self.kind.parents:
            if parent.required:
                cells.text(parent.column, KEY_LIMIT, required=True)
        return {parent.field: cells.get(parent.column) for parent in self.kind.parents}
