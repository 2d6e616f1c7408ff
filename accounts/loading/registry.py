"""The layouts that can be loaded; each app registers what a row of its kinds means."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from accounts.loading.headings import label
from accounts.loading.kinds import Kind
from accounts.loading.tables import Source, Table


@dataclass(frozen=True)
class Column:
    """A column that a file may have; any of `instead` may stand in for it."""

    name: str
    is_required: bool
    synonyms: tuple[str, ...] = ()
    instead: tuple[str, ...] = ()

    @property
    def label(self) -> Any:
        return label(self.name)


@dataclass(frozen=True)
class Layout:
    """The kinds of one source system, parents first; rows of a `needed` table must be there.

    `label` is what people call it. `keys` names the source of the keys where it is not the layout's own name:
    the loads of a house's own files share it, so that visits find the patients who were loaded before.
    `arrange` puts a table right before anything reads it: its order, or a key that the file does not have.
    `guarded` columns are read only when the load is told to keep identifiers. `opener` makes a source of a file
    (where it lies, what it was called, whose keys it has) that is no table.
    """

    system: str
    kinds: Sequence[Kind]
    needed: str
    label: Any = ""
    keys: str = ""
    arrange: Callable[[Table], Table] | None = None
    guarded: tuple[str, ...] = ()
    opener: Callable[[Path, str, str], Source] | None = None

    @property
    def is_single(self) -> bool:
        """Whether one file is the whole: then its name is of no account."""
        return len({kind.table for kind in self.kinds if kind.table}) == 1

    def of_table(self, table: str = "") -> list[Kind]:
        """The kinds that a table holds; without a name, the needed one."""
        return [kind for kind in self.kinds if kind.table == (table or self.needed)]

    def columns(self, table: str = "") -> list[Column]:
        """All that a file may say, in the order of a template."""
        kinds = self.of_table(table)
        required = {name for kind in kinds for name in kind.columns}
        instead = {name: others for kind in kinds for name, others in kind.instead.items()}
        synonyms = {name: others for kind in kinds for name, others in kind.synonyms.items()}
        names = dict.fromkeys(name for kind in kinds for name in kind.known_columns)
        return [
            Column(name, name in required, tuple(synonyms.get(name, ())), tuple(instead.get(name, ())))
            for name in names
        ]

    def is_described(self, table: str = "") -> bool:
        """Whether the kinds say all columns of the table, so that another one is worth a warning."""
        return any(kind.optional or kind.ignored for kind in self.of_table(table))

    def ignored(self, table: str = "") -> set[str]:
        return {name for kind in self.of_table(table) for name in kind.ignored}


LAYOUTS: dict[str, Layout] = {}


def register(layout: Layout) -> None:
    LAYOUTS[layout.system] = layout
