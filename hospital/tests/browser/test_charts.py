"""Every part of the charts of real files on a phone: there, readable by axe's rules, not wider than the screen."""

from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.db.models import Count, Q
from django.urls import reverse
from django.utils import timezone
from playwright.sync_api import Page

from accounts.models import Doctor, Patient
from accounts.tests.factories import PatientFactory
from clinical.models import Allergy, Encounter, LabResult
from clinical.tests.synthea_folder import Ran
from clinical.views.chart_pages import SECTIONS
from hospital.tests.browser.accessibility import faults, overflows
from scheduling.models import AppointmentType
from scheduling.tests.factories import AppointmentFactory

pytestmark = pytest.mark.browser

PHONE, DESK = {"width": 360, "height": 740}, {"width": 1280, "height": 900}


@pytest.fixture
def doctor(transactional_db: Any, sample_data: Path, dr_rao: Doctor) -> Doctor:
    """In the hospital of the files."""
    assert Ran(sample_data / "synthea_ma27_csv").code == 0
    return dr_rao


@pytest.fixture
def expect_patient(kind: AppointmentType, doctor: Doctor) -> Callable[[Patient], Patient]:
    """A booked visit opens the chart and adds nothing to it."""
    starts = (timezone.now() + timedelta(days=day) for day in range(1, 100))

    def book(patient: Patient) -> Patient:
        AppointmentFactory(doctor=doctor, patient=patient, type=kind, start_at=next(starts))
        return patient

    return book


def most(model: Any) -> Patient:
    """Who has the most rows of this kind."""
    rows = model.objects.values("patient").annotate(rows=Count("pk")).order_by("-rows", "patient")
    return Patient.objects.get(pk=rows[0]["patient"])


def chosen() -> dict[str, Patient]:
    """The thickest charts and the edges; some are one person twice."""
    deceased = Patient.objects.filter(deceased_at__isnull=False).annotate(visits=Count("encounters"))
    longest = Patient.objects.filter(~Q(encounters=None)).order_by("-search_name")
    return {
        "most visits": most(Encounter),
        "most results": most(LabResult),
        "most allergies": most(Allergy),
        "deceased": deceased.order_by("-visits")[0],
        "last of the alphabet": longest[0],
        "no visits": PatientFactory(given_name="Nobody", family_name="Yet"),
    }


@pytest.mark.looks
def test_every_part_of_the_charts_of_real_files(
    visitor: Any, doctor: Doctor, expect_patient: Callable[[Patient], Patient]
) -> None:
    people = chosen()
    charts = {expect_patient(patient).pk: patient for patient in people.values()}
    page = visitor(user=doctor.user)

    found = [fault for patient in charts.values() for fault in looked_through(page, patient)]

    print(f"{len(charts)} charts of {', '.join(people)}: {len(charts) * len(SECTIONS)} pages")
    assert found == []


def looked_through(page: Page, patient: Patient) -> Iterator[str]:
    """What is wrong with any part of the chart."""
    for name, _words in SECTIONS:
        address = reverse(name, args=[patient.public_id])
        page.set_viewport_size(PHONE)
        answer = page.goto(address)
        if answer is None or answer.status != 200:
            yield f"{address}: {answer and answer.status}"
            continue
        yield from faults(page)
        page.set_viewport_size(DESK)
        if overflows(page):
            yield f"{address} scrolls sideways on a desk"
