"""Finding a doctor: open to everybody, soonest first."""

from datetime import datetime, time, timedelta
from typing import Any
from uuid import uuid4

import pytest
import time_machine
from django.urls import reverse

from accounts.models import Department, Doctor, Patient
from accounts.tests.factories import DoctorFactory
from scheduling.models import AppointmentType, TimeOff
from scheduling.tests.factories import AppointmentFactory, AppointmentTypeFactory, AvailabilityRuleFactory

LIST = reverse("scheduling:doctor-list")


pytestmark = pytest.mark.usefixtures("frozen")


def names(answer: Any) -> list[str]:
    return [card.doctor.family_name for card in answer.context["cards"]]


def test_the_soonest_comes_first_and_those_without_times_last(
    client: Any, hours: Doctor, lee_hours: Doctor
) -> None:
    DoctorFactory(family_name="Aaron")

    answer = client.get(LIST)

    assert names(answer) == ["Rao", "Lee", "Aaron"]
    assert "Monday 11 January 2027, 9am" in answer.content.decode()


def test_a_booked_time_is_not_the_next_free(client: Any, hours: Doctor, now: datetime) -> None:
    AppointmentFactory(doctor=hours, start_at=now + timedelta(hours=1))

    assert "Monday 11 January 2027, 9:20am" in client.get(LIST).content.decode()


def test_patients_are_offered_no_time_at_which_they_are_elsewhere(
    sign_in: Any, ana: Patient, hours: Doctor, dr_lee: Doctor, now: datetime
) -> None:
    AppointmentFactory(doctor=dr_lee, patient=ana, start_at=now + timedelta(hours=1))
    patient = sign_in(ana.user)

    for page in (LIST, hours.get_absolute_url()):
        shown = patient.get(page).content.decode()
        assert "9:20am" in shown and "2027, 9am" not in shown


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ({"name": "rao"}, ["Rao"]),
        ({"name": "ángstrom"}, ["Ångström"]),
        ({"specialty": "Dermatology"}, ["Ångström"]),
        ({"language": "Swedish"}, ["Ångström"]),
        ({"gender": "male"}, ["Ångström"]),
        ({"name": "nobody"}, []),
        ({"specialty": "forged"}, None),
        ({"department": "forged"}, None),
        ({"page": "99"}, None),
    ],
)
def test_doctors_are_filtered(
    client: Any, dr_rao: Doctor, query: dict[str, str], found: list[str] | None
) -> None:
    DoctorFactory(
        family_name="Ångström", specialty="Dermatology", languages="English, Swedish", gender="male"
    )

    answer = client.get(LIST, query, follow=True)

    assert answer.status_code == 200
    assert found is None or names(answer) == found


def test_a_department_includes_those_below_it(client: Any, dr_rao: Doctor, dr_lee: Doctor) -> None:
    heart = Department.objects.create(name="Heart surgery", parent=dr_rao.department)
    DoctorFactory(family_name="Below", department=heart)

    answer = client.get(LIST, {"department": dr_rao.department.public_id})

    assert set(names(answer)) == {"Rao", "Below"}


def test_a_reason_leaves_those_who_have_times_for_it_and_is_what_the_link_books(
    client: Any, hours: Doctor, lee_hours: Doctor, visit_type: AppointmentType
) -> None:
    checkup = AppointmentTypeFactory(name="Check-up", minutes=60)
    lee_hours.rules.get().types.set([checkup])

    asked = client.get(LIST, {"type": checkup.public_id})
    other = client.get(LIST, {"type": visit_type.public_id})

    assert names(asked) == ["Rao", "Lee"] and names(other) == ["Rao"]
    assert {card.opening.type for card in asked.context["cards"]} == {checkup}
    assert f"type={checkup.public_id}&amp;at=" in asked.content.decode()


@pytest.mark.parametrize(
    ("free", "found"), [("0", ["Rao"]), ("3", ["Rao", "Lee"]), ("7", ["Rao", "Lee", "Late"]), ("9", None)]
)
def test_doctors_are_filtered_by_their_next_free_time(
    free: str, found: list[str] | None, client: Any, hours: Doctor, lee_hours: Doctor
) -> None:
    """Rao is free today, Lee tomorrow, Late on Sunday, and Aaron never."""
    late = DoctorFactory(family_name="Late", location=hours.location)
    AvailabilityRuleFactory(doctor=late, weekday=6)
    DoctorFactory(family_name="Aaron")

    answer = client.get(LIST, {"free": free})

    assert answer.status_code == 200
    assert names(answer) == (found or ["Rao", "Lee", "Late", "Aaron"])


@pytest.mark.parametrize(("query", "opens"), [("", False), ("?name=rao", False), ("?gender=female", True)])
def test_filters_that_few_people_use_are_folded_away_unless_in_force(
    query: str, opens: bool, client: Any, hours: Doctor
) -> None:
    page = client.get(f"{LIST}{query}").content.decode()

    assert ('<details class="more" open>' in page) is opens
    assert '<select name="language"' in page


def test_the_page_says_in_which_order_doctors_stand(client: Any, hours: Doctor, lee_hours: Doctor) -> None:
    page = " ".join(client.get(LIST).content.decode().split())

    assert "2 doctors, soonest first" in page


def test_filters_by_time_name_themselves_and_what_they_hide(
    client: Any, lee_hours: Doctor, visit_type: AppointmentType
) -> None:
    page = client.get(LIST, {"free": "0", "type": visit_type.public_id}).content.decode()

    assert "</span> Today</a>" in page and "</span> Consultation</a>" in page
    assert "1 doctor without “Next available”" in page
    assert "0 doctors without “Reason for the visit”" in page


def test_when_nobody_fits_each_filter_says_what_it_hides(client: Any, dr_rao: Doctor) -> None:
    page = client.get(LIST, {"name": "nobody", "specialty": "Cardiology"}).content.decode()

    assert "0 doctors" in page
    assert "1 doctor without “Name”" in page and "0 doctors without “Specialty”" in page


def test_each_filter_in_force_can_be_taken_away(client: Any, dr_rao: Doctor) -> None:
    answer = client.get(LIST, {"name": "rao", "specialty": "Cardiology"})

    assert [chip["url"] for chip in answer.context["chips"]] == [
        f"{LIST}?specialty=Cardiology",
        f"{LIST}?name=rao",
    ]


def test_twenty_on_a_page_and_a_page_too_far_is_the_first(client: Any, db: Any) -> None:
    for _ in range(21):
        DoctorFactory()

    beyond = client.get(LIST, {"name": "doctor", "page": "9"})

    assert [len(names(client.get(LIST))), len(names(client.get(LIST, {"page": "2"})))] == [20, 1]
    assert beyond.url == f"{LIST}?name=doctor"


def test_the_page_of_a_doctor_tells_reasons_and_next_times(
    client: Any, hours: Doctor, visit_type: AppointmentType
) -> None:
    page = client.get(hours.get_absolute_url()).content.decode()

    assert "Consultation" in page and "20 minutes" in page
    for words in ("9am", "9:20am", "9:40am"):
        assert f"Monday 11 January 2027, {words}" in page


def test_a_hidden_kind_of_visit_is_not_shown(client: Any, hours: Doctor) -> None:
    AppointmentType.objects.update(patients_may_book=False)

    page = client.get(hours.get_absolute_url()).content.decode()

    assert "Consultation" not in page and "No visits can be booked on the site" in page


def test_an_unknown_doctor_is_not_found(client: Any, db: Any) -> None:
    assert client.get(reverse("scheduling:doctor-detail", args=[uuid4()])).status_code == 404


def test_a6_a_night_clinic_is_offered_after_midnight(
    client: Any, dr_lee: Doctor, visit_type: AppointmentType
) -> None:
    AvailabilityRuleFactory(doctor=dr_lee, weekday=6, start_time=time(22), end_time=time(6))
    with time_machine.travel(datetime.fromisoformat("2027-01-17T23:30:00+00:00"), tick=False):
        page = client.get(LIST).content.decode()

    assert "Monday 18 January 2027, 12:40am" in page


def away(doctor: Doctor, first: str, back: str) -> None:
    TimeOff.objects.create(
        doctor=doctor, start_at=f"{first}T00:00Z", end_at=f"{back}T00:00Z", kind="sick", reason="secret-flu"
    )


def test_d7_a_doctor_who_is_away_says_until_when_and_names_free_colleagues(
    client: Any, hours: Doctor, lee_hours: Doctor
) -> None:
    away(hours, "2027-01-11", "2027-01-15")
    away(hours, "2027-01-15", "2027-01-16")
    DoctorFactory(family_name="Hidden", specialty="Dermatology")

    answer = client.get(hours.get_absolute_url())

    page = answer.content.decode()
    assert "Away until Saturday 16 January 2027" in page
    assert [card.doctor for card in answer.context["others"]] == [lee_hours]
    assert "secret-flu" not in page and "Illness" not in page and "sick" not in page


def test_leave_that_takes_all_times_is_told_before_it_begins(client: Any, lee_hours: Doctor) -> None:
    away(lee_hours, "2027-01-12", "2027-06-01")

    assert "Away until Tuesday 1 June 2027" in client.get(lee_hours.get_absolute_url()).content.decode()


def test_leave_to_come_and_leave_withdrawn_are_not_told(client: Any, hours: Doctor, now: datetime) -> None:
    away(hours, "2027-02-01", "2027-02-05")
    away(hours, "2027-01-10", "2027-01-20")
    TimeOff.objects.filter(start_at__lt=now).update(archived_at=now)

    assert "Away until" not in client.get(hours.get_absolute_url()).content.decode()


def test_at_most_three_colleagues_are_named_soonest_first(client: Any, hours: Doctor) -> None:
    away(hours, "2027-01-11", "2027-01-15")
    for weekday in (4, 3, 2, 1):
        colleague = DoctorFactory(family_name=f"Day{weekday}", location=hours.location)
        AvailabilityRuleFactory(doctor=colleague, weekday=weekday)

    others = client.get(hours.get_absolute_url()).context["others"]

    assert [card.doctor.family_name for card in others] == ["Day1", "Day2", "Day3"]


@pytest.mark.parametrize("who", ["nurse", "dr_lee"])
def test_who_cannot_book_sees_times_without_a_way_to_book(
    sign_in: Any, client: Any, hours: Doctor, request: Any, who: str
) -> None:
    person = request.getfixturevalue(who)
    way = reverse("scheduling:appointment-book", args=[hours.public_id])
    pages = (LIST, hours.get_absolute_url())
    visitor = [client.get(page).content.decode() for page in pages]

    staff = [sign_in(getattr(person, "user", person)).get(page).content.decode() for page in pages]

    assert all("Monday 11 January 2027, 9am" in page for page in visitor + staff)
    assert all(way in page for page in visitor)
    assert not any(way in page for page in staff)
