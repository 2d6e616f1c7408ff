"""The file, read and judged by its shape alone; every fault with its place."""

import re
import tomllib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import datetime, time
from difflib import get_close_matches
from typing import Any, NamedTuple
from uuid import UUID

from django.utils.translation import gettext as _

from hospital.setup_file.shapes import FORMAT, LISTS, SPELT, TABLES, Table, keys_of, spoken

HEADER = re.compile(r"^[ \t]*\[\[[ \t]*(\w+)(?:[ \t]*\.[ \t]*(\w+))?[ \t]*\]\]", re.MULTILINE)
LONGEST = 2 * 1024 * 1024


class Fault(NamedTuple):
    place: str
    column: str
    reason: str
    table: str = ""

    def __str__(self) -> str:
        return ": ".join(filter(None, self[:3]))

    def position(self) -> list[int]:
        """In the order of the file."""
        return [int(number) for number in re.findall(r"\d+", re.sub("“[^”]*”", "", self.place))]


@dataclass(eq=False)
class Item:
    """One row of the file; `lists` holds what is written below a doctor, where it is spoken of at all."""

    table: Table
    place: str
    values: dict[str, Any]
    id: UUID | None = None
    lists: dict[str, list["Item"]] = field(default_factory=dict)

    def value(self, name: str) -> Any:
        return self.values.get(name)

    def fault(self, column: str, reason: Any) -> Fault:
        return Fault(self.place, column, str(reason), self.table.name)


@dataclass
class Setup:
    """Tables that the file does not speak of are absent here too."""

    tables: dict[str, list[Item]] = field(default_factory=dict)
    faults: list[Fault] = field(default_factory=list)

    def items(self, table: str) -> list[Item]:
        return self.tables.get(table, [])


def read(text: str) -> Setup:
    setup = Setup()
    if len(text) > LONGEST:
        setup.faults.append(Fault("", "", _("The file is too long to be a set-up.")))
        return setup
    try:
        held = tomllib.loads(text)
    except (ValueError, RecursionError) as error:  # numbers too long to read, and brackets without end
        words = _("This is not TOML: %(words)s") % {"words": error or "…"}
        setup.faults.append(Fault("", "", words))
        return setup
    setup.faults += top_faults(held)
    lines = Lines(text)
    for name, table in TABLES.items():
        if name in held:
            setup.tables[name] = list(rows(table, held[name], lines.of(name), setup.faults))
            setup.faults += twice(setup.tables[name])
    return setup


def top_faults(held: dict[str, Any]) -> Iterator[Fault]:
    if held.get("format") != FORMAT:
        yield Fault("", "format", _("Begin the file with: format = 1"))
    for name in held.keys() - TABLES.keys() - {"format"}:
        yield Fault("", name, unknown(name, TABLES))


def unknown(name: str, known: Iterable[str]) -> str:
    near = get_close_matches(name, list(known), 1)
    if near:
        return _("This name is not known. Is “%(near)s” meant?") % {"near": near[0]}
    return _("This name is not known. Known are: %(names)s.") % {"names": ", ".join(known)}


class Lines:
    """On which line each row begins, as long as rows have headings of their own."""

    def __init__(self, text: str) -> None:
        self.found: dict[tuple[str, int], list[int]] = {}
        doctor = -1
        for heading in HEADER.finditer(text):
            table, below = heading.groups()
            doctor += table == "doctors" and not below
            where = (below, doctor) if below else (table, 0)
            self.found.setdefault(where, []).append(text.count("\n", 0, heading.start()) + 1)

    def of(self, table: str, doctor: int = 0) -> "Numbered":
        return Numbered(self, self.found.get((table, doctor), []))


class Numbered(NamedTuple):
    all: Lines
    lines: list[int]

    def place(self, table: str, number: int, of: int) -> str:
        """Without a line where the headings do not fit the rows."""
        row = f"{table} {number + 1}"
        if len(self.lines) != of:
            return row
        return _("line %(line)d, %(row)s") % {"line": self.lines[number], "row": row}


def rows(table: Table, held: Any, lines: Numbered, faults: list[Fault], within: str = "") -> Iterator[Item]:
    if not isinstance(held, list) or not all(isinstance(row, dict) for row in held):
        faults.append(Fault(within, table.name, _("Write each row under a heading of its own: [[…]].")))
        return
    for number, row in enumerate(held):
        place = ", ".join(filter(None, [within, lines.place(table.name, number, len(held))]))
        title = titled(table, row)
        item = Item(table, f"{place} “{title}”" if title else place, {})
        fill(item, row, faults)
        for name in table.lists:
            if name in row:
                below = lines.all.of(name, number)
                item.lists[name] = list(rows(LISTS[name], row[name], below, faults, item.place))
        yield item


def titled(table: Table, row: dict[str, Any]) -> str:
    if table.name in LISTS:
        return ""
    key = keys_of(table.name, row.get)[-1]
    return spoken(key).rstrip(", ") if key[1] else ""


def fill(item: Item, row: dict[str, Any], faults: list[Fault]) -> None:
    """Values that have the shape of their column; the others are faults."""
    known = [*(column.name for column in item.table.columns), *item.table.lists, "id"]
    for name, value in row.items():
        if name == "id":
            item.id = as_id(item, value, faults)
        elif (column := item.table.column(name)) is not None:
            if (fault := misshapen(column.kind, value)) is None:
                item.values[name] = tidy(value)
            else:
                faults.append(item.fault(name, fault))
        elif name not in item.table.lists:
            faults.append(item.fault(name, unknown(name, known)))
    for name in item.table.required:
        if row.get(name) in (None, "") and not (item.id and name not in row):
            faults.append(item.fault(name, _("This is needed.")))


def as_id(item: Item, value: Any, faults: list[Fault]) -> UUID | None:
    try:
        return UUID(value)
    except (ValueError, TypeError, AttributeError):
        faults.append(item.fault("id", _("This is not an id as an export writes it.")))
        return None


def misshapen(kind: type, value: Any) -> str | None:
    """Why the value does not fit; a moment is no day, and true is no number."""
    fits = type(value) is kind and not (isinstance(value, time) and value.tzinfo)
    if kind is list and fits:
        fits = all(isinstance(one, str) for one in value)
    if not fits or isinstance(value, datetime):
        return _("“%(value)s” is not %(kind)s.") % {"value": value, "kind": SPELT[kind]}
    if isinstance(value, str) and "\0" in value:
        return _("It holds a character that cannot be stored.")
    if isinstance(value, int) and abs(value) > 2**31 - 1:
        return _("This number is too large.")
    return None


def tidy(value: Any) -> Any:
    return value.replace("\r\n", "\n").replace("\r", "\n").strip() if isinstance(value, str) else value


def twice(items: list[Item]) -> Iterator[Fault]:
    seen: dict[Any, Item] = {}
    for item in items:
        key = item.id or keys_of(item.table.name, item.value)[0]
        if key in seen:
            yield item.fault(
                "", _("This row stands in the file already: %(place)s.") % {"place": seen[key].place}
            )
        seen.setdefault(key, item)
