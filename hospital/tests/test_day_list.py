"""The list of the day beside the record: what the record begins and ends, and what it all costs."""

from datetime import datetime, timedelta
from typing import Any

import pytest
from django.urls import reverse

from accounts.models import Doctor, Patient, User
from accounts.tests.factories import PatientFactory
from accounts.tests.pages import queries
from clinical.models import Encounter
from clinical.services.encounters import start_encounter
from clinical.tests.factories import drafted, started, waiting
from scheduling.models import Appointment
from scheduling.tests.factories import AppointmentFactory, open_every_day
from scheduling.tests.pages import LIST, buttons, url, words_of

pytestmark = pytest.mark.usefixtures("frozen")


@pytest.fixture
def seen(dr_rao: Doctor, ana: Patient, now: datetime) -> Encounter:
    """Ana is with Dr Rao, and the record is open."""
    return started(dr_rao, ana, now)


def test_a_visit_with_a_record_is_finished_through_the_record(
    sign_in: Any, seen: Encounter, dr_rao: Doctor, now: datetime
) -> None:
    client = sign_in(dr_rao.user)

    refused = client.post(url("finish", seen.appointment))
    here = buttons(client, LIST)
    client.post(reverse("clinical:encounter-end", args=[seen.public_id]))
    seen.refresh_from_db()

    assert (refused.status_code, "This visit has a record." in words_of(refused)) == (409, True)
    assert here == ["end", "undo"]
    assert (Appointment.objects.get().status, seen.ended_at) == ("fulfilled", now)
    assert buttons(client, LIST) == []


def test_a_start_is_taken_back_while_nothing_is_written(
    sign_in: Any, seen: Encounter, dr_rao: Doctor, now: datetime
) -> None:
    client = sign_in(dr_rao.user)

    client.post(reverse("clinical:encounter-undo", args=[seen.public_id]))
    undone, page = Appointment.objects.get().status, client.get(LIST).content.decode()
    again = start_encounter(appointment=Appointment.objects.get(), actor=dr_rao.user, now=now)
    drafted(again, now)

    assert (undone, "Open record" in page) == ("arrived", False)
    assert (buttons(client, LIST), "Open record" in client.get(LIST).content.decode()) == (["end"], True)


@pytest.mark.parametrize("who", ["reception", "nurse"])
def test_others_see_no_button_of_the_record(
    who: str, sign_in: Any, seen: Encounter, request: pytest.FixtureRequest
) -> None:
    assert buttons(sign_in(request.getfixturevalue(who)), LIST) == []


def goes_on(doctor: Doctor, at: datetime, now: datetime) -> None:
    """One with the doctor, one who waits, one who is still to come."""
    started(doctor, PatientFactory(), now, start_at=at)
    waiting(doctor, PatientFactory(), at + timedelta(minutes=20))
    AppointmentFactory(doctor=doctor, start_at=at + timedelta(minutes=40))


def test_the_list_asks_as_often_for_three_rows_of_each_kind_as_for_one(
    sign_in: Any, dr_rao: Doctor, reception: User, now: datetime
) -> None:
    open_every_day(dr_rao)
    pages = [(dr_rao.user, LIST), (reception, f"{LIST}?doctor={dr_rao.public_id}"), (reception, LIST)]
    asked: dict[Any, list[int]] = {}

    for hour in (1, 2, 3):
        goes_on(dr_rao, now + timedelta(hours=hour), now)
        for user, page in pages:
            asked.setdefault((user.email, page), []).append(queries(sign_in(user), page)[0])

    assert [max(found) for found in asked.values()] == [min(found) for found in asked.values()]
    assert max(map(max, asked.values())) <= 10
