"""Departments: a tree by names, whose rows may stand in any order."""

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Any

from django.db.models import Model
from django.utils.translation import gettext as _

from accounts.loading.cells import Cells
from accounts.loading.faults import Fault
from accounts.loading.house.kinds import HouseKind, said
from accounts.loading.kinds import Kind, Row
from accounts.loading.tables import Record, Table
from accounts.models import Department

FIELDS = {"phone": "PHONE", "opening_hours": "OPENING_HOURS", "description": "DESCRIPTION"}
LIMITS = {"phone": 40, "opening_hours": 200, "description": 10_000}


class Departments(HouseKind):
    name = table = "departments"
    model = Department
    asks_house = True
    key = ("NAME",)
    required = ("NAME",)
    optional = ("PARENT", "PHONE", "OPENING_HOURS", "DESCRIPTION")
    synonyms = {
        "NAME": ("DEPARTMENT", "DEPARTMENT NAME", "DEPT", "UNIT", "WARD"),
        "PARENT": ("PART OF", "PARENT DEPARTMENT", "DIVISION", "BELONGS TO"),
        "PHONE": ("TEL", "TELEPHONE", "PHONE NUMBER", "TEL NO", "EXTENSION"),
        "OPENING_HOURS": ("HOURS", "OPEN"),
        "DESCRIPTION": ("NOTES", "ABOUT"),
    }
    samples = (
        {"NAME": "Medicine", "OPENING_HOURS": "Mon–Fri 8–17"},
        {"NAME": "Cardiology", "PARENT": "Medicine", "PHONE": "+44 20 7946 0101"},
    )

    def over(self, table: Table) -> Kind:
        return Reading(table)

    def adopt(self, rows: Sequence[Row]) -> dict[str, int]:
        """A department of that name serves, whoever made it."""
        own = names_here()
        return {row.key: own[row.key.casefold()] for row in rows if row.key.casefold() in own}

    def create(self, rows: Sequence[Row]) -> list[int]:
        """Level by level, so that each finds the one that it is part of."""
        here, left = names_here(), list(rows)
        made: dict[str, int] = {}
        while left:
            ready = [row for row in left if parent_of(row) in {"", *here}] or left
            departments = Department.objects.bulk_create(Department(**placed(row, here)) for row in ready)
            made |= {row.key: one.pk for row, one in zip(ready, departments, strict=True)}
            here |= {one.name.casefold(): one.pk for one in departments}
            left = [row for row in left if row.key not in made]
        return [made[row.key] for row in rows]

    def update(self, rows: Sequence[Row]) -> Sequence[Model] | None:
        here = names_here()
        return super().update([replace(row, values=placed(row, here)) for row in rows])


class Reading(Departments):
    """One reading of the table: it knows which departments there will be, and refuses rings and repeated names."""

    def __init__(self, table: Table) -> None:
        self.above = dict(tree_here()) | dict(named_in(table))
        self.standing = {"", *names_here()}
        self.seen: set[str] = set()

    def parse(self, cells: Cells) -> dict[str, Any]:
        name, parent = cells.text("NAME", 100, required=True), cells.text("PARENT", 100)
        if name.casefold() in self.seen:
            cells.refuse("NAME", _("Another row of this file has this name."))
        if parent.casefold() and self._is_ring(name.casefold()):
            cells.refuse("PARENT", _("A department cannot be part of itself."))
        elif parent.casefold() not in self.standing:
            cells.refuse("PARENT", _("There is no department of this name, or its row was refused."))
        values = {"name": name} | said(cells, FIELDS, LIMITS)
        if "PARENT" in cells.columns:
            values["parent"] = parent
        self.seen.add(name.casefold())
        if not cells.faults:
            self.standing.add(name.casefold())
        return values

    def _is_ring(self, name: str) -> bool:
        above, seen = self.above.get(name, ""), {name}
        while above and above not in seen:
            seen.add(above)
            above = self.above.get(above, "")
        return above == name


def names_here() -> dict[str, Any]:
    return {name.casefold(): pk for name, pk in Department.objects.values_list("name", "pk")}


def tree_here() -> Iterator[tuple[str, str]]:
    for name, parent in Department.objects.values_list("name", "parent__name"):
        yield name.casefold(), (parent or "").casefold()


def named_in(table: Table) -> Iterator[tuple[str, str]]:
    """Each department of the table and the one that it is part of; a table without that column says nothing."""
    columns = table.columns
    if {"NAME", "PARENT"} <= columns.keys():
        for record in table.records():
            if not record.problem:
                name, parent = (record.cells[columns[column]].strip() for column in ("NAME", "PARENT"))
                yield name.casefold(), parent.casefold()


def parent_of(row: Row) -> str:
    return str(row.values.get("parent") or "").casefold()


def placed(row: Row, here: Mapping[str, Any]) -> dict[str, Any]:
    """The row's fields with the key of the department that it is part of."""
    values = {name: value for name, value in row.values.items() if name != "parent"}
    return values | ({"parent_id": here.get(parent_of(row))} if "parent" in row.values else {})


class ParentsFirst(Table):
    """The table in an order in which each department comes after the one that it is part of; it is read whole."""

    original: Table

    def __init__(self, original: Table) -> None:
        self.original, self.file, self.header = original, original.file, original.header

    def missing(self, required: Collection[str]) -> list[Fault]:
        return self.original.missing(required)

    def records(self) -> Iterator[Record]:
        waiting = list(self.original.records())
        names = {self._cell(record, "NAME") for record in waiting}
        told: set[str] = set()
        while waiting:
            ready = [
                r for r in waiting if (p := self._cell(r, "PARENT")) not in names or p in told
            ] or waiting
            yield from ready
            told |= {self._cell(record, "NAME") for record in ready}
            gone = set(map(id, ready))
            waiting = [record for record in waiting if id(record) not in gone]

    def _cell(self, record: Record, column: str) -> str:
        return "" if record.problem else record.cells[self.columns[column]].strip().casefold()


def parents_first(table: Table) -> Table:
    return ParentsFirst(table) if {"NAME", "PARENT"} <= table.columns.keys() else table
