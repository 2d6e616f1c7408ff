"""A time that is kept, moved, cancelled or taken away by leave, as the patient meets it."""

from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone
from playwright.sync_api import Locator, Page, expect

from accounts.models import Doctor, Patient
from hospital.tests.browser import steps
from hospital.tests.browser.accessibility import check
from scheduling.models import Appointment, AppointmentType, Status
from scheduling.services.leave import Decision, Leave, add_time_off, preview_time_off
from scheduling.tests.factories import AppointmentFactory

pytestmark = [pytest.mark.browser, pytest.mark.usefixtures("open_hospital")]
IS_FOCUSED = "found => found === document.activeElement"


@pytest.fixture
def visit(kind: AppointmentType, dr_rao: Doctor, ana: Patient) -> Appointment:
    """Ana is expected in two days."""
    start = timezone.now().replace(minute=0, second=0, microsecond=0) + timedelta(days=2)
    return AppointmentFactory(doctor=dr_rao, patient=ana, type=kind, start_at=start)


def on_the_check_page(page: Page, doctor: Doctor) -> None:
    page.goto(f"/appointments/book/{doctor.public_id}/")
    steps.choose(page, "button", "Book earliest")
    steps.heading(page, "Check and book")


def test_the_time_that_is_kept_speaks_at_one_minute_and_at_the_end_and_moves_no_focus(
    visitor: Any, dr_rao: Doctor, ana: Patient
) -> None:
    page = visitor(user=ana.user)
    page.clock.install()
    on_the_check_page(page, dr_rao)
    page.wait_for_load_state()  # the countdown begins when its script runs
    words, box = page.get_by_role("main").get_by_role("status"), page.get_by_label("What is the visit about?")
    box.focus()

    expect(words).to_contain_text("We keep this time for you until")
    page.clock.fast_forward(235_000)
    expect(words).to_contain_text("We keep this time for you until")
    page.clock.fast_forward(10_000)
    expect(words).to_contain_text("One minute is left.")
    page.clock.fast_forward(60_000)
    expect(words).to_contain_text("no longer kept for you")

    expect(box).to_be_focused()
    expect(page.get_by_role("button", name="Keep it 5 minutes longer")).to_be_hidden()
    check(page)


def test_a_time_is_kept_longer_and_let_go_on_a_phone_without_scripts(
    visitor: Any, dr_rao: Doctor, ana: Patient
) -> None:
    page = visitor(360, user=ana.user, java_script_enabled=False)
    on_the_check_page(page, dr_rao)

    steps.choose(page, "button", "Keep it 5 minutes longer")
    expect(page.get_by_role("main").get_by_role("status")).to_contain_text("We keep this time for you until")
    assert Appointment.objects.get().hold_extensions == 1
    steps.choose(page, "button", "Let this time go")

    steps.heading(page, f"Choose a time with {dr_rao}")
    assert Appointment.objects.get().status == Status.EXPIRED


def test_a_visit_is_moved_and_cancelled_on_a_phone_without_scripts(
    visitor: Any, visit: Appointment, ana: Patient
) -> None:
    page = visitor(360, user=ana.user, java_script_enabled=False)
    page.goto("/patient/")
    steps.choose(page, "link", "Move appointment")
    page.locator(".slot").nth(3).click()
    steps.choose(page, "button", "Continue")
    steps.heading(page, "Check the new time")
    steps.choose(page, "button", "Move appointment")
    steps.heading(page, "Appointment moved")
    old, visit = visit.start_at, Appointment.objects.get()
    assert visit.start_at != old and visit.version == 2

    steps.choose(page, "link", "See, move or cancel this appointment")
    page.goto(f"{visit.get_absolute_url()}cancel/")
    page.get_by_label("Which reason fits best?").select_option(label="I cannot come")
    steps.choose(page, "button", "Cancel appointment")

    expect(page.get_by_role("main")).to_contain_text("The appointment is cancelled.")
    assert Appointment.objects.get().cancel_code == "pat"


def test_a_visit_is_booked_by_keys_alone_in_thirty(visitor: Any, dr_rao: Doctor, ana: Patient) -> None:
    page = visitor(user=ana.user)
    page.goto("/doctors/")
    link = page.locator("article").first.get_by_role("link").last
    keys = to(page, link, "Enter")

    steps.heading(page, "Choose a time with Dr Min Lee")
    keys += to(page, page.get_by_role("button", name="Book earliest"), "Enter")
    steps.heading(page, "Check and book")
    keys += to(page, page.get_by_role("button", name="Book appointment"), "Enter")

    steps.heading(page, "Appointment booked")
    expect(page.get_by_role("heading", level=1)).to_be_focused()
    assert keys <= 30


def to(page: Page, target: Locator, key: str) -> int:
    """Tab until the target has the focus, past the header, then press; how many keys that took."""
    page.wait_for_load_state()
    for pressed in range(1, 60):
        page.keyboard.press("Tab")
        if page.locator(".skip-link").evaluate(IS_FOCUSED):
            page.keyboard.press("Enter")
            return pressed + 1 + to(page, target, key)
        if target.evaluate(IS_FOCUSED):
            page.keyboard.press(key)
            return pressed + 1
    raise AssertionError("The target is never reached.")


def test_the_new_time_that_leave_brought_is_seen_and_accepted(
    visitor: Any, visit: Appointment, ana: Patient, dr_rao: Doctor
) -> None:
    now = timezone.now()
    leave = Leave(dr_rao, visit.start_at - timedelta(hours=1), visit.start_at + timedelta(hours=1))
    (row,) = preview_time_off(leave=leave, now=now)
    decisions = {visit.pk: Decision("offer", row.doctor, row.start)}
    add_time_off(leave=leave, decisions=decisions, actor=dr_rao.user, now=now)
    page = visitor(360, user=ana.user)
    page.goto("/patient/")
    check(page)

    steps.choose(page, "link", "Say whether the new time suits you")
    steps.heading(page, "Does this new time suit you?")
    check(page)
    steps.choose(page, "button", "Accept the new time")

    steps.heading(page, "Appointment moved")
    visit.refresh_from_db()
    assert visit.start_at == row.start
