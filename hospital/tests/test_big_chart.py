"""A chart with years of history: every part of it asks as many queries as that of a newcomer, and is as short."""

from collections.abc import Callable
from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.urls import reverse
from django.utils import timezone

from accounts.audit import acting
from accounts.models import Doctor, LoadBatch, Patient
from accounts.tests.factories import PatientFactory
from accounts.tests.pages import queries
from clinical.models import (
    Allergy,
    Condition,
    Encounter,
    Immunization,
    LabResult,
    MedicalRecord,
    Prescription,
    PrescriptionItem,
    VitalSign,
)
from clinical.views.chart_pages import SECTIONS

# With the session, the account and the note that the chart was read.
MOST_QUERIES = 15
DAY = timedelta(days=1)


def fill(patient: Patient, doctor: Doctor, visits: int) -> None:
    """Finished visits with note and medicine, and ten observations each, straight into the tables."""
    batch = LoadBatch.objects.create(kind="test", started_at=timezone.now())
    with acting(None, reason="history", batch=batch.pk):
        encounters = Encounter.objects.bulk_create(visit(patient, doctor, n) for n in range(1, visits + 1))
        for rows in (notes, medicines, lists, vitals, results):
            rows(encounters)


def visit(patient: Patient, doctor: Doctor, days_ago: int) -> Encounter:
    start = timezone.now() - days_ago * DAY
    return Encounter(
        patient=patient,
        doctor=doctor,
        department=doctor.department,
        status="finished",
        reason="Check",
        started_at=start,
        ended_at=start + timedelta(minutes=20),
    )


def notes(encounters: list[Encounter]) -> None:
    MedicalRecord.objects.bulk_create(
        MedicalRecord(
            encounter=encounter,
            patient=encounter.patient,
            author=encounter.doctor.user,
            complaint="Cough",
            status="final",
            signed_by=encounter.doctor.user,
            signed_at=encounter.ended_at,
        )
        for encounter in encounters
    )


def medicines(encounters: list[Encounter]) -> None:
    made = Prescription.objects.bulk_create(
        Prescription(
            encounter=encounter,
            patient=encounter.patient,
            prescriber=encounter.doctor,
            happened_at=encounter.started_at,
        )
        for encounter in encounters
    )
    PrescriptionItem.objects.bulk_create(
        PrescriptionItem(prescription=prescription, medicine=f"Medicine {number}", status="active")
        for number, prescription in enumerate(made)
    )


def lists(encounters: list[Encounter]) -> None:
    for number, encounter in enumerate(encounters[:50]):
        place: dict[str, Any] = {"patient": encounter.patient, "encounter": encounter}
        Allergy.objects.create(display=f"Substance {number}", **place)
        Condition.objects.create(display=f"Problem {number}", onset_date=encounter.started_at, **place)
        Immunization.objects.create(display=f"Vaccine {number}", happened_at=encounter.started_at, **place)


def vitals(encounters: list[Encounter]) -> None:
    kinds = {"8867-4": "/min", "29463-7": "kg", "8302-2": "cm", "9279-1": "/min", "8310-5": "Cel"}
    VitalSign.objects.bulk_create(
        VitalSign(
            patient=encounter.patient,
            encounter=encounter,
            code=code,
            unit=unit,
            value=Decimal(40),
            taken_at=encounter.started_at,
        )
        for encounter in encounters
        for code, unit in kinds.items()
    )


def results(encounters: list[Encounter]) -> None:
    LabResult.objects.bulk_create(
        LabResult(
            patient=encounter.patient,
            encounter=encounter,
            code=str(number),
            system="http://loinc.org",
            display=f"Test {number}",
            value_quantity=Decimal(number),
            status="final",
            taken_at=encounter.started_at,
            reported_at=encounter.started_at,
        )
        for encounter in encounters
        for number in range(5)
    )


@pytest.fixture
def charts(dr_rao: Doctor, sign_in: Callable[..., Any]) -> Callable[[str], list[tuple[int, int]]]:
    """Queries and bytes of a page of the chart, of somebody with 10 visits and of somebody with 1,000."""
    patients = [PatientFactory() for _ in range(2)]
    for patient, visits in zip(patients, (10, 1000), strict=True):
        fill(patient, dr_rao, visits)
    client = sign_in(dr_rao.user)

    def measure(name: str) -> list[tuple[int, int]]:
        addresses = [reverse(name, args=[patient.public_id]) for patient in patients]
        client.get(addresses[0])
        return [(queries(client, url)[0], len(client.get(url).content)) for url in addresses]

    return measure


def test_every_part_of_a_chart_costs_the_same_with_1000_visits(charts: Any) -> None:
    found = {name: charts(name) for name, _words in SECTIONS}

    print({name: [asked for asked, _size in both] for name, both in found.items()})
    assert [name for name, ((few, _), (many, _)) in found.items() if few != many] == []
    assert {name: both for name, both in found.items() if both[1][0] > MOST_QUERIES} == {}
    assert {name: both for name, both in found.items() if both[1][1] > 400_000} == {}
