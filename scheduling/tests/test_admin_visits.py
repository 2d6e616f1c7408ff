"""Booking beyond the rules, moving, and what is done to several visits at once, in the back office."""

from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import uuid4

import pytest
from django.contrib.messages import get_messages

from accounts.models import Doctor, Message, Patient, User
from scheduling.models import Appointment, AppointmentEvent
from scheduling.services.booking import book, cancel
from scheduling.tests.factories import AppointmentFactory, visits_in_a_row
from scheduling.tests.office import errors, page
from scheduling.tests.refusal import everything

pytestmark = pytest.mark.usefixtures("frozen")
ADD = page("appointment", "add")
LIST = page("appointment", "changelist")


@pytest.fixture
def desk(sign_in: Any, reception: User) -> Any:
    return sign_in(reception)


@pytest.fixture
def form(order: dict[str, Any]) -> dict[str, Any]:
    """What reception types to book Ana tomorrow at nine."""
    rows = {name: order[name].pk for name in ("doctor", "patient", "type")}
    return rows | {"start_0": "2027-01-12", "start_1": "09:00", "key": str(uuid4())}


def told(answer: Any) -> list[str]:
    return [str(message) for message in get_messages(answer.wsgi_request)]


# Beyond the rules


@pytest.fixture
def taken(order: dict[str, Any], ben: Patient) -> Appointment:
    """Ben has the time that reception wants for Ana."""
    return book(**order | {"patient": ben, "actor": ben.user})


@pytest.mark.parametrize(
    ("changes", "tick"),
    [({}, "beyond_doctor"), ({"start_1": "19:00"}, "beyond_hours")],
    ids=["doctor", "hours"],
)
def test_a_tick_with_a_reason_lifts_one_rule(
    changes: dict[str, str], tick: str, desk: Any, form: dict[str, Any], taken: Appointment, ana: Patient
) -> None:
    lifted = {tick: "on", "beyond_reason": "Emergency"}

    without = desk.post(ADD, form | changes)
    answer = desk.post(ADD, form | changes | lifted)

    visit = Appointment.objects.get(patient=ana)
    assert (without.status_code, answer.status_code) == (200, 302)
    assert (visit.overlap_reason, visit.doctor_overlap_allowed) == ("Emergency", tick == "beyond_doctor")
    assert visit.events.get().reason == "Emergency"


def test_c12_a_patient_in_two_places_stands_on_the_patient(
    desk: Any, form: dict[str, Any], ana: Patient, dr_lee: Doctor, nine: datetime
) -> None:
    AppointmentFactory(doctor=dr_lee, patient=ana, start_at=nine)

    refused = desk.post(ADD, form)
    answer = desk.post(ADD, form | {"beyond_patient": "on", "beyond_reason": "Both in one room"})

    assert errors(refused).keys() == {"patient"}
    assert answer.status_code == 302
    assert Appointment.objects.filter(patient=ana, patient_overlap_allowed=True).count() == 1


def test_a_tick_without_a_reason_asks_for_it(desk: Any, form: dict[str, Any]) -> None:
    answer = desk.post(ADD, form | {"beyond_hours": "on", "beyond_reason": "  "})

    assert errors(answer).keys() == {"beyond_reason"}
    assert Appointment.objects.count() == 0


def test_the_rules_stand_folded_up(desk: Any) -> None:
    html = desk.get(ADD).content.decode()

    folded = html.split("<details>")[1].split("</details>")[0]
    names = [f'name="beyond_{name}"' for name in ("hours", "doctor", "patient", "reason")]
    assert [name for name in names if name not in folded] == []


@pytest.mark.parametrize(
    ("changes", "why"),
    [
        ({}, "Why: Another visit."),
        (
            {"start_1": "09:10"},
            "Why: Between the starting times, or too close to the end of the hours; Another visit.",
        ),
        ({"start_1": "19:00"}, "Why: Outside the doctor&#x27;s hours."),
    ],
)
def test_a_time_that_is_not_free_says_why(
    changes: dict[str, str], why: str, desk: Any, form: dict[str, Any], taken: Appointment
) -> None:
    html = desk.post(ADD, form | changes).content.decode()

    assert why in html
    assert "Free: Tuesday 12 January 2027" in html


def test_leave_is_named_and_its_reason_is_not(
    desk: Any, form: dict[str, Any], hours: Doctor, nine: datetime
) -> None:
    hours.time_off.create(start_at=nine, end_at=nine + timedelta(hours=8), reason="Knee operation")

    html = desk.post(ADD, form).content.decode()

    assert "Why: The doctor is away." in html
    assert "Knee" not in html


def test_a_link_fills_in_doctor_and_type(desk: Any, order: dict[str, Any]) -> None:
    initial = (
        desk.get(f"{ADD}?doctor={order['doctor'].pk}&type={order['type'].pk}")
        .context["adminform"]
        .form.initial
    )

    assert (initial["doctor"], initial["type"]) == (str(order["doctor"].pk), str(order["type"].pk))


# Several at once


def do(client: Any, action: str, visits: list[Appointment], **more: Any) -> Any:
    return client.post(LIST, {"action": action, "_selected_action": [visit.pk for visit in visits], **more})


def statuses(visits: list[Appointment]) -> list[str]:
    return [Appointment.objects.get(pk=visit.pk).status for visit in visits]


@pytest.fixture
def three(hours: Doctor, nine: datetime) -> list[Appointment]:
    return visits_in_a_row(hours, nine, 3)


def test_c20_one_that_cannot_be_approved_stops_no_other(desk: Any, three: list[Appointment]) -> None:
    Appointment.objects.exclude(pk=three[1].pk).update(status="pending")

    answer = do(desk, "approve_visits", three)

    assert statuses(three) == ["booked"] * 3
    assert AppointmentEvent.objects.filter(from_status="pending", to_status="booked").count() == 2
    assert "2 visits changed." in told(answer)
    assert [words for words in told(answer) if "9:20am" in words and "“Booked”" in words] != []


def test_c20_one_whose_time_is_taken_stops_no_other_restore(
    desk: Any, three: list[Appointment], reception: User, now: datetime
) -> None:
    """The database itself refuses the second, in the middle of the three."""
    for visit in three:
        cancel(appointment=visit, reason="Ill", actor=reception, now=now)
    AppointmentFactory(doctor=three[1].doctor, start_at=three[1].start_at)

    answer = do(desk, "restore_visits", three, apply="1", reason="By mistake")

    assert statuses(three) == ["booked", "cancelled", "booked"]
    reasons = AppointmentEvent.objects.filter(to_status="booked").values_list("reason", "actor")
    assert list(reasons) == [("By mistake", reception.pk)] * 2
    assert "2 visits changed." in told(answer)
    assert [words for words in told(answer) if "Someone else has taken this time." in words] != []


@pytest.mark.parametrize("action", ["restore_visits", "void_visits", "cancel_visits"])
@pytest.mark.parametrize("reason", [{}, {"apply": "1", "reason": " "}, {"apply": "1", "reason": "x" * 501}])
def test_what_needs_a_reason_asks_for_it(
    action: str, reason: dict[str, str], sign_in: Any, admin: User, three: list[Appointment]
) -> None:
    before = everything()

    answer = do(sign_in(admin), action, three, **reason)

    html = answer.content.decode()
    assert answer.status_code == (422 if reason else 200)
    assert f'<input type="hidden" name="action" value="{action}">' in html
    assert ("<title>Error:" in html) == bool(reason)
    assert everything() == before


def test_only_administrators_mark_mistakes(
    sign_in: Any, desk: Any, admin: User, three: list[Appointment]
) -> None:
    typed = {"apply": "1", "reason": "Wrong patient"}

    do(desk, "void_visits", three[:1], **typed)
    by_reception = statuses(three)
    offered = desk.get(LIST).content.decode()
    do(sign_in(admin), "void_visits", three[:1], **typed)

    assert (by_reception, "Entered in error…" in offered) == (["booked"] * 3, False)
    assert statuses(three) == ["entered-in-error", "booked", "booked"]
    assert three[0].events.latest("pk").reason == "Wrong patient"


def test_a_cancellation_carries_its_code(desk: Any, three: list[Appointment]) -> None:
    typed = {"apply": "1", "reason": "Snow"}

    unknown = do(desk, "cancel_visits", three[:1], **typed, code="nonsense")
    do(desk, "cancel_visits", three[:1], **typed, code="oth-weath")

    visit = Appointment.objects.get(pk=three[0].pk)
    assert unknown.status_code == 422
    assert (visit.cancel_code, visit.cancel_reason) == ("oth-weath", "Snow")


def test_restoring_tells_the_patient_once(
    desk: Any, booked: Appointment, reception: User, ana: Patient, now: datetime
) -> None:
    cancel(appointment=booked, reason="Ill", actor=reception, now=now)
    Message.objects.all().delete()

    for _ in range(2):
        do(desk, "restore_visits", [booked], apply="1", reason="By mistake")

    assert [(message.kind, message.recipient) for message in Message.objects.all()] == [
        ("appointment-booked", ana.user)
    ]


# What a visit is called


def test_a_visit_is_called_by_its_day_and_time_on_the_hospitals_clock(desk: Any, settings: Any) -> None:
    """The summer is an hour ahead of UTC; the name of the clock says which it is."""
    visit = AppointmentFactory(start_at=datetime(2027, 7, 1, 23, 30, tzinfo=UTC))

    answer = desk.get(page("appointment", "history", visit.pk))

    assert str(visit) == "2 July 2027, 00:30 BST"
    assert "History: 2 July 2027, 00:30 BST" in answer.content.decode()
    settings.HOSPITAL_TIME_ZONE = "Asia/Tokyo"
    assert str(visit) == "2 July 2027, 08:30 JST"
