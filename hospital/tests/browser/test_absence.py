"""The doctor is away with thirty visits booked; and a patient who reads from another time zone."""

from datetime import datetime, time, timedelta
from typing import Any

import pytest
from django.utils import timezone
from playwright.sync_api import Page, expect

from accounts.models import Doctor, Message, Patient
from accounts.tests.factories import PatientFactory
from hospital.tests.browser import steps
from hospital.tests.browser.accessibility import check
from scheduling.models import Appointment, AppointmentType, TimeOffDecision
from scheduling.tests.factories import AppointmentFactory

pytestmark = [pytest.mark.browser, pytest.mark.usefixtures("open_hospital")]
VISITS = 30


@pytest.fixture
def thirty(kind: AppointmentType, dr_rao: Doctor, ana: Patient) -> list[Appointment]:
    """All on one day ten days ahead; Ana's is the first."""
    day = timezone.localdate() + timedelta(days=10)
    first = timezone.make_aware(datetime.combine(day, time(8)))
    patients = [ana, *(PatientFactory() for _ in range(VISITS - 1))]
    return [
        AppointmentFactory(
            doctor=dr_rao, patient=patient, type=kind, start_at=first + number * timedelta(minutes=30)
        )
        for number, patient in enumerate(patients)
    ]


def enter_leave(page: Page, day: datetime) -> None:
    page.goto("/schedule/")
    steps.choose(page, "link", "Enter leave")
    page.get_by_label("First day away").fill(f"{day:%Y-%m-%d}")
    page.get_by_label("Last day away").fill(f"{day:%Y-%m-%d}")
    steps.choose(page, "button", "Enter leave")
    steps.heading(page, "Visits in the way of the leave")


@pytest.mark.parametrize(
    ("width", "scripts"), [(1280, True), (360, False)], ids=["at a desk", "on a phone without scripts"]
)
def test_b6_leave_with_thirty_visits_moves_them_all_but_one(
    width: int, scripts: bool, visitor: Any, thirty: list[Appointment], dr_rao: Doctor
) -> None:
    page = visitor(width, user=dr_rao.user, java_script_enabled=scripts)
    enter_leave(page, thirty[0].start_at)
    if scripts:
        check(page)
    page.get_by_label("Move").first.check()
    page.locator("tbody select").last.select_option("cancel")
    steps.choose(page, "button", "Enter leave and carry this out")

    expect(page.get_by_role("heading", level=1)).to_contain_text("Leave")
    if scripts:
        check(page)
    choices = list(TimeOffDecision.objects.order_by("pk").values_list("choice", flat=True))
    assert choices == ["move"] * (VISITS - 1) + ["cancel"]
    left = Appointment.objects.on_day(timezone.localdate(thirty[0].start_at))
    assert [visit.status for visit in left] == ["cancelled"]
    assert Message.objects.filter(kind="appointment-doctor-away").count() == 1


def test_a10_a_patient_in_another_zone_sees_both_times(
    visitor: Any, thirty: list[Appointment], ana: Patient
) -> None:
    abroad = visitor(user=ana.user, timezone_id="Asia/Kathmandu")
    abroad.goto(thirty[0].get_absolute_url())
    at_home = visitor(user=ana.user, timezone_id="Europe/London")
    at_home.goto(thirty[0].get_absolute_url())

    when = abroad.locator("dl.summary time").first
    expect(when).to_contain_text("8am (London time)")
    expect(abroad.locator("dl.summary")).to_contain_text("on your clock")
    expect(at_home.locator("dl.summary")).to_contain_text("8am (London time)")
    expect(at_home.locator("dl.summary")).not_to_contain_text("on your clock")
