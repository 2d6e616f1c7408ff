"""The pages by keys alone."""

from typing import Any

import pytest
from django.urls import reverse
from playwright.sync_api import expect

from accounts.models import Patient

pytestmark = pytest.mark.browser


def test_the_first_key_offers_to_skip_to_the_content(visitor: Any, db: Any) -> None:
    page = visitor()
    page.goto(reverse("scheduling:doctor-list"))

    page.keyboard.press("Tab")
    expect(page.get_by_role("link", name="Skip to main content")).to_be_in_viewport()
    page.keyboard.press("Enter")

    expect(page.locator("#main")).to_be_focused()


def test_escape_closes_the_menu_and_returns_to_its_button(visitor: Any, ana: Patient) -> None:
    page = visitor(user=ana.user)
    page.goto(reverse("patient-dashboard"))
    page.locator("summary").focus()
    page.keyboard.press("Enter")
    expect(page.get_by_role("button", name="Sign out")).to_be_visible()

    page.keyboard.press("Escape")

    expect(page.get_by_role("button", name="Sign out")).to_be_hidden()
    expect(page.locator("summary")).to_be_focused()


def test_a_group_of_times_is_one_stop_and_arrows_move_in_it(
    visitor: Any, open_hospital: None, dr_rao: Any, ana: Patient
) -> None:
    page = visitor(user=ana.user)
    page.goto(f"/appointments/book/{dr_rao.public_id}/")
    page.get_by_role("button", name="Book earliest").focus()

    page.keyboard.press("Tab")
    page.keyboard.press("ArrowRight")
    expect(page.locator(".slot input:checked")).to_have_count(1)
    page.keyboard.press("Tab")

    expect(page.locator("input[name=start]:focus")).to_have_count(0)
