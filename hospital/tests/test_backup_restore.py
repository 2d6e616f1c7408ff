"""A backup taken while people work comes back whole on an empty machine; otherwise nothing changes at all."""

from collections.abc import Iterator
from datetime import date, datetime
from pathlib import Path
from typing import Any

import pytest
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.db import connection

from accounts.models import Doctor, Patient, User
from clinical.services.documents import add_document
from clinical.services.records import add_addendum
from clinical.tests.factories import signed
from clinical.tests.files import PDF_BYTES
from hospital.backups import archive, keys, sealing
from hospital.tests.backup_house import TOLD, House, empty_machine, live, needs_pg_dump

pytestmark = [pytest.mark.usefixtures("transactional_db"), needs_pg_dump]


@pytest.fixture
def folder(settings: Any, tmp_path: Path) -> Path:
    settings.MEDIA_ROOT = str(tmp_path / "media")
    return tmp_path


@pytest.fixture
def house(
    frozen: Any, folder: Path, dr_rao: Doctor, ana: Patient, ben: Patient, reception: User, now: datetime
) -> House:
    """A signed record with an addendum, a document that a row names, and a file that none does."""
    record = signed(dr_rao, ana, now)
    add_addendum(record=record, text="Seen again", reason="Call", actor=dr_rao.user, now=now)
    filed = {"title": "Letter", "kind": "letter", "happened_on": date(2026, 12, 1)}
    add_document(patient=ana, content=PDF_BYTES, **filed, actor=dr_rao.user, now=now)
    default_storage.save("loads/patients.csv", ContentFile(b"id\n" * 50_000))
    return live(folder)


@pytest.fixture
def machine(house: House, folder: Path) -> Iterator[House]:
    with empty_machine(house, folder / "other") as found:
        yield found


def test_all_comes_back_and_nothing_else(house: House, machine: House) -> None:
    done = machine.restore(house.back_up())

    before, after = house.rows(), machine.rows()
    assert done.returncode == 0, done.stderr
    assert "1 seals, " in done.stdout and "1 documents, 0 broken" in done.stdout
    assert {name: rows for name, rows in before.items() if name not in TOLD} == {
        name: rows for name, rows in after.items() if name not in TOLD
    }
    assert house.documents() == machine.documents()
    assert left_over(house, machine) == []
    # Each house tells of what was done in it: one took the backup, the other was restored from it.
    events = [set(rows["accounts_auditevent"]) for rows in (before, after)]
    assert [len(events[0] - events[1]), len(events[1] - events[0])] == [1, 1]
    assert ["'backup'" in "".join(events[0] - events[1]), "'restore'" in "".join(events[1] - events[0])] == [
        True,
        True,
    ]
    assert ["finished" in "".join(rows["accounts_backup"]) for rows in (before, after)] == [True, True]


def left_over(*houses: House) -> list[Path]:
    """Copies, half files, and what others may read."""
    hidden = [path for house in houses for path in house.media.parent.rglob(".*")]
    files = [path for house in houses if house.backups.exists() for path in house.backups.iterdir()]
    return hidden + [path for path in files if path.stat().st_mode & 0o077]


def test_people_can_go_on_working(house: House, machine: House) -> None:
    """A database that was migrated is empty too; rules and counters came along, and the trail goes on."""
    machine.manage("migrate")

    done = machine.restore(house.back_up())

    assert done.returncode == 0, done.stderr
    with machine.at_work():
        pass
    assert any("Busy" in row for row in machine.rows()["accounts_patient"])
    assert machine.manage("verify_audit").returncode == 0


def test_a_backup_under_writes_is_one_moment(house: House, machine: House) -> None:
    with house.at_work():
        archives = [house.back_up() for _ in range(2)]

    for taken in archives:
        done = machine.restore(taken, "--replace")
        assert (done.returncode, "0 broken" in done.stdout) == (0, True), done.stderr
    names = {row for row in machine.rows()["accounts_patient"] if "Busy" in row}
    assert 0 < len(names) < len([row for row in house.rows()["accounts_patient"] if "Busy" in row])


@pytest.mark.drill
@pytest.mark.timeout(1800)
def test_twenty_backups_under_writes_are_all_good(house: House, machine: House) -> None:
    with house.at_work():
        archives = [house.back_up() for _ in range(20)]

    bad = [taken for taken in archives if machine.restore(taken, "--replace").returncode]
    print(f"{len(bad)} bad of {len(archives)} backups under writes on {connection.vendor}")
    assert bad == []


def test_people_are_thrown_away_only_when_told(house: House, machine: House) -> None:
    first = house.back_up()
    machine.restore(first)
    machine.differ()
    before, documents = machine.rows(), machine.documents()

    refused = machine.restore(first)

    assert (refused.returncode, "--replace" in refused.stderr) == (2, True)
    assert (machine.rows(), machine.documents()) == (before, documents)

    replaced = machine.restore(first, "--replace")

    assert replaced.returncode == 0, replaced.stderr
    assert machine.rows()["auth_permission"] == house.rows()["auth_permission"]
    assert machine.documents() == house.documents()


def repacked(house: House, taken: Path, table: str) -> Path:
    """The same backup, sealed by somebody who says of one table that it held other rows."""
    parts: list[archive.Member] = []
    opening = keys.identities(house.key)

    def keep(name: str, blocks: Iterator[bytes]) -> None:
        held = b"".join(blocks)
        parts.append(archive.Member(name, len(held), [held]))

    manifest = archive.checked(taken, opening, keep).manifest
    manifest.files = {}
    manifest.tables[table]["sha256"] = "0" * 64
    forged = taken.with_name("forged.tar.age")
    sealing.seal(archive.packed(parts, manifest), forged, [opening[0].to_public()])
    return forged


def test_rows_that_are_not_those_backed_up_change_nothing(house: House, machine: House) -> None:
    taken = house.back_up()
    machine.restore(taken)
    machine.differ()
    before, documents = machine.rows(), machine.documents()

    done = machine.restore(repacked(house, taken, "accounts_patient"), "--replace")

    assert (done.returncode, "accounts_patient" in done.stderr) == (2, True)
    assert (machine.rows(), machine.documents()) == (before, documents)


def test_what_was_changed_behind_the_back_is_told_after_the_restore(house: House, machine: House) -> None:
    """It is restored, because it is what was there; the status says that something does not fit."""
    for path in house.media.glob("documents/*/*"):
        path.write_bytes(b"other")

    done = machine.restore(house.back_up(code=1))

    assert done.returncode == 1
    assert "its file is not the one that was uploaded" in done.stderr


def test_a_restore_waits_for_nobody_for_ever(house: House, machine: House) -> None:
    """A long reader on SQLite does not matter; on PostgreSQL the restore says who is in the way."""
    taken = house.back_up()
    machine.restore(taken)
    with machine.at_work():
        done = machine.restore(taken, "--replace")

    assert done.returncode in (0, 2)
    assert machine.manage("verify_audit").returncode == 0
