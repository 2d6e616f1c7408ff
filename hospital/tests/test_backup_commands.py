"""The commands themselves: what they refuse before anything happens, what they leave behind when something fails."""

import json
import os
import signal
import time
from dataclasses import replace
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from django.core.management import call_command
from django.db import connection
from pyrage.x25519 import Identity

from accounts.models import AuditEvent, Backup, Patient, User
from hospital.backups import media, restoring, sealing, taking
from hospital.backups.archive import packed
from hospital.backups.keys import new_key
from hospital.backups.proving import applied_migrations
from hospital.tests.backup_house import needs_pg_dump, settled
from hospital.tests.test_backup_archives import manifest, members

# SQLite copies nothing that has an open transaction of its own.
pytestmark = [pytest.mark.django_db(transaction=True), needs_pg_dump]


@pytest.fixture
def folder(settings: Any, tmp_path: Path) -> Path:
    settled(settings, tmp_path)
    (tmp_path / "media" / "letter").write_text("letter")
    return tmp_path


def run(*words: Any) -> tuple[int, str, str]:
    told, complaints, code = StringIO(), StringIO(), 0
    try:
        call_command(*map(str, words), stdout=told, stderr=complaints)
    except SystemExit as end:
        code = int(str(end.code))
    return code, told.getvalue(), complaints.getvalue()


def lying_in(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.rglob("*") if path.is_file())


def test_a_backup_is_counted_noted_and_named(folder: Path, ana: Patient, admin: User) -> None:
    code, told, _words = run("backup", "--json", "--actor", admin.email)

    row, counts = Backup.objects.get(), json.loads(told)["backup"]
    assert code == 0
    assert counts.keys() == {"tables", "rows", "files", "bytes", "missing", "path"}
    assert (counts["files"], counts["bytes"], counts["path"]) == (1, row.size, row.path)
    assert (row.status, row.actor, Path(row.path).stat().st_size) == ("finished", admin, row.size)
    assert Backup.objects.last_good() == row
    event = AuditEvent.objects.get(action="backup")
    assert (event.actor, event.target_id) == (admin, str(row.pk))


def test_a_dry_run_writes_nothing(folder: Path, ana: Patient) -> None:
    before = lying_in(folder)

    code, told, _words = run("backup", "--dry-run", "--json")

    counts = json.loads(told)["backup"]
    assert (code, counts["files"], counts["bytes of files"]) == (0, 1, 6)
    assert counts["rows"] > 0
    assert (lying_in(folder), Backup.objects.count()) == (before, 0)


def test_without_a_key_there_is_no_backup(folder: Path, settings: Any) -> None:
    settings.BACKUP_RECIPIENTS = []
    before = lying_in(folder)

    code, told, words = run("backup")

    assert (code, told) == (2, "")
    assert "--new-key" in words
    assert (lying_in(folder), Backup.objects.count()) == (before, 0)


def test_it_makes_a_key_pair_and_shows_the_public_one(folder: Path) -> None:
    code, told, _words = run("backup", "--new-key", folder / "new.key")

    assert (code, told.startswith("age1")) == (0, True)
    assert told.strip() in (folder / "new.key").read_text()


def test_a_backup_does_not_lie_among_the_documents(folder: Path) -> None:
    code, _told, words = run("backup", folder / "media" / "kept")

    assert (code, "does not belong" in words) == (2, True)
    assert lying_in(folder / "media") == ["letter"]


def test_nothing_is_written_over(folder: Path) -> None:
    (folder / "old.age").write_text("old")

    code, _told, words = run("backup", folder / "old.age")

    assert (code, "is there already" in words) == (2, True)
    assert (folder / "old.age").read_text() == "old"


def test_only_who_may_take_all_data_away_takes_a_backup(folder: Path, reception: User) -> None:
    assert run("backup", "--actor", reception.email)[0] == 2
    assert run("backup", "--actor", "nobody@example.org")[0] == 2
    assert Backup.objects.count() == 0


@pytest.mark.parametrize("broken", ["reading", "writing", "giving back", "told to stop"])
def test_a_failure_leaves_no_half_file(folder: Path, monkeypatch: Any, broken: str) -> None:
    def fail(*_args: Any) -> Any:
        raise OSError(5, "Input/output error")

    def flip(blocks: Any, path: Path, recipients: Any) -> Any:
        written = sealing.seal(blocks, path, recipients)
        held = bytearray(path.read_bytes())
        held[-1] ^= 1
        path.write_bytes(held)
        return written

    def stop(*_args: Any) -> Any:
        os.kill(os.getpid(), signal.SIGTERM)
        yield b""

    change = {
        "told to stop": (media, "blocks", stop),
        "reading": (media, "blocks", fail),
        "writing": (taking, "to_the_disk", fail),
        "giving back": (taking, "seal", flip),
    }
    monkeypatch.setattr(*change[broken])

    code, told, words = run("backup")

    assert (code, told, bool(words)) == (2, "", broken != "told to stop")
    assert lying_in(folder / "backups") == []
    assert [row.status for row in Backup.objects.all()] == ["failed"]
    assert Backup.objects.last_good() is None


def test_only_older_backups_of_this_folder_are_deleted(folder: Path) -> None:
    for _again in range(3):
        run("backup")
    run("backup", folder / "elsewhere")
    (folder / "backups" / "hospital-20200101T000000Z-abcdef.tar.age").write_text("another house's")
    oldest, *_others = Backup.objects.order_by("pk")

    code, told, _words = run("backup", "--keep", "3", "--json")

    kept = {Path(row.path).name for row in Backup.objects.filter(path__contains="/backups/")}
    assert (code, json.loads(told)["backup"]["deleted"]) == (0, 1)
    assert set(lying_in(folder / "backups")) == kept - {Path(oldest.path).name} | {
        "hospital-20200101T000000Z-abcdef.tar.age"
    }
    assert len(lying_in(folder / "elsewhere")) == 1


def test_it_keeps_at_least_one(folder: Path) -> None:
    assert run("backup", "--keep", "0")[0] == 2


def test_what_a_killed_backup_left_goes_after_a_day(folder: Path, frozen: Any) -> None:
    run("backup")
    Backup.objects.create(path="/gone")
    left = folder / "backups" / ".hospital-20270111T080000Z-abcdef.tar.age.partial"
    left.write_text("half")
    os.utime(left, (time.time(), time.time()))

    frozen.shift(3600)
    run("backup")
    assert (left.exists(), Backup.objects.filter(status="running").count()) == (True, 1)

    frozen.shift(90_000)
    run("backup")
    assert (left.exists(), Backup.objects.filter(status="running").count()) == (False, 0)


@pytest.fixture
def archive(folder: Path) -> Path:
    run("backup", folder / "good.age")
    return folder / "good.age"


def refused(archive: Path, key: Path, *words: str) -> str:
    """The words of a restore that leaves rows and documents as they are."""
    before = [*Patient.objects.values(), *AuditEvent.objects.values()]

    code, told, complaint = run("restore", archive, "--identity", key, *words)

    assert (code, told) == (2, "")
    assert [*Patient.objects.values(), *AuditEvent.objects.values()] == before
    assert (lying_in(media.root()), media.root().joinpath("letter").read_text()) == (["letter"], "letter")
    return complaint


def test_another_key_opens_nothing(archive: Path, folder: Path, ana: Patient) -> None:
    new_key(folder / "other.key")

    assert "does not open" in refused(archive, folder / "other.key", "--replace")


@pytest.mark.parametrize("harm", ["cut", "flipped", "other file"])
def test_a_damaged_backup_is_not_restored(archive: Path, folder: Path, ana: Patient, harm: str) -> None:
    held = archive.read_bytes()
    middle = len(held) // 2
    flipped = held[:middle] + bytes([held[middle] ^ 1]) + held[middle + 1 :]
    archive.write_bytes({"cut": held[:middle], "flipped": flipped, "other file": b"PK" * 500}[harm])

    assert "no whole backup" in refused(archive, folder / "k.key", "--replace")


def test_people_in_the_database_are_not_thrown_away_unasked(
    archive: Path, folder: Path, ana: Patient
) -> None:
    assert "--replace" in refused(archive, folder / "k.key")


def test_no_key_and_no_file_are_told(archive: Path, folder: Path) -> None:
    assert "--identity" in run("restore", archive)[2]
    assert refused(folder / "missing.age", folder / "k.key", "--replace")


def sealed(folder: Path, **changes: Any) -> Path:
    key = Identity.from_str((folder / "k.key").read_text().splitlines()[-1])
    facts = {"vendor": connection.vendor, "migrations": applied_migrations()} | changes
    sealing.seal(packed(members(), replace(manifest(), **facts)), folder / "made.age", [key.to_public()])
    return folder / "made.age"


def test_a_backup_of_the_other_database_is_refused(folder: Path, ana: Patient) -> None:
    made = sealed(folder, vendor="oracle")

    assert "oracle" in refused(made, folder / "k.key", "--replace")


def test_a_backup_of_newer_software_is_refused(folder: Path, ana: Patient) -> None:
    newer = applied_migrations()
    newer["accounts"] = [*newer["accounts"], "9999_later"]

    words = refused(sealed(folder, migrations=newer), folder / "k.key", "--replace")

    assert "accounts.9999_later" in words


def test_a_backup_is_checked_without_touching_the_house(
    archive: Path, folder: Path, monkeypatch: Any, ana: Patient
) -> None:
    monkeypatch.setattr(restoring, "connection", None)

    code, told, _words = run("restore", archive, "--identity", folder / "k.key", "--verify", "--json")

    counts = json.loads(told)["verified"]
    assert (code, counts["files"], counts["bytes"]) == (0, 1, archive.stat().st_size)
    assert Patient.objects.get() == ana
