"""What the tests of backups share: a house that other processes work in, and a machine to restore it on."""

import os
import shutil
import sqlite3
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import psycopg
import pytest
from django.conf import settings
from django.db import connection

from accounts.tests.processes import database_url
from hospital.backups import keys

needs_pg_dump = pytest.mark.skipif(
    connection.vendor == "postgresql" and not (shutil.which("pg_dump") and shutil.which("pg_restore")),
    reason="pg_dump and pg_restore are not on the PATH",
)
# Where a restore leaves a trace of its own.
TOLD = {"accounts_backup", "accounts_auditevent"}
WORK = """
import itertools, pathlib, time
from accounts.models import User
from accounts.services.registration import register_patient
from django.utils import timezone
desk = User.objects.get(role="reception")
for number in itertools.count():
    register_patient(actor=desk, now=timezone.now(), asks=False, given_name=f"Given{number}",
        family_name="Busy", birth_date="1980-01-01", gender="other")
    pathlib.Path(SEEN).write_text(str(number))
    time.sleep(0.01)
"""


def settled(settings: Any, folder: Path) -> Path:
    """The test's own process keeps documents, key and backups in this folder."""
    settings.MEDIA_ROOT = str(folder / "media")
    settings.BACKUP_RECIPIENTS = [keys.new_key(folder / "k.key")]
    settings.BACKUP_FOLDER = str(folder / "backups")
    (folder / "media").mkdir()
    return folder


@dataclass
class House:
    """One machine: its database, its documents, and the commands that are given there."""

    url: str
    media: Path
    key: Path
    public: str
    backups: Path

    @property
    def environment(self) -> dict[str, str]:
        return os.environ | {
            "DEBUG": "yes",
            "DJANGO_SETTINGS_MODULE": "hospital.settings",
            "DATABASE_URL": self.url,
            "MEDIA_ROOT": str(self.media),
            "BACKUP_RECIPIENTS": self.public,
            "BACKUP_FOLDER": str(self.backups),
            "BACKUP_IDENTITY_FILE": "",
        }

    def command(self, *words: Any) -> list[str]:
        return [sys.executable, "manage.py", *map(str, words)]

    def manage(self, *words: Any) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            self.command(*words),
            cwd=settings.BASE_DIR,
            env=self.environment,
            capture_output=True,
            text=True,
            timeout=120,
        )

    def back_up(self, code: int = 0) -> Path:
        """Takes one and returns the file."""
        done = self.manage("backup")
        assert done.returncode == code, done.stderr
        return Path(done.stdout.strip().split("; ")[1])

    def restore(self, archive: Path, *words: Any) -> subprocess.CompletedProcess[str]:
        return self.manage("restore", archive, "--identity", self.key, *words)

    def rows(self) -> dict[str, list[str]]:
        """Every row of every table, read without the help of what is tested."""
        if self.url.startswith("sqlite"):
            with closing(sqlite3.connect(self.url.removeprefix("sqlite:///"))) as database:
                names = database.execute("SELECT name FROM sqlite_master WHERE type = 'table'").fetchall()
                return {
                    name: sorted(map(repr, database.execute(f'SELECT * FROM "{name}"'))) for (name,) in names
                }
        with psycopg.connect(self.url) as database:
            names = database.execute("SELECT tablename FROM pg_tables WHERE schemaname = 'public'").fetchall()
            return {name: sorted(map(repr, database.execute(f'SELECT * FROM "{name}"'))) for (name,) in names}

    def differ(self) -> None:
        """Rows of a table without rules, and a document, that no backup has."""
        sql = "UPDATE auth_permission SET name = 'of today'"
        (self.media / "later.txt").write_text("later")
        if self.url.startswith("sqlite"):
            with closing(sqlite3.connect(self.url.removeprefix("sqlite:///"))) as database, database:
                database.execute(sql)
        else:
            with psycopg.connect(self.url) as connected:
                connected.execute(sql)

    def documents(self) -> dict[str, bytes]:
        return {
            path.relative_to(self.media).as_posix(): path.read_bytes()
            for path in self.media.rglob("*")
            if path.is_file()
        }

    @contextmanager
    def at_work(self) -> Iterator[None]:
        """Somebody registers patients, one after another, until this ends."""
        seen = self.media.with_name("busy")
        seen.unlink(missing_ok=True)
        script = WORK.replace("SEEN", repr(str(seen)))
        worker = subprocess.Popen(
            self.command("shell", "--no-imports", "-c", script),
            cwd=settings.BASE_DIR,
            env=self.environment,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.PIPE,
            text=True,
        )
        try:
            number = self.went_on(worker, seen, -1)
            yield
            self.went_on(worker, seen, number)
        finally:
            worker.kill()
            worker.communicate()

    @staticmethod
    def went_on(worker: subprocess.Popen[str], seen: Path, than: int) -> int:
        """Waits until more patients are there than before, and says how many."""
        until = time.monotonic() + 60
        while not (seen.exists() and (number := int(seen.read_text() or -1)) > than):
            assert worker.poll() is None, worker.stderr.read()
            assert time.monotonic() < until, "nobody was registered for a minute"
            time.sleep(0.05)
        return number


def live(folder: Path) -> House:
    """The house of this test, in a database that other processes open too."""
    secret = folder / "secret.key"
    public = keys.new_key(secret)
    return House(database_url(folder), folder / "media", secret, public, folder / "backups")


@contextmanager
def empty_machine(house: House, folder: Path) -> Iterator[House]:
    """Another machine, with the key and without a single table."""
    folder.mkdir()
    other = House(
        f"sqlite:///{folder / 'new.sqlite3'}", folder / "media", house.key, house.public, folder / "b"
    )
    if connection.vendor == "sqlite":
        yield other
        return
    base, name = house.url.rsplit("/", 1)
    other.url = f"{base}/{name}_restored"
    with psycopg.connect(f"{base}/postgres", autocommit=True) as server:
        server.execute(f'DROP DATABASE IF EXISTS "{name}_restored" WITH (FORCE)')
        server.execute(f'CREATE DATABASE "{name}_restored"')
        try:
            yield other
        finally:
            server.execute(f'DROP DATABASE IF EXISTS "{name}_restored" WITH (FORCE)')
