"""Details on the file are put right: the patient asks, the desk decides field by field, the patient reads why."""

import re
from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone
from playwright.sync_api import Page, expect

from accounts.models import Patient, PatientAccess, User
from accounts.tests.factories import PatientFactory
from hospital.tests.browser.accessibility import overflows, violations
from hospital.tests.browser.test_back_office import RULES
from hospital.tests.browser.test_every_page import WIDTHS, looks

pytestmark = [pytest.mark.browser, pytest.mark.usefixtures("open_hospital")]
LONG = "Wolfeschlegelsteinhausenbergerdorff" * 2


def test_the_patient_asks_and_the_desk_decides(visitor: Any, ana: Patient, reception: User) -> None:
    child = PatientFactory(given_name="Cora", family_name=LONG)
    since = timezone.now() - timedelta(days=1)
    PatientAccess.objects.create(user=ana.user, patient=child, kind="proxy", starts_at=since)
    patient = visitor(user=ana.user)

    found = asks(patient) + decides(visitor(user=reception))

    patient.reload()
    expect(patient.get_by_text("Why not: There is no such town")).to_be_visible()
    assert found + looks(patient) == []


def asks(page: Page) -> list[str]:
    """For another phone number, wrong at first, and another town; answers with what axe finds on the way."""
    page.goto("/patient/")
    page.get_by_role("link", name="See all details, or ask for a change").click()
    page.get_by_role("link", name=re.compile("^Ask for a change.*Ana Silva$")).click()
    found = looks(page)
    page.get_by_label("Phone number").fill("12")
    page.get_by_role("button", name="Send to the hospital").click()
    expect(page).to_have_title(re.compile("^Error: "))
    expect(page.locator(".error-summary")).to_be_focused()
    found += looks(page)
    page.get_by_label("Phone number").fill("020 7946 0999")
    page.get_by_label("Town or city").fill(LONG)
    page.get_by_role("button", name="Send to the hospital").click()
    expect(page.get_by_text("+44 20 7946 0999")).to_be_visible()
    return found + looks(page)


def decides(page: Page) -> list[str]:
    """Accepts the number and refuses the town, at first without a reason."""
    page.goto("/admin/")
    page.get_by_role("link", name="Changes of details to look at").click()
    found = faults_of(page)
    page.get_by_role("link", name="Phone", exact=True).first.click()
    found += faults_of(page)
    page.get_by_role("radiogroup", name="Phone").get_by_label("Accept").check()
    page.get_by_role("radiogroup", name="Town or city").get_by_label("Refuse").check()
    page.get_by_role("button", name="Save decisions").click()
    expect(page.get_by_text("Say why it is refused", exact=True)).to_be_visible()
    found += faults_of(page)
    page.get_by_label("Why town or city is not changed").fill("There is no such town")
    page.get_by_role("button", name="Save decisions").click()
    expect(page.get_by_text("2 details of Ana Silva")).to_be_visible()
    return found + faults_of(page)


def faults_of(page: Page) -> list[str]:
    """A page of the back office, on a desk and on a phone."""
    found: list[str] = []
    for width, height in WIDTHS.items():
        page.set_viewport_size({"width": width, "height": height})
        found += violations(page, RULES) + ([f"{page.url} scrolls at {width}"] if overflows(page) else [])
    return found
