"""What the kinds of a house's own files have in common."""

from typing import Any

from accounts.loading.cells import Cells
from accounts.loading.kinds import Kind


class HouseKind(Kind):
    """A file need not have keys: where it has none, its layout makes them."""

    @property
    def columns(self) -> tuple[str, ...]:
        hung = [parent.column for parent in self.parents if parent.required]
        return tuple(dict.fromkeys([*self.required, *hung]))


def said(cells: Cells, fields: dict[str, str], limits: dict[str, int]) -> dict[str, Any]:
    """The text of those columns that the file has: of the others nothing is said, so they stay as they are."""
    return {
        field: cells.text(column, limits[field])
        for field, column in fields.items()
        if column in cells.columns
    }
