"""The input as tables, one for each kind; read once from its files, then as often as wanted from the spool."""

import hashlib
import shutil
import tempfile
import weakref
from collections.abc import Callable, Collection, Iterator, Sequence
from contextlib import ExitStack
from pathlib import Path

from django.utils.translation import gettext as _

from accounts.loading.faults import Fault, Unreadable
from accounts.loading.readers.unpacking import Piece, Unpacked
from accounts.loading.tables import Record, Source, Table
from clinical.loading.fhir.intake import Intake
from clinical.loading.fhir.rows import HEADER, ROWS, Rows
from clinical.loading.fhir.spool import Spool

ENDINGS = {".json", ".ndjson", ".jsonl"}


class FhirTable(Table):
    """Rows as the spool holds them; a cell holds the resource as JSON."""

    header = list(HEADER)

    def __init__(self, name: str, rows: Callable[[], Iterator[Record]]) -> None:
        self.file, self.rows = name, rows

    def records(self) -> Iterator[Record]:
        return self.rows()


class FhirSource(Source):
    """Files, folders and archives together, so that references between them are found whatever their order."""

    def __init__(self, paths: Sequence[Path | str], *, system: str = "", name: str = "") -> None:
        self.name = name or ", ".join(map(str, paths))
        self.told = []
        self.room = Path(tempfile.mkdtemp(prefix="fhir-"))
        self._sweep = weakref.finalize(self, shutil.rmtree, self.room, ignore_errors=True)
        self.spool = Spool(self.room / "spool.sqlite3", system=system)
        self.intake, self.whole = Intake(self.spool), hashlib.sha256()
        with ExitStack() as unless_read:
            unless_read.callback(self.close)
            with ExitStack() as opened:
                self._read([opened.enter_context(unpacked(path, name)) for path in paths])
            unless_read.pop_all()
        self.rows = Rows(self.spool)

    @property
    def names(self) -> Collection[str]:
        """Without places, practitioners or visits their table is not there, and rows that name theirs are orphans."""
        return [*(name for name in ROWS if self.rows.holds(name)), *self.intake.skipped]

    def open(self, name: str) -> Table:
        return FhirTable(name, lambda: self.rows.of(name))

    def row_count(self, name: str) -> int:
        """Resources of a type that is not loaded."""
        return self.intake.skipped[name]

    def digest(self) -> str:
        """Of what was read into the spool, which nobody else can change."""
        return self.whole.hexdigest()

    def close(self) -> None:
        self.spool.close()
        self._sweep()

    def _read(self, inputs: Sequence[Unpacked]) -> None:
        faults: list[Fault] = []
        pieces = [piece for one in inputs for piece in one]
        for piece in pieces:
            try:
                self.intake.take(piece)
            except Unreadable as error:
                faults += error.faults
            self._add_digest(piece)
        if not pieces:
            faults.append(Fault(self.name, 0, "", "", _("There is no JSON or NDJSON file here.")))
        if faults:
            raise Unreadable(faults)
        self.told.append(_("files read: %(files)d") % {"files": len(pieces)})

    def _add_digest(self, piece: Piece) -> None:
        with piece.open() as stream:
            self.whole.update(piece.name.encode() + hashlib.file_digest(stream, "sha256").digest())


def unpacked(path: Path | str, name: str) -> Unpacked:
    """Of a folder or an archive the JSON files; a file that is named is read whatever its name."""
    return Unpacked(path, endings=ENDINGS, name=name)
