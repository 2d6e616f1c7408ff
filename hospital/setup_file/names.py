"""Which row a name of the file means: those of the file first, then those of the house."""

from collections import defaultdict
from typing import Any
from uuid import UUID

from django.utils.translation import gettext as _

from hospital.setup_file.reading import Fault, Item, Setup, tidy
from hospital.setup_file.shapes import TABLES, Key, Table, keys_of, spoken

SELECTED = {
    "departments": ["parent"],
    "doctors": ["department", "location"],
    "note_templates": ["appointment_type"],
}


class Ambiguous(Exception):
    """Several rows have the name."""


def stored(table: Table, row: Any) -> Any:
    """Tells each column of a stored row as the file spells it in keys: a department by its name."""

    def value(name: str) -> Any:
        column = table.column(name)
        found = getattr(row, column.attribute if column else name)
        return tidy(str(found) if column and column.refers and found is not None else found)

    return value


class Names:
    """Matches every row of the file with the row it means, or with a new one."""

    def __init__(self, setup: Setup) -> None:
        self.faults: list[Fault] = []
        self.rows: dict[str, list[Any]] = {}
        self.meant: dict[Item, Any] = {}
        # What references may name: current rows under their names, and after them those of the file.
        self.known: dict[str, dict[str, list[Any]]] = {}
        for name, table in TABLES.items():
            fields = SELECTED.get(name, [])
            rows = table.model._default_manager.select_related(*fields).order_by("pk")
            self.rows[name] = list(rows)
            self.match(table, setup.items(name))
            self.know(table, setup.items(name))

    def match(self, table: Table, items: list[Item]) -> None:
        by_id = {row.public_id: row for row in self.rows[table.name]}
        by_key: dict[Key, list[Any]] = defaultdict(list)
        for row in self.rows[table.name]:
            for key in keys_of(table.name, stored(table, row)):
                by_key[key].append(row)
        taken: dict[int, Item] = {}
        for item in items:
            row = self.find(table, item, by_id, by_key) or self.new(table, item)
            if id(row) in taken:
                words = _("It means the same row as %(place)s.") % {"place": taken[id(row)].place}
                self.faults.append(item.fault("", words))
            taken[id(row)], self.meant[item] = item, row

    def find(
        self, table: Table, item: Item, by_id: dict[UUID, Any], by_key: dict[Key, list[Any]]
    ) -> Any | None:
        if item.id and (row := by_id.get(item.id)):
            return row
        for number, key in enumerate(keys_of(table.name, item.value)):
            # By name alone only a doctor whose licence nobody has noted yet.
            rows = [row for row in by_key[key] if not (number and row.licence_number)]
            rows = [row for row in rows if not is_archived(row)] or rows
            if len(rows) > 1:
                words = _("%(number)d rows are called “%(name)s”: say which by its id.")
                self.faults.append(item.fault("id", words % {"number": len(rows), "name": spoken(key)}))
            if rows:
                return rows[0]
        return None

    def new(self, table: Table, item: Item) -> Any:
        return table.model(public_id=item.id) if item.id else table.model()

    def know(self, table: Table, items: list[Item]) -> None:
        """A row that the file renames is known by its new name only."""
        known = self.known.setdefault(table.name, defaultdict(list))
        of_file = {id(self.meant[item]) for item in items}
        column = "code" if table.name == "appointment_types" else "name"
        for row in self.rows[table.name] if table.name not in ("doctors", "note_templates") else ():
            if id(row) not in of_file:
                known[str(row.public_id)].append(row)
                if not is_archived(row):
                    known[tidy(getattr(row, column))].append(row)
        for item in items:
            row = self.meant[item]
            known[item.value(column) or getattr(row, column, "")].append(row)
            known[str(row.public_id)].append(row)

    def named(self, table: str, name: str) -> Any | None:
        """The row of that name; raises Ambiguous when there are several."""
        rows = self.known[table].get(name, [])
        if len(rows) > 1:
            raise Ambiguous
        return rows[0] if rows else None


def is_archived(row: Any) -> bool:
    return bool(getattr(row, "archived_at", None))
