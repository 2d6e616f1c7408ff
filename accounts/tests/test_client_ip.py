"""Whose address counts, with and without proxies in front."""

import pytest
from django.test import RequestFactory

from accounts.middleware import TrustedProxyMiddleware
from accounts.proxies import client_ip


@pytest.mark.parametrize(
    ("told", "peer", "counts"),
    [
        ("", "198.51.100.7", "198.51.100.7"),
        ("203.0.113.9", "198.51.100.7", "198.51.100.7"),
        ("203.0.113.9", "10.0.0.2", "203.0.113.9"),
        ("1.2.3.4, 203.0.113.9", "10.0.0.2", "203.0.113.9"),
        ("1.2.3.4, 203.0.113.9, 192.0.2.1", "10.0.0.2", "203.0.113.9"),
        ("nonsense", "10.0.0.2", "nonsense"),
        ("", "10.0.0.2", "10.0.0.2"),
    ],
)
def test_only_what_a_trusted_proxy_saw_counts(settings, told, peer, counts):
    settings.TRUSTED_PROXIES = ["10.0.0.0/8", "192.0.2.1"]

    request = RequestFactory().get("/", headers={"X-Forwarded-For": told}, REMOTE_ADDR=peer)

    assert client_ip(request) == counts


@pytest.mark.django_db
def test_one_who_guesses_passwords_behind_the_proxy_locks_out_nobody_else(settings, client, ana):
    settings.TRUSTED_PROXIES = ["127.0.0.1"]
    wrong = {"login": "nobody@example.org", "password": "wrong"}
    for turn in range(40):
        client.post(
            "/accounts/login/",
            wrong | {"login": f"{turn}@example.org"},
            headers={"X-Forwarded-For": "203.0.113.9"},
        )

    guesser = client.post("/accounts/login/", wrong, headers={"X-Forwarded-For": "203.0.113.9"})
    other = client.post("/accounts/login/", wrong, headers={"X-Forwarded-For": "203.0.113.10"})

    assert (guesser.status_code, other.status_code) == (429, 200)


@pytest.mark.parametrize(("peer", "believed"), [("10.0.0.1", True), ("203.0.113.9", False)])
def test_only_a_trusted_proxy_says_that_a_request_came_by_https(peer, believed, settings):
    settings.TRUSTED_PROXIES = ["10.0.0.0/8"]
    settings.SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")
    request = RequestFactory().get("/", REMOTE_ADDR=peer, HTTP_X_FORWARDED_PROTO="https")

    secure = TrustedProxyMiddleware(lambda request: request.is_secure())(request)

    assert secure is believed
