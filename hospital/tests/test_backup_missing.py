"""A document that the house has lost: the backup is made, says so, and leaves the older ones alone."""

import json
from datetime import date, datetime
from pathlib import Path
from typing import Any

import pytest

from accounts.models import AuditEvent, Backup, Doctor, LoadBatch, Patient
from clinical.models import Document
from clinical.services.documents import add_document
from clinical.tests.factories import signed
from hospital.backups import documents, media
from hospital.tests.backup_house import needs_pg_dump, settled
from hospital.tests.test_backup_commands import run

pytestmark = [pytest.mark.django_db(transaction=True), needs_pg_dump]


@pytest.fixture
def folder(settings: Any, tmp_path: Path) -> Path:
    return settled(settings, tmp_path)


@pytest.fixture
def letters(folder: Path, ana: Patient, dr_rao: Doctor, now: datetime) -> list[Document]:
    """Two, both where they belong."""
    signed(dr_rao, ana, now)
    filed = {"kind": "letter", "happened_on": date(2026, 12, 1), "actor": dr_rao.user, "now": now}
    return [
        add_document(title=title, content=title.encode(), patient=ana, **filed)
        for title in ("First", "Second")
    ]


def path_of(document: Document) -> Path:
    return media.root() / document.file.name


def test_a_whole_house_misses_nothing_and_rotates(letters: list[Document]) -> None:
    run("backup")

    code, told, words = run("backup", "--keep", "1", "--json")

    counts = json.loads(told)["backup"]
    assert (code, words) == (0, "")
    assert (counts["files"], counts["missing"], counts["deleted"]) == (2, 0, 1)


@pytest.mark.parametrize(
    ("harm", "words"),
    [
        (Path.unlink, "its file is not in the backup"),
        (lambda path: path.write_bytes(b"another"), "its file is not the one that was uploaded"),
    ],
)
def test_a_lost_document_is_named_and_no_older_backup_goes(
    letters: list[Document], harm: Any, words: str
) -> None:
    run("backup")
    harm(path_of(letters[0]))

    code, told, warned = run("backup", "--keep", "1", "--json")

    counts, newest = json.loads(told)["backup"], Backup.objects.latest("pk")
    assert (code, counts["missing"], counts["deleted"]) == (1, 1, 0)
    assert f"clinical_document {letters[0].pk}: {words}" in warned
    assert f"clinical_document {letters[1].pk}" not in warned
    assert "No older backup was deleted." in warned
    assert [Path(row.path).exists() for row in Backup.objects.all()] == [True, True]
    assert (newest.status, AuditEvent.objects.filter(action="backup").latest("pk").reason) == (
        "finished",
        f"{Path(newest.path).name}; 1 documents missing",
    )


def test_what_was_loaded_is_looked_for_too(folder: Path) -> None:
    batch = LoadBatch.objects.create(kind="patients", source="people.csv", file="loads/gone.csv")

    code, _told, warned = run("backup")

    assert (code, f"accounts_loadbatch {batch.pk}: its file is not in the backup" in warned) == (1, True)


def test_what_arrives_meanwhile_belongs_to_the_next_backup(
    letters: list[Document], monkeypatch: pytest.MonkeyPatch
) -> None:
    """As if the second had been uploaded after the documents were read."""
    late, files = letters[1].file.name, media.files
    monkeypatch.setattr(media, "files", lambda: (found for found in files() if found[0] != late))

    code, told, _words = run("backup", "--json")

    assert (code, json.loads(told)["backup"]["files"], json.loads(told)["backup"]["missing"]) == (0, 1, 0)


def test_many_losses_are_counted_and_the_first_are_named(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("hospital.management.commands.backup.SHOWN", 2)
    for number in range(3):
        LoadBatch.objects.create(kind="patients", source="x", file=f"loads/{number}.csv")

    _code, _told, warned = run("backup")

    assert warned.count("its file is not in the backup") == 2
    assert "… and 1 more." in warned and "older backup was deleted" not in warned


def test_a_document_is_compared_once(letters: list[Document]) -> None:
    held = {letter.file.name: letter.sha256 for letter in letters}

    assert list(documents.prove_documents(held)) == [None, None]
