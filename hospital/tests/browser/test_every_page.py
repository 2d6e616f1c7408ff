"""The main pages of each role, on a phone and on a desk, light and dark: nothing for axe, no sideways scrolling."""

import re
from collections.abc import Callable
from datetime import timedelta
from typing import Any
from urllib.parse import urlencode

import pytest
from django.urls import reverse
from django.utils import timezone
from playwright.sync_api import Page, expect

from accounts.models import Doctor, Patient, User
from clinical.models import Encounter, MedicalRecord
from clinical.tests.factories import ConditionFactory, drafted, signed, started, waiting
from hospital.tests.browser.accessibility import COLOURS, faults, violations
from scheduling.models import Appointment, AppointmentType
from scheduling.tests.factories import AppointmentFactory

pytestmark = [pytest.mark.browser, pytest.mark.looks, pytest.mark.usefixtures("open_hospital")]

WIDTHS = {1280: 900, 360: 740}
Look = Callable[..., None]


@pytest.fixture
def look() -> Look:
    """Open the page once and ask it at both widths and in both schemes; it must be the page, and no error's."""

    def look_at(page: Page, *addresses: str, status: int = 200) -> None:
        found: list[str] = []
        for address in addresses:
            answer = page.goto(address)
            assert answer is not None and answer.status == status, address
            found += looks(page)
        assert found == []

    return look_at


def looks(page: Page) -> list[str]:
    """In the dark only the colours are other ones, so only they are asked again."""
    found: list[str] = []
    for width, height in WIDTHS.items():
        page.set_viewport_size({"width": width, "height": height})
        page.emulate_media(color_scheme="light")
        found += [f"light, {width}: {fault}" for fault in faults(page)]
        page.emulate_media(color_scheme="dark")
        found += [f"dark, {width}: {fault}" for fault in violations(page, COLOURS)]
    return found


@pytest.fixture
def visit(kind: AppointmentType, dr_rao: Doctor, ana: Patient) -> Appointment:
    """Ana is expected in two days."""
    start = timezone.now().replace(minute=0, second=0, microsecond=0) + timedelta(days=2)
    return AppointmentFactory(doctor=dr_rao, patient=ana, type=kind, start_at=start)


@pytest.fixture
def record(dr_rao: Doctor, ana: Patient) -> MedicalRecord:
    """Signed a week ago, with a diagnosis and a medicine."""
    return signed(dr_rao, ana, timezone.now() - timedelta(days=7))


@pytest.fixture
def encounter(dr_rao: Doctor, ana: Patient) -> Encounter:
    """Ana is with Dr Rao now, and a first draft is there."""
    encounter = started(dr_rao, ana, timezone.now())
    drafted(encounter, timezone.now())
    return encounter


def test_pages_for_everybody(visitor: Any, look: Look, dr_rao: Doctor) -> None:
    pages = ["home", "account_login", "account_reset_password", "department-list", "scheduling:doctor-list"]

    page = visitor()
    look(page, *map(reverse, pages), dr_rao.get_absolute_url(), "/doctors/?name=nobody")
    look(page, "/nowhere/", status=404)


def test_forms_that_come_back_with_errors(visitor: Any) -> None:
    page = visitor()
    page.goto(reverse("account_signup"))
    page.get_by_role("button", name="Create account").click()

    expect(page).to_have_title(re.compile("^Error: "))
    expect(page.locator(".error-summary")).to_be_focused()
    assert looks(page) == []


def test_a_time_must_be_chosen_and_the_error_leads_to_the_times(
    visitor: Any, kind: AppointmentType, dr_rao: Doctor, ana: Patient
) -> None:
    page = visitor(user=ana.user)
    page.goto(f"/appointments/book/{dr_rao.public_id}/")
    page.get_by_role("button", name="Continue").click()
    page.get_by_role("link", name="Choose a time.").click()

    expect(page.locator("#id_start_0")).to_be_focused()
    assert looks(page) == []


def test_pages_for_patients(
    visitor: Any, look: Look, dr_rao: Doctor, ana: Patient, visit: Appointment, record: MedicalRecord
) -> None:
    pages = ["patient-dashboard", "scheduling:appointment-list", "clinical:record-list", "accounts:role"]
    detail, later = visit.get_absolute_url(), visit.start_at + timedelta(hours=3)
    chosen = urlencode({"doctor": dr_rao.public_id, "start": later.isoformat()})
    steps = ["cancel/", "reschedule/", f"reschedule/check/?{chosen}", "new-time/"]
    own = [detail, *(f"{detail}{step}" for step in steps), record.get_absolute_url()]
    lists = [f"/appointments/?show={tab}" for tab in ("past", "cancelled")]

    page = visitor(user=ana.user)
    look(page, *map(reverse, pages), *own, *lists)
    look(page, reverse("doctor-dashboard"), status=403)


def test_the_pages_of_a_booking(
    visitor: Any, look: Look, dr_rao: Doctor, ana: Patient, visit: Appointment
) -> None:
    page = visitor(user=ana.user)
    look(page, f"/appointments/book/{dr_rao.public_id}/")
    page.get_by_role("button", name="Book earliest").click()

    assert looks(page) == []
    look(
        page, f"{visit.get_absolute_url()}booked/", f"/appointments/book/{dr_rao.public_id}/?from=2099-01-01"
    )
    look(page, f"/appointments/book/{dr_rao.public_id}/check/?{taken_by_another(visit)}", status=409)


def taken_by_another(visit: Appointment) -> str:
    start = visit.start_at + timedelta(hours=5)
    AppointmentFactory(doctor=visit.doctor, type=visit.type, start_at=start)
    return urlencode({"type": visit.type.public_id, "start": start.isoformat()})


def test_pages_for_doctors(
    visitor: Any, look: Look, dr_rao: Doctor, ana: Patient, ben: Patient, encounter: Encounter
) -> None:
    waiting(dr_rao, ben, timezone.now() + timedelta(minutes=30))
    ConditionFactory(patient=ana, encounter=encounter)
    pages = ["doctor-dashboard", "scheduling:appointment-list", "clinical:patient-list"]
    steps = ["encounter-write", "encounter-sign", "encounter-end"]
    notes = [reverse(f"clinical:{step}", args=[encounter.public_id]) for step in steps]

    look(visitor(user=dr_rao.user), *map(reverse, pages), *notes, f"/patients/{ana.public_id}/")


def test_the_day_of_the_house(visitor: Any, look: Look, reception: User, visit: Appointment) -> None:
    day = visit.start_at.date().isoformat()

    look(visitor(user=reception), f"/appointments/?day={day}", "/appointments/?day=2100-01-01")
