"""The page on which a time is chosen."""

import re
from datetime import datetime
from typing import Any

import pytest

from accounts.models import Doctor, Patient
from scheduling.models import AppointmentType
from scheduling.services.booking import book
from scheduling.tests.factories import AppointmentTypeFactory, open_every_day
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
    answer = patient_client.get(picker(hours, type=str(visit_type.public_id), go="1"))

    assert answer.status_code == 422
    assert "<title>Error: " in answer.content.decode() and "Choose a time." in answer.content.decode()


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

    assert "Nothing is free" in page


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
