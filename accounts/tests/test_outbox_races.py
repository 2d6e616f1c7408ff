"""Two workers at one outbox, as processes of their own."""

import json
import os
import subprocess
import sys

import pytest
from django.conf import settings

from accounts import outbox
from accounts.tests.factories import UserFactory
from accounts.tests.processes import database_url

WORKER = [sys.executable, "manage.py", "send_messages", "--json"]


@pytest.mark.django_db(transaction=True)
def test_d2_two_workers_at_once_send_each_message_once(tmp_path):
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
