"""What the columns of a foreign file mean: which is which, what is the same for all rows, how values are written."""

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass, field, fields
from typing import Any, Self
from zoneinfo import available_timezones

from django.utils.translation import gettext as _

from accounts.loading import mending
from accounts.loading.date_formats import reader
from accounts.loading.faults import Fault
from accounts.loading.headings import plain, spelt
from accounts.loading.registry import Column, Layout

Texts = dict[str, str]
# The sections of a mapping file that name columns of ours.
SECTIONS = ("columns", "fixed", "defaults", "values", "formats")


@dataclass(frozen=True)
class Mapping:
    """By our columns: the file's column, one value for every row, one for blank cells, other words, a date's form.

    A column of ours that stands for "" is not read, though the file may have one of that name.
    """

    columns: Texts = field(default_factory=dict)
    fixed: Texts = field(default_factory=dict)
    defaults: Texts = field(default_factory=dict)
    values: dict[str, Texts] = field(default_factory=dict)
    formats: Texts = field(default_factory=dict)
    # Of times without an offset; and how the file is to be read, where that is not to be found out.
    time_zone: str = ""
    encoding: str = ""
    delimiter: str = ""
    sheet: str = ""

    @classmethod
    def guess(cls, header: Sequence[str], layout: Layout, table: str = "") -> Self:
        """By the columns' own names, then by the other names that they are known under."""
        return cls().completed(header, layout, table)

    def completed(self, header: Sequence[str], layout: Layout, table: str = "") -> Self:
        """With a guess for what it does not speak of, from the columns that it does not use."""
        free = {plain(name): spelt(name) for name in reversed(header) if spelt(name)}
        for name in self.columns.values():
            free.pop(plain(name), None)
        asked = [column for column in layout.columns(table) if not self._speaks_of(column.name)]
        found = dict(self.columns)
        for names in (own_name, other_names):
            for column in asked:
                theirs = next((free.pop(plain(name)) for name in names(column) if plain(name) in free), None)
                if theirs and column.name not in found:
                    found[column.name] = theirs
        return type(self)(**{**vars(self), "columns": found})

    def _speaks_of(self, column: str) -> bool:
        return column in self.columns or column in self.fixed

    def source_of(self, column: str) -> str:
        """The file's column, as tables write a header; empty when it has none."""
        return spelt(self.columns.get(column, ""))

    def has(self, column: str) -> bool:
        """Whether every row gets something for the column, if only a blank."""
        return bool(self.source_of(column)) or column in self.fixed or column in self.defaults

    def missing(self, layout: Layout, table: str = "") -> list[str]:
        """Required columns that nothing stands for."""
        return [
            column.name
            for column in layout.columns(table)
            if column.is_required and not any(self.has(name) for name in (column.name, *column.instead))
        ]

    def unknown(self, header: Sequence[str], layout: Layout, table: str = "") -> list[str]:
        """The file's columns that nobody reads; those that the layout leaves aside knowingly are not told."""
        used = (
            {self.source_of(name) for name in self.columns} | layout.ignored(table) | {"", *mending.COLUMNS}
        )
        left = {column.name for column in layout.columns(table) if self.columns.get(column.name) == ""}
        return [name for name in dict.fromkeys(map(spelt, header)) if name not in used | left]

    def faults(self, header: Sequence[str] | None, layout: Layout, file: str = "") -> list[Fault]:
        """All that is wrong with it; without a header the file's own columns are not asked for."""
        told = [*self._unknown_columns(layout), *self._bad_settings()]
        if header is not None:
            told += self._not_in_file(header)
        told += self._used_twice()
        return [Fault(file, 0, place, value, reason) for place, value, reason in told]

    def _unknown_columns(self, layout: Layout) -> Iterator[tuple[str, str, str]]:
        known = [column.name for column in layout.columns()]
        for section in SECTIONS:
            for name in getattr(self, section):
                if name not in known:
                    words = _("There is no such column here. These are known: %(names)s.")
                    yield section, name, words % {"names": ", ".join(known)}

    def _not_in_file(self, header: Sequence[str]) -> Iterator[tuple[str, str, str]]:
        there = set(map(spelt, header))
        for ours, theirs in self.columns.items():
            if theirs and spelt(theirs) not in there:
                words = _("The file has no such column. It has: %(names)s.")
                yield f"columns.{ours}", theirs, words % {"names": ", ".join(name for name in header if name)}

    def _used_twice(self) -> Iterator[tuple[str, str, str]]:
        times = Counter(spelt(theirs) for theirs in self.columns.values() if theirs)
        for ours, theirs in self.columns.items():
            if times[spelt(theirs)] > 1:
                yield f"columns.{ours}", theirs, _("One column of the file cannot stand for two.")
            if ours in self.fixed:
                words = _("A column is either taken from the file or the same for all rows.")
                yield f"fixed.{ours}", self.fixed[ours], words

    def _bad_settings(self) -> Iterator[tuple[str, str, str]]:
        for ours, pattern in self.formats.items():
            if not is_format(pattern):
                yield (
                    f"formats.{ours}",
                    pattern,
                    _("Write how dates look, like DD.MM.YYYY or MM/DD/YYYY HH:mm."),
                )
        if self.time_zone and self.time_zone not in available_timezones():
            words = _("Enter a time zone by its IANA name, like Europe/London.")
            yield "time_zone", self.time_zone, words

    def as_json(self) -> dict[str, Any]:
        return {name: value for name, value in asdict(self).items() if value}

    @classmethod
    def from_json(cls, stored: dict[str, Any]) -> Self:
        known = {one.name for one in fields(cls)}
        return cls(**{name: value for name, value in stored.items() if name in known})


def own_name(column: Column) -> tuple[str, ...]:
    return (column.name,)


def other_names(column: Column) -> tuple[str, ...]:
    return column.synonyms


def is_format(pattern: str) -> bool:
    try:
        reader(pattern)
    except ValueError:
        return False
    return True
