"""A patient's own lists, and the single visit."""

from datetime import datetime, timedelta
from typing import Any
from uuid import uuid4

import pytest
from django.urls import reverse

from accounts.models import Doctor, Patient, User
from accounts.tests.pages import queries
from scheduling.models import Appointment, AppointmentType
from scheduling.services.booking import cancel
from scheduling.services.moving import move
from scheduling.services.visits import arrive
from scheduling.tests.factories import AppointmentFactory, open_every_day, visits_in_a_row
from scheduling.tests.pages import LIST, listed, url

pytestmark = pytest.mark.usefixtures("frozen")


def test_upcoming_past_and_cancelled_are_apart(
    sign_in: Any, ana: Patient, dr_rao: Doctor, nine: datetime
) -> None:
    row = {"doctor": dr_rao, "patient": ana}
    ahead = AppointmentFactory(start_at=nine, **row)
    over = AppointmentFactory(start_at=nine - timedelta(days=9), status="fulfilled", **row)
    off = AppointmentFactory(start_at=nine + timedelta(days=2), status="cancelled", **row)
    client = sign_in(ana.user)

    found = [listed(client), listed(client, "?show=past"), listed(client, "?show=cancelled")]

    assert found == [[str(ahead.public_id)], [str(over.public_id)], [str(off.public_id)]]


def test_d5_a_patient_sees_nothing_of_another(sign_in: Any, booked: Appointment, ben: Patient) -> None:
    client = sign_in(ben.user)
    pages = [url("detail", booked), url("booked", booked), url("cancel", booked)]

    assert [client.get(page).status_code for page in pages] == [404, 404, 404]
    assert client.post(url("cancel", booked), {"reason": ""}).status_code == 404
    assert listed(client) == []
    assert Appointment.objects.get().status == "booked"


def test_a_long_list_has_pages_and_a_page_too_far_is_the_first(
    sign_in: Any, ana: Patient, dr_rao: Doctor, nine: datetime
) -> None:
    visits_in_a_row(dr_rao, nine, 21, patient=ana)
    client = sign_in(ana.user)

    beyond = client.get(f"{LIST}?show=upcoming&page=9")

    assert [len(listed(client)), len(listed(client, "?page=2"))] == [20, 1]
    assert (beyond.status_code, beyond.url) == (302, f"{LIST}?show=upcoming")


def test_past_visits_are_parted_by_year(sign_in: Any, ana: Patient, dr_rao: Doctor) -> None:
    seen = {"doctor": dr_rao, "patient": ana, "status": "fulfilled"}
    old = AppointmentFactory(start_at=datetime.fromisoformat("2025-06-01T09:00Z"), **seen)
    new = AppointmentFactory(start_at=datetime.fromisoformat("2027-01-01T09:00Z"), **seen)
    client = sign_in(ana.user)

    found = {year: listed(client, f"?show=past&year={year}") for year in ("2025", "2027", "2026", "x", "")}

    both = [str(new.public_id), str(old.public_id)]
    assert (found["2025"], found["2027"]) == ([str(old.public_id)], [str(new.public_id)])
    assert found["2026"] == found["x"] == found[""] == both
    assert 'href="?show=past&amp;year=2025"' in client.get(f"{LIST}?show=past").content.decode()


def test_what_waits_for_approval_says_so_in_list_and_detail(patient_client: Any, booked: Appointment) -> None:
    Appointment.objects.update(status="pending")

    pages = [patient_client.get(page).content.decode() for page in (LIST, url("detail", booked))]

    assert all("#hourglass-split" in page and "Waiting for an answer" in page for page in pages)
    assert f'href="{url("reschedule", booked)}"' not in pages[1]


def test_the_detail_says_how_to_prepare_and_offers_what_may_be_done(
    patient_client: Any, booked: Appointment
) -> None:
    AppointmentType.objects.update(preparation="Bring your insurance card.")

    page = patient_client.get(url("detail", booked)).content.decode()

    assert "How to prepare" in page and "Bring your insurance card." in page
    assert "You can move or cancel on the site until Tuesday 12 January 2027, 7am." in page
    for name in ("reschedule", "cancel", "calendar"):
        assert f'href="{url(name, booked)}"' in page


@pytest.mark.parametrize(
    ("changes", "links", "words"),
    [
        ({"max_moves": 0}, ["cancel"], "as often as the site allows"),
        ({"move_notice_minutes": 60 * 48}, ["cancel"], "too late to move"),
        ({"cancel_notice_minutes": 60 * 48}, ["reschedule"], "too late to cancel"),
        ({"patients_may_book": False}, ["cancel"], "You can cancel on the site until"),
    ],
    ids=str,
)
def test_the_detail_says_why_something_may_not_be_done(
    changes: dict[str, Any], links: list[str], words: str, patient_client: Any, booked: Appointment
) -> None:
    AppointmentType.objects.update(**changes)

    page = patient_client.get(url("detail", booked)).content.decode()

    assert [name for name in ("reschedule", "cancel") if f'href="{url(name, booked)}"' in page] == links
    assert words in page


def test_the_history_tells_a_move_with_old_and_new(
    sign_in: Any,
    booked: Appointment,
    reception: User,
    ana: Patient,
    dr_lee: Doctor,
    nine: datetime,
    now: datetime,
) -> None:
    open_every_day(dr_lee)
    move(
        appointment=booked,
        doctor=dr_lee,
        start=nine + timedelta(hours=1),
        version=1,
        actor=reception,
        now=now,
        reason="Asked by phone",
    )

    page = sign_in(ana.user).get(url("detail", booked)).content.decode()

    assert "Moved from Tuesday 12 January 2027, 9am to Tuesday 12 January 2027, 10am" in page
    assert "from Dr Asha Rao to Dr Min Lee" in page and "Asked by phone" in page
    assert "the hospital" in page and str(reception) not in page


def test_the_next_visit_stands_first_on_my_page_with_what_may_be_done(
    patient_client: Any, booked: Appointment, ana: Patient, dr_lee: Doctor, nine: datetime
) -> None:
    later = AppointmentFactory(doctor=dr_lee, patient=ana, start_at=nine + timedelta(days=1))

    page = patient_client.get("/patient/").content.decode()

    assert page.index(str(booked.public_id)) < page.index(str(later.public_id))
    for name in ("reschedule", "cancel", "calendar"):
        assert f'href="{url(name, booked)}"' in page and f'href="{url(name, later)}"' not in page


def test_the_history_says_who_when_and_why(
    sign_in: Any, booked: Appointment, reception: User, ana: Patient, now: datetime
) -> None:
    cancel(appointment=booked, reason="The doctor is ill", actor=reception, now=now)

    for_staff = sign_in(reception).get(url("detail", booked)).content.decode()
    for_ana = sign_in(ana.user).get(url("detail", booked)).content.decode()

    assert "The doctor is ill" in for_staff and str(reception) in for_staff
    assert "The doctor is ill" in for_ana and str(reception) not in for_ana


def test_the_detail_takes_the_same_queries_however_long_the_history(
    sign_in: Any, booked: Appointment, reception: User, now: datetime
) -> None:
    client = sign_in(reception)
    short, _answer = queries(client, url("detail", booked))

    arrive(appointment=booked, actor=reception, now=now)
    long, _answer = queries(client, url("detail", booked))

    assert short == long


def test_an_unknown_visit_is_not_found(sign_in: Any, ana: Patient) -> None:
    client = sign_in(ana.user)

    statuses = [client.get(f"{LIST}{uuid4()}/{page}").status_code for page in ("", "booked/", "cancel/")]

    assert statuses == [404, 404, 404]


def test_only_signed_in_people_see_appointments(client: Any, booked: Appointment) -> None:
    answers = [client.get(page) for page in (LIST, url("detail", booked), url("cancel", booked))]

    assert {answer.url.split("?")[0] for answer in answers} == {reverse("account_login")}


def test_the_detail_leads_to_the_chart_of_a_patient_in_care(
    sign_in: Any, booked: Appointment, reception: User, ana: Patient
) -> None:
    chart = reverse("clinical:chart", args=[booked.patient.public_id])

    pages = {
        who: sign_in(user).get(url("detail", booked)).content.decode()
        for who, user in [("doctor", booked.doctor.user), ("desk", reception), ("self", ana.user)]
    }

    assert {who for who, page in pages.items() if f'href="{chart}"' in page} == {"doctor"}
