"""The back office as a browser shows it: its weight, its stillness, its colours, and looking on as another role."""

import gzip
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from accounts.models import Doctor, User
from accounts.tests.factories import PatientFactory
from hospital.tests.browser.accessibility import OPTIONS, overflows, violations

pytestmark = [pytest.mark.browser, pytest.mark.usefixtures("open_hospital")]
# What axe would fetch besides, the policy of the page refuses.
ALL_RULES = OPTIONS | {"preload": False}
LIST, FORM = "/admin/accounts/patient/", "/admin/scheduling/appointment/add/"
DARK = "rgb(12, 24, 27)"
SHIFTS = """() => new Promise((done) => {
  let sum = 0;
  new PerformanceObserver((list) => list.getEntries().forEach((entry) => { sum += entry.value; }))
    .observe({ type: "layout-shift", buffered: true });
  setTimeout(() => done(sum), 600);
})"""


def background(page: Page) -> str:
    return str(page.evaluate("getComputedStyle(document.body).backgroundColor"))


def heard(page: Page, address: str) -> list[bytes]:
    """Everything that a first visit fetches."""
    bodies: list[Any] = []
    page.on("response", lambda answer: bodies.append(answer))
    page.goto(address, wait_until="networkidle")
    return [answer.body() for answer in bodies if answer.status == 200]


@pytest.mark.looks
@pytest.mark.parametrize(("address", "kilobytes", "requests"), [(LIST, 120, 18), (FORM, 150, 30)])
def test_a_first_visit_weighs_little(
    visitor: Any, admin: User, dr_rao: Doctor, address: str, kilobytes: int, requests: int
) -> None:
    PatientFactory.create_batch(60)
    page = visitor(user=admin)

    bodies = heard(page, address)
    weight = sum(len(gzip.compress(body)) for body in bodies) / 1000

    print(f"{address}: {weight:.0f} kB, {len(bodies)} requests")
    assert weight <= kilobytes
    assert len(bodies) <= requests


def slow(page: Page) -> None:
    """An old machine on a poor line: rows, filters and scripts arrive one after the other."""
    protocol = page.context.new_cdp_session(page)
    protocol.send("Emulation.setCPUThrottlingRate", {"rate": 6})
    line = {"offline": False, "latency": 100, "downloadThroughput": 200_000, "uploadThroughput": 200_000}
    protocol.send("Network.emulateNetworkConditions", line)


@pytest.mark.looks
@pytest.mark.parametrize("width", [1280, 900, 360])
@pytest.mark.parametrize("address", [LIST, FORM])
def test_nothing_jumps_while_a_page_arrives(visitor: Any, admin: User, address: str, width: int) -> None:
    for number in range(60):
        PatientFactory(phone="" if number < 20 else "+442079460000", email="a.longer.address@example.org")
    page = visitor(width=width, user=admin)
    slow(page)

    page.goto(address, wait_until="networkidle")
    shift = page.evaluate(SHIFTS)

    print(f"{address} at {width}: layout shift {shift:.4f}")
    assert shift <= 0.01


@pytest.mark.looks
def test_the_colours_follow_the_system_until_somebody_chooses(visitor: Any, admin: User) -> None:
    page = visitor(user=admin)
    page.emulate_media(color_scheme="dark")
    page.goto(LIST)
    assert background(page) == DARK

    switch = page.get_by_role("group", name="Colours")
    switch.get_by_role("button", name="Light").click()

    expect(switch.get_by_role("button", name="Light")).to_have_attribute("aria-pressed", "true")
    assert background(page) == "rgb(255, 255, 255)"
    page.goto(FORM)
    assert background(page) == "rgb(255, 255, 255)"


def test_the_choice_is_that_of_the_site_and_needs_no_script(
    visitor: Any, admin: User, live_server: Any
) -> None:
    page = visitor(user=admin, java_script_enabled=False)
    page.context.add_cookies([{"name": "theme", "value": "dark", "url": live_server.url}])
    page.emulate_media(color_scheme="light")

    page.goto(LIST)

    assert "theme-dark" in (page.locator("body").get_attribute("class") or "")


@pytest.mark.parametrize("width", [1280, 360])
def test_an_administrator_looks_on_and_stops(visitor: Any, admin: User, width: int) -> None:
    page = visitor(width=width, user=admin)
    page.goto(LIST)
    page.get_by_role("link", name="See as a role").click()
    page.get_by_label("Reception").check()
    page.get_by_label("Why").fill("A colleague finds no button")
    assert violations(page, ALL_RULES) == []
    page.get_by_role("button", name="Look on").click()

    banner = page.get_by_role("region", name="Looking on")
    expect(banner).to_contain_text("You are looking on as Reception.")
    assert not overflows(page)
    page.goto(LIST)
    expect(banner).to_be_visible()
    assert violations(page, ALL_RULES) == []
    banner.get_by_role("button", name="Stop looking on").click()

    expect(page.get_by_role("region", name="Looking on")).to_have_count(0)
