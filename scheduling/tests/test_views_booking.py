"""From the list of doctors to the confirmation."""

import re
from datetime import datetime
from typing import Any
from uuid import UUID, uuid4

import pytest
from django.urls import reverse

from accounts.errors import Busy
from accounts.models import Doctor, Message, Patient
from scheduling.models import Appointment, AppointmentType
from scheduling.services.booking import book
from scheduling.tests.pages import check, picker

pytestmark = pytest.mark.usefixtures("frozen")


def form_of(order: dict[str, Any], **changes: Any) -> dict[str, Any]:
    """What the check page posts."""
    return {
        "type": order["type"].public_id,
        "start": order["start"].isoformat(),
        "key": uuid4(),
        "patient_reason": "A cough",
    } | changes


def test_from_the_list_to_the_confirmation_in_four_pages(patient_client: Any, hours: Doctor) -> None:
    listed = patient_client.get(reverse("scheduling:doctor-list")).content.decode()
    times_url = re.search(r'href="(/appointments/book/[^"]+)"', listed)[1].replace("&amp;", "&")
    times = patient_client.get(times_url).content.decode()
    start = re.search(r'value="([^"]+)" checked', times)[1]
    kind = re.search(r'name="type" value="([^"]+)"', times)[1]
    checked = patient_client.post(picker(hours), {"type": kind, "start": start}, follow=True)
    key = re.search(r'name="key" value="([^"]+)"', checked.content.decode())[1]
    form = {"type": kind, "start": start, "key": key, "patient_reason": ""}

    done = patient_client.post(check(hours), form, follow=True)

    assert "Appointment booked" in done.content.decode()
    assert Appointment.objects.get().start_at.isoformat() == start


def test_anyone_finds_a_doctor_and_signs_in_to_book(client: Any, hours: Doctor) -> None:
    listed = client.get(reverse("scheduling:doctor-list"))
    answer = client.get(picker(hours))

    assert listed.status_code == 200
    assert answer.status_code == 302
    assert answer.url.startswith(f"{reverse('account_login')}?next=/appointments/book/")


def test_c2_the_same_form_sent_twice_is_one_visit_and_the_same_page(
    patient_client: Any, order: dict[str, Any]
) -> None:
    form = form_of(order)

    first = patient_client.post(check(order["doctor"]), form)
    second = patient_client.post(check(order["doctor"]), form)

    visit = Appointment.objects.get()
    assert first.url == second.url == reverse("scheduling:appointment-booked", args=[visit.public_id])
    assert Message.objects.filter(kind="appointment-booked").count() == 1


def test_a_time_that_vanished_keeps_the_reason_and_offers_three(
    patient_client: Any, order: dict[str, Any], ben: Patient
) -> None:
    book(**order | {"patient": ben, "actor": ben.user})

    answer = patient_client.post(check(order["doctor"]), form_of(order))

    page = answer.content.decode()
    assert answer.status_code == 409
    assert "no longer available" in page and "A cough</textarea>" in page
    assert page.count('type="radio" name="start"') == 3
    assert Appointment.objects.filter(patient=order["patient"]).count() == 0


@pytest.mark.parametrize(
    "start",
    [
        "2027-01-12T09:07:00+00:00",
        "2020-01-01T09:00:00+00:00",
        "2027-09-12T09:00:00+00:00",
        "0001-01-01T00:00:00+00:00",
        "9999-12-31T23:59:00+00:00",
        "9999-12-31T23:59:00-12:00",
        "2027-01-12T09:00:00",
        "tomorrow",
        "",
    ],
)
def test_c3_a_forged_time_is_refused_in_words(start: str, patient_client: Any, order: dict[str, Any]) -> None:
    answer = patient_client.post(check(order["doctor"]), form_of(order, start=start))

    assert answer.status_code == 422
    assert Appointment.objects.count() == 0


@pytest.mark.parametrize("kind", ["", "nonsense", str(UUID(int=7))])
def test_c3_a_forged_kind_is_refused_in_words(kind: str, patient_client: Any, order: dict[str, Any]) -> None:
    answer = patient_client.post(check(order["doctor"]), form_of(order, type=kind))

    assert answer.status_code == 422
    assert Appointment.objects.count() == 0


def test_c3_a_hidden_kind_is_refused(patient_client: Any, order: dict[str, Any]) -> None:
    AppointmentType.objects.update(patients_may_book=False)

    answer = patient_client.post(check(order["doctor"]), form_of(order))

    assert (answer.status_code, Appointment.objects.count()) == (422, 0)


def test_a_reason_of_5000_characters_is_kept_and_refused(patient_client: Any, order: dict[str, Any]) -> None:
    answer = patient_client.post(check(order["doctor"]), form_of(order, patient_reason="x" * 5000))

    page = answer.content.decode()
    assert answer.status_code == 422
    assert "<title>Error: " in page and "at most 500 characters" in page and "x" * 5000 in page
    assert Appointment.objects.count() == 0


def test_an_unknown_doctor_is_not_found(patient_client: Any, order: dict[str, Any]) -> None:
    unknown = reverse("scheduling:appointment-check", args=[uuid4()])

    assert patient_client.post(unknown, form_of(order)).status_code == 404
    assert Appointment.objects.count() == 0


def test_c17_an_archived_doctor_is_not_found(
    patient_client: Any, order: dict[str, Any], now: datetime
) -> None:
    Doctor.objects.update(archived_at=now)

    answers = [
        patient_client.get(picker(order["doctor"])),
        patient_client.post(check(order["doctor"]), form_of(order)),
        patient_client.get(reverse("scheduling:doctor-detail", args=[order["doctor"].public_id])),
    ]

    assert [answer.status_code for answer in answers] == [404, 404, 404]
    assert "Rao" not in patient_client.get(reverse("scheduling:doctor-list")).content.decode()


def test_a_patient_who_is_busy_is_told_so(
    patient_client: Any, order: dict[str, Any], lee_hours: Doctor
) -> None:
    book(**order)

    answer = patient_client.post(check(lee_hours), form_of(order))

    page = answer.content.decode()
    assert answer.status_code == 409
    assert "You have another visit at this time" in page
    assert f'value="{order["start"].isoformat()}"' not in page


@pytest.mark.parametrize(("who", "status"), [("dr_lee", 403), ("nurse", 403), ("privacy", 403)])
def test_those_who_may_not_book_get_403(
    who: str, status: int, sign_in: Any, order: dict[str, Any], request: pytest.FixtureRequest
) -> None:
    person = request.getfixturevalue(who)
    client = sign_in(getattr(person, "user", person))

    assert client.get(picker(order["doctor"])).status_code == status
    assert client.post(check(order["doctor"]), form_of(order)).status_code == status


def test_reception_books_in_the_back_office(sign_in: Any, reception: Any, order: dict[str, Any]) -> None:
    answer = sign_in(reception).get(picker(order["doctor"]))

    assert answer.url.startswith(reverse("admin:scheduling_appointment_add"))


def test_d5_another_patients_confirmation_is_not_found(
    sign_in: Any, booked: Appointment, ben: Patient
) -> None:
    answer = sign_in(ben.user).get(reverse("scheduling:appointment-booked", args=[booked.public_id]))

    assert answer.status_code == 404


def test_the_way_back_from_the_confirmation_leads_to_it_again(
    patient_client: Any, booked: Appointment, order: dict[str, Any]
) -> None:
    query = {"type": order["type"].public_id, "start": order["start"].isoformat()}

    answer = patient_client.get(check(order["doctor"]), query)

    assert answer.url == reverse("scheduling:appointment-booked", args=[booked.public_id])


def test_an_order_for_ones_own_time_names_the_visit_that_holds_it(
    patient_client: Any, booked: Appointment, order: dict[str, Any]
) -> None:
    answer = patient_client.post(check(order["doctor"]), form_of(order))

    page = answer.content.decode()
    assert (answer.status_code, Appointment.objects.count()) == (409, 1)
    assert "You have already booked this time" in page and "A cough" in page
    assert f'href="{booked.get_absolute_url()}"' in page


def test_a_time_that_another_has_taken_names_no_visit(
    sign_in: Any, booked: Appointment, order: dict[str, Any], ben: Patient
) -> None:
    query = {"type": order["type"].public_id, "start": order["start"].isoformat()}

    answer = sign_in(ben.user).get(check(order["doctor"]), query)

    assert answer.status_code == 409
    assert str(booked.public_id) not in answer.content.decode()


def test_d10_a_busy_calendar_keeps_what_was_typed(
    patient_client: Any, order: dict[str, Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    def too_busy(**order: Any) -> None:
        raise Busy

    monkeypatch.setattr("scheduling.views.checking.book", too_busy)

    answer = patient_client.post(check(order["doctor"]), form_of(order))

    assert answer.status_code == 503
    assert (
        "Try again in a moment" in answer.content.decode() and "A cough</textarea>" in answer.content.decode()
    )
