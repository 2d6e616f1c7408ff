"""A visit that nobody booked begins from the chart, once, and by who treats the patient."""

from datetime import datetime
from typing import Any

import pytest
from django.urls import reverse

from accounts.errors import NotAllowed
from accounts.models import Doctor, Patient, User
from clinical.models import Encounter
from clinical.services.encounters import open_encounter
from clinical.tests.factories import signed

TOLD = {"class_code": "VR", "reason": "Asks for more tablets"}


@pytest.fixture
def treated(dr_rao: Doctor, ana: Patient, now: datetime) -> Patient:
    signed(dr_rao, ana, now)
    return ana


def test_a_visit_without_appointment_is_the_doctors_own(
    treated: Patient, dr_rao: Doctor, now: datetime
) -> None:
    begun = open_encounter(patient=treated, actor=dr_rao.user, now=now, **TOLD)

    assert (begun.doctor, begun.patient, begun.appointment, begun.status) == (
        dr_rao,
        treated,
        None,
        "in-progress",
    )
    assert (begun.class_code, begun.reason, begun.started_at) == ("VR", "Asks for more tablets", now)


def test_begun_twice_it_is_one_visit(treated: Patient, dr_rao: Doctor, now: datetime) -> None:
    begun = {open_encounter(patient=treated, actor=dr_rao.user, now=now, **TOLD) for _ in range(2)}

    assert len(begun) == 1


def test_a_doctor_who_does_not_treat_begins_nothing(treated: Patient, dr_lee: Doctor, now: datetime) -> None:
    with pytest.raises(NotAllowed):
        open_encounter(patient=treated, actor=dr_lee.user, now=now, **TOLD)


def test_from_the_chart_to_the_note(treated: Patient, dr_rao: Doctor, sign_in: Any) -> None:
    client = sign_in(dr_rao.user)
    url = reverse("clinical:encounter-open", args=[treated.public_id])
    visits = client.get(reverse("clinical:chart-visits", args=[treated.public_id]))
    assert url in visits.content.decode()

    answer = client.post(url, TOLD | {"patient": str(treated.public_id)})

    begun = Encounter.objects.get(status="in-progress")
    assert answer.url == reverse("clinical:encounter-write", args=[begun.public_id])
    assert client.get(answer.url).status_code == 200


def test_a_form_opened_for_another_patient_is_a_conflict(
    treated: Patient, ben: Patient, dr_rao: Doctor, sign_in: Any
) -> None:
    url = reverse("clinical:encounter-open", args=[treated.public_id])

    answer = sign_in(dr_rao.user).post(url, TOLD | {"patient": str(ben.public_id)})

    assert answer.status_code == 409
    assert not Encounter.objects.filter(status="in-progress").exists()


@pytest.mark.parametrize("part", ["chart", "chart-visits", "chart-notes"])
def test_the_way_to_it_stands_where_a_note_is_missed(
    treated: Patient, dr_rao: Doctor, sign_in: Any, part: str
) -> None:
    way = reverse("clinical:encounter-open", args=[treated.public_id])

    page = sign_in(dr_rao.user).get(reverse(f"clinical:{part}", args=[treated.public_id]))

    assert f'href="{way}"' in page.content.decode()


@pytest.mark.parametrize("part", ["chart", "chart-visits", "chart-notes"])
def test_a_nurse_is_not_offered_it(encounter: Encounter, nurse: User, sign_in: Any, part: str) -> None:
    way = reverse("clinical:encounter-open", args=[encounter.patient.public_id])

    page = sign_in(nurse).get(reverse(f"clinical:{part}", args=[encounter.patient.public_id]))

    assert page.status_code == 200
    assert f'href="{way}"' not in page.content.decode()
