"""A source whose tables speak our columns, whatever the file calls them."""

from collections.abc import Callable, Collection, Iterator
from functools import partial

from django.utils.translation import gettext as _

from accounts.loading.date_formats import reader
from accounts.loading.faults import Fault, Unreadable
from accounts.loading.headings import plain
from accounts.loading.mapping import Mapping
from accounts.loading.registry import Layout
from accounts.loading.tables import Record, Source, Table

Change = Callable[[str], str]


class MappedTable(Table):
    """The rows of `original` under our names; columns that only the mapping knows stand behind the file's own."""

    original: Table

    def __init__(self, original: Table, mapping: Mapping, layout: Layout, name: str) -> None:
        self.original, self.mapping, self.layout, self.name = original, mapping, layout, name
        self.file = original.file
        names = [*mapping.columns, *mapping.fixed, *mapping.defaults]
        self.extra = [
            ours for ours in dict.fromkeys(names) if not mapping.source_of(ours) and mapping.has(ours)
        ]
        self.header = [*self._renamed(), *self.extra]
        self.changes = self._changes()

    def records(self) -> Iterator[Record]:
        if not self.changes and not self.extra:
            yield from self.original.records()
            return
        added = [self.mapping.fixed.get(name, self.mapping.defaults.get(name, "")) for name in self.extra]
        for record in self.original.records():
            yield record if record.problem else self._changed(record, added)

    def missing(self, required: Collection[str]) -> list[Fault]:
        """Every lack, and what the file has instead."""
        faults = [fault for fault in super().missing(required) if not self._stands_in(fault.column)]
        if faults:
            there = ", ".join(name for name in self.original.header if name)
            words = _(
                "The file has these columns: %(names)s. Say which is which in a mapping file (--mapping FILE);"
                " --template writes one to be filled in."
            )
            faults.append(self.fault(words % {"names": there}, row=1))
            if hint := self.hint():
                faults.insert(0, self.fault(hint, row=1))
        return faults

    def told(self) -> Iterator[str]:
        """Columns that go by another name, or are not read."""
        taken = [
            f"{theirs} → {ours}"
            for ours in self.mapping.columns
            if (theirs := self.mapping.source_of(ours)) and plain(theirs) != plain(ours)
        ]
        if taken:
            yield _("%(file)s: columns taken for ours: %(names)s.") % {
                "file": self.file,
                "names": ", ".join(taken),
            }
        if self.layout.is_described(self.name):
            for name in self.mapping.unknown(self.original.header, self.layout, self.name):
                words = _("%(file)s: the column %(name)s is not known here and is not read.")
                yield words % {"file": self.file, "name": name}

    def guarded(self) -> Iterator[str]:
        """Numbers that are there and will not be kept."""
        if names := [name for name in self.layout.guarded if name in self.columns]:
            words = _("%(file)s: %(names)s are not kept; --keep-identifiers keeps them.")
            yield words % {"file": self.file, "names": ", ".join(names)}

    def _renamed(self) -> list[str]:
        """A column that is nobody's keeps its name, unless that means something here."""
        ours = {self.mapping.source_of(name): name for name in self.mapping.columns}
        meant = {column.name for column in self.layout.columns(self.name)}
        return [ours.get(name) or ("" if name in meant else name) for name in self.original.header]

    def _changes(self) -> list[tuple[int, Change]]:
        found: list[tuple[int, Change]] = []
        for index, ours in enumerate(self.header):
            if words := self.mapping.values.get(ours):
                meant = {said.strip().casefold(): meaning for said, meaning in words.items()}
                found.append((index, partial(translated, meant)))
            if pattern := self.mapping.formats.get(ours):
                found.append((index, reader(pattern)))
            if instead := self.mapping.defaults.get(ours):
                found.append((index, partial(filled, instead)))
        return found

    def _changed(self, record: Record, added: list[str]) -> Record:
        cells = [*record.cells, *added]
        for index, change in self.changes:
            cells[index] = change(cells[index])
        return Record(record.number, cells, "", record.file, record.cells)

    def _stands_in(self, column: str) -> bool:
        there = self.columns
        return any(
            name in there for kind in self.layout.of_table(self.name) for name in kind.instead.get(column, ())
        )


def translated(meant: dict[str, str], text: str) -> str:
    return meant.get(text.strip().casefold(), text)


def filled(instead: str, text: str) -> str:
    return text if text.strip() else instead


class MappedSource(Source):
    """Any source, read by a mapping; without one, and for what it does not speak of, by the columns' names."""

    def __init__(
        self, source: Source, layout: Layout, mapping: Mapping | None = None, *, keeps: bool = False
    ) -> None:
        self.source, self.layout, self.mapping, self.keeps = source, layout, mapping or Mapping(), keeps
        self.name = source.name
        self.lines: dict[str, None] = {}

    @property
    def told(self) -> list[str]:  # type: ignore[override]
        return [*self.source.told, *self.lines]

    @property
    def names(self) -> Collection[str]:
        return [self._ours(name) for name in self.source.names]

    def open(self, name: str) -> Table:
        original = self.source.open(self._theirs(name))
        mapping = self.mapping if name == self.layout.needed else Mapping()
        if faults := mapping.faults(original.header, self.layout, _("mapping")):
            raise Unreadable(faults)
        mapping = mapping.completed(original.header, self.layout, name)
        table = MappedTable(original, mapping, self.layout, name)
        self.lines |= dict.fromkeys([*table.told(), *(table.guarded() if not self.keeps else [])])
        return self.layout.arrange(table) if self.layout.arrange else table

    def header(self) -> list[str]:
        """The needed table's own columns."""
        return self.source.open(self._theirs(self.layout.needed)).header

    def row_count(self, name: str) -> int:
        return self.source.row_count(self._theirs(name))

    def digest(self) -> str:
        return self.source.digest()

    def close(self) -> None:
        self.source.close()

    def _only(self) -> str:
        """The one file of a layout of one table, if it goes by another name."""
        names = list(self.source.names)
        single = self.layout.is_single and len(names) == 1 and names[0] != self.layout.needed
        return names[0] if single else ""

    def _ours(self, name: str) -> str:
        return self.layout.needed if name == self._only() else name

    def _theirs(self, name: str) -> str:
        return (self._only() or name) if name == self.layout.needed else name
