"""A headless Chromium, pages that report what went wrong in them, and a hospital that is always open."""

import os
import shutil
from collections.abc import Callable, Iterator
from datetime import time
from typing import Any

import pytest
from allauth.account.models import EmailAddress
from django.conf import settings as configured
from django.test import Client
from playwright.sync_api import Browser, BrowserContext, ConsoleMessage, Page, expect, sync_playwright

from accounts.models import Doctor, User
from accounts.tests.pages import enter
from scheduling.models import AppointmentType
from scheduling.tests.factories import AppointmentTypeFactory, open_every_day

# Playwright runs an event loop of its own in this thread.
os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "true"

CHROMIUM = os.environ.get("CHROMIUM") or shutil.which("chromium") or shutil.which("google-chrome")
FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
# How the browser names a page that it could not have; the error pages we ask for are such.
EXPECTED = ("Failed to load resource: the server responded with a status of 4",)
Visitor = Callable[..., Page]
# A busy machine is slow, not wrong.
PATIENCE = 15_000
expect.set_options(timeout=PATIENCE)


@pytest.fixture(scope="session")
def chromium() -> Iterator[Browser]:
    if not CHROMIUM:
        if os.environ.get("HOSPITAL_REQUIRE_BROWSER"):
            pytest.fail("A Chromium is required here and none was found; set CHROMIUM to its path.")
        pytest.skip("No Chromium found: browser tests are skipped.")
    with sync_playwright() as play:
        browser = play.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
        yield browser
        browser.close()


@pytest.fixture
def visitor(chromium: Browser, live_server: Any) -> Iterator[Visitor]:
    """Opens a page of a fresh person; at the end no page may have reported an error."""
    contexts: list[BrowserContext] = []
    complaints: list[str] = []

    def arrive(width: int = 1280, user: User | None = None, **options: Any) -> Page:
        context = chromium.new_context(
            base_url=live_server.url,
            viewport={"width": width, "height": 900},
            locale="en-GB",
            reduced_motion="reduce",  # colours that are still fading would be measured halfway
            **options,
        )
        contexts.append(context)
        if user:
            context.add_cookies([{"url": live_server.url, **session_of(user)}])
        page = context.new_page()
        page.set_default_timeout(PATIENCE)
        page.on("console", lambda message: complain(complaints, message))
        page.on("pageerror", lambda error: complaints.append(str(error)))
        return page

    yield arrive
    heard = list(complaints)
    for context in contexts:
        # A form that is left sends what was typed, which would meet the emptying of the tables.
        context.set_offline(True)
        context.close()
    assert heard == []


def complain(complaints: list[str], message: ConsoleMessage) -> None:
    """A refusal by the content security policy is an error on the console too."""
    if message.type in ("error", "warning") and not message.text.startswith(EXPECTED):
        complaints.append(message.text)


def session_of(user: User) -> dict[str, str]:
    """The cookie of someone who has signed in a moment ago, for walks that do not begin at the door."""
    client = enter(Client(), user)
    name = configured.SESSION_COOKIE_NAME
    return {"name": name, "value": client.cookies[name].value}


@pytest.fixture(autouse=True)
def _addresses_of_this_server(live_server: Any, settings: Any) -> None:
    """Links in mails lead to the server under test."""
    settings.HOSPITAL_BASE_URL = live_server.url


@pytest.fixture
def kind(transactional_db: Any) -> AppointmentType:
    return AppointmentTypeFactory(name="First visit", code="first", minutes=30, step_minutes=30)


@pytest.fixture
def open_hospital(transactional_db: Any, kind: AppointmentType, dr_rao: Doctor, dr_lee: Doctor) -> None:
    """Both doctors can be booked day and night, so that no test depends on the hour it runs at."""
    for doctor in (dr_rao, dr_lee):
        open_every_day(doctor, start=time(0), end=time(0))


@pytest.fixture
def may_sign_in() -> Callable[[User], User]:
    """Gives an account of the cast a confirmed address, without which the door stays closed."""

    def confirm(user: User) -> User:
        EmailAddress.objects.create(user=user, email=user.email, verified=True, primary=True)
        return user

    return confirm
