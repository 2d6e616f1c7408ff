"""What happens at the worst moment: people write while it is sealed, the disk mixes files up, documents do not move."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from accounts.models import Backup, Patient, User
from hospital.backups import sealing, taking
from hospital.backups.archive import packed
from hospital.tests.backup_house import House, empty_machine, live, needs_pg_dump
from hospital.tests.test_backup_archives import manifest, members
from hospital.tests.test_backup_commands import lying_in, run

pytestmark = [pytest.mark.django_db(transaction=True), needs_pg_dump]
SEALED_WHILE_SOMEBODY_WRITES = """
import pathlib, time
from django.core.management import call_command
from hospital.backups import taking
seal, seen = taking.seal, pathlib.Path(SEEN)
def number():
    return int(seen.read_text() or -1)
def patiently(*told):
    before, until = number(), time.monotonic() + 10
    while number() < before + 2:
        assert time.monotonic() < until, "nobody could write"
        time.sleep(0.05)
    return seal(*told)
taking.seal = patiently
call_command("backup")
"""
DOCUMENTS_DO_NOT_MOVE = """
from django.core.management import call_command
from hospital.backups import media
def full(self):
    raise OSError(28, "No space left on device")
media.Arrivals.settle = full
call_command("restore", ARCHIVE, "--identity", KEY, "--replace")
"""


@pytest.fixture
def house(settings: Any, tmp_path: Path, ana: Patient, reception: User) -> House:
    settings.MEDIA_ROOT = str(tmp_path / "media")
    (tmp_path / "media").mkdir()
    (tmp_path / "media" / "letter").write_text("letter")
    return live(tmp_path)


@pytest.fixture
def machine(house: House, tmp_path: Path) -> Iterator[House]:
    with empty_machine(house, tmp_path / "other") as found:
        yield found


def test_people_go_on_writing_while_a_backup_is_sealed(house: House) -> None:
    seen = house.media.with_name("busy")

    with house.at_work():
        code = SEALED_WHILE_SOMEBODY_WRITES.replace("SEEN", repr(str(seen)))
        done = house.manage("shell", "--no-imports", "-c", code)

    assert done.returncode == 0, done.stderr
    assert len(lying_in(house.backups)) == 1


def test_documents_that_do_not_move_leave_the_rows_too(house: House, machine: House) -> None:
    taken = house.back_up()
    machine.restore(taken)
    machine.differ()
    before, documents = machine.rows(), machine.documents()

    code = DOCUMENTS_DO_NOT_MOVE.replace("ARCHIVE", repr(str(taken))).replace("KEY", repr(str(house.key)))
    done = machine.manage("shell", "--no-imports", "-c", code)

    assert (done.returncode != 0, "No space left" in done.stderr) == (True, True)
    assert (machine.rows(), machine.documents()) == (before, documents)


def test_a_whole_backup_that_is_another_one_is_not_given_back(
    house: House, settings: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    def mix_up(blocks: Any, path: Path, recipients: Any) -> Any:
        written = sealing.seal(blocks, path, recipients)
        path.unlink()
        sealing.seal(packed(members(), manifest()), path, recipients)
        return written

    settings.BACKUP_RECIPIENTS, settings.BACKUP_FOLDER = [house.public], str(house.backups)
    monkeypatch.setattr(taking, "seal", mix_up)

    code, told, words = run("backup")

    assert (code, told, "does not give back" in words) == (2, "", True)
    assert (lying_in(house.backups), Backup.objects.last_good()) == ([], None)
