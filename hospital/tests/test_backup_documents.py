"""Documents change places with those of a backup, or stay as they were."""

import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from hospital.backups import media
from hospital.backups.errors import NotTaken


@pytest.fixture
def room(settings: Any, tmp_path: Path) -> Path:
    settings.MEDIA_ROOT = str(tmp_path)
    (tmp_path / "a.pdf").write_text("old")
    return tmp_path


def held(room: Path) -> dict[str, str]:
    return {path.name: path.read_text() for path in room.rglob("*") if path.is_file()}


def restored(*names: str) -> None:
    with media.Arrivals() as arrivals:
        for name in names:
            arrivals.take(name, iter([b"new"]))
        arrivals.settle()


def test_the_new_documents_take_the_place_of_the_old(room: Path) -> None:
    restored("b.pdf")

    assert held(room) == {"b.pdf": "new"}


def test_documents_that_cannot_be_moved_leave_all_as_it_was(
    room: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (room / "kept.pdf").write_text("old too")
    rename = Path.rename

    def refuses_the_last(entry: Path, target: Any) -> Path:
        if entry.name == "b.pdf":
            raise PermissionError(13, "Permission denied", str(entry))
        return rename(entry, target)

    monkeypatch.setattr(Path, "rename", refuses_the_last)

    with pytest.raises(PermissionError):
        restored("b.pdf")
    assert held(room) == {"a.pdf": "old", "kept.pdf": "old too"}


def test_a_disks_own_folder_is_left_where_it_is(room: Path) -> None:
    (room / "lost+found").mkdir()

    restored("b.pdf")

    assert sorted(path.name for path in room.iterdir()) == ["b.pdf", "lost+found"]


def test_a_folder_that_cannot_be_read_is_told(room: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def walk(top: Path, onerror: Any) -> Iterator[Any]:
        onerror(PermissionError(13, "Permission denied", "closed"))
        yield from ()

    monkeypatch.setattr(os, "walk", walk)

    with pytest.raises(NotTaken, match="closed cannot be read"):
        list(media.files())
