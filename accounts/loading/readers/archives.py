"""Opening archives that may be damaged or meant to harm: no links, no paths to elsewhere, no passwords."""

import bz2
import gzip
import lzma
import stat
import tarfile
import zipfile
import zlib
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path, PurePosixPath
from typing import IO, Any, Protocol

from django.utils.translation import gettext as _

from accounts.loading.faults import Fault, Unreadable
from accounts.loading.readers.signatures import BZIP2, GZIP, XZ, ZIP, zipped_kind

__all__ = ["members", "opened", "zipped_kind"]

# All that the standard library raises for bytes that are not what they claim to be.
DAMAGED = (
    zipfile.BadZipFile,
    tarfile.TarError,
    zlib.error,
    lzma.LZMAError,
    gzip.BadGzipFile,
    EOFError,
    NotImplementedError,
    ValueError,
)
OPENERS: dict[str, Callable[[Path], Any]] = {GZIP: gzip.open, XZ: lzma.open, BZIP2: bz2.open}
IS_ENCRYPTED = 0x1


class Keeper(Protocol):
    """Where members are put, and which."""

    def keep(self, stream: IO[bytes]) -> Path: ...

    def wants(self, name: str) -> bool: ...

    def count(self, name: str) -> None: ...


@contextmanager
def told_damage(name: str) -> Iterator[None]:
    try:
        yield
    except DAMAGED as error:
        words = _("The archive is damaged or packed in a way that is not known here (%(error)s).")
        raise refused(name, words % {"error": error}) from error
    except OSError as error:
        # A damaged bzip2 stream is told as one without a number.
        if error.errno is not None:
            raise
        raise refused(name, _("The archive is damaged (%(error)s).") % {"error": error}) from error


@contextmanager
def opened(kind: str, path: Path, name: str) -> Iterator[IO[bytes]]:
    """A single compressed file, as the bytes that were in it."""
    with told_damage(name), OPENERS[kind](path) as stream:
        yield stream


def members(kind: str, path: Path, name: str, keeper: Keeper) -> list[tuple[str, Path]]:
    """The files inside that are wanted, with the copies that the keeper made."""
    with told_damage(name):
        return list((from_zip if kind == ZIP else from_tar)(path, name, keeper))


def from_zip(path: Path, name: str, keeper: Keeper) -> Iterator[tuple[str, Path]]:
    with zipfile.ZipFile(path) as archive:
        for entry in archive.infolist():
            member = checked(entry.filename, name)
            if entry.is_dir():
                continue
            keeper.count(member)
            if stat.S_ISLNK(entry.external_attr >> 16):
                raise refused(
                    name, _("%(member)s is a link; archives with links are not opened.") % {"member": member}
                )
            if keeper.wants(member):
                if entry.flag_bits & IS_ENCRYPTED:
                    raise refused(name, _("The archive is protected by a password. Pack it without one."))
                with archive.open(entry) as stream:
                    yield member, keeper.keep(stream)


def from_tar(path: Path, name: str, keeper: Keeper) -> Iterator[tuple[str, Path]]:
    with tarfile.open(path, "r:") as archive:
        for entry in archive:
            member = checked(entry.name, name)
            if entry.isdir():
                continue
            keeper.count(member)
            stream = archive.extractfile(entry) if entry.isreg() else None
            if stream is None:
                raise refused(
                    name, _("%(member)s is a link; archives with links are not opened.") % {"member": member}
                )
            if keeper.wants(member):
                with stream:
                    yield member, keeper.keep(stream)


def checked(member: str, name: str) -> str:
    """The member's name with slashes, relative; raises Unreadable for one that leads out of the archive."""
    path = PurePosixPath(member.replace("\\", "/"))
    parts = path.parts
    if path.is_absolute() or ".." in parts or any(":" in part for part in parts[:1]):
        words = _("It holds a file with a path to elsewhere (%(member)s) and is not opened.")
        raise refused(name, words % {"member": member[:80]})
    return str(path)


def refused(name: str, reason: str) -> Unreadable:
    return Unreadable([Fault(name, 0, "", "", reason)])
