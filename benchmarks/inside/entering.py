"""Sessions of patients, made without their passwords; and pages asked for as these patients."""

from datetime import timedelta
from importlib import import_module
from typing import Any

from django.conf import settings
from django.contrib.auth import BACKEND_SESSION_KEY, HASH_SESSION_KEY, SESSION_KEY
from django.contrib.sessions.models import Session
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from django.utils.crypto import get_random_string

from accounts.models import User
from accounts.roles import Role

KEY_LETTERS = "abcdefghijklmnopqrstuvwxyz0123456789"


def enter_all() -> list[str]:
    """The session key of every patient with an account, in the order of their keys."""
    users = User.objects.filter(role=Role.PATIENT).order_by("pk")
    rows = [session_of(user) for user in users]
    Session.objects.bulk_create(rows, batch_size=500)
    return [row.session_key for row in rows]


def enter(email: str) -> str:
    """The session key of one account that has signed in with its password a moment ago."""
    user = User.objects.get(email=email)
    signed_in = [{"method": "password", "at": timezone.now().timestamp(), "email": email}]
    whose = {"account_authentication_methods_user": str(user.pk)}
    row = session_of(user, account_authentication_methods=signed_in, **whose)
    row.save()
    return row.session_key


def session_of(user: User, **more: Any) -> Session:
    store = import_module(settings.SESSION_ENGINE).SessionStore()
    content = {
        SESSION_KEY: str(user.pk),
        BACKEND_SESSION_KEY: settings.AUTHENTICATION_BACKENDS[0],
        HASH_SESSION_KEY: user.get_session_auth_hash(),
    } | more
    return Session(
        session_key=get_random_string(32, KEY_LETTERS),
        session_data=store.encode(content),
        expire_date=timezone.now() + timedelta(days=2),
    )


def cookie_names() -> tuple[str, str]:
    """Of the session and of the token against forged requests."""
    return settings.SESSION_COOKIE_NAME, settings.CSRF_COOKIE_NAME


def count_queries(path: str, session: str, form: dict[str, str] | None = None) -> int:
    """Of one request in this process, once its caches are warm; with a form it is a POST, which is done once."""
    client = Client(SERVER_NAME="127.0.0.1")
    client.cookies[settings.SESSION_COOKIE_NAME] = session
    if form is None:
        client.get(path, secure=True)
    with CaptureQueriesContext(connection) as seen:
        answer: Any = client.get(path, secure=True) if form is None else client.post(path, form, secure=True)
    if answer.status_code != (200 if form is None else 302):
        raise RuntimeError(f"{answer.status_code} at {path}")
    return len(seen)
