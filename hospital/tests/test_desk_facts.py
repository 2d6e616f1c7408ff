"""What is no number calls as well: a house without a good backup is told so in a word."""

import re
from datetime import timedelta

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from accounts.models import Backup, User
from accounts.tests.pages import enter

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize(("hours", "calls"), [(None, True), (23, False), (25, True)])
def test_a_backup_that_is_due_says_so_in_a_word(
    client: Client, admin: User, hours: int | None, calls: bool
) -> None:
    if hours is not None:
        started = timezone.now() - timedelta(hours=hours)
        told = {"status": "finished", "digest": "0" * 64, "started_at": started, "finished_at": started}
        Backup.objects.create(path="/backups/a.age", **told)

    page = enter(client, admin).get(reverse("admin:index")).content.decode()

    (fact,) = re.findall(r"<dt>Last good backup</dt>.*?</div>", page, re.DOTALL)
    assert ("<em>To do</em>" in fact) == calls
