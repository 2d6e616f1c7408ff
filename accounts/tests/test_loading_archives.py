"""Folders, archives and standard input; and archives that are damaged or meant to harm."""

import bz2
import gzip
import io
import lzma
import os
import stat
import sys
import tarfile
import tempfile
import zipfile
from pathlib import Path
from types import SimpleNamespace

import pytest

from accounts.loading.faults import Unreadable
from accounts.loading.readers import open_source, unpacking
from accounts.loading.readers.unpacking import Unpacked
from accounts.loading.registry import Layout

TABLE = b"Id,FIRST\n1,Ana\n"
ONE = SimpleNamespace(is_single=True, needed="patients")


@pytest.fixture(autouse=True)
def room(tmp_path: Path, monkeypatch) -> Path:
    """Where archives are unpacked: nothing may stay there."""
    room = tmp_path / "room"
    room.mkdir()
    monkeypatch.setattr(tempfile, "tempdir", str(room))
    return room


def packed(path: Path, members: dict[str, bytes]) -> Path:
    """An archive of the form that its name says."""
    if path.suffix == ".zip":
        with zipfile.ZipFile(path, "w") as archive:
            for name, content in members.items():
                archive.writestr(name, content)
        return path
    with tarfile.open(
        path, "w:" + path.suffix.lstrip(".").replace("tgz", "gz").replace("tar", "")
    ) as archive:
        for name, content in members.items():
            entry = tarfile.TarInfo(name)
            entry.size = len(content)
            archive.addfile(entry, io.BytesIO(content))
    return path


def rows(path: Path | str, table: str = "patients", layout: Layout | None = None) -> list[list[str]]:
    with open_source(path, layout=layout) as source:
        return [record.cells for record in source.open(table).records()]


def refusal(path: Path | str, table: str = "patients") -> str:
    with pytest.raises(Unreadable) as error:
        rows(path, table)
    return str(error.value)


@pytest.mark.parametrize("name", ["x.zip", "x.tar", "x.tar.gz", "x.tgz", "x.tar.xz", "x.tar.bz2"])
def test_an_archive_is_read_wherever_the_tables_lie_in_it(tmp_path, room, name):
    members = {
        "csv/patients.csv": TABLE,
        "csv/Visits.CSV": b"Id\n7\n",
        "csv/readme.txt": b"x",
        "__MACOSX/csv/._patients.csv": b"\x00",
    }

    with open_source(packed(tmp_path / name, members)) as source:
        assert sorted(source.names) == ["patients", "visits"]
        assert [record.cells for record in source.open("patients").records()] == [["1", "Ana"]]
        assert source.row_count("visits") == 1
        (place,) = room.iterdir()
        assert stat.S_IMODE(place.stat().st_mode) == 0o700

    assert list(room.iterdir()) == []


@pytest.mark.parametrize(("pack", "ending"), [(gzip, "gz"), (lzma, "xz"), (bz2, "bz2")])
def test_a_compressed_file_is_read_alone_and_in_a_folder(tmp_path, room, pack, ending):
    path = tmp_path / "in" / f"patients.csv.{ending}"
    path.parent.mkdir()
    path.write_bytes(pack.compress(TABLE))

    assert rows(path) == rows(path.parent) == [["1", "Ana"]]
    assert list(room.iterdir()) == []


def test_an_archive_in_a_folder_is_opened_and_one_three_deep_is_not(tmp_path):
    inner = packed(tmp_path / "inner.zip", {"patients.csv": TABLE}).read_bytes()
    (tmp_path / "in").mkdir()
    packed(tmp_path / "in" / "outer.zip", {"inner.zip": inner})
    assert refusal(tmp_path / "in").endswith("An archive within an archive within another is not opened.")

    (tmp_path / "in" / "outer.zip").write_bytes(inner)
    assert rows(tmp_path / "in") == [["1", "Ana"]]


def test_standard_input_may_be_a_file_or_an_archive(tmp_path, monkeypatch, room):
    for content in (TABLE, gzip.compress(TABLE), packed(tmp_path / "x.zip", {"any.csv": TABLE}).read_bytes()):
        monkeypatch.setattr(sys, "stdin", SimpleNamespace(buffer=io.BytesIO(content)))
        assert rows("-", layout=ONE) == [["1", "Ana"]]
    assert list(room.iterdir()) == []


def test_the_one_file_of_a_layout_of_one_table_may_have_any_name(tmp_path):
    path = tmp_path / "Export 2027 (final).dat"
    path.write_bytes(TABLE)

    assert rows(path, layout=ONE) == [["1", "Ana"]]
    with open_source(path, name="people.csv") as source:
        assert (source.name, source.told) == ("people.csv", [])
        assert source.open("people").file == "people.csv"


def test_more_than_one_file_for_a_table_is_refused(tmp_path):
    path = packed(
        tmp_path / "x.zip", {"old/patients.csv": TABLE, "new/patients.tsv": TABLE, "visits.csv": TABLE}
    )

    words = "More than one file could be patients: new/patients.tsv, old/patients.csv. Leave only one."
    assert refusal(path).endswith(words)
    assert rows(path, "visits") == [["1", "Ana"]]


def test_files_come_in_the_order_of_their_names(tmp_path):
    names = ["b/2.json", "a.json", "b/10.json", "c.txt"]

    with Unpacked(packed(tmp_path / "x.zip", dict.fromkeys(names, b"{}")), endings={".json"}) as pieces:
        assert [piece.name for piece in pieces] == ["a.json", "b/10.json", "b/2.json"]
        assert [piece.path.read_bytes() for piece in pieces] == [b"{}"] * 3


def encrypted(path: Path) -> Path:
    """The archive with the mark that its members ask for a password."""
    content = bytearray(packed(path, {"patients.csv": TABLE}).read_bytes())
    for signature, offset in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
        content[content.index(signature) + offset] |= 1
    path.write_bytes(content)
    return path


def linked(path: Path) -> Path:
    with tarfile.open(path, "w") as archive:
        entry = tarfile.TarInfo("patients.csv")
        entry.type, entry.linkname = tarfile.SYMTYPE, "/etc/passwd"
        archive.addfile(entry)
    return path


def linked_zip(path: Path) -> Path:
    with zipfile.ZipFile(path, "w") as archive:
        entry = zipfile.ZipInfo("patients.csv")
        entry.external_attr = (stat.S_IFLNK | 0o777) << 16
        archive.writestr(entry, "/etc/passwd")
    return path


def cut(path: Path) -> Path:
    content = packed(path, {"patients.csv": os.urandom(10_000)}).read_bytes()
    path.write_bytes(content[: len(content) // 2])
    return path


@pytest.mark.parametrize(
    ("make", "name", "words"),
    [
        (
            lambda path: packed(path, {"../patients.csv": TABLE}),
            "x.zip",
            "a path to elsewhere (../patients.csv)",
        ),
        (lambda path: packed(path, {"/etc/patients.csv": TABLE}), "x.tar.gz", "a path to elsewhere"),
        (lambda path: packed(path, {"C:\\patients.csv": TABLE}), "x.zip", "a path to elsewhere"),
        (linked, "x.tar", "patients.csv is a link"),
        (linked_zip, "x.zip", "patients.csv is a link"),
        (encrypted, "x.zip", "protected by a password. Pack it without one."),
        (cut, "x.zip", "The archive is damaged"),
        (cut, "x.tar", "The archive is damaged"),
        (cut, "x.tar.gz", "The archive is damaged"),
        (cut, "x.tar.xz", "The archive is damaged"),
        (cut, "x.tar.bz2", "The archive is damaged"),
        (lambda path: packed(path, {"notes.txt": b"x"}), "x.zip", "There is no CSV or XLSX file in it."),
    ],
)
def test_an_archive_that_is_not_safe_is_refused_and_leaves_nothing(tmp_path, room, make, name, words):
    path = make(tmp_path / name)

    assert words in refusal(path)
    assert list(room.iterdir()) == []


def test_an_archive_that_grows_without_end_is_refused(tmp_path, room, monkeypatch):
    monkeypatch.setattr(unpacking, "MOST_BYTES", 2**20)
    path = tmp_path / "patients.csv.gz"
    path.write_bytes(gzip.compress(b"\0" * 2**24))

    assert "Unpacked, it is far too large to be a table." in refusal(path)
    assert list(room.iterdir()) == []


def test_too_many_members_and_too_many_layers_are_refused(tmp_path, monkeypatch):
    monkeypatch.setattr(unpacking, "MOST_FILES", 5)
    many = packed(tmp_path / "x.zip", {f"{number}.txt": b"" for number in range(7)})
    onion = tmp_path / "patients.csv.gz"
    onion.write_bytes(gzip.compress(gzip.compress(gzip.compress(TABLE))))

    assert "It holds more than 5 files." in refusal(many)
    assert "packed too many times over" in refusal(onion)


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("nowhere", "There is no such file or folder."),
        ("empty", "There is no CSV or XLSX file in it."),
        ("folder.csv", "There is no CSV or XLSX file in it."),
    ],
)
def test_what_is_no_table_at_all_is_refused(tmp_path, name, words):
    (tmp_path / "empty").mkdir()
    (tmp_path / "folder.csv").mkdir()

    assert refusal(tmp_path / name).endswith(words)


def test_a_file_that_may_not_be_read_is_told(tmp_path, monkeypatch):
    def forbidden(self: Path, *args: str) -> None:
        raise PermissionError(13, "Permission denied", str(self))

    (tmp_path / "patients.csv").write_bytes(TABLE)
    monkeypatch.setattr(Path, "open", forbidden)

    assert refusal(tmp_path / "patients.csv").endswith("patients.csv: Permission denied")


def test_a_device_is_neither_file_nor_folder():
    assert "neither a file nor a folder" in refusal("/dev/zero")


def test_the_digest_follows_the_content_and_not_the_packing(tmp_path):
    zipped = packed(tmp_path / "x.zip", {"patients.csv": TABLE})
    plain = tmp_path / "patients.csv"
    digests = []
    for content in (TABLE, TABLE + b"2,Ben\n"):
        plain.write_bytes(content)
        with open_source(plain) as source, open_source(zipped) as other:
            digests.append((source.digest(), other.digest()))

    assert digests[0][0] == digests[0][1]
    assert digests[1][0] != digests[1][1]


def test_rows_of_an_unused_table_are_counted_even_when_it_is_damaged(tmp_path):
    (tmp_path / "sound.csv").write_text('Id,TEXT\n1,"two\nlines"\n\n2,x\n')
    (tmp_path / "damaged.csv").write_bytes(b"Id\n\xff\n" + b"x" * 200_000 + b"\n")

    with open_source(tmp_path) as source:
        assert (source.row_count("sound"), source.row_count("damaged")) == (2, 2)
