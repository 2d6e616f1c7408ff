"""Takes the pictures of docs/screens from the demo hospital; `make screens` runs it, the suite does not."""

import re
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.core.management import call_command
from django.utils import timezone
from PIL import Image
from playwright.sync_api import Page, expect

from accounts.models import User
from hospital.demo.build import DOMAIN

pytest_plugins = ["hospital.tests.browser.conftest"]
pytestmark = [pytest.mark.screens, pytest.mark.timeout(600)]

FOLDER = Path(__file__).resolve().parents[2] / "docs" / "screens"
LIGHT = ((1280, "light"), (360, "light"))
DARK = ((1280, "dark"), (360, "dark"))
TALLEST = 1800
# A page has fewer shades than this: as a palette it is a third of the size, and looks the same.
SHADES = 256
PEOPLE = """Pat ID;Forename;Surname;Date of birth;Sex;Phone;Favourite colour
P1;Ana;Silva;17.05.1980;female;020 7946 0301;green
P2;Ben;Okafor;03.02.1931;male;020 7946 0302;
P3;Cy;Dent;31.02.1990;male;;red
P4;Dana;Wolf;09.11.2071;female;020 7946 0304;
"""
Visitor = Callable[..., Page]


@pytest.fixture
def enter(transactional_db: Any, settings: Any, visitor: Visitor, tmp_path: Path) -> Visitor:
    """Opens a page as one of the demo's people; without a name, as a stranger."""
    settings.MEDIA_ROOT = str(tmp_path)
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
        path = FOLDER / f"{name}-{width}-{scheme}.png"
        page.screenshot(path=path, full_page=True, clip=clip)  # type: ignore[arg-type]
        make_smaller(path)
    page.set_viewport_size({"width": 1280, "height": 900})
    page.emulate_media(color_scheme="light")


def make_smaller(path: Path) -> None:
    with Image.open(path) as picture:
        palette = picture.convert("RGB").quantize(SHADES, dither=Image.Dither.NONE)
    palette.save(path, optimize=True)


def test_pictures_of_the_main_job(enter: Visitor, tmp_path: Path) -> None:
    for old in FOLDER.glob("*.png"):
        old.unlink()
    outside(enter())
    patient(enter("patient"))
    calendar(enter("doctor"))
    doctor(enter("doctor"))
    reception(enter("reception"))
    back_office(enter("admin"), "back-office")
    back_office(enter("reception"), "back-office-reception")
    back_office(enter("privacy"), "back-office-privacy")
    people = tmp_path / "people.csv"
    people.write_text(PEOPLE)
    load(enter("admin"), people)

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
    expect(page.get_by_text("Draft saved.")).to_be_visible()
    picture(page, "encounter-write", DARK[0])
    page.get_by_role("button", name="Review and sign").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Review and sign")
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
    entry.get_by_label("Diagnosis").fill("Shortness of breath")
    entry.get_by_label("ICD-10-CM code").fill("R06.02")
    entry = page.get_by_role("group", name="Medicine 1")
    typed = {"Medicine": "Ramipril", "Strength": "5 mg", "Dose": "1", "Unit of the dose": "tablet"}
    for label, words in typed.items():
        entry.get_by_label(re.compile(rf"^\s*{label}( \(optional\))?\s*$")).fill(words)
    entry.get_by_label("How often, in other words").fill("once a day")
    page.get_by_role("button", name="Save draft").last.click()


def back_office(page: Page, name: str) -> None:
    page.goto("/admin/")
    picture(page, name, *DARK)


def load(page: Page, file: Path) -> None:
    """The five steps, with two rows that cannot be loaded."""
    page.goto("/admin/accounts/loadbatch/add/")
    page.get_by_label("Patients", exact=True).check()
    picture(page, "load-1-file", *DARK)
    page.get_by_label("File", exact=True).set_input_files(file)
    page.get_by_role("button", name="Continue").click()
    page.get_by_label("How dates are written").select_option(label="17.05.1980")
    picture(page, "load-2-columns", *DARK)
    page.get_by_role("button", name="Check the file").click()
    expect(page.get_by_text("2 rows cannot be loaded.")).to_be_visible()
    picture(page, "load-3-dry-run", *DARK)
    page.get_by_role("link", name="Continue").click()
    page.get_by_label("Load the good rows").check()
    picture(page, "load-4-confirm", *DARK)
    page.get_by_role("button", name="Load the file").click()
    expect(page.get_by_text("Loaded on")).to_be_visible()
    picture(page, "load-5-result", *DARK)
