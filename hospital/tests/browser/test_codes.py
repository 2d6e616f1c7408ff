"""A diagnosis by its code: offered while one types, found on a page of its own without scripts."""

from typing import Any

import pytest
from django.utils import timezone
from playwright.sync_api import Locator, Page, expect

from accounts.models import Doctor, Patient
from clinical.models import Diagnosis, Encounter
from clinical.tests.codes import load_short_list
from clinical.tests.factories import started
from hospital.tests.browser.accessibility import check
from hospital.tests.browser.steps import choose, heading

pytestmark = pytest.mark.browser
WIDTHS = [360, 1280]


@pytest.fixture
def encounter(transactional_db: Any, dr_rao: Doctor, ana: Patient) -> Encounter:
    load_short_list()
    return started(dr_rao, ana, timezone.now())


def note_of(page: Page, encounter: Encounter) -> Locator:
    """The first entry among the diagnoses of the note."""
    page.goto(f"/encounters/{encounter.public_id}/")
    heading(page, "Write the note")
    return page.get_by_role("group", name="Diagnosis 1")


def boxes(entry: Locator) -> tuple[Locator, Locator]:
    """That of the words, and that of the code."""
    return entry.get_by_label("Diagnosis", exact=True), entry.get_by_role("combobox", name="ICD-10-CM code")


def stored() -> list[tuple[str, str]]:
    return list(Diagnosis.objects.order_by("pk").values_list("code", "display"))


@pytest.mark.parametrize("width", WIDTHS)
def test_a_code_that_is_offered_fills_both_boxes_by_keys(
    visitor: Any, dr_rao: Doctor, encounter: Encounter, width: int
) -> None:
    page: Page = visitor(width, user=dr_rao.user)
    entry = note_of(page, encounter)
    words, code = boxes(entry)

    words.press_sequentially("diab 2")
    offered = page.get_by_role("listbox", name="Matching diagnoses").get_by_role("option")
    expect(offered).to_have_count(2)
    check(page)
    words.press("ArrowDown")
    words.press("ArrowDown")
    expect(offered.nth(1)).to_have_attribute("aria-selected", "true")
    check(page)
    words.press("Enter")

    expect(code).to_have_value("E11.9")
    expect(words).to_have_value("Type 2 diabetes mellitus without complications")
    expect(words).to_be_focused()
    expect(page.get_by_role("listbox")).to_have_count(0)
    choose(page, "button", "Save draft")
    expect(page.get_by_text("Draft saved.")).to_be_visible()
    assert stored() == [("E11.9", "Type 2 diabetes mellitus without complications")]


def test_a_code_that_is_offered_is_taken_by_a_click_or_left_by_escape(
    visitor: Any, dr_rao: Doctor, encounter: Encounter
) -> None:
    page: Page = visitor(user=dr_rao.user)
    entry = note_of(page, encounter)
    words, code = boxes(entry)

    words.press_sequentially("hyper")
    offered = page.get_by_role("listbox", name="Matching diagnoses").get_by_role("option")
    expect(offered).to_have_count(3)
    words.press("Escape")
    expect(offered).to_have_count(0)
    expect(words).to_have_value("hyper")
    code.press_sequentially("i10")
    offered.filter(has_text="Essential").click()

    expect(code).to_have_value("I10")
    expect(words).to_have_value("Essential (primary) hypertension")


@pytest.mark.parametrize("width", WIDTHS)
def test_without_scripts_a_code_is_found_on_its_own_page(
    visitor: Any, dr_rao: Doctor, encounter: Encounter, width: int
) -> None:
    page: Page = visitor(width, user=dr_rao.user, java_script_enabled=False)
    note_of(page, encounter)
    page.get_by_label("Complaint").fill("Thirsty.")
    choose(page, "button", "Find a code")
    heading(page, "Find a code")

    page.get_by_label("Diagnosis or code").fill("type 2")
    page.get_by_label("Diagnosis or code").press("Enter")
    expect(page.get_by_role("heading", name="4 matches")).to_be_visible()
    assert "type" not in page.url
    choose(page, "button", "Use this code")
    expect(page.get_by_role("alert")).to_contain_text("Choose a code.")
    page.get_by_label("E11.9").check()
    choose(page, "button", "Use this code")

    heading(page, "Write the note")
    expect(page.get_by_label("Complaint")).to_have_value("Thirsty.")
    entry = page.get_by_role("group", name="Diagnosis 1")
    expect(entry.get_by_label("ICD-10-CM code")).to_have_value("E11.9")
    assert stored() == [("E11.9", "Type 2 diabetes mellitus without complications")]


@pytest.mark.looks
@pytest.mark.parametrize("width", WIDTHS)
def test_the_page_that_finds_a_code_is_clean_in_every_state(
    visitor: Any, dr_rao: Doctor, encounter: Encounter, width: int
) -> None:
    page: Page = visitor(width, user=dr_rao.user)
    page.goto(f"/encounters/{encounter.public_id}/codes/")
    check(page)
    for words in ("", "type 2", "unheard of"):
        page.get_by_label("Diagnosis or code").fill(words)
        choose(page, "button", "Search codes")
        page.wait_for_load_state()
        check(page)
        if words == "type 2":
            choose(page, "button", "Use this code")
            expect(page.get_by_role("alert")).to_contain_text("Choose a code.")
            check(page)
            choose(page, "button", "Show the codes below E11.6")
            expect(page.get_by_role("heading", name="2 matches")).to_be_visible()


@pytest.mark.parametrize("width", WIDTHS)
def test_a_problem_finds_its_code_too(visitor: Any, dr_rao: Doctor, encounter: Encounter, width: int) -> None:
    page: Page = visitor(width, user=dr_rao.user)
    page.goto(f"/patients/{encounter.patient.public_id}/problems/add/")
    words = page.get_by_role("combobox", name="Problem")

    words.press_sequentially("diab 2")
    offered = page.get_by_role("listbox", name="Matching problems").get_by_role("option")
    expect(offered).to_have_count(2)
    check(page)
    words.press("ArrowDown")
    words.press("Enter")
    chosen = page.locator("[name=code]").input_value()
    page.get_by_label("Code system").select_option("SNOMED CT")
    words.press_sequentially(" diab")
    page.wait_for_timeout(400)

    assert chosen.startswith("E11")
    expect(offered).to_have_count(0)
