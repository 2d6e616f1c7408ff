"""Changing the address one signs in with: the old one holds until the new one is confirmed."""

import re
from urllib.parse import urlsplit

import pytest
from allauth.account.models import EmailAddress
from django.core import mail
from django.core.cache import cache
from django.urls import reverse

from accounts import outbox


@pytest.fixture(autouse=True)
def _fresh_rate_limits():
    cache.clear()


def test_a_new_address_counts_once_it_is_confirmed(sign_in, ana):
    EmailAddress.objects.create(user=ana.user, email=ana.user.email, verified=True, primary=True)
    client = sign_in(ana.user)
    page = reverse("account_email")

    asked = client.post(page, {"email": "New.Ana@example.org", "action_add": ""}, follow=True)
    ana.user.refresh_from_db()
    waiting = ana.user.email
    outbox.send_due()
    link = re.search(r"https?://\S+/confirm-email/\S+", mail.outbox[-1].body)[0]
    client.post(urlsplit(link).path)
    ana.user.refresh_from_db()

    assert "new.ana@example.org" in asked.content.decode()
    assert (waiting, ana.user.email) == ("ana@example.org", "new.ana@example.org")
    assert mail.outbox[-1].to == ["new.ana@example.org"]
    assert client.get(page).status_code == 200
