"""Bringing data in as an administrator does it: by clicks, at a desk and on a phone, with and without a worker."""

import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from django.core.cache import cache
from django.core.management import call_command
from django.db import connection
from playwright.sync_api import Page, expect

from accounts.loading import uploads, waiting
from accounts.models import LoadBatch, Patient, User
from hospital.tests.browser.accessibility import COLOURS, OPTIONS, TAGS, overflows, violations

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
RULES = OPTIONS | {"preload": False, "runOnly": {"type": "tag", "values": TAGS}}
HEADER = (
    "Pat ID;Forename;Surname;Date of birth;Sex;A column whose name is so long that a phone has to break it\n"
)
GOOD = HEADER + "P1;Ana;Silva;17.05.1980;female;x\nP2;Ben;Okafor;03.02.1931;male;y\n"
FAULTY = GOOD + "P3;Cy;Dent;31.02.1990;male;z\n"


@pytest.fixture(autouse=True)
def _own_folder(tmp_path: Path, settings: Any) -> None:
    settings.MEDIA_ROOT = str(tmp_path / "media")
    cache.clear()


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "people.csv"
    path.write_text(FAULTY)
    return path


def look(page: Page, step: str) -> None:
    """The page has come; at both widths and in both schemes nothing is wrong with it."""
    expect(page.get_by_role("heading", level=1)).to_contain_text(step)
    found: list[str] = []
    for width in (360, 1280):
        page.set_viewport_size({"width": width, "height": 900})
        page.emulate_media(color_scheme="light")
        found += [f"light {width} {fault}" for fault in violations(page, RULES)]
        page.emulate_media(color_scheme="dark")
        found += [f"dark {width} {fault}" for fault in violations(page, COLOURS | {"preload": False})]
        found += [f"{page.url} scrolls sideways at {width}"] * overflows(page)
    page.emulate_media(color_scheme="light")
    assert found == []


def press(page: Page, words: str) -> None:
    page.get_by_role("main").get_by_role("button", name=words).or_(
        page.get_by_role("main").get_by_role("link", name=words)
    ).first.click()


def upload(page: Page, file: Path) -> None:
    page.goto("/admin/accounts/loadbatch/")
    press(page, "Load a file")
    look(page, "Step 1 of 5")
    page.get_by_label("Patients", exact=True).check()
    page.get_by_label("File", exact=True).set_input_files(file)
    press(page, "Continue")
    look(page, "Step 2 of 5")


def match(page: Page) -> None:
    expect(page.get_by_label("Column for Date of birth")).to_have_value("DATE OF BIRTH")
    page.get_by_label("How dates are written").select_option(label="17.05.1980")
    press(page, "Check the file")


def test_from_a_file_with_a_faulty_row_to_its_result(visitor: Any, admin: User, file: Path) -> None:
    page = visitor(user=admin)
    upload(page, file)
    match(page)
    look(page, "Step 3 of 5")
    expect(page.get_by_role("main")).to_contain_text("1 row cannot be loaded.")
    with page.expect_download() as download:
        press(page, "Download the faulty rows (CSV)")
    faulty = Path(download.value.path()).read_text(encoding="utf-8-sig")
    press(page, "Continue")
    look(page, "Step 4 of 5")
    press(page, "Load the file")
    expect(page).to_have_title("Error: Step 4 of 5: Confirm - Back office - Riverside Hospital")
    look(page, "Step 4 of 5")
    page.get_by_label("Load the good rows").check()
    press(page, "Load the file")
    look(page, "Step 5 of 5")

    expect(page.get_by_role("status")).to_contain_text("1 faulty row was left out.")
    assert "P3" in faulty and "31.02.1990" in faulty
    assert {patient.full_name for patient in Patient.objects.all()} == {"Ana Silva", "Ben Okafor"}


@pytest.fixture
def worker() -> Iterator[Callable[[], None]]:
    """Starts a worker for one pass, in a thread with its own connection."""
    threads: list[threading.Thread] = []

    def work() -> None:
        try:
            call_command("run_loads")
        finally:
            connection.close()

    def start() -> None:
        threads.append(threading.Thread(target=work))
        threads[-1].start()

    yield start
    for thread in threads:
        thread.join()


def test_a_large_file_goes_on_without_the_page(
    visitor: Any, admin: User, file: Path, worker: Callable[[], None], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(uploads, "AT_ONCE_BYTES", 0)
    file.write_text(GOOD)
    page = visitor(user=admin)
    upload(page, file)
    match(page)
    look(page, "Step 3 of 5")
    expect(page.get_by_role("progressbar")).to_have_accessible_name("Waiting for a worker")
    expect(page.get_by_role("main")).to_contain_text("manage.py run_loads --loop")
    page.get_by_role("link", name="Look again").focus()
    worker()

    ready = page.get_by_role("link", name="It is done: see the result")
    expect(ready).to_be_visible()
    expect(page.get_by_role("link", name="Look again")).to_be_focused()
    ready.click()
    press(page, "Continue")
    press(page, "Load the file")
    look(page, "Step 5 of 5")
    worker()
    ready.click()
    expect(page.get_by_role("status")).to_contain_text("Loaded on")
    assert Patient.objects.count() == 2
    assert not waiting.due(LoadBatch.objects.get().finished_at).exists()


def test_without_scripts_the_whole_way_works(visitor: Any, admin: User, file: Path) -> None:
    page = visitor(user=admin, java_script_enabled=False)
    page.goto("/admin/accounts/loadbatch/add/")
    page.get_by_label("Patients", exact=True).check()
    page.get_by_label("File", exact=True).set_input_files(file)
    press(page, "Continue")
    match(page)
    press(page, "Continue")
    page.get_by_label("Load the good rows").check()
    press(page, "Load the file")

    expect(page.get_by_role("status")).to_contain_text("Loaded on")
    assert Patient.objects.count() == 2
