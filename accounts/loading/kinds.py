"""What a row of one kind means: its columns, its key, its parents, and how it is written."""

import hashlib
import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, ClassVar

from django.db.models import Model

from accounts.loading.cells import Cells
from accounts.loading.known import Known
from accounts.loading.options import Options
from accounts.loading.pouring import pour
from accounts.loading.tables import Record, Table

# How a row is written down for its digest.
SAID = json.JSONEncoder(default=str, sort_keys=True)


@dataclass(frozen=True)
class Parent:
    """A column that names a row of another kind by that row's key."""

    field: str
    column: str
    kind: str
    required: bool = True


@dataclass(slots=True)
class Row:
    """A validated row; after matching it also knows its parents' keys in the database and its own, if any."""

    number: int
    key: str
    values: dict[str, Any]
    parents: dict[str, str]
    digest: str = ""
    parent_ids: dict[str, Any] = field(default_factory=dict)
    target_id: Any = None
    reference_id: int | None = None
    # The system whose key the row has, for a kind that looks for it under what another system brought.
    system: str = ""
    # The fields of parents whom nobody brought, because their whole table is not there.
    lost: frozenset[str] = frozenset()
    # Where it was read from, for the list of errors.
    record: Record | None = None

    def fields(self) -> dict[str, Any]:
        return self.values | {f"{name}_id": pk for name, pk in self.parent_ids.items()}

    def seal(self) -> None:
        """The digest covers what is loaded: a change in another column is no change."""
        parents = {name: "" if name in self.lost else key for name, key in self.parents.items()}
        self.digest = hashlib.sha256(SAID.encode([self.values, parents]).encode()).hexdigest()


class Kind:
    """One table of a layout; subclasses say what its cells mean."""

    name: ClassVar[str]
    table: ClassVar[str]
    model: ClassVar[type[Model]]
    key: ClassVar[tuple[str, ...]] = ("ID",)
    # Without a key column in the source the key is a digest of these columns and an ordinal.
    natural: ClassVar[bool] = False
    # Many rows of the table name one row of this kind: only the first counts, faults are the table's own.
    distinct: ClassVar[bool] = False
    # Other kinds take the table's other rows, and one of them tells which rows cannot be read.
    partial: ClassVar[bool] = False
    # What a row means depends on what stands in the house, so that it is read anew before it is written.
    asks_house: ClassVar[bool] = False
    required: ClassVar[tuple[str, ...]] = ()
    # Columns that are read when they are there, and columns that the source has and nothing here means.
    optional: ClassVar[tuple[str, ...]] = ()
    ignored: ClassVar[tuple[str, ...]] = ()
    # Columns that may stand in for a required one: {"GIVEN_NAME": ("NAME",)}.
    instead: ClassVar[Mapping[str, tuple[str, ...]]] = {}
    # Other headers for a column, in capitals: {"BIRTH_DATE": ("DOB", "DATE OF BIRTH")}.
    synonyms: ClassVar[Mapping[str, tuple[str, ...]]] = {}
    # Rows that show how a file is to be filled in, by column.
    samples: ClassVar[tuple[Mapping[str, str], ...]] = ()
    parents: ClassVar[tuple[Parent, ...]] = ()
    # The parent whom the row is about; a parent that has an owner too must have the same.
    owner: ClassVar[str] = ""
    # What was loaded never changes: a parent that comes later is no change, because it could not be put in.
    stays: ClassVar[bool] = False

    @property
    def noun(self) -> str:
        """How source references name the kind: the same whichever format brought the row."""
        return str(self.model._meta.model_name)

    @property
    def columns(self) -> tuple[str, ...]:
        named = [*self.key, *self.required, *(parent.column for parent in self.parents if parent.required)]
        return tuple(dict.fromkeys(named))

    @property
    def known_columns(self) -> tuple[str, ...]:
        """All that a file may say, in the order of a template."""
        hung = [parent.column for parent in self.parents]
        return tuple(dict.fromkeys([*self.key, *self.required, *hung, *self.optional]))

    def is_asked_of(self, table: Table, options: Options) -> bool:
        """Whether any row of the table can be of this kind; else it is not read for it."""
        return True

    def over(self, table: Table) -> "Kind":
        """The kind for one reading of the table; one that must know other rows first reads them here."""
        return self

    def key_text(self, cells: Cells) -> str:
        """The key as the source says it; a natural one is kept as a digest of this."""
        return "|".join(cells.get(column) for column in self.key)

    def takes(self, cells: Cells) -> bool:
        """Whether the row is of this kind."""
        return True

    def left_out(self, cells: Cells) -> str:
        """Why a row of this kind is not loaded, in words: it is told as skipped."""
        return ""

    def parse(self, cells: Cells) -> dict[str, Any]:
        """The model's fields; faults and warnings stay with the cells."""
        raise NotImplementedError

    def fact(self, values: dict[str, Any]) -> Any:
        """What rows that hang on this one must know about it while they are judged."""

    def warnings(self, row: Row, facts: dict[str, Any]) -> list[str]:
        """Oddities to tell; `facts` are those of the parents, by field."""
        return []

    def adopt(self, rows: Sequence[Row]) -> dict[str, int]:
        """Keys of new rows that the house already has under a name of its own."""
        return {}

    def named(self, keys: Iterable[str]) -> dict[str, int]:
        """Rows that the house knows under these words, though no source brought them: for rows that hang on them."""
        return {}

    def before(self, rows: Sequence[Row]) -> list[tuple[type[Model], int, list[str]]]:
        """What `update` is about to change: model, key and columns, so that the load can be undone."""
        names = list(rows[0].fields()) + (["version"] if hasattr(self.model, "version") else [])
        return [(self.model, row.target_id, names) for row in rows]

    def beside(self, rows: Sequence[Row]) -> list[tuple[type[Model], int, list[str]]]:
        """What `create` is about to change of rows that are there already."""
        return []

    def heirs(self, targets: Iterable[int]) -> dict[int, int]:
        """Of rows that were merged into another one since: the row that takes what hangs on them."""
        return {}

    def objections(self, rows: Sequence[Row]) -> dict[str, tuple[str, str]]:
        """Of rows that differ from what was loaded: the keys that may not change, with column and reason."""
        return {}

    def lacking(self, key: str) -> str:
        """What to tell of a key that names no row of this kind; empty, there is nothing special to be said."""
        return ""

    def refusals(self, rows: Sequence[Row], known: Known) -> dict[str, tuple[str, str, str]]:
        """Of rows that are to be created or updated: the keys that may not, with column, value and reason.

        What is asked inside a transaction is about to be written: the locks that it needs are taken here.
        """
        return {}

    def create(self, rows: Sequence[Row]) -> list[int]:
        """Write new rows in bulk; their ids in the same order."""
        return pour(self.model, [row.fields() for row in rows])

    def update(self, rows: Sequence[Row]) -> Sequence[Model] | None:
        """Bring rows to what the source says now; only loaded fields are touched.

        Gives back rows that it added and that no audit follows, so that the load can be undone.
        """
        locked = self.model._base_manager.select_for_update().in_bulk([row.target_id for row in rows])
        for row in rows:
            assign(locked[row.target_id], row.fields())
        names = [name.removesuffix("_id") for name in rows[0].fields()]
        if hasattr(self.model, "version"):
            names.append("version")
        self.model._base_manager.bulk_update(locked.values(), names)
        return None


def assign(instance: Any, fields: dict[str, Any]) -> None:
    for name, value in fields.items():
        setattr(instance, name, value)
    if hasattr(instance, "version"):
        instance.version += 1


def by_name(kinds: Iterable[Kind]) -> dict[str, Kind]:
    return {kind.name: kind for kind in kinds}
