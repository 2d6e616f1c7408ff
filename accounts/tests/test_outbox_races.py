"""Two workers at one outbox, as processes of their own."""

import json
import os
import sqlite3
import subprocess
import sys
from contextlib import closing
from pathlib import Path

import pytest
from django.conf import settings
from django.db import connection

from accounts import outbox
from accounts.tests.factories import UserFactory

WORKER = [sys.executable, "manage.py", "send_messages", "--json"]


def database_url(folder: Path) -> str:
    """Where another process finds the rows of this test; SQLite's are copied out of memory into a file."""
    if connection.vendor == "sqlite":
        with closing(sqlite3.connect(folder / "copy.sqlite3")) as copy:
            connection.connection.backup(copy)
            copy.execute("PRAGMA journal_mode=WAL")
        return f"sqlite:///{folder / 'copy.sqlite3'}"
    parts = connection.settings_dict
    return f"postgres://{parts['USER']}:{parts['PASSWORD']}@{parts['HOST']}:{parts['PORT']}/{parts['NAME']}"


@pytest.mark.django_db(transaction=True)
def test_two_workers_at_once_send_each_message_once(tmp_path):
    for _number in range(20):
        user = UserFactory()
        outbox.enqueue("account-password-changed", user, recipient=user)
    outside = {
        "DATABASE_URL": database_url(tmp_path),
        "EMAIL_URL": f"filemail:///{tmp_path}/mail",
        "DEBUG": "yes",
    }
    inside = {"DJANGO_SETTINGS_MODULE": "hospital.settings"}

    workers = [
        subprocess.Popen(
            WORKER,
            cwd=settings.BASE_DIR,
            env=os.environ | outside | inside,
            stdout=subprocess.PIPE,
            text=True,
        )
        for _worker in range(2)
    ]
    told = [worker.communicate(timeout=60)[0] for worker in workers]

    sent = [json.loads(line)["messages"]["sent"] for line in told]
    mails = "".join(path.read_text() for path in (tmp_path / "mail").iterdir())
    receivers = [line for line in mails.splitlines() if line.startswith("To: ")]
    assert sum(sent) == len(receivers) == len(set(receivers)) == 20
    assert [worker.returncode for worker in workers] == [0, 0]
