"""From a table's records to validated rows; every fault is collected, none stops the reading."""

import hashlib
from collections.abc import Iterator
from datetime import datetime

from django.utils.translation import gettext as _

from accounts.loading.cells import Cells
from accounts.loading.kinds import Kind, Row
from accounts.loading.known import Known, mark
from accounts.loading.options import Options
from accounts.loading.report import Report
from accounts.loading.tables import Record, Table

KEY_LIMIT = 200


class Validation:
    """One pass over one kind's table."""

    def __init__(
        self, kind: Kind, table: Table, known: Known, report: Report, now: datetime, options: Options
    ) -> None:
        self.kind, self.table, self.known, self.report, self.now = kind.over(table), table, known, report, now
        self.options, self.columns = options, table.columns
        self.whole_rows: set[bytes] = set()
        self.times: dict[bytes, int] = {}
        self.read = 0
        report.open(kind.name)

    def rows(self) -> Iterator[Row]:
        for record in self.table.records():
            self.read += 1
            row = self._row(record)
            if row:
                yield row

    def advance(self) -> int:
        """Rows of the table that were read since this was last asked, whatever became of them."""
        done, self.read = self.read, 0
        return done

    def refuse(self, record: Record, key: str, faults: list[tuple[str, str, str]]) -> None:
        """Count the row once and tell each of its faults; rows that hang on it are refused too."""
        if self.kind.distinct:
            return
        self.report.count(self.kind.name, "refused")
        self.known.refuse(self.kind.name, key, record.number)
        self.report.tell_row(self.table, record, faults)

    def _row(self, record: Record) -> Row | None:
        if record.problem:
            if not self.kind.partial:
                self.refuse(record, "", [("", "", record.problem)])
            return None
        cells = Cells(self.columns, record.cells, self.now, record.number, self.options)
        if not self.kind.takes(cells) or self._is_repeated(record) or self._is_left_out(cells):
            return None
        key, times = self._key(cells)
        if self.kind.distinct and times > 1:
            return None
        row = Row(record.number, key, self.kind.parse(cells), self._parents(cells), record=record)
        if cells.faults:
            self.refuse(record, row.key, cells.faults)
            return None
        self.report.warn(record.file or self.table.file, record.number, cells.warnings)
        row.seal()
        return row

    def _is_repeated(self, record: Record) -> bool:
        whole = mark("\x1f".join(record.cells))
        if whole not in self.whole_rows:
            self.whole_rows.add(whole)
            return False
        if not self.kind.distinct:
            self.report.skip_duplicate(self.kind.name, self.table.file, record.number)
        return True

    def _is_left_out(self, cells: Cells) -> bool:
        reason = self.kind.left_out(cells)
        if reason:
            self.report.count(self.kind.name, "skipped")
            self.report.warn(self.table.file, cells.number, [reason])
        return bool(reason)

    def _key(self, cells: Cells) -> tuple[str, int]:
        """The key, and how often the columns it is made of have stood in the file so far."""
        text = self.kind.key_text(cells)
        times = self.times[mark(text)] = self.times.get(mark(text), 0) + 1
        if self.kind.natural:
            return f"{hashlib.sha256(text.encode()).hexdigest()}-{times}", times
        self._check_key(cells, text, times)
        return text, times

    def _check_key(self, cells: Cells, text: str, times: int) -> None:
        column = self.kind.key[0]
        cells.text(column, KEY_LIMIT, required=True)
        if text and times > 1:
            cells.refuse(column, _("Another row of this file has the same key but says something else."))

    def _parents(self, cells: Cells) -> dict[str, str]:
        for parent in self.kind.parents:
            if parent.required:
                cells.text(parent.column, KEY_LIMIT, required=True)
        return {parent.field: cells.get(parent.column) for parent in self.kind.parents}
