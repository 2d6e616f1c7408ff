"""From what a person names to plain files: a file, a folder, an archive, standard input; with limits, cleaned up."""

import os
import shutil
import stat
import sys
import tempfile
import weakref
from collections.abc import Callable, Collection, Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from io import BufferedReader
from pathlib import Path, PurePosixPath
from typing import IO

from django.utils.translation import gettext as _

from accounts.loading.closing import Closing
from accounts.loading.faults import Fault, Unreadable
from accounts.loading.readers import archives
from accounts.loading.readers.signatures import BZIP2, GZIP, TAR, XZ, ZIP, kind_of

STANDARD_INPUT = "-"
# An archive that holds more is no hospital's export but something that grows while it is opened.
MOST_BYTES = 8 * 1024**3
MOST_FILES = 20_000
# A folder may hold an archive, and an archive another one; nothing deeper is opened.
DEEPEST = 2
LAYERS = 2
ENDINGS = {".gz": GZIP, ".xz": XZ, ".bz2": BZIP2}
ARCHIVES = {".zip", ".tar", ".tgz", ".txz", ".tbz2"}
CHUNK = 2**20


@dataclass(frozen=True, slots=True)
class Piece:
    """A plain file: `name` is its place inside what was named, `path` where its bytes are now."""

    name: str
    path: Path

    @property
    def file(self) -> str:
        return PurePosixPath(self.name).name

    @property
    def stem(self) -> str:
        """The name of the table that it may be."""
        return PurePosixPath(self.name).stem.lower()

    def open(self) -> BufferedReader:
        return self.path.open("rb")


class Unpacked(Closing):
    """The files of an input in the order of their names; what was unpacked is gone once it is closed.

    Of a folder or an archive only files that end in one of `endings` are taken, or all. `name` is what people
    call the input, where it lies under another name. Raises Unreadable, in words.
    """

    def __init__(self, path: Path | str, *, endings: Collection[str] = (), name: str = "") -> None:
        self.endings, self.bytes, self.files, self.copies = frozenset(endings), 0, 0, 0
        self.room: Path | None = None
        self.name = name or (_("standard input") if str(path) == STANDARD_INPUT else str(path))
        self._sweep: Callable[[], object] = int
        with ExitStack() as failing:
            failing.callback(self.close)
            try:
                self.pieces = sorted(self._open(str(path)), key=lambda piece: piece.name)
            except OSError as error:
                raise self.refused(self.name, str(error.strerror or error)) from error
            failing.pop_all()

    def close(self) -> None:
        self._sweep()

    def __iter__(self) -> Iterator[Piece]:
        return iter(self.pieces)

    def keep(self, stream: IO[bytes]) -> Path:
        """A copy of the stream, counted; the bytes that come decide, not the size that an archive claims."""
        target = self._room() / str(self.copies)
        self.copies += 1
        with target.open("xb") as copy:
            while chunk := stream.read(CHUNK):
                self.bytes += len(chunk)
                if self.bytes > MOST_BYTES:
                    raise self.refused(self.name, _("Unpacked, it is far too large to be a table."))
                copy.write(chunk)
        return target

    def refused(self, name: str, reason: str) -> Unreadable:
        return Unreadable([Fault(name, 0, "", "", reason)])

    def count(self, name: str) -> None:
        """One more file inside; those that are not taken count too."""
        self.files += 1
        if self.files > MOST_FILES:
            raise self.refused(name, _("It holds more than %(most)d files.") % {"most": MOST_FILES})

    def wants(self, name: str) -> bool:
        """Whether the file's name ends as it should; what systems hide is never wanted."""
        path = PurePosixPath(name)
        if any(part.startswith((".", "~$")) or part == "__MACOSX" for part in path.parts):
            return False
        if not self.endings or path.suffix.lower() in ARCHIVES:
            return True
        while path.suffix.lower() in ENDINGS:
            path = path.with_suffix("")
            if path.suffix.lower() == ".tar":
                return True
        return path.suffix.lower() in self.endings

    def _room(self) -> Path:
        if self.room is None:
            self.room = Path(tempfile.mkdtemp(prefix="loading-"))
            self._sweep = weakref.finalize(self, shutil.rmtree, self.room, ignore_errors=True)
        return self.room

    def _open(self, path: str) -> Iterator[Piece]:
        if path == STANDARD_INPUT:
            yield from self._expand(self.keep(sys.stdin.buffer), self.name)
            return
        found = Path(path)
        shown = PurePosixPath(Path(self.name).name).name or self.name
        mode = self._mode(found)
        if stat.S_ISDIR(mode):
            yield from self._folder(found)
        elif stat.S_ISREG(mode):
            yield from self._expand(found, shown)
        elif stat.S_ISFIFO(mode):
            with found.open("rb") as stream:
                kept = self.keep(stream)
            yield from self._expand(kept, shown)
        else:
            raise self.refused(self.name, _("This is neither a file nor a folder."))

    def _mode(self, path: Path) -> int:
        try:
            return path.stat().st_mode
        except FileNotFoundError:
            raise self.refused(self.name, _("There is no such file or folder.")) from None

    def _folder(self, folder: Path) -> Iterator[Piece]:
        for place, _folders, names in os.walk(folder):
            for name in names:
                path = Path(place, name)
                inside = path.relative_to(folder).as_posix()
                self.count(inside)
                if self.wants(inside) and path.is_file():
                    yield from self._expand(path, inside, depth=1)

    def _expand(self, path: Path, name: str, *, depth: int = 0, layers: int = 0) -> Iterator[Piece]:
        kind = kind_of(path)
        if kind in ENDINGS.values():
            if layers == LAYERS:
                raise self.refused(name, _("It is packed too many times over."))
            with archives.opened(kind, path, name) as stream:
                inner = self.keep(stream)
            yield from self._expand(inner, without_ending(name), depth=depth, layers=layers + 1)
        elif kind in (ZIP, TAR) and not self._is_document(path, kind):
            if depth == DEEPEST:
                raise self.refused(name, _("An archive within an archive within another is not opened."))
            yield from self._members(path, name, kind, depth)
        else:
            yield Piece(name, path)

    def _is_document(self, path: Path, kind: str) -> bool:
        return kind == ZIP and bool(archives.zipped_kind(path))

    def _members(self, path: Path, name: str, kind: str, depth: int) -> Iterator[Piece]:
        """The names of what is inside, without that of the outermost archive."""
        before = f"{name}/" if depth else ""
        for member, kept in archives.members(kind, path, name, self):
            yield from self._expand(kept, f"{before}{member}", depth=depth + 1)


def without_ending(name: str) -> str:
    path = PurePosixPath(name)
    if path.suffix.lower() in ENDINGS:
        return str(path.with_suffix(""))
    return str(path.with_suffix(".tar")) if path.suffix.lower() in ARCHIVES else name
