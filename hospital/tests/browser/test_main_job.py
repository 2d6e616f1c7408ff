"""The main job, from the first visit of the site to a doctor who has left, by real clicks."""

from typing import Any

import pytest
from playwright.sync_api import Page, expect

from accounts.models import Doctor, Patient, User
from hospital.tests.browser import steps
from hospital.tests.browser.accessibility import check, overflows
from scheduling.models import Appointment, Status

pytestmark = [pytest.mark.browser, pytest.mark.usefixtures("open_hospital")]


def test_from_signing_up_to_a_record_that_is_read_and_a_doctor_who_has_left(
    visitor: Any, may_sign_in: Any, dr_rao: Doctor, admin: User
) -> None:
    patient = visitor()
    become_a_patient(patient)
    visit = have_booked(patient, dr_rao)

    treat(visitor(), may_sign_in(dr_rao.user), visit)
    steps.read(patient, str(dr_rao))

    back_office = visitor()
    steps.sign_in(back_office, may_sign_in(admin).email)
    steps.deactivate(back_office, str(dr_rao))
    is_gone(patient, dr_rao)


def become_a_patient(page: Page) -> None:
    steps.sign_up(page)
    steps.confirm_address(page)
    steps.sign_in(page, steps.EMAIL)
    steps.register(page)


def have_booked(page: Page, doctor: Doctor) -> Appointment:
    steps.book(page, str(doctor))
    visit = Appointment.objects.get(patient__given_name="Nadia")
    assert (visit.doctor, visit.status) == (doctor, Status.BOOKED)
    return visit


def treat(page: Page, doctor: User, visit: Appointment) -> None:
    steps.sign_in(page, doctor.email)
    steps.heading(page, "My day")
    check(page)
    day = visit.start_at.astimezone(visit.location.zone).date()
    steps.receive(page, "Nadia Haddad", day.isoformat())
    steps.write(page)
    steps.review_and_sign(page)
    visit.refresh_from_db()
    assert visit.status == Status.FULFILLED


def is_gone(page: Page, doctor: Doctor) -> None:
    """Unlisted, without a page, without times; the other doctor stays."""
    page.goto("/doctors/")
    expect(page.get_by_role("status")).to_have_text("1 doctor, soonest first")
    assert str(doctor) not in page.get_by_role("main").inner_text()
    for address in (doctor.get_absolute_url(), f"/appointments/book/{doctor.public_id}/"):
        answer = page.goto(address)
        assert answer is not None and answer.status == 404
    check(page)


def test_a_visit_is_booked_on_a_phone_without_scripts_in_four_pages_and_five_clicks(
    visitor: Any, may_sign_in: Any, ana: Patient
) -> None:
    page = visitor(360, java_script_enabled=False)
    steps.sign_in(page, may_sign_in(ana.user).email, look=narrow)
    page.goto("/doctors/")
    walk = steps.Counted(page)

    walk.click(page.locator("article").first.get_by_role("link").last)
    narrow(page)
    walk.click(page.locator(".slot").nth(1))
    walk.click(page.get_by_role("button", name="Continue"))
    narrow(page)
    walk.click(page.get_by_role("button", name="Book appointment"))
    narrow(page)

    assert walk.pages[0] == "Find a doctor" and walk.pages[-1] == "Appointment booked"
    assert len(walk.pages) <= 4
    assert walk.clicks <= 5
    assert Appointment.objects.get(patient=ana).status == Status.BOOKED


def narrow(page: Page) -> None:
    assert not overflows(page)
