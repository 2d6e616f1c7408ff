"""A key for rows whose file has none: made of what a row says, so that the same row is known again."""

import hashlib
from collections.abc import Callable, Collection, Iterator

from accounts.loading.faults import Fault
from accounts.loading.known import mark
from accounts.loading.tables import Record, Table

Get = Callable[[str], str]
KEY = "ID"


class KeyedTable(Table):
    """The rows of `original` with a key behind them: the number in `own`, where there is one.

    Else it is a digest of `text`, and an ordinal for rows that are alike in it.
    """

    original: Table

    def __init__(self, original: Table, text: Callable[[Get], str], own: str) -> None:
        self.original, self.text, self.own = original, text, original.columns.get(own)
        self.file, self.header = original.file, [*original.header, KEY]

    def records(self) -> Iterator[Record]:
        columns = self.original.columns
        alike: dict[bytes, list[bytes]] = {}
        for record in self.original.records():
            yield record if record.problem else self._keyed(record, columns, alike)

    def missing(self, required: Collection[str]) -> list[Fault]:
        return self.original.missing([name for name in required if name != KEY])

    def _keyed(self, record: Record, columns: dict[str, int], alike: dict[bytes, list[bytes]]) -> Record:
        if self.own is not None and (number := record.cells[self.own].strip()):
            return Record(record.number, [*record.cells, number], "", record.file, as_read(record))

        def get(column: str) -> str:
            index = columns.get(column)
            return "" if index is None else " ".join(record.cells[index].split()).casefold()

        said, whole = self.text(get), mark("\x1f".join(record.cells))
        before = alike.setdefault(mark(said), [])
        if whole not in before:
            before.append(whole)
        key = f"{hashlib.sha256(said.encode()).hexdigest()}-{before.index(whole) + 1}"
        return Record(record.number, [*record.cells, key], "", record.file, as_read(record))


def as_read(record: Record) -> list[str]:
    return record.original or record.cells


def keyed(table: Table, *, text: Callable[[Get], str], own: str = "") -> Table:
    """The table itself when it has keys of its own."""
    return table if KEY in table.columns else KeyedTable(table, text, own)


def person(get: Get) -> str:
    """Given name, family name and date of birth."""
    return "|".join([name_of(get), get("BIRTH_DATE")])


def name_of(get: Get) -> str:
    whole = f"{get('GIVEN_NAME')}|{get('FAMILY_NAME')}"
    return whole if whole != "|" else get("NAME")
