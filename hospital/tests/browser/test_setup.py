"""The set-up file as an administrator takes it: down, changed, up, looked at, applied; at a desk and on a phone."""

from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from accounts.models import Department, User
from hospital.tests.browser.accessibility import COLOURS, OPTIONS, TAGS, overflows, violations

RULES = OPTIONS | {"preload": False, "runOnly": {"type": "tag", "values": TAGS[:-1]}}
pytestmark = [pytest.mark.browser, pytest.mark.usefixtures("open_hospital")]


def looks(page: Page) -> list[str]:
    found: list[str] = []
    for width in (1280, 360):
        page.set_viewport_size({"width": width, "height": 900})
        for scheme in ("light", "dark"):
            page.emulate_media(color_scheme=scheme)  # type: ignore[arg-type]
            rules = RULES if scheme == "light" else COLOURS | {"preload": False}
            found += [f"{scheme}, {width}: {fault}" for fault in violations(page, rules)]
        found += [f"{page.url} scrolls sideways at {width}"] if overflows(page) else []
    page.set_viewport_size({"width": 1280, "height": 900})
    return found


def test_a_set_up_goes_down_is_changed_and_comes_up_again(visitor: Any, admin: User, tmp_path: Path) -> None:
    page = visitor(user=admin)
    page.goto("/admin/setup/")
    found = looks(page)
    with page.expect_download() as coming:
        page.get_by_role("link", name="Download the set-up").click()
    file = tmp_path / "setup.toml"
    coming.value.save_as(file)
    file.write_text(file.read_text().replace('name = "Cardiology"', 'name = "Cardiology"\nphone = "1"', 1))

    page.get_by_label("Set-up file").set_input_files(file)
    page.get_by_role("button", name="Show what would change").click()

    expect(page.locator(".errornote")).to_contain_text("This is not TOML")
    found += looks(page)

    text = (
        file.read_text().replace('\nphone = "1"', "", 1).replace('phone = ""', 'phone = "020 7946 0111"', 1)
    )
    file.write_text(text)
    page.get_by_role("link", name="Choose another file").click()
    page.get_by_label("Set-up file").set_input_files(file)
    page.get_by_role("button", name="Show what would change").click()

    expect(page.get_by_role("row", name="Cardiology")).to_contain_text("phone: nothing → “020 7946 0111”")
    found += looks(page)
    page.get_by_role("button", name="Apply").click()

    expect(page.get_by_text("1 change was made.")).to_be_visible()
    assert Department.objects.get(name="Cardiology").phone == "020 7946 0111"
    assert found == []
