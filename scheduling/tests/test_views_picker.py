"""The page on which a time is chosen."""

import re
from datetime import datetime
from typing import Any

import pytest

from accounts.models import Doctor, Patient
from scheduling.models import Appointment, AppointmentType, ClinicClosure, TimeOff
from scheduling.services.booking import book
from scheduling.tests.factories import (
    AppointmentFactory,
    AppointmentTypeFactory,
    open_every_day,
    visits_in_a_row,
)
from scheduling.tests.pages import picker

pytestmark = pytest.mark.usefixtures("frozen")


def test_the_picker_shows_at_most_five_days_and_forty_times(
    patient_client: Any, hours: Doctor, visit_type: AppointmentType
) -> None:
    page = patient_client.get(picker(hours, type=str(visit_type.public_id))).content.decode()

    assert page.count('<fieldset class="slot-day">') <= 5
    assert page.count('type="radio" name="start"') == 40


def test_b12_every_time_is_on_some_page(patient_client: Any, hours: Doctor, now: datetime) -> None:
    fast = AppointmentTypeFactory(
        name="Blood test", minutes=5, step_minutes=5, horizon_days=2, lead_minutes=0
    )
    url, found = picker(hours, type=str(fast.public_id)), []
    for _page in range(10):
        page = patient_client.get(url).content.decode()
        found += re.findall(r'name="start" id="slot-\d+" value="([^"]+)"', page)
        later = re.search(r'href="([^"]+)">Later times', page)
        if later is None:
            break
        url = later[1].replace("&amp;", "&")

    assert len(found) == len(set(found)) == 2 * 8 * 12


def test_continuing_without_a_time_is_an_error_in_words(
    patient_client: Any, hours: Doctor, visit_type: AppointmentType
) -> None:
    answer = patient_client.post(picker(hours), {"type": str(visit_type.public_id)})

    assert answer.status_code == 422
    assert "<title>Error: " in answer.content.decode() and "Choose a time." in answer.content.decode()
    assert not Appointment.objects.exists()


@pytest.mark.parametrize(
    ("kind", "words"),
    [
        ("", "Choose a reason for the visit."),
        ("junk", "Choose one of the reasons shown."),
        ("6f2b6d0e-6d0f-4d5c-9b1a-2f6f8d6f3a11", "Choose one of the reasons shown."),
    ],
)
def test_a_reason_that_is_none_is_an_error_in_words(
    kind: str, words: str, patient_client: Any, hours: Doctor, visit_type: AppointmentType
) -> None:
    answer = patient_client.get(picker(hours, type=kind))

    assert answer.status_code == 422
    assert words in answer.content.decode()


@pytest.mark.parametrize(
    ("day", "words"),
    [
        ("2027-01-20", "Wednesday 20 January 2027"),
        ("20 1 2027", "Wednesday 20 January 2027"),
        ("20 January 2027", "Wednesday 20 January 2027"),
        ("2020-01-20", "Monday 11 January 2027"),
        ("9999-12-31", "This day is too far ahead"),
        ("0001-01-01", "Monday 11 January 2027"),
        ("soon", "Enter the day like 27 3 2027."),
    ],
)
def test_a_day_is_jumped_to(
    day: str, words: str, patient_client: Any, hours: Doctor, visit_type: AppointmentType
) -> None:
    page = patient_client.get(picker(hours, **{"type": str(visit_type.public_id), "from": day}))

    assert words in page.content.decode()


def test_when_all_is_taken_the_picker_says_so(
    patient_client: Any, dr_rao: Doctor, visit_type: AppointmentType
) -> None:
    AppointmentType.objects.update(horizon_days=1, lead_minutes=24 * 60 - 1)
    open_every_day(dr_rao)

    page = patient_client.get(picker(dr_rao)).content.decode()

    assert "Nothing is free" in page and "All times until" in page


def asked_for(client: Any, doctor: Doctor, kind: AppointmentType, day: str = "2027-01-12") -> str:
    return client.get(picker(doctor, type=str(kind.public_id), **{"from": day})).content.decode()


def leave(doctor: Doctor, first: str, back: str) -> None:
    TimeOff.objects.create(
        doctor=doctor, start_at=f"{first}T00:00Z", end_at=f"{back}T00:00Z", kind="sick", reason="secret-flu"
    )


def test_a_day_without_hours_says_so_and_gives_the_next_free_time(
    patient_client: Any, lee_hours: Doctor, visit_type: AppointmentType
) -> None:
    page = asked_for(patient_client, lee_hours, visit_type, "2027-01-14")

    assert "Dr Min Lee has no hours on Thursday 14 January 2027." in page
    assert "Book earliest: Tuesday 19 January 2027, 9am" in page


def test_d7_leave_is_told_until_when_and_never_why(
    patient_client: Any, hours: Doctor, visit_type: AppointmentType
) -> None:
    leave(hours, "2027-01-12", "2027-01-14")
    leave(hours, "2027-01-14", "2027-01-15")

    page = asked_for(patient_client, hours, visit_type)

    assert "Dr Asha Rao is away until Friday 15 January 2027." in page
    assert "Book earliest: Friday 15 January 2027, 9am" in page
    assert "secret-flu" not in page and "Illness" not in page and "sick" not in page


def test_who_is_away_today_is_said_without_a_day_asked_for(
    patient_client: Any, hours: Doctor, visit_type: AppointmentType
) -> None:
    leave(hours, "2027-01-11", "2027-01-13")

    page = patient_client.get(picker(hours, type=str(visit_type.public_id))).content.decode()

    assert "Dr Asha Rao is away until Wednesday 13 January 2027." in page


def test_who_is_away_for_longer_than_can_be_booked_leads_to_colleagues(
    patient_client: Any, hours: Doctor, visit_type: AppointmentType
) -> None:
    leave(hours, "2027-01-11", "2027-08-01")

    page = patient_client.get(picker(hours, type=str(visit_type.public_id))).content.decode()

    assert "Dr Asha Rao is away until Sunday 1 August 2027" in page
    assert 'href="/doctors/?specialty=Cardiology"' in page


def test_a_closure_is_told_with_its_public_reason(
    patient_client: Any, hours: Doctor, visit_type: AppointmentType
) -> None:
    day = {"start_at": "2027-01-12T00:00Z", "end_at": "2027-01-13T00:00Z"}
    ClinicClosure.objects.create(location=hours.location, reason="Public holiday", **day)

    page = asked_for(patient_client, hours, visit_type)

    assert "We are closed on Tuesday 12 January 2027: Public holiday." in page


def test_a_day_that_is_full_says_so_and_not_by_whom(
    patient_client: Any, hours: Doctor, visit_type: AppointmentType, nine: datetime
) -> None:
    visits_in_a_row(hours, nine, 24)

    page = asked_for(patient_client, hours, visit_type)

    assert "All times on Tuesday 12 January 2027 are taken." in page
    assert Patient.objects.first().family_name not in page


@pytest.mark.parametrize(
    ("day", "words"),
    [
        ("2027-01-10", "Sunday 10 January 2027 is in the past."),
        ("2027-01-11", "Monday 11 January 2027 is too soon. Times can be booked from"),
        ("2099-01-01", "You can book until Sunday 11 April 2027."),
    ],
)
def test_a_day_too_soon_or_too_far_names_the_limit(
    day: str, words: str, patient_client: Any, hours: Doctor, visit_type: AppointmentType
) -> None:
    AppointmentType.objects.update(lead_minutes=24 * 60)

    assert words in asked_for(patient_client, hours, visit_type, day)


def test_a_day_on_which_the_patient_is_elsewhere_says_so(
    patient_client: Any, lee_hours: Doctor, order: dict[str, Any], visit_type: AppointmentType
) -> None:
    AppointmentFactory(
        doctor=order["doctor"],
        patient=order["patient"],
        start_at=order["start"],
        end_at=order["start"].replace(hour=12),
    )

    page = asked_for(patient_client, lee_hours, visit_type)

    assert "meet another visit of yours" in page


def test_a_doctor_without_hours_says_so(patient_client: Any, dr_lee: Doctor, visit_type: Any) -> None:
    page = patient_client.get(picker(dr_lee)).content.decode()

    assert "No visits can be booked on the site" in page


def test_times_are_told_on_the_clock_of_the_place(
    patient_client: Any, hours: Doctor, visit_type: AppointmentType
) -> None:
    hours.location.time_zone = "Asia/Kathmandu"
    hours.location.save()

    page = patient_client.get(picker(hours, type=str(visit_type.public_id), **{"from": "2027-01-12"}))

    assert "Kathmandu time" in page.content.decode()
    assert 'value="2027-01-12T03:15:00+00:00"' in page.content.decode()
    assert "9am</label>" in page.content.decode()


def test_c10_d7_the_times_of_a_doctor_name_nobody(
    patient_client: Any, order: dict[str, Any], ben: Patient
) -> None:
    book(**order | {"patient": ben, "actor": ben.user, "patient_reason": "secret-words"})

    page = patient_client.get(picker(order["doctor"])).content.decode()

    assert "Okafor" not in page and "secret-words" not in page
