"""A dangerous medicine, from the note to the signed record and to its end, by real clicks, wide and narrow."""

from typing import Any

import pytest
from django.urls import reverse
from django.utils import timezone
from playwright.sync_api import Page, expect

from accounts.models import Doctor, Patient
from clinical.models import Allergy, AllergyReaction, PrescriptionCheck, PrescriptionItem
from clinical.tests.factories import started
from hospital.tests.browser import steps
from hospital.tests.browser.accessibility import check

pytestmark = [pytest.mark.browser, pytest.mark.usefixtures("open_hospital")]


@pytest.mark.parametrize("width", [360, 1280])
@pytest.mark.parametrize("java_script_enabled", [True, False])
def test_amoxicillin_for_a_patient_with_a_penicillin_allergy(
    visitor: Any, dr_rao: Doctor, ana: Patient, width: int, java_script_enabled: bool
) -> None:
    allergic(ana)
    visit = started(dr_rao, ana, timezone.now())
    page = visitor(width, user=dr_rao.user, java_script_enabled=java_script_enabled)
    page.goto(reverse("clinical:encounter-write", args=[visit.public_id]))
    look = check if java_script_enabled else no_look

    prescribe(page, look)
    answer(page, look)
    sign(page, look)
    stop(page, ana, look)

    assert PrescriptionCheck.objects.get().override_code == PrescriptionCheck.Override.TOLERATED_BEFORE
    assert PrescriptionItem.objects.get().status == "stopped"


def no_look(page: Page) -> None:
    """axe is a script; the walk itself is what is tested without scripts."""


def allergic(patient: Patient) -> None:
    row = Allergy.objects.create(patient=patient, display="Penicillin", criticality="high")
    AllergyReaction.objects.create(allergy=row, manifestation="Anaphylaxis", severity="severe")
    Allergy.objects.create(patient=patient, display="Red tablets")


def prescribe(page: Page, look: Any) -> None:
    steps.heading(page, "Write the note")
    page.get_by_label("Complaint").fill("Sore throat")
    entry = page.get_by_role("group", name="Medicine 1")
    for label, typed in {"Medicine": "Amoxicillin", "Dose": "1", "Unit of the dose": "capsule"}.items():
        entry.get_by_label(label, exact=True).fill(typed)
    entry.get_by_label("How often", exact=True).select_option("three times a day")
    entry.get_by_label("For how many days").fill("7")
    entry.locator("summary").click()
    expect(entry.get_by_label("This maker's product only")).to_be_visible()
    look(page)
    steps.choose(page, "button", "Review and sign")


def answer(page: Page, look: Any) -> None:
    steps.heading(page, "Stop: look at this warning first")
    main = page.get_by_role("main")
    expect(main).to_contain_text("Amoxicillin: there is an allergy to Penicillin (Anaphylaxis, Severe")
    expect(main).to_contain_text("written in words that no check knows: Red tablets")
    look(page)
    steps.choose(page, "button", "Record the reasons and go on")
    expect(page.get_by_role("alert")).to_contain_text("Choose a reason.")
    look(page)
    main.get_by_label("Why it is prescribed all the same").select_option(
        "The patient has taken it before without harm"
    )
    steps.choose(page, "button", "Record the reasons and go on")


def sign(page: Page, look: Any) -> None:
    steps.heading(page, "Review and sign")
    expect(page.get_by_role("main")).to_contain_text("three times a day, for 7 days")
    expect(page.get_by_role("main")).to_contain_text("Quantity: 21 capsules.")
    expect(page.get_by_role("main")).to_contain_text("The patient has taken it before without harm")
    look(page)
    steps.choose(page, "button", "Sign record")
    steps.heading(page, "Record of a visit")
    expect(page.get_by_role("main")).to_contain_text("Warnings passed over")
    look(page)


def stop(page: Page, patient: Patient, look: Any) -> None:
    page.goto(reverse("clinical:chart-medicines", args=[patient.public_id]))
    steps.heading(page, "Medicines")
    look(page)
    steps.choose(page, "link", "Stop Amoxicillin")
    steps.heading(page, "Stop this medicine?")
    look(page)
    page.get_by_label("Reason", exact=True).select_option("Side effect")
    steps.choose(page, "button", "Stop medicine")
    steps.heading(page, "Medicines")
    expect(page.get_by_role("main")).to_contain_text("Side effect")
    look(page)


@pytest.mark.parametrize("width", [360, 1280])
def test_the_patient_reads_the_own_medicines(visitor: Any, dr_rao: Doctor, ana: Patient, width: int) -> None:
    allergic(ana)
    visit = started(dr_rao, ana, timezone.now())
    doctor = visitor(1280, user=dr_rao.user)
    doctor.goto(reverse("clinical:encounter-write", args=[visit.public_id]))
    for step in (prescribe, answer, sign):
        step(doctor, no_look)

    page = visitor(width, user=ana.user)
    page.goto(reverse("clinical:own-medicines"))

    steps.heading(page, "My medicines")
    expect(page.get_by_role("main")).to_contain_text("1 capsule, three times a day, for 7 days")
    check(page)
    steps.choose(page, "link", "Open the prescription Amoxicillin")
    steps.heading(page, "Prescription")
    expect(page.get_by_role("main")).to_contain_text(PrescriptionItem.objects.get().prescription.number)
    check(page)
