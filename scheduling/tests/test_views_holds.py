"""The time that is kept while the steps of booking last."""

from datetime import datetime, timedelta
from typing import Any

import pytest
from django.urls import reverse

from accounts.models import Patient, User
from scheduling.models import Appointment, AppointmentEvent
from scheduling.services.booking import book
from scheduling.services.holds import MOST_EXTENSIONS, hold
from scheduling.tests.pages import check, picker
from scheduling.tests.refusal import everything

pytestmark = pytest.mark.usefixtures("frozen")

Order = dict[str, Any]


@pytest.fixture
def held(order: Order) -> Appointment:
    return hold(**order)


def form_of(order: Order) -> dict[str, str]:
    return {"type": str(order["type"].public_id), "start": order["start"].isoformat()}


def step(name: str, visit: Appointment) -> str:
    return reverse(f"scheduling:hold-{name}", args=[visit.public_id])


def check_page(client: Any, order: Order) -> str:
    return client.get(check(order["doctor"]), form_of(order)).content.decode()


def test_choosing_a_time_keeps_it_and_leads_to_the_check(patient_client: Any, order: Order) -> None:
    first = patient_client.post(picker(order["doctor"]), form_of(order))
    second = patient_client.post(picker(order["doctor"]), form_of(order), follow=True)

    visit = Appointment.objects.get()
    assert first.url.startswith(check(order["doctor"]))
    assert (visit.status, visit.start_at, visit.patient) == ("held", order["start"], order["patient"])
    assert "We keep this time for you until 8:05am." in second.content.decode()


def test_d5_looking_keeps_nothing(patient_client: Any, order: Order) -> None:
    for page in (picker(order["doctor"], **form_of(order)), f"{check(order['doctor'])}?x"):
        patient_client.get(page)
        patient_client.head(page)
    shown = check_page(patient_client, order)

    assert "Check and book" in shown and "We keep" not in shown
    assert not Appointment.objects.exists()


def test_a_time_that_vanished_offers_the_three_nearest(
    patient_client: Any, order: Order, ben: Patient
) -> None:
    book(**order | {"patient": ben, "actor": ben.user})
    before = everything()

    answer = patient_client.post(picker(order["doctor"]), form_of(order))

    page = answer.content.decode()
    assert answer.status_code == 409
    assert "This time is no longer available" in page and "Nothing was booked." in page
    assert page.count('type="radio" name="start"') == 3
    assert everything() == before


def test_a_time_held_by_another_is_on_no_page_of_mine(
    patient_client: Any, order: Order, ben: Patient
) -> None:
    hold(**order | {"patient": ben, "actor": ben.user})

    answer = patient_client.get(check(order["doctor"]), form_of(order))

    assert answer.status_code == 409
    assert f'value="{order["start"].isoformat()}"' not in answer.content.decode()


def test_booking_takes_the_kept_time(patient_client: Any, held: Appointment, order: Order) -> None:
    form = form_of(order) | {"key": "6f2b6d0e-6d0f-4d5c-9b1a-2f6f8d6f3a11", "patient_reason": "A cough"}

    patient_client.post(check(order["doctor"]), form)

    visit = Appointment.objects.get()
    assert (visit.pk, visit.status, visit.patient_reason) == (held.pk, "booked", "A cough")


def test_a_kept_time_is_kept_five_minutes_longer(
    patient_client: Any, held: Appointment, order: Order, frozen: Any, now: datetime
) -> None:
    frozen.shift(timedelta(minutes=4))

    answer = patient_client.post(step("extend", held), follow=True)

    assert "We keep this time for you until 8:09am." in answer.content.decode()
    assert Appointment.objects.get().hold_expires_at == now + timedelta(minutes=9)


def test_a_lapsed_hold_is_not_extended_but_kept_anew(
    patient_client: Any, held: Appointment, order: Order, frozen: Any
) -> None:
    frozen.shift(timedelta(minutes=5))

    answer = patient_client.post(step("extend", held))
    shown = check_page(patient_client, order)
    patient_client.post(picker(order["doctor"]), form_of(order))

    assert answer.status_code == 409
    assert "This time is no longer held for you." in answer.content.decode()
    assert "We no longer keep this time for you. It is still free just now." in shown
    assert "We keep this time for you until 8:10am." in check_page(patient_client, order)


def test_a_lapsed_hold_that_another_took_keeps_the_reason_and_offers_three(
    patient_client: Any, held: Appointment, order: Order, ben: Patient, frozen: Any, now: datetime
) -> None:
    frozen.shift(timedelta(minutes=5))
    later = now + timedelta(minutes=5)
    book(**order | {"patient": ben, "actor": ben.user, "now": later})
    form = form_of(order) | {"key": "6f2b6d0e-6d0f-4d5c-9b1a-2f6f8d6f3a11", "patient_reason": "A cough"}

    answer = patient_client.post(check(order["doctor"]), form)

    page = answer.content.decode()
    assert answer.status_code == 409
    assert "A cough</textarea>" in page and page.count('type="radio" name="start"') == 3


def test_after_ten_extensions_there_is_no_button_and_the_words_say_so(
    patient_client: Any, held: Appointment, order: Order
) -> None:
    Appointment.objects.update(hold_extensions=MOST_EXTENSIONS)

    shown, answer = check_page(patient_client, order), patient_client.post(step("extend", held))

    assert "We keep this time" in shown and "5 minutes longer</button>" not in shown
    assert answer.status_code == 409
    assert "kept as often as it can be" in answer.content.decode()


def test_a_time_is_let_go_at_once(patient_client: Any, held: Appointment, order: Order) -> None:
    for _press in range(2):
        answer = patient_client.post(step("release", held), follow=True)

    assert "We no longer keep this time for you. Nothing was booked." in answer.content.decode()
    assert Appointment.objects.get().status == "expired"
    assert AppointmentEvent.objects.count() == 2


@pytest.mark.parametrize("name", ["extend", "release"])
def test_d5_another_account_does_nothing_with_a_hold(
    name: str, sign_in: Any, held: Appointment, ben: Patient, reception: User
) -> None:
    before = everything()

    answers = [sign_in(user).post(step(name, held)) for user in (ben.user, reception)]

    assert [answer.status_code for answer in answers] == [404, 409]
    assert everything() == before


@pytest.mark.parametrize("name", ["extend", "release"])
def test_d5_a_get_does_nothing_with_a_hold(name: str, patient_client: Any, held: Appointment) -> None:
    before = everything()

    statuses = [ask(step(name, held)).status_code for ask in (patient_client.get, patient_client.head)]

    assert statuses == [405, 405]
    assert everything() == before


@pytest.mark.parametrize("name", ["extend", "release"])
def test_what_was_booked_meanwhile_leads_to_its_confirmation(
    name: str, patient_client: Any, held: Appointment, order: Order
) -> None:
    book(**order)
    before = everything()

    answer = patient_client.post(step(name, held))

    assert answer.url == reverse("scheduling:appointment-booked", args=[held.public_id])
    assert everything() == before


def test_a_time_that_reception_holds_for_the_patient_is_not_yet_a_visit(
    patient_client: Any, order: Order, reception: User
) -> None:
    hold(**order | {"actor": reception})

    answer = patient_client.get(check(order["doctor"]), form_of(order))

    assert answer.status_code == 409
    assert "Nothing was booked." in answer.content.decode()
