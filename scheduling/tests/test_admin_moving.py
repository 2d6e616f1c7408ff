"""The page that moves one visit in the back office, and the history that it leaves."""

from datetime import datetime, timedelta
from typing import Any

import pytest
from django.contrib.messages import get_messages
from django.urls import reverse

from accounts.models import Doctor, Message, Patient, User
from accounts.tests.pages import queries
from scheduling.models import Appointment
from scheduling.services.booking import book, cancel
from scheduling.services.moving import move
from scheduling.services.visits import arrive
from scheduling.tests.factories import AppointmentFactory
from scheduling.tests.office import page
from scheduling.tests.refusal import everything

pytestmark = pytest.mark.usefixtures("frozen")


def move_page(visit: Appointment) -> str:
    return reverse("admin:scheduling_appointment_move", args=[visit.pk])


@pytest.fixture
def desk(sign_in: Any, reception: User) -> Any:
    return sign_in(reception)


@pytest.fixture
def typed(booked: Appointment) -> dict[str, Any]:
    """From nine to ten, because the patient asked for it."""
    return {
        "doctor": booked.doctor_id,
        "start_0": "2027-01-12",
        "start_1": "10:00",
        "reason": "By phone",
        "version": booked.version,
    }


def errors(answer: Any) -> dict[str, list[str]]:
    return dict(answer.context["form"].errors)


def test_reception_moves_a_visit(
    desk: Any, booked: Appointment, typed: dict[str, Any], nine: datetime, ana: Patient
) -> None:
    Message.objects.all().delete()

    answer = desk.post(move_page(booked), typed)

    visit = Appointment.objects.get()
    assert (answer.status_code, answer.url) == (302, page("appointment", "change", booked.pk))
    assert (visit.start_at, visit.moves, visit.status) == (nine + timedelta(hours=1), 0, "booked")
    assert visit.events.latest("pk").reason == "By phone"
    assert [str(words) for words in get_messages(answer.wsgi_request)] == [
        "The visit is moved to Tuesday 12 January 2027, 10am."
    ]
    assert [(message.kind, message.recipient) for message in Message.objects.all()] == [
        ("appointment-moved", ana.user)
    ]


def test_c2_the_move_sent_twice_is_one(desk: Any, booked: Appointment, typed: dict[str, Any]) -> None:
    answers = [desk.post(move_page(booked), typed).status_code for _ in range(2)]

    assert answers == [302, 302]
    assert booked.events.count() == 2


def test_c5_to_another_doctor(
    desk: Any, booked: Appointment, typed: dict[str, Any], lee_hours: Doctor
) -> None:
    desk.post(move_page(booked), typed | {"doctor": lee_hours.pk})

    visit = Appointment.objects.get()
    assert (visit.doctor, visit.department) == (lee_hours, lee_hours.department)


@pytest.mark.parametrize(
    ("changes", "field", "words"),
    [
        ({"reason": " "}, "reason", "Say why the visit is moved."),
        ({"start_1": "19:00"}, "start", "Why: Outside the doctor's hours."),
        (
            {"start_1": "09:10"},
            "start",
            "Why: Between the starting times, or too close to the end of the hours.",
        ),
        ({"start_1": "11:00"}, "start", "Why: Another visit."),
        ({"start_0": "2020-01-01"}, "start", "too soon"),
        ({"start_0": "9999-12-31"}, "start", "too far ahead"),
        ({"start_0": ""}, "start", "This field is required."),
        ({"beyond_hours": "on"}, "beyond_reason", "Say why this visit may go beyond the rules."),
        ({"doctor": "999999"}, "doctor", "Select a valid choice."),
        ({"doctor": "x"}, "doctor", "Select a valid choice."),
        ({"reason": "x" * 501}, "reason", "at most 500 characters"),
    ],
)
def test_c6_a_refused_move_keeps_the_old_time_and_stands_on_its_field(
    changes: dict[str, str],
    field: str,
    words: str,
    desk: Any,
    booked: Appointment,
    typed: dict[str, Any],
    order: dict[str, Any],
    ben: Patient,
    nine: datetime,
) -> None:
    book(**order | {"patient": ben, "actor": ben.user, "start": nine + timedelta(hours=2)})
    before = everything()

    answer = desk.post(move_page(booked), typed | changes)

    assert (answer.status_code, errors(answer).keys()) == (422, {field})
    assert [error for error in errors(answer)[field] if words in error] != []
    assert "<title>Error:" in answer.content.decode()
    assert everything() == before


def test_what_was_typed_stays(desk: Any, booked: Appointment, typed: dict[str, Any]) -> None:
    html = desk.post(move_page(booked), typed | {"start_1": "19:00"}).content.decode()

    assert [part for part in ('value="2027-01-12"', 'value="19:00"', "By phone") if part not in html] == []
    assert f'<option value="{booked.doctor_id}" selected>Dr Asha Rao</option>' in html


def test_a_move_goes_beyond_the_rules_with_a_reason(
    desk: Any, booked: Appointment, typed: dict[str, Any], nine: datetime
) -> None:
    beyond = {"start_1": "19:00", "beyond_hours": "on", "beyond_reason": "After work"}

    answer = desk.post(move_page(booked), typed | beyond)

    visit = Appointment.objects.get()
    assert answer.status_code == 302
    assert (visit.start_at, visit.overlap_reason) == (nine + timedelta(hours=10), "After work")


def test_a_patient_elsewhere_stands_above_the_form(
    desk: Any, booked: Appointment, typed: dict[str, Any], ana: Patient, dr_lee: Doctor, nine: datetime
) -> None:
    AppointmentFactory(doctor=dr_lee, patient=ana, start_at=nine + timedelta(hours=1))

    answer = desk.post(move_page(booked), typed)

    assert (answer.status_code, errors(answer).keys()) == (422, {"__all__"})
    assert "already has another visit" in answer.content.decode()


def test_d9_the_second_tab_meets_the_conflict_page(
    desk: Any, booked: Appointment, typed: dict[str, Any], nine: datetime
) -> None:
    answers = [
        desk.post(move_page(booked), typed | {"start_1": start}).status_code for start in ("10:00", "11:00")
    ]

    assert answers == [302, 409]
    assert Appointment.objects.get().start_at == nine + timedelta(hours=1)
    assert booked.events.count() == 2


def test_what_cannot_be_moved_says_so(
    desk: Any, booked: Appointment, typed: dict[str, Any], reception: User, now: datetime
) -> None:
    arrive(appointment=booked, actor=reception, now=now)
    change = page("appointment", "change", booked.pk)

    answer = desk.post(move_page(booked), typed)

    assert (answer.status_code, "“Waiting”" in answer.content.decode()) == (422, True)
    assert move_page(booked) not in desk.get(change).content.decode()


def test_the_tool_stands_on_the_page_of_a_booked_visit(desk: Any, booked: Appointment) -> None:
    html = desk.get(page("appointment", "change", booked.pk)).content.decode()

    assert f'<a href="{move_page(booked)}">Move…</a>' in html


@pytest.mark.parametrize(
    ("who", "status"),
    [("ana_user", 302), ("nurse", 302), ("rao", 302), ("privacy", 403), ("admin", 200), ("reception", 200)],
)
def test_the_page_opens_for_those_who_move(
    who: str, status: int, sign_in: Any, booked: Appointment, dr_rao: Doctor, request: pytest.FixtureRequest
) -> None:
    """Those without a place in the back office are led to the sign-in, as everywhere there."""
    user = dr_rao.user if who == "rao" else request.getfixturevalue(who)

    assert sign_in(user).get(move_page(booked)).status_code == status


@pytest.mark.parametrize("key", ["999999", "x", "0", "-1"])
def test_an_unknown_visit_is_not_found(key: str, desk: Any, typed: dict[str, Any]) -> None:
    url = reverse("admin:scheduling_appointment_move", args=[key])

    assert [desk.get(url).status_code, desk.post(url, typed).status_code] == [404, 404]


def test_d5_a_look_moves_nothing(desk: Any, booked: Appointment, typed: dict[str, Any]) -> None:
    before = everything()

    desk.get(move_page(booked), typed)
    desk.head(move_page(booked))

    assert everything() == before


# The history


def test_the_history_says_from_where_to_where_by_whom_and_why(
    desk: Any, booked: Appointment, typed: dict[str, Any], lee_hours: Doctor, reception: User
) -> None:
    desk.post(move_page(booked), typed | {"doctor": lee_hours.pk})

    html = desk.get(page("appointment", "change", booked.pk)).content.decode()

    history = html.split('id="events-group"')[1]
    told = [
        "Tuesday 12 January 2027, 9am → Tuesday 12 January 2027, 10am",
        "Dr Asha Rao → Dr Min Lee",
        "By phone",
        str(reception),
        "Monday 11 January 2027, 8am",
    ]
    assert [part for part in told if part not in history] == []


def test_the_history_names_both_states(
    desk: Any, booked: Appointment, reception: User, now: datetime
) -> None:
    cancel(appointment=booked, reason="Ill", actor=reception, now=now)

    html = desk.get(page("appointment", "change", booked.pk)).content.decode()

    assert "Booked → Cancelled" in html


def test_a_long_history_asks_as_often_as_a_short_one(
    desk: Any, booked: Appointment, reception: User, nine: datetime, now: datetime
) -> None:
    url = page("appointment", "change", booked.pk)
    few, _ = queries(desk, url)

    for hour in (1, 2, 3):
        visit = Appointment.objects.select_related("doctor", "patient").get()
        at = nine + timedelta(hours=hour)
        move(
            appointment=visit,
            doctor=visit.doctor,
            start=at,
            version=visit.version,
            actor=reception,
            now=now,
            reason="x",
        )
    many, _ = queries(desk, url)

    assert few == many
