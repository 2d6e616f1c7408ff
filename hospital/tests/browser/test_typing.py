"""Typing is never lost: not to a session that ends, not to a second editor, not to a closed window."""

import re
from datetime import timedelta
from typing import Any

import pytest
from django.contrib.sessions.models import Session
from django.utils import timezone
from playwright.sync_api import Page, expect

from accounts.models import Doctor, Patient, User
from clinical.models import Encounter, MedicalRecord, NoteDraft
from clinical.tests.factories import drafted, started
from hospital.tests.browser.accessibility import check
from hospital.tests.browser.steps import PASSWORD, choose, heading, sign_in

pytestmark = pytest.mark.browser
KEPT = re.compile(r"^Kept at \d+(:\d\d)?[ap]m|midday|midnight")
TURN = 21_000


@pytest.fixture
def encounter(transactional_db: Any, dr_rao: Doctor, ana: Patient) -> Encounter:
    return started(dr_rao, ana, timezone.now())


@pytest.fixture
def rao(dr_rao: Doctor, may_sign_in: Any) -> User:
    return may_sign_in(dr_rao.user)


def note_of(encounter: Encounter) -> str:
    return f"/encounters/{encounter.public_id}/"


def status(page: Page) -> Any:
    return page.locator("[data-typing]")


def enter_again(page: Page, email: str) -> None:
    heading(page, "Sign in")
    page.get_by_label("E-mail").fill(email)
    page.get_by_label("Password").fill(PASSWORD)
    choose(page, "button", "Sign in")


@pytest.mark.parametrize("scripts", [True, False], ids=["script", "no-script"])
def test_the_session_ends_while_one_types_and_the_text_is_there(
    visitor: Any, rao: User, encounter: Encounter, scripts: bool
) -> None:
    page: Page = visitor(java_script_enabled=scripts)
    sign_in(page, rao.email, look=lambda page: None)
    page.goto(note_of(encounter))
    page.get_by_label("Complaint").fill("Typed for\nan hour.")
    page.get_by_role("group", name="Medicine 1").get_by_label("Medicine", exact=True).fill("Rami")

    Session.objects.all().delete()
    page.get_by_role("button", name="Review and sign").click()
    expect(page.get_by_role("alert")).to_contain_text("What you typed is kept: sign in to go on.")
    enter_again(page, rao.email)

    heading(page, "Write the note")
    expect(page.get_by_label("Complaint")).to_have_value("Typed for\nan hour.")
    expect(page.get_by_role("group", name="Medicine 1").get_by_label("Medicine", exact=True)).to_have_value(
        "Rami"
    )
    expect(page.get_by_role("main")).to_contain_text("It is not saved yet.")
    assert not MedicalRecord.objects.exists()
    if scripts:
        check(page)
    page.get_by_role("group", name="Medicine 1").get_by_label("Medicine", exact=True).fill("")
    page.get_by_role("button", name="Save draft").last.click()
    expect(page.get_by_role("status").filter(has_text="Draft saved.")).to_be_visible()
    assert MedicalRecord.objects.get().complaint == "Typed for\nan hour."
    assert not NoteDraft.objects.exists()


def test_the_text_is_kept_while_one_types(visitor: Any, rao: User, encounter: Encounter) -> None:
    page: Page = visitor(user=rao)
    page.clock.install()
    page.goto(note_of(encounter))
    page.clock.run_for(TURN)
    expect(status(page)).to_have_text("")
    page.get_by_label("Complaint").fill("Half a sen")

    with page.expect_response("**/typing/"):
        page.clock.run_for(TURN)
    expect(page.get_by_role("status").filter(has_text=KEPT)).to_be_visible()
    expect(status(page)).to_have_attribute("aria-live", "polite")
    page.get_by_label("Complaint").fill("Half a sentence")
    with page.expect_response("**/typing/"):
        page.clock.run_for(TURN)
    expect(status(page)).to_have_attribute("aria-live", "off")
    check(page)

    other: Page = visitor(user=rao)
    other.goto(note_of(encounter))
    expect(other.get_by_label("Complaint")).to_have_value("Half a sentence")
    expect(other.get_by_role("main")).to_contain_text("It is not saved yet.")
    check(other)
    choose(other, "button", "Discard it")
    expect(other.get_by_label("Complaint")).to_have_value("")


def test_signing_in_in_another_window_is_enough(visitor: Any, rao: User, encounter: Encounter) -> None:
    page: Page = visitor(user=rao)
    page.clock.install()
    page.goto(note_of(encounter))
    page.get_by_label("Plan").fill("Rest")
    Session.objects.all().delete()

    page.clock.run_for(TURN)
    expect(status(page)).to_contain_text("You are signed out.")
    with page.context.expect_page() as opened:
        page.get_by_role("link", name="Sign in in another window").click()
    enter_again(opened.value, rao.email)
    heading(opened.value, "My day")
    page.clock.run_for(TURN)

    expect(status(page)).to_have_text(KEPT)
    page.get_by_role("button", name="Save draft").last.click()
    expect(page.get_by_role("status").filter(has_text="Draft saved.")).to_be_visible()
    assert MedicalRecord.objects.get().plan == "Rest"


def test_without_a_connection_it_says_so_and_tries_again(
    visitor: Any, rao: User, encounter: Encounter
) -> None:
    page: Page = visitor(user=rao)
    page.clock.install()
    page.goto(note_of(encounter))
    page.get_by_label("Plan").fill("Rest")

    page.route("**/typing/", lambda route: route.fulfill(status=499))
    page.clock.run_for(TURN)
    expect(status(page)).to_contain_text("We cannot reach the server.")
    page.unroute("**/typing/")
    page.clock.run_for(TURN)

    expect(status(page)).to_have_text(KEPT)


def test_a_window_that_goes_away_keeps_its_text(visitor: Any, rao: User, encounter: Encounter) -> None:
    page: Page = visitor(user=rao)
    page.goto(note_of(encounter))
    page.get_by_label("Plan").press_sequentially("Rest")
    asked: list[str] = []
    page.on("dialog", lambda dialog: (asked.append(dialog.type), dialog.accept()))

    with page.expect_request("**/typing/"):
        page.get_by_role("banner").get_by_role("link", name="My day").click()
    heading(page, "My day")

    assert asked == ["beforeunload"]
    page.goto(note_of(encounter))
    expect(page.get_by_label("Plan")).to_have_value("Rest")


def test_two_browsers_edit_and_the_second_sees_both_texts(
    visitor: Any, rao: User, encounter: Encounter
) -> None:
    first, second = visitor(user=rao), visitor(user=rao)
    for page, words in ((first, "What the first typed"), (second, "What the second typed")):
        page.goto(note_of(encounter))
        page.get_by_label("Assessment").fill(words)
    first.get_by_role("button", name="Save draft").last.click()
    expect(first.get_by_role("status").filter(has_text="Draft saved.")).to_be_visible()

    second.get_by_role("button", name="Save draft").last.click()

    heading(second, "Someone else changed this first")
    both = second.locator(".compare")
    expect(both).to_contain_text("What the second typed")
    expect(both.locator(".theirs")).to_contain_text("What the first typed")
    expect(both.locator(".theirs")).to_contain_text("Saved by Asha Rao at")
    check(second)
    second.set_viewport_size({"width": 360, "height": 800})
    check(second)
    choose(second, "button", "Go on writing from mine")
    heading(second, "Write the note")
    expect(second.get_by_label("Assessment")).to_have_value("What the second typed")
    second.get_by_label("Assessment").fill("What both typed")
    second.get_by_role("button", name="Save draft").last.click()
    expect(second.get_by_role("status").filter(has_text="Draft saved.")).to_be_visible()
    assert MedicalRecord.objects.get().assessment == "What both typed"


def test_two_minutes_before_the_end_a_press_makes_it_last(
    visitor: Any, rao: User, encounter: Encounter
) -> None:
    drafted(encounter, timezone.now())
    page: Page = visitor(user=rao)
    page.clock.install()
    Session.objects.update(expire_date=timezone.now() + timedelta(minutes=10))
    page.goto(note_of(encounter))
    stay = page.get_by_role("button", name="Stay signed in")
    page.clock.run_for(7 * 60_000)
    expect(stay).to_be_hidden()

    page.clock.run_for(61_000)
    expect(page.get_by_role("alert").filter(has_text="signed out in 2 minutes")).to_be_visible()
    check(page)
    stay.click()

    expect(stay).to_be_hidden()
    assert Session.objects.get().expire_date > timezone.now() + timedelta(days=13)


def test_a_double_click_sends_the_form_once(visitor: Any, rao: User, encounter: Encounter) -> None:
    page: Page = visitor(user=rao)
    page.goto(note_of(encounter))
    page.get_by_label("Plan").fill("Rest")

    page.get_by_role("button", name="Save draft").last.dblclick()

    expect(page.get_by_role("status").filter(has_text="Draft saved.")).to_be_visible()
    assert MedicalRecord.objects.get().version == 1
