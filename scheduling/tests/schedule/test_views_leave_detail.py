"""Leave once it is entered: what was decided, who answered, who is to be called, and that it may be withdrawn."""

from datetime import datetime, timedelta
from typing import Any

import pytest

from accounts.errors import Busy
from accounts.models import Doctor, Message, Patient, User
from accounts.tests.factories import DoctorFactory, PatientFactory
from accounts.tests.pages import queries
from scheduling.models import Appointment, AppointmentType, TimeOff, TimeOffDecision
from scheduling.services.answers import accept
from scheduling.services.leave import Decision, Leave, add_time_off, preview_time_off
from scheduling.tests.factories import AppointmentFactory, TimeOffFactory, open_every_day
from scheduling.tests.refusal import everything
from scheduling.tests.schedule.pages import at, said
from scheduling.views import leave as pages

pytestmark = pytest.mark.usefixtures("frozen")
LEAVE, DAY = "/schedule/leave/", timedelta(days=1)


def enter(doctor: Doctor, start: datetime, now: datetime, choice: str, days: int = 1) -> TimeOff:
    """Leave from a start on, every visit with the same choice and its proposal."""
    leave = Leave(doctor, start, start + days * DAY, kind="sick", reason="a private matter")
    rows = preview_time_off(leave=leave, now=now)
    decisions = {row.visit.pk: Decision(choice, row.doctor, row.start) for row in rows}
    return add_time_off(leave=leave, decisions=decisions, actor=doctor.user, now=now)


@pytest.fixture
def offered(booked: Appointment, hours: Doctor, nine: datetime, now: datetime) -> TimeOff:
    return enter(hours, nine, now, "offer")


def test_each_decision_is_shown_with_its_answer(
    rao: Any, offered: TimeOff, booked: Appointment, ana: Patient, now: datetime
) -> None:
    waiting = said(rao.get(at("leave-detail", offered)))
    accept(decision=offered.decisions.get(), actor=ana.user, now=now)

    answered = said(rao.get(at("leave-detail", offered)))

    line = "Tuesday 12 January 2027, 9am Consultation Ana Silva Offered Wednesday 13 January 2027, 9am"
    assert f"{line} Main building None yet kept until Tuesday 12 January 2027, 9am" in waiting
    assert f"{line} Main building Accepted" in answered
    assert "Still in the way" in waiting and "Still in the way" not in answered


@pytest.mark.parametrize(
    ("choice", "words"),
    [
        ("move", "Moved to Wednesday 13 January 2027, 9am Main building None yet"),
        ("cancel", "Cancelled None needed"),
        ("keep", "Kept None needed"),
    ],
)
def test_decisions_in_words(
    choice: str, words: str, rao: Any, booked: Appointment, hours: Doctor, nine: datetime, now: datetime
) -> None:
    leave = enter(hours, nine, now, choice)

    assert words in said(rao.get(at("leave-detail", leave)))


@pytest.mark.parametrize(("choice", "calls"), [("move", 1), ("cancel", 1), ("offer", 1), ("keep", 0)])
def test_who_gets_no_message_is_to_be_called(
    choice: str,
    calls: int,
    sign_in: Any,
    reception: User,
    booked: Appointment,
    hours: Doctor,
    nine: datetime,
    now: datetime,
) -> None:
    cleo = PatientFactory(given_name="Cleo", family_name="Diaz", phone="+442079460999")
    AppointmentFactory(doctor=hours, patient=cleo, start_at=nine + timedelta(hours=1), type=booked.type)
    leave = enter(hours, nine, now, choice)

    answer = sign_in(reception).get(at("leave-detail", leave))

    line = "Cleo Diaz , +442079460999 : has no account that gets messages"
    assert [row.decision.appointment.patient for row in answer.context["calls"]] == [cleo] * calls
    assert said(answer).count(line) == calls


def test_an_offer_that_ran_out_is_to_be_called_about(
    rao: Any, booked: Appointment, hours: Doctor, nine: datetime, now: datetime, frozen: Any
) -> None:
    Appointment.objects.filter(pk=booked.pk).update(
        start_at=nine + 20 * DAY,
        end_at=nine + 20 * DAY + timedelta(minutes=20),
        block_start=nine + 20 * DAY,
        block_end=nine + 20 * DAY + timedelta(minutes=20),
    )
    leave = enter(hours, nine + 20 * DAY, now, "offer")
    frozen.move_to(now + 8 * DAY)

    text = said(rao.get(at("leave-detail", leave)))

    assert "has not answered, and the time is no longer kept" in text
    assert "None, and the time is no longer kept" in text


def test_b6_a_visit_moved_to_a_colleague_stays_on_the_list(
    rao: Any, booked: Appointment, hours: Doctor, nine: datetime, now: datetime, sign_in: Any, reception: User
) -> None:
    open_every_day(DoctorFactory(specialty=hours.specialty, location=hours.location, family_name="Zee"))
    leave = enter(hours, nine, now, "move", days=300)

    page = rao.get(at("leave-detail", leave))
    link = f'href="{booked.get_absolute_url()}"'

    assert "Ana Silva Moved to Tuesday 12 January 2027, 9am Dr Dana Zee" in said(page)
    assert link not in page.content.decode()
    assert link in sign_in(reception).get(at("leave-detail", leave)).content.decode()


# Lists


def test_who_is_away_lists_leave_under_way_and_to_come(
    sign_in: Any, reception: User, dr_rao: Doctor, dr_lee: Doctor, now: datetime
) -> None:
    TimeOffFactory(doctor=dr_rao, start_at=now - 3 * DAY, end_at=now)
    TimeOffFactory(doctor=dr_rao, start_at=now, end_at=now + DAY, archived_at=now)
    later = TimeOffFactory(doctor=dr_rao, start_at=now + 5 * DAY, end_at=now + 6 * DAY)
    begun = TimeOffFactory(doctor=dr_lee, start_at=now - DAY, end_at=now + DAY)

    answer = sign_in(reception).get(LEAVE)

    assert [row.leave for row in answer.context["rows"]] == [begun, later]
    assert "Dr Min Lee , Sunday 10 January 2027, 8am to Tuesday 12 January 2027, 8am" in said(answer)


def test_visits_in_the_way_are_counted_for_each_doctor(
    sign_in: Any, reception: User, booked: Appointment, dr_rao: Doctor, dr_lee: Doctor, nine: datetime
) -> None:
    for doctor in (dr_rao, dr_lee):
        TimeOffFactory(doctor=doctor, start_at=nine, end_at=nine + DAY)

    rows = sign_in(reception).get(LEAVE).context["rows"]

    assert {row.leave.doctor: row.in_the_way for row in rows} == {dr_rao: 1, dr_lee: 0}


@pytest.mark.parametrize("who", ["rao", "reception"])
def test_the_lists_of_leave_ask_as_often_for_three_as_for_one(
    who: str, sign_in: Any, hours: Doctor, visit_type: AppointmentType, nine: datetime, reception: User
) -> None:
    client = sign_in(hours.user if who == "rao" else reception)

    def add(number: int) -> None:
        AppointmentFactory(doctor=hours, start_at=nine + number * DAY, type=visit_type)
        TimeOffFactory(doctor=hours, start_at=nine + number * DAY, end_at=nine + (number + 1) * DAY)

    add(0)
    few, _answer = queries(client, LEAVE)
    add(1)
    add(2)
    many, answer = queries(client, LEAVE)

    assert [row.in_the_way for row in answer.context["rows"]] == [1, 1, 1]
    assert few == many <= 6 + 2


def test_the_detail_asks_as_often_for_three_decisions_as_for_one(
    rao: Any, hours: Doctor, visit_type: AppointmentType, nine: datetime, now: datetime
) -> None:
    AppointmentFactory(doctor=hours, start_at=nine, type=visit_type)
    few, _answer = queries(rao, at("leave-detail", enter(hours, nine, now, "offer")))
    for number in range(3):
        start = nine + 7 * DAY + number * timedelta(minutes=20)
        AppointmentFactory(doctor=hours, start_at=start, type=visit_type)

    many, answer = queries(rao, at("leave-detail", enter(hours, nine + 7 * DAY, now, "offer")))

    assert (few, len(answer.context["rows"])) == (many, 3)


def test_a_long_list_of_leave_has_pages(rao: Any, hours: Doctor, nine: datetime) -> None:
    for number in range(21):
        start = nine - number * 3 * DAY
        TimeOffFactory(doctor=hours, start_at=start, end_at=start + DAY)

    beyond = rao.get(f"{LEAVE}?page=9")

    assert [len(rao.get(f"{LEAVE}?page={page}").context["rows"]) for page in (1, 2)] == [20, 1]
    assert (beyond.status_code, beyond.url) == (302, f"{LEAVE}?")


# The doctor is there after all


def test_withdrawing_asks_first_and_then_opens_the_hours(
    rao: Any, offered: TimeOff, booked: Appointment
) -> None:
    before = everything()

    page = rao.get(at("leave-withdraw", offered))
    unchanged = everything() == before
    urls = [rao.post(at("leave-withdraw", offered)).url for _ in range(2)]

    offered.refresh_from_db()
    assert "1 offer waits for an answer." in said(page)
    assert (unchanged, urls) == (True, [at("leave-detail", offered)] * 2)
    assert (offered.is_archived, TimeOffDecision.objects.get().answer) == (True, "declined")
    assert Message.objects.filter(kind="appointment-booked").count() == 2


def test_withdrawn_leave_says_so_and_is_not_withdrawn_again(rao: Any, hours: Doctor, nine: datetime) -> None:
    leave = TimeOffFactory(doctor=hours, start_at=nine, end_at=nine + DAY, archived_at=nine)

    text = said(rao.get(at("leave-detail", leave)))

    assert "This leave is withdrawn." in text and "Withdraw this leave" not in text
    assert "Withdrawn" in said(rao.get(LEAVE))
    assert rao.get(at("leave-withdraw", leave)).url == at("leave-detail", leave)


@pytest.mark.parametrize(("who", "status"), [("lee", 404), ("reception", 403), ("ana_user", 403)])
@pytest.mark.usefixtures("reception", "ana_user")
def test_nobody_else_withdraws_leave(
    who: str,
    status: int,
    sign_in: Any,
    offered: TimeOff,
    dr_lee: Doctor,
    request: pytest.FixtureRequest,
) -> None:
    client = sign_in(dr_lee.user if who == "lee" else request.getfixturevalue(who))
    before, url = everything(), at("leave-withdraw", offered)

    assert [client.get(url).status_code, client.post(url).status_code] == [status, status]
    assert everything() == before


def test_d10_a_busy_calendar_says_so(rao: Any, offered: TimeOff, monkeypatch: pytest.MonkeyPatch) -> None:
    def busy(**order: Any) -> None:
        raise Busy

    monkeypatch.setattr(pages, "withdraw_time_off", busy)

    answer = rao.post(at("leave-withdraw", offered))

    assert answer.status_code == 503
    assert "The calendar is busy just now." in said(answer)
