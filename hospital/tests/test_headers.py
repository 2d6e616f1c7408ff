"""What every answer carries (SEC-36, SEC-37, SEC-39)."""

from typing import Any

import pytest
from django.conf import settings
from django.test import Client

from accounts.models import User

POLICY = {
    "default-src": "'none'",
    "script-src": "'self'",
    "style-src": "'self'",
    "img-src": "'self' data:",
    "font-src": "'self'",
    "connect-src": "'self'",
    "form-action": "'self'",
    "base-uri": "'none'",
    "object-src": "'none'",
    "frame-ancestors": "'none'",
}
PAGES = [("/", 200), ("/doctors/", 200), ("/no/such/page", 404), ("/admin/", 302), ("/accounts/login/", 200)]


def policy_of(answer: Any) -> dict[str, str]:
    directives = answer.headers["Content-Security-Policy"].split("; ")
    return {name: " ".join(values) for name, *values in (directive.split() for directive in directives)}


@pytest.mark.django_db
@pytest.mark.parametrize(("path", "status"), PAGES)
def test_sec_36_every_answer_carries_the_strict_policy(path: str, status: int, client: Client) -> None:
    answer = client.get(path)

    assert answer.status_code == status
    assert policy_of(answer) == POLICY
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    assert answer.headers["X-Frame-Options"] == "DENY"
    assert answer.headers["Referrer-Policy"] == "same-origin"


def test_sec_37_the_admin_carries_the_same_policy(admin: User, client: Client) -> None:
    client.force_login(admin)

    answer = client.get("/admin/")

    assert answer.status_code == 200
    assert policy_of(answer) == POLICY


def test_sec_36_the_page_for_a_failure_carries_it_too(monkeypatch: pytest.MonkeyPatch, db: None) -> None:
    def fail(*args: Any, **kwargs: Any) -> None:
        raise RuntimeError("no home today")

    monkeypatch.setattr("hospital.views.Home.get_context_data", fail)

    answer = Client(raise_request_exception=False).get("/")

    assert answer.status_code == 500
    assert policy_of(answer) == POLICY
    assert settings.HOSPITAL_PHONE in answer.content.decode()
    assert "no home today" not in answer.content.decode()


def test_sec_39_private_answers_are_kept_nowhere(ana: Any, client: Client) -> None:
    client.force_login(ana.user)

    assert client.get("/patient/").headers["Cache-Control"] == "no-store"


def test_there_is_one_way_to_sign_in(client: Client, db: None) -> None:
    answer = client.get("/admin/login/")

    assert (answer.status_code, answer.url) == (302, "/accounts/login/?next=/admin/")


def test_the_probes_answer_without_an_account(client: Client, db: None) -> None:
    assert (client.get("/livez").content, client.get("/readyz").content) == (b"ok", b"ok")


def test_sec_36_a_request_for_another_host_is_refused_and_carries_it_too(db: None) -> None:
    """CVE-2024-42671, CVE-2024-32642: a host that the request only claims is believed by no link."""
    answer = Client(raise_request_exception=False).get("/appointments/", headers={"host": "evil.example"})

    assert answer.status_code == 400
    assert policy_of(answer) == POLICY
    assert "evil.example" not in answer.content.decode()
