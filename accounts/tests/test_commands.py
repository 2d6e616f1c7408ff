"""Commands of this app that have no test of their own beside their subject."""

import pytest
from django.core.management import call_command
from django.urls import reverse

from accounts.models import User
from accounts.roles import Role

pytestmark = pytest.mark.django_db


def test_the_first_administrator_signs_in_at_once(client, monkeypatch):
    monkeypatch.setenv("DJANGO_SUPERUSER_PASSWORD", "violet-otter-lantern")
    call_command("createsuperuser", "--no-input", "--email=Root@example.org", "--given_name=Root")

    entered = client.post(
        reverse("account_login"), {"login": "root@example.org", "password": "violet-otter-lantern"}
    )

    user = User.objects.get()
    assert (user.role, user.is_superuser, user.is_staff) == (Role.ADMIN, True, True)
    assert entered.url == reverse("dashboard")
