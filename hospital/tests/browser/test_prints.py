"""What the browser prints: the patient on each sheet, all of the text, nothing of the site round it."""

from typing import Any

import pytest
from django.utils import timezone
from playwright.sync_api import Page

from accounts.models import Doctor, Patient
from clinical.models import MedicalRecord, Prescription
from clinical.services.records import add_addendum
from clinical.tests.factories import signed
from clinical.tests.sheets import facts_of, need_paper, prescribed, words_of
from hospital.tests.browser.accessibility import faults

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def record(dr_rao: Doctor, ana: Patient) -> MedicalRecord:
    """5,000 words, and an addendum."""
    now = timezone.now()
    paragraphs = [" ".join(f"w{part}x{n}" for n in range(100)) for part in range(50)]
    record = signed(dr_rao, ana, now, sections={"history": "\n\n".join(paragraphs), "plan": "Rest"})
    add_addendum(record=record, text="Left, not right.", reason="Slip", actor=dr_rao.user, now=now)
    return record


@pytest.mark.parametrize("paper", ["A4", "Letter"])
def test_a_long_record_is_printed_whole(
    visitor: Any, dr_rao: Doctor, ana: Patient, record: MedicalRecord, paper: str
) -> None:
    need_paper()
    page: Page = visitor(user=dr_rao.user)
    page.goto(record.get_absolute_url())

    pdf = page.pdf(format=paper)

    text, sheets = words_of(pdf), int(facts_of(pdf)["Pages"])
    assert {f"w{part}x{n}" for part in range(50) for n in range(100)} <= set(text.split())
    assert text.count(f"Ana Silva, MRN {ana.grouped_mrn}, born 17 May 1980") == sheets > 3
    assert text.count(f"/ {sheets}") == text.count("by Asha Rao") - text.count("ed by Asha Rao on") == sheets
    assert text.index("Rest") < text.index("Left, not right.")
    site = ["Patients", "Download as PDF", "Print this page", "Back to", "Help", "Colours"]
    assert [word for word in site if word in text] == []


def test_the_button_prints(visitor: Any, ana: Patient, record: MedicalRecord) -> None:
    page: Page = visitor(user=ana.user)
    page.add_init_script("window.print = () => { document.title = 'printed' }")
    page.goto(record.get_absolute_url())

    page.get_by_role("button", name="Print this page").click()

    assert page.title() == "printed"


@pytest.mark.looks
def test_prescriptions_and_their_check_have_nothing_for_axe(
    visitor: Any, dr_rao: Doctor, ana: Patient
) -> None:
    prescription: Prescription = prescribed(dr_rao, ana, timezone.now())
    page: Page = visitor(user=ana.user)
    wrong: list[str] = []

    for url in (f"/prescriptions/{prescription.public_id}/", "/prescriptions/check/"):
        page.goto(url)
        for width in (1280, 360):
            page.set_viewport_size({"width": width, "height": 900})
            wrong += [f"{width}: {fault}" for fault in faults(page)]

    assert wrong == []
