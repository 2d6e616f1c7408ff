"""How tests sign in, and what a page costs."""

import re
from typing import Any

from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from accounts.models import User


def enter(client: Client, user: User) -> Client:
    """Signed in as if with the password and a moment ago, which steps like signing ask for."""
    client.force_login(user)
    session = client.session
    session["account_authentication_methods"] = [
        {"method": "password", "at": timezone.now().timestamp(), "email": user.email}
    ]
    session["account_authentication_methods_user"] = str(user.pk)
    session.save()
    return client


def queries(client: Client, url: str) -> tuple[int, Any]:
    """How many, once caches of the process are warm; and the answer."""
    client.get(url)
    with CaptureQueriesContext(connection) as seen:
        answer = client.get(url)
    assert answer.status_code == 200, f"{answer.status_code} at {url}"
    return len(seen), answer


def text_of(answer: Any) -> str:
    """The words of a page without its tags, with plain single spaces."""
    plain = re.sub(r"<[^>]+>", " ", answer.content.decode()).replace("\xa0", " ")
    return " ".join(plain.split())
