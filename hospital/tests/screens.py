"""Takes the pictures of docs/screens from the demo hospital; `make screens` runs it, the suite does not."""

import re
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.core.management import call_command
from django.utils import timezone
from playwright.sync_api import Page

from accounts.models import User
from hospital.demo.build import DOMAIN

pytest_plugins = ["hospital.tests.browser.conftest"]
pytestmark = [pytest.mark.screens, pytest.mark.timeout(600)]

FOLDER = Path(__file__).resolve().parents[2] / "docs" / "screens"
LIGHT = ((1280, "light"), (360, "light"))
DARK = ((1280, "dark"), (360, "dark"))
TALLEST = 1800
Visitor = Callable[..., Page]


@pytest.fixture
def enter(transactional_db: Any, settings: Any, visitor: Visitor) -> Visitor:
    """Opens a page as one of the demo's people; without a name, as a stranger."""
    settings.DEBUG = True
    call_command("load_demo", "--json")
    settings.DEBUG = False

    def arrive(name: str = "") -> Page:
        return visitor(user=User.objects.get(email=f"{name}@{DOMAIN}") if name else None)

    return arrive


def picture(page: Page, name: str, *also: tuple[int, str]) -> None:
    """The page as it stands, at both widths, and in whichever colours are asked for besides."""
    page.wait_for_load_state()
    for width, scheme in (*LIGHT, *also):
        page.set_viewport_size({"width": width, "height": 900})
        page.emulate_media(color_scheme=scheme)  # type: ignore[arg-type]
        height = min(page.evaluate("document.documentElement.scrollHeight"), TALLEST)
        clip = {"x": 0, "y": 0, "width": width, "height": height}
        page.screenshot(path=FOLDER / f"{name}-{width}-{scheme}.png", full_page=True, clip=clip)  # type: ignore[arg-type]
    page.set_viewport_size({"width": 1280, "height": 900})
    page.emulate_media(color_scheme="light")


def test_pictures_of_the_main_job(enter: Visitor) -> None:
    for old in FOLDER.glob("*.png"):
        old.unlink()
    outside(enter())
    patient(enter("patient"))
    calendar(enter("doctor"))
    doctor(enter("doctor"))
    reception(enter("reception"))
    picture_of_the_back_office(enter("admin"))

    assert sum(file.stat().st_size for file in FOLDER.glob("*.png")) < 6_000_000


def outside(page: Page) -> None:
    page.goto("/")
    picture(page, "home", *DARK)
    page.goto("/accounts/signup/")
    picture(page, "sign-up")
    page.get_by_role("button", name="Create account").click()
    picture(page, "sign-up-errors")


def patient(page: Page) -> None:
    page.goto("/doctors/")
    picture(page, "doctor-list")
    page.get_by_role("link", name="Dr Min Lee", exact=True).click()
    picture(page, "doctor")
    page.get_by_role("link", name="Choose a time First visit").click()
    page.locator(".slot").nth(2).click()
    picture(page, "appointment-book", DARK[1])
    page.get_by_role("button", name="Continue").click()
    page.get_by_label("What is the visit about?").fill("A mark on my arm that has grown.")
    picture(page, "appointment-check")
    page.get_by_role("button", name="Book appointment").click()
    picture(page, "appointment-booked")
    page.goto("/patient/")
    picture(page, "patient-dashboard")
    page.get_by_role("link", name="Say whether the new time suits you").click()
    picture(page, "new-time")
    page.get_by_role("link", name="Back to the appointment").click()
    picture(page, "appointment")
    page.goto("/records/")
    page.locator("article h3 a").first.click()
    picture(page, "record", DARK[1])


def calendar(page: Page) -> None:
    page.goto("/schedule/")
    picture(page, "my-hours")
    page.get_by_role("link", name="Enter leave").click()
    first = timezone.localdate() + timedelta(days=3)
    page.get_by_label("First day away").fill(first.isoformat())
    page.get_by_label("Last day away").fill((first + timedelta(days=6)).isoformat())
    page.get_by_role("button", name="Enter leave").click()
    picture(page, "leave")


def reception(page: Page) -> None:
    page.goto("/schedule/times/")
    picture(page, "free-times")


def doctor(page: Page) -> None:
    page.goto("/appointments/")
    picture(page, "day-list", DARK[0])
    page.get_by_role("button", name="Start").first.click()
    write(page)
    picture(page, "encounter-write", DARK[0])
    page.get_by_role("button", name="Review and sign").click()
    picture(page, "encounter-sign")
    page.get_by_role("link", name="Patients").click()
    page.get_by_role("link", name="Ana Silva").click()
    picture(page, "chart")


def write(page: Page) -> None:
    page.get_by_label("Complaint").fill("Short of breath on the stairs for two weeks.")
    page.get_by_label("History").fill("High blood pressure since 2019. Does not smoke.")
    page.get_by_label("Examination").fill("Heart sounds normal, lungs clear, no swelling of the legs.")
    page.get_by_label("Assessment").fill("Blood pressure above target.")
    page.get_by_label("Plan").fill("Tablets once a day, and a second visit in a month.")
    entry = page.get_by_role("group", name="Diagnosis 1")
    entry.get_by_label("Diagnosis").fill("Essential hypertension")
    entry.get_by_label("ICD-10-CM code").fill("I10")
    entry = page.get_by_role("group", name="Medicine 1")
    typed = {"Medicine": "Ramipril", "Strength": "5 mg", "Dose": "1", "Unit of the dose": "tablet"}
    for label, words in typed.items():
        entry.get_by_label(re.compile(rf"^\s*{label}( \(optional\))?\s*$")).fill(words)
    entry.get_by_label("How often, in other words").fill("once a day")
    page.get_by_role("button", name="Save draft").last.click()


def picture_of_the_back_office(page: Page) -> None:
    page.goto("/admin/")
    picture(page, "back-office")
