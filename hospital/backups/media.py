"""The files beside the database: read for a backup, put apart while a restore is being proven, then swapped in."""

import os
import secrets
import shutil
from collections.abc import Iterator
from pathlib import Path, PurePosixPath

from django.conf import settings
from django.utils.translation import gettext as _

from hospital.backups.archive import MEDIA, Member
from hospital.backups.errors import BadArchive, NotTaken
from hospital.backups.leftovers import sweep
from hospital.backups.sealing import BLOCK

# Names of our own, which no upload has: what a restore puts apart, before and after.
COMING, GONE = ".restoring-", ".replaced-"
# A disk's own folder, which nobody but the system may read or move.
OF_THE_DISK = "lost+found"


def root() -> Path:
    return Path(settings.MEDIA_ROOT)


def files() -> Iterator[tuple[str, Path]]:
    """Every file with its name on the site, in the order of the names."""
    for folder, folders, names in os.walk(root(), onerror=unreadable):
        folders[:] = sorted(name for name in folders if is_ours(name))
        for path in (Path(folder, name) for name in sorted(names)):
            if path.is_file() and not path.is_symlink():
                yield path.relative_to(root()).as_posix(), path


def is_ours(name: str) -> bool:
    return not name.startswith((COMING, GONE)) and name != OF_THE_DISK


def unreadable(error: OSError) -> None:
    """What is there and cannot be looked at must not be missing from a backup that says it is whole."""
    if not isinstance(error, FileNotFoundError):
        raise NotTaken(_("%(path)s cannot be read.") % {"path": error.filename}) from error


def members() -> Iterator[Member]:
    for name, path in files():
        size = path.stat().st_size
        yield Member(MEDIA + name, size, blocks(path, size))


def blocks(path: Path, size: int) -> Iterator[bytes]:
    """As long as it was when its length was read: what is being uploaded grows, and belongs to the next backup."""
    with path.open("rb") as file:
        while size:
            block = file.read(min(BLOCK, size))
            if not block:
                raise NotTaken(_("%(path)s became shorter while it was read.") % {"path": path})
            size -= len(block)
            yield block


class Arrivals:
    """Files that arrive in a folder of their own and take the place of the old ones in the end."""

    def __init__(self) -> None:
        mark = secrets.token_hex(4)
        self.coming, self.gone = root() / f"{COMING}{mark}", root() / f"{GONE}{mark}"
        self.moved: list[tuple[Path, Path]] = []

    def __enter__(self) -> "Arrivals":
        sweep(root(), f"{COMING}*")
        self.coming.mkdir(mode=0o700, parents=True)
        return self

    def __exit__(self, failure: type[BaseException] | None, *_why: object) -> None:
        """After a failure all is as it was; the old files are thrown away only once the new ones stand."""
        if failure is not None:
            while self.moved:
                before, after = self.moved.pop()
                after.rename(before)
        shutil.rmtree(self.coming, ignore_errors=True)
        shutil.rmtree(self.gone, ignore_errors=True)

    def take(self, name: str, blocks: Iterator[bytes]) -> None:
        parts = PurePosixPath(name).parts
        # Whoever knows the public key can make an archive: its names reach nowhere else.
        if not parts or name.startswith("/") or ".." in parts or parts[0].startswith((COMING, GONE)):
            raise BadArchive
        path = self.coming.joinpath(*parts)
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        with os.fdopen(os.open(path, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600), "wb") as file:
            for block in blocks:
                file.write(block)
            file.flush()
            os.fsync(file.fileno())

    def settle(self) -> None:
        """The folder itself may be a mount: its entries change places, not the folder."""
        self.gone.mkdir(mode=0o700)
        for entry in list(root().iterdir()):
            if is_ours(entry.name):
                self._move(entry, self.gone / entry.name)
        for entry in list(self.coming.iterdir()):
            self._move(entry, root() / entry.name)

    def _move(self, entry: Path, target: Path) -> None:
        entry.rename(target)
        self.moved.append((entry, target))
