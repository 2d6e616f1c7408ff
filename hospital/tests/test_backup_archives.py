"""A sealed archive is opened by its key alone, and only while every byte of it is as it was written."""

import json
import tarfile
from collections.abc import Iterator
from dataclasses import asdict
from io import BytesIO
from pathlib import Path
from typing import Any

import pytest
from pyrage.x25519 import Identity

from hospital.backups import sealing
from hospital.backups.archive import MANIFEST, PART, Manifest, Member, checked, head, in_parts, packed
from hospital.backups.errors import BadArchive, NotRestored, NotTaken, WrongKey
from hospital.backups.keys import identities, new_key, recipients
from hospital.backups.media import Arrivals
from hospital.backups.postgresql import tool

CHUNK = 64 * 1024
TEXT = bytes(range(256)) * 1500


def manifest(**changes: Any) -> Manifest:
    facts = {"format": 1, "taken_at": "2027-01-11T08:00:00+00:00", "backup": "x", "vendor": "sqlite"}
    return Manifest(**facts | {"server": "3", "migrations": {}, "tables": {}} | changes)


def members() -> Iterator[Member]:
    yield from in_parts([TEXT])
    yield Member("media/ü/a b", 3, [b"abc"])


@pytest.fixture
def key() -> Identity:
    return Identity.generate()


@pytest.fixture
def path(tmp_path: Path, key: Identity) -> Path:
    made = tmp_path / "a.tar.age"
    sealing.seal(packed(members(), manifest()), made, [key.to_public()])
    return made


def test_what_went_in_comes_out(path: Path, key: Identity) -> None:
    held: dict[str, bytes] = {}

    whole = checked(path, [key], lambda name, blocks: held.update({name: b"".join(blocks)}))

    assert held == {"database/000001": TEXT, "media/ü/a b": b"abc"}
    assert whole.size == path.stat().st_size
    assert sorted(whole.manifest.files) == sorted(held)


def test_any_of_several_keys_opens_it(tmp_path: Path) -> None:
    two = [Identity.generate(), Identity.generate()]
    made = tmp_path / "a.age"
    sealing.seal(packed(members(), manifest()), made, [key.to_public() for key in two])

    assert [checked(made, [key]).manifest.vendor for key in two] == ["sqlite", "sqlite"]


def test_nothing_of_it_can_be_read_without_the_key(path: Path) -> None:
    assert b"abc" not in path.read_bytes() and b"manifest" not in path.read_bytes()
    with pytest.raises(WrongKey):
        checked(path, [Identity.generate()])


@pytest.mark.parametrize("place", [30, 150, 250, 5_000, CHUNK + 300, -20_000, -1])
def test_a_flipped_bit_is_seen(path: Path, key: Identity, place: int) -> None:
    held = bytearray(path.read_bytes())
    held[place] ^= 1
    path.write_bytes(held)

    with pytest.raises((BadArchive, WrongKey)):
        checked(path, [key])


@pytest.mark.parametrize("kept", [0, 10, 150, 5_000, CHUNK + 216, 2 * (CHUNK + 16) + 216, -1, -1000])
def test_a_cut_is_seen(path: Path, key: Identity, kept: int) -> None:
    path.write_bytes(path.read_bytes()[:kept])

    with pytest.raises(BadArchive):
        checked(path, [key])


def test_every_length_but_the_whole_one_is_refused(path: Path, key: Identity) -> None:
    """Also where one sealed chunk ends and the next would begin."""
    held = path.read_bytes()
    ends = [200 + extra for extra in range(40)] + [len(held) - 7]
    for end in ends:
        path.write_bytes(held[:end])
        with pytest.raises(BadArchive):
            checked(path, [key])


def forged(path: Path, key: Identity, plain: bytes) -> Path:
    """Well sealed, by somebody who knows the public key."""
    path.unlink()
    sealing.seal([plain], path, [key.to_public()])
    return path


def tarred(*held: tuple[str, bytes]) -> bytes:
    made = BytesIO()
    with tarfile.open(fileobj=made, mode="w", format=tarfile.PAX_FORMAT) as tar:
        for name, content in held:
            about = tarfile.TarInfo(name)
            about.size = len(content)
            tar.addfile(about, BytesIO(content))
    return made.getvalue()


def told(**changes: Any) -> bytes:
    return json.dumps(asdict(manifest(**changes))).encode()


@pytest.mark.parametrize(
    "plain",
    [
        b"hello",
        b"",
        tarred(),
        tarred(("database/000001", b"x")),
        tarred((MANIFEST, b"no json")),
        tarred((MANIFEST, b"{}")),
        tarred((MANIFEST, told(format=99))),
        tarred(("media/a", b"a"), (MANIFEST, told())),
        tarred((MANIFEST, told(files={"media/a": {"size": 1, "sha256": "0" * 64}}))),
        tarred(("media/a", b"a"), (MANIFEST, told(files={"media/a": {"size": 1, "sha256": "0" * 64}}))),
        tarred((MANIFEST, told()), ("media/a", b"a")),
        tarred((MANIFEST, told()), (MANIFEST, told())),
        head("media/a", 10_000) + b"short",
    ],
)
def test_what_is_not_as_its_manifest_says_is_no_backup(path: Path, key: Identity, plain: bytes) -> None:
    with pytest.raises(BadArchive):
        checked(forged(path, key, plain), [key])


def test_links_and_folders_are_no_part_of_a_backup(path: Path, key: Identity) -> None:
    made = BytesIO()
    with tarfile.open(fileobj=made, mode="w") as tar:
        link = tarfile.TarInfo("media/a")
        link.type, link.linkname = tarfile.SYMTYPE, "/etc/passwd"
        tar.addfile(link)
    with pytest.raises(BadArchive):
        checked(forged(path, key, made.getvalue()), [key])


@pytest.mark.parametrize("name", ["/etc/passwd", "../a", "a/../../b", "", ".restoring-1/a", ".replaced-1"])
def test_no_name_reaches_out_of_the_documents_folder(settings: Any, tmp_path: Path, name: str) -> None:
    settings.MEDIA_ROOT = str(tmp_path / "media")

    with Arrivals() as arrivals, pytest.raises(BadArchive):
        arrivals.take(name, iter([b"x"]))

    assert [path for path in tmp_path.rglob("*") if path.is_file()] == []


def test_a_disk_that_fails_is_told_as_such(tmp_path: Path, key: Identity) -> None:
    def failing() -> Iterator[bytes]:
        yield b"x" * CHUNK
        raise OSError(28, "No space left on device")

    with pytest.raises(OSError, match="No space left"):
        sealing.seal(failing(), tmp_path / "a", [key.to_public()])


def test_long_streams_are_cut_into_parts() -> None:
    parts = list(in_parts([b"x" * (PART - 1), b"yz", b"", b"w"]))

    assert [(part.name, part.size) for part in parts] == [("database/000001", PART), ("database/000002", 2)]
    assert b"".join(b"".join(part.blocks) for part in parts) == b"x" * (PART - 1) + b"yzw"


def test_a_new_key_is_its_owners_alone_and_never_written_over(tmp_path: Path, settings: Any) -> None:
    path = tmp_path / "k.key"

    public = new_key(path)

    settings.BACKUP_RECIPIENTS = [public]
    assert path.stat().st_mode & 0o777 == 0o600
    assert (
        [str(key.to_public()) for key in identities(path)] == [str(one) for one in recipients()] == [public]
    )
    with pytest.raises(FileExistsError):
        new_key(path)


@pytest.mark.parametrize("named", [[], ["age1nonsense"], ["AGE-SECRET-KEY-1"]])
def test_without_a_public_key_no_backup(settings: Any, named: list[str]) -> None:
    settings.BACKUP_RECIPIENTS = named

    with pytest.raises(NotTaken):
        recipients()


@pytest.mark.parametrize("held", ["", "age1nonsense", "AGE-SECRET-KEY-1NONSENSE", b"\xff\xfe"])
def test_a_file_without_a_secret_key_opens_nothing(tmp_path: Path, held: Any) -> None:
    path = tmp_path / "k"
    path.write_bytes(held if isinstance(held, bytes) else held.encode())

    with pytest.raises(NotRestored):
        identities(path)


def test_a_missing_program_is_named(monkeypatch: Any) -> None:
    monkeypatch.setenv("PATH", "/nowhere")

    with pytest.raises(NotTaken, match="postgresql-client"):
        tool("pg_dump", NotTaken)
