"""What the first pass made of each table waits on disk for the second, which need not read the input again."""

import pickle
from collections.abc import Iterable, Iterator, Sequence
from tempfile import TemporaryFile
from typing import IO, Any

from accounts.loading.closing import Closing
from accounts.loading.kinds import Kind, Row
from accounts.loading.tables import Record
from accounts.loading.validation import Chunk


class Spools(Closing):
    """One file for each kind, without a name: nobody else can open it, and it goes with the process.

    The cells of a row are kept only where a list of errors may want them.
    """

    def __init__(self, *, keeps_cells: bool) -> None:
        self.keeps_cells = keeps_cells
        self.files: dict[Kind, IO[bytes]] = {}

    def __contains__(self, kind: Kind) -> bool:
        return kind in self.files

    def keep(self, kind: Kind, chunks: Iterable[Chunk]) -> Iterator[Chunk]:
        """The chunks themselves, as they pass: whatever becomes of a row later is not kept."""
        self.files[kind] = file = TemporaryFile()  # noqa: SIM115 - it is closed with the others
        for chunk in chunks:
            rows = [self._lean(row) for row in chunk.rows]
            told = (chunk.refused, chunk.warned, chunk.skipped, chunk.read)
            pickle.dump((rows, *told), file, pickle.HIGHEST_PROTOCOL)
            yield chunk

    def again(self, kind: Kind) -> Iterator[Chunk]:
        file = self.files[kind]
        end = file.tell()
        file.seek(0)
        while file.tell() < end:
            # Nobody but this process can have written there.
            rows, *told = pickle.load(file)  # noqa: S301
            yield Chunk([whole(lean, read) for lean, read in rows], *told)

    def close(self) -> None:
        for file in self.files.values():
            file.close()
        self.files.clear()

    def _lean(self, row: Row) -> tuple[Any, Any]:
        """In parts: to keep and find rows as they are takes four times as long."""
        read = row.record or Record(row.number, [])
        cells, original = (read.cells, read.original) if self.keeps_cells else ([], None)
        lean = (row.number, row.key, row.values, row.parents, row.digest)
        return lean, (read.number, cells, read.problem, read.file, original)


def whole(lean: Sequence[Any], read: Sequence[Any]) -> Row:
    number, key, values, parents, digest = lean
    return Row(number, key, values, parents, digest, record=Record(*read))
