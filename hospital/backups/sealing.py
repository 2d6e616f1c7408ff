"""A stream of bytes into a sealed file, and back; memory stays flat whatever the length."""

import hashlib
import os
import threading
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, BinaryIO

import pyrage
from pyrage.x25519 import Identity, Recipient

from hospital.backups.errors import BadArchive, WrongKey

BLOCK = 64 * 1024
UNOPENED = "No matching keys found"


class Watched:
    """A file that keeps what went wrong in it: the library would only hand on the words."""

    def __init__(self, file: Any) -> None:
        self.file, self.digest, self.size = file, hashlib.sha256(), 0
        self.error: BaseException | None = None

    def read(self, size: int = -1) -> bytes:
        return self.note(self.watch(self.file.read, size))

    def write(self, block: bytes) -> int:
        self.watch(self.file.write, self.note(block))
        return len(block)

    def flush(self) -> None:
        self.watch(self.file.flush)

    def note(self, block: bytes) -> bytes:
        self.digest.update(block)
        self.size += len(block)
        return block

    def watch(self, act: Callable[..., Any], *args: Any) -> Any:
        try:
            return act(*args)
        except (Exception, SystemExit, KeyboardInterrupt) as error:
            self.error = error
            raise


class Flow:
    """Blocks that are made one after another, read as a file is read."""

    def __init__(self, blocks: Iterable[bytes]) -> None:
        self.blocks, self.block, self.at = filter(None, blocks), b"", 0

    def read(self, size: int) -> bytes:
        if self.at == len(self.block):
            self.block, self.at = next(self.blocks, b""), 0
        taken = self.block[self.at : self.at + size]
        self.at += len(taken)
        return taken


def seal(blocks: Iterable[bytes], path: Path, recipients: list[Recipient]) -> tuple[int, str]:
    """Writes a new file that only its owner may read, down to the disk; its size and SHA-256."""
    source = Watched(Flow(blocks))
    with os.fdopen(os.open(path, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600), "wb") as file:
        target = Watched(file)
        try:
            pyrage.encrypt_io(source, target, recipients)
        except pyrage.EncryptError as error:
            raise (source.error or target.error or error) from error
        file.flush()
        os.fsync(file.fileno())
    return target.size, target.digest.hexdigest()


class Aside(threading.Thread):
    """Work beside the main thread; what went wrong there is raised where it is waited for."""

    def __init__(self, work: Callable[[], None]) -> None:
        super().__init__(daemon=True)
        self.work = work
        self.error: Exception | None = None
        self.start()

    def run(self) -> None:
        try:
            self.work()
        except Exception as error:  # noqa: BLE001  it is raised again in the thread that waits
            self.error = error

    def done(self) -> None:
        self.join()
        if self.error is not None:
            raise self.error


@contextmanager
def opened(path: Path, identities: list[Identity]) -> Iterator[tuple[BinaryIO, Watched]]:
    """The plain stream, and the sealed file that tells its digest at the end.

    Raises WrongKey or BadArchive, also when the reader stopped over what the fault left behind.
    """
    out, into = os.pipe()
    with path.open("rb") as file, os.fdopen(out, "rb") as plain:
        sealed = Watched(file)
        opening = Aside(lambda: unseal(sealed, into, identities))
        try:
            yield plain, sealed
        finally:
            plain.close()
            opening.join()
            # A reader that leaves early breaks the pipe; it says itself why it left.
            if opening.error is not None and not isinstance(opening.error, BrokenPipeError):
                raise opening.error


def unseal(sealed: Watched, into: int, identities: list[Identity]) -> None:
    with os.fdopen(into, "wb", buffering=BLOCK) as writer:
        plain = Watched(writer)
        try:
            pyrage.decrypt_io(sealed, plain, identities)
        except (pyrage.DecryptError, OSError) as error:
            raise reason(error, sealed.error or plain.error) from error


def reason(error: Exception, cause: BaseException | None) -> BaseException:
    """A disk that cannot be read, or a reader that has gone, is no fault of the file's."""
    if cause is not None:
        return cause
    return WrongKey() if str(error) == UNOPENED else BadArchive()
