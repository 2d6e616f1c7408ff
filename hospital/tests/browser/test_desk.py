"""The desk and the reports in a browser: nothing for axe nor against the policy, on desk and phone, light and dark."""

from datetime import timedelta
from typing import Any

import pytest
from django.urls import reverse
from django.utils import timezone
from playwright.sync_api import Page, expect

from accounts.models import Doctor, User
from hospital.reports.registry import REPORTS
from hospital.tests.browser.accessibility import OPTIONS, TAGS, faults, violations
from hospital.tests.desk_world import everything
from scheduling.models import AppointmentType, Status
from scheduling.tests.factories import AppointmentFactory

pytestmark = [pytest.mark.browser, pytest.mark.usefixtures("open_hospital")]
COLOURS = OPTIONS | {"runOnly": {"type": "tag", "values": TAGS}}


@pytest.fixture
def lived(kind: AppointmentType, dr_rao: Doctor) -> None:
    """One of everything, and a visit a day that was waited for, over the last three weeks."""
    everything()
    for day in range(1, 21):
        start = timezone.now() - timedelta(days=day)
        times = {"arrived_at": start, "started_at": start + timedelta(minutes=day)}
        status = Status.NOSHOW if day % 5 == 0 else Status.FULFILLED
        AppointmentFactory(doctor=dr_rao, type=kind, start_at=start, status=status, **times)


def looks(page: Page, *addresses: str) -> list[str]:
    found: list[str] = []
    for address in addresses:
        answer = page.goto(address)
        assert answer is not None and answer.status < 500, address
        found += looked_at(page)
    return found


def looked_at(page: Page) -> list[str]:
    found: list[str] = []
    for opened in (False, True):
        page.evaluate("open => document.querySelectorAll('details').forEach(one => one.open = open)", opened)
        for width in (1280, 360):
            page.set_viewport_size({"width": width, "height": 900})
            page.emulate_media(color_scheme="light")
            found += [f"light, {width}: {fault}" for fault in faults(page)]
            page.emulate_media(color_scheme="dark")
            found += [f"dark, {width}: {fault}" for fault in violations(page, COLOURS)]
    return found


@pytest.mark.looks
@pytest.mark.parametrize("who", ["admin", "reception", "privacy"])
def test_the_desk_of_each_role(who: str, request: Any, visitor: Any, lived: None) -> None:
    assert looks(visitor(user=request.getfixturevalue(who)), "/admin/") == []


@pytest.mark.looks
def test_every_report_with_numbers_without_and_refused(visitor: Any, admin: User, lived: None) -> None:
    today = timezone.localdate()
    days = f"?from={today - timedelta(days=30)}&to={today}"
    pages = [reverse(f"admin:{report.url_name}") + days for report in REPORTS]
    other = ["/admin/reports/", "/admin/reports/visits/?from=2001-01-01&to=2001-01-02"]

    page = visitor(user=admin)

    assert looks(page, *pages, *other, "/admin/reports/visits/?from=soon&to=2001-01-02") == []
    expect(page.get_by_label("From", exact=True)).to_have_value("soon")
    expect(page.get_by_label("From", exact=True)).to_have_accessible_description(
        "Write the day as 2027-01-31."
    )


def test_from_the_desk_to_a_report_and_its_file(visitor: Any, admin: User, lived: None) -> None:
    page = visitor(user=admin)
    page.goto("/admin/")
    page.get_by_role("link", name="Reports").click()
    page.get_by_role("link", name="Waiting time").click()
    page.get_by_label("From", exact=True).fill(str(timezone.localdate() - timedelta(days=30)))
    page.get_by_label("To", exact=True).fill(str(timezone.localdate()))
    page.get_by_label("Rows by").select_option("Department")
    page.get_by_role("button", name="Show the report").click()

    shown = [row.split("\t") for row in page.locator(".sheet table").inner_text().split("\n")]
    with page.expect_download() as download:
        page.get_by_role("link", name="Open as a file").click()

    assert download.value.suggested_filename.startswith("waiting-time_")
    lines = download.value.path().read_text(encoding="utf-8-sig").splitlines()
    assert [len(lines), lines[1].split(",")] == [len(shown), shown[1]]


def test_charts_are_drawn_within_the_policy_and_named_for_readers(
    visitor: Any, admin: User, lived: None
) -> None:
    page = visitor(user=admin)
    page.goto("/admin/")

    chart = page.get_by_role("img", name="No-show rate a week, last 12 weeks")
    fill = chart.locator(".column").first.evaluate("one => getComputedStyle(one).fill")
    assert chart.bounding_box()["height"] > 100
    assert fill not in ("none", "rgb(0, 0, 0)", "")
    page.get_by_text("No-show rate a week, last 12 weeks: the numbers").click()
    expect(
        page.get_by_role("region", name="No-show rate a week, last 12 weeks: the numbers").get_by_role("row")
    ).to_have_count(13)


@pytest.mark.looks
def test_paper_is_light_and_without_tools(visitor: Any, admin: User, lived: None) -> None:
    page = visitor(user=admin)
    page.goto("/admin/")
    page.emulate_media(media="print", color_scheme="dark")

    expect(page.get_by_role("navigation", name="Tools")).to_be_hidden()
    colours = page.evaluate("getComputedStyle(document.querySelector('.chart figcaption')).color")
    ink = page.evaluate("getComputedStyle(document.querySelector('.chart .column')).fill")
    assert [colours, ink] == ["rgb(51, 51, 51)", "rgb(0, 0, 0)"]
