"""What a report tells, as a table: one function makes the text of every cell, for the page and for the file."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

UNKNOWN = "–"
Cell = Any


@dataclass(frozen=True)
class Column:
    label: Any
    is_number: bool = True


@dataclass(frozen=True)
class Table:
    """Cells are text, whole numbers, decimals, days, or None for what is unknown; totals may be missing."""

    columns: Sequence[Column]
    rows: Sequence[Sequence[Cell]]
    totals: Sequence[Cell] = ()


@dataclass(frozen=True)
class Sheet:
    """A table as everybody reads it."""

    header: list[str]
    rows: list[list[str]]
    totals: list[str]
    are_numbers: list[bool]

    @property
    def lines(self) -> list[list[str]]:
        return [self.header, *self.rows, *([self.totals] if self.totals else [])]

    @property
    def columns(self) -> list[tuple[str, bool]]:
        return self.marked(self.header)

    @property
    def body(self) -> list[list[tuple[str, bool]]]:
        return [self.marked(row) for row in self.rows]

    @property
    def foot(self) -> list[tuple[str, bool]]:
        return self.marked(self.totals) if self.totals else []

    def marked(self, line: list[str]) -> list[tuple[str, bool]]:
        """Each text with whether its column holds numbers."""
        return list(zip(line, self.are_numbers, strict=True))


def as_sheet(table: Table) -> Sheet:
    return Sheet(
        header=[str(column.label) for column in table.columns],
        rows=[[as_text(cell) for cell in row] for row in table.rows],
        totals=[as_text(cell) for cell in table.totals] if table.rows else [],
        are_numbers=[column.is_number for column in table.columns],
    )


def as_text(cell: Cell) -> str:
    """Numbers with a point and without separators, days as 2027-01-31: programs read them too."""
    if cell is None:
        return UNKNOWN
    if isinstance(cell, Decimal):
        return f"{cell:f}"
    return cell.isoformat() if isinstance(cell, date) else str(cell)
