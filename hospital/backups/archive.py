"""What is inside the seal: a tar file with the database in parts, the documents, and last the manifest."""

import hashlib
import json
import tarfile
from collections.abc import Callable, Iterable, Iterator
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import IO, Any, NamedTuple

from pyrage.x25519 import Identity

from hospital.backups.errors import BadArchive
from hospital.backups.sealing import BLOCK, opened

FORMAT = 1
MANIFEST = "manifest.json"
DATABASE, MEDIA = "database/", "media/"
PART = 8 * 1024 * 1024
LARGEST_MANIFEST = 1024**3


class Member(NamedTuple):
    name: str
    size: int
    blocks: Iterable[bytes]


@dataclass
class Manifest:
    """What the archive must hold, to be compared with what it does hold."""

    format: int
    taken_at: str
    backup: str
    vendor: str
    server: str
    # By app, the migrations that had been applied.
    migrations: dict[str, list[str]]
    # By table: rows, and the SHA-256 of the rows.
    tables: dict[str, dict[str, Any]]
    # By name: size and SHA-256.
    files: dict[str, dict[str, Any]] = field(default_factory=dict)

    @property
    def rows(self) -> int:
        return sum(table["rows"] for table in self.tables.values())

    @property
    def documents(self) -> dict[str, str]:
        """By the name under which the site knows it, the SHA-256 of each file kept beside the database."""
        kept = {name: about for name, about in self.files.items() if name.startswith(MEDIA)}
        return {name.removeprefix(MEDIA): about["sha256"] for name, about in kept.items()}


class Whole(NamedTuple):
    """An archive that was read to its end and found whole."""

    manifest: Manifest
    size: int
    digest: str


# Takes a member's name and what it holds.
Sink = Callable[[str, Iterator[bytes]], None]


def packed(members: Iterable[Member], manifest: Manifest) -> Iterator[bytes]:
    """The tar file block by block; the manifest learns each member's digest on the way and closes the file."""
    for member in members:
        digest = hashlib.sha256()
        yield head(member.name, member.size)
        for block in member.blocks:
            digest.update(block)
            yield block
        yield padding(member.size)
        manifest.files[member.name] = {"size": member.size, "sha256": digest.hexdigest()}
    last = json.dumps(asdict(manifest), indent=1).encode()
    yield from (head(MANIFEST, len(last)), last, padding(len(last)), bytes(2 * tarfile.BLOCKSIZE))


def head(name: str, size: int) -> bytes:
    about = tarfile.TarInfo(name)
    about.size, about.mode = size, 0o600
    return about.tobuf(tarfile.PAX_FORMAT)


def padding(size: int) -> bytes:
    return bytes(-size % tarfile.BLOCKSIZE)


def in_parts(blocks: Iterable[bytes]) -> Iterator[Member]:
    """A stream whose length nobody knows yet, as numbered files of a known one."""
    number, waiting = 0, bytearray()
    for block in blocks:
        waiting += block
        while len(waiting) >= PART:
            number += 1
            yield part(number, bytes(waiting[:PART]))
            del waiting[:PART]
    if waiting:
        yield part(number + 1, bytes(waiting))


def part(number: int, held: bytes) -> Member:
    return Member(f"{DATABASE}{number:06d}", len(held), [held])


def checked(path: Path, identities: list[Identity], sink: Sink | None = None) -> Whole:
    """Reads the archive to its end and hands each file on; raises unless it is what its manifest says."""
    found: dict[str, dict[str, Any]] = {}
    with opened(path, identities) as (plain, sealed):
        try:
            manifest = walk(plain, found, sink)
        except (tarfile.TarError, EOFError) as error:
            raise BadArchive from error
        while plain.read(BLOCK):
            pass
    if manifest is None or manifest.files != found:
        raise BadArchive
    return Whole(manifest, sealed.size, sealed.digest.hexdigest())


def walk(plain: Any, found: dict[str, dict[str, Any]], sink: Sink | None) -> Manifest | None:
    manifest = None
    with tarfile.open(fileobj=plain, mode="r|", bufsize=BLOCK) as tar:
        for member in tar:
            held = tar.extractfile(member) if member.isreg() else None
            if held is None or manifest is not None or member.name in found:
                raise BadArchive
            if member.name == MANIFEST:
                manifest = read_manifest(held, member.size)
            else:
                found[member.name] = passed_on(member.name, held, sink)
            # A stream has no way back; without this every header would stay in memory.
            tar.members.clear()  # type: ignore[attr-defined]
    return manifest


def passed_on(name: str, held: IO[bytes], sink: Sink | None) -> dict[str, Any]:
    digest, size = hashlib.sha256(), 0

    def blocks() -> Iterator[bytes]:
        nonlocal size
        while block := held.read(BLOCK):
            digest.update(block)
            size += len(block)
            yield block

    flow = blocks()
    if sink is not None:
        sink(name, flow)
    for _rest in flow:
        pass
    return {"size": size, "sha256": digest.hexdigest()}


def read_manifest(held: IO[bytes], size: int) -> Manifest:
    if size > LARGEST_MANIFEST:
        raise BadArchive
    try:
        manifest = Manifest(**json.loads(held.read()))
    except (ValueError, TypeError) as error:
        raise BadArchive from error
    if manifest.format != FORMAT:
        raise BadArchive
    return manifest
