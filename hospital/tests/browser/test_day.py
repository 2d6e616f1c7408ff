"""The list of the day at work: one click, the same row, and a word when something has changed."""

import re
from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone
from playwright.sync_api import Page, expect

from accounts.models import Doctor, Patient, User
from hospital.tests.browser.accessibility import faults
from hospital.tests.browser.test_back_office import found
from scheduling.models import Appointment, AppointmentType
from scheduling.services.visits import arrive
from scheduling.tests.factories import (
    AppointmentFactory,
    AvailabilityOverrideFactory,
    ClinicClosureFactory,
    TimeOffFactory,
)

pytestmark = [pytest.mark.browser, pytest.mark.usefixtures("open_hospital")]
MINUTE = 61_000


@pytest.fixture
def visits(kind: AppointmentType, dr_rao: Doctor, ana: Patient, ben: Patient) -> list[Appointment]:
    """Ana and Ben are expected tomorrow, an hour apart."""
    at = timezone.now().replace(minute=0, second=0, microsecond=0) + timedelta(days=1)
    return [
        AppointmentFactory(doctor=dr_rao, patient=patient, type=kind, start_at=at + timedelta(hours=hours))
        for hours, patient in enumerate((ana, ben))
    ]


def day_of(visit: Appointment) -> str:
    return f"/appointments/?day={timezone.localtime(visit.start_at).date()}"


def test_after_a_click_the_reader_is_back_at_the_row(
    visitor: Any, reception: User, visits: list[Appointment]
) -> None:
    page: Page = visitor(user=reception)
    page.goto(day_of(visits[1]))

    page.get_by_role("button", name=re.compile("Arrived.*Ben Okafor")).click()

    row = page.locator(f"#visit-{visits[1].public_id}")
    expect(row).to_be_focused()
    expect(row).to_contain_text("Waiting 0 minutes")


def test_a_change_is_told_once_and_moves_nothing(
    visitor: Any, dr_rao: Doctor, reception: User, visits: list[Appointment]
) -> None:
    page: Page = visitor(user=dr_rao.user)
    page.clock.install()
    page.goto(day_of(visits[0]))
    button = page.get_by_role("button", name=re.compile("Arrived.*Ben Okafor"))
    button.focus()

    # Waited for, since SQLite in memory refuses who reads a table that the test itself is writing.
    with page.expect_response("**/appointments/changes/**"):
        page.clock.run_for(MINUTE)
    expect(page.get_by_text("The list has changed.")).to_be_hidden()
    arrive(appointment=visits[0], actor=reception, now=timezone.now())
    with page.expect_response("**/appointments/changes/**"):
        page.clock.run_for(MINUTE)

    expect(page.get_by_role("status").get_by_text("The list has changed.")).to_be_visible()
    expect(button).to_be_focused()
    expect(page.get_by_role("button", name="Start")).to_have_count(0)
    page.get_by_role("link", name="Show the newest").click()
    expect(page.get_by_role("button", name=re.compile("Start.*Ana Silva"))).to_be_visible()


def test_the_list_is_printed_when_asked(visitor: Any, dr_rao: Doctor, visits: list[Appointment]) -> None:
    page: Page = visitor(user=dr_rao.user)
    page.add_init_script("window.print = () => { document.title = 'printed' }")
    page.goto(day_of(visits[0]))

    page.get_by_role("link", name="Print without names").click()
    expect(page).to_have_title("printed")
    page.emulate_media(media="print")

    expect(page.get_by_role("rowheader").first).to_contain_text("A. S.")
    expect(page.get_by_text("Dr Asha Rao", exact=False).last).to_be_visible()
    expect(page.get_by_role("link", name="Cancel appointment")).to_have_count(0)
    assert "Silva" not in page.locator("table").inner_text()


@pytest.mark.looks
def test_the_list_of_one_doctor_has_nothing_for_axe(
    visitor: Any, reception: User, dr_rao: Doctor, visits: list[Appointment]
) -> None:
    page: Page = visitor(user=reception)
    wrong: list[str] = []
    for query in (f"&doctor={dr_rao.public_id}", "&names=initials&print=1"):
        page.goto(day_of(visits[0]) + query)
        for width in (1280, 360):
            page.set_viewport_size({"width": width, "height": 900})
            wrong += [f"{width}: {fault}" for fault in faults(page)]

    assert wrong == []


@pytest.mark.looks
def test_the_back_office_of_the_calendar_has_nothing_for_axe(
    visitor: Any, admin: User, dr_rao: Doctor, visits: list[Appointment]
) -> None:
    now = timezone.now()
    times = {"start_at": now, "end_at": now + timedelta(days=2)}
    leave, closure = TimeOffFactory(doctor=dr_rao, **times), ClinicClosureFactory(**times)
    day = AvailabilityOverrideFactory(doctor=dr_rao, date=now.date())
    rows = [("timeoff", leave), ("clinicclosure", closure), ("availabilityoverride", day)]
    lists = [f"/admin/scheduling/{name}/" for name, _ in rows]
    forms = [f"/admin/scheduling/{name}/{row.pk}/change/" for name, row in rows]
    visit = f"/admin/scheduling/appointment/{visits[0].pk}"

    pages = [
        *lists,
        *forms,
        f"{visit}/change/",
        f"{visit}/move/",
        "/admin/scheduling/appointment/?hours=leave",
    ]
    assert found(visitor(user=admin), *pages) == []
