"""Who looks at leave, who enters it, and who reads why."""

from datetime import datetime, timedelta
from typing import Any

import pytest

from accounts.models import Doctor, Patient, User
from scheduling.models import Appointment, TimeOff
from scheduling.services.leave import Decision, Leave, add_time_off, preview_time_off
from scheduling.tests.factories import TimeOffFactory
from scheduling.tests.schedule.pages import at, said

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


def test_d7_the_private_reason_is_read_by_the_doctor_and_administrators_only(
    sign_in: Any,
    offered: TimeOff,
    booked: Appointment,
    hours: Doctor,
    admin: User,
    reception: User,
    nurse: User,
    ana: Patient,
) -> None:
    staff = [LEAVE, at("leave-detail", offered), at("leave-of", hours), at("schedule-of", hours)]
    why = f"{at('times-explained', hours)}?day=2027-01-12"
    everywhere = [*staff, why, "/schedule/times/", "/schedule/", "/appointments/?day=2027-01-12"]
    patients = [booked.get_absolute_url(), "/appointments/", "/patient/", at("doctor-detail", hours)]

    def reads(user: User, pages: list[str]) -> list[str]:
        client = sign_in(user)
        texts = {url: client.get(url).content.decode() for url in pages}
        return [
            url
            for url, text in texts.items()
            if "private matter" in text or "Illness" in text.split("</form>")[-1]
        ]

    assert reads(reception, everywhere) == []
    assert reads(nurse, everywhere) == []
    assert reads(ana.user, [*everywhere, *patients]) == []
    assert reads(hours.user, [at("leave-detail", offered)]) == [at("leave-detail", offered)]
    assert reads(admin, [at("leave-detail", offered)]) == [at("leave-detail", offered)]


@pytest.mark.parametrize(
    ("who", "looks", "enters"),
    [
        ("lee", 404, 404),
        ("reception", 200, 403),
        ("admin", 200, 302),
        ("nurse", 403, 403),
        ("ana_user", 403, 403),
        ("privacy", 403, 403),
    ],
)
@pytest.mark.usefixtures("reception", "admin", "nurse", "ana_user", "privacy")
def test_who_looks_at_leave_and_who_enters_it(
    who: str,
    looks: int,
    enters: int,
    sign_in: Any,
    dr_rao: Doctor,
    dr_lee: Doctor,
    away: dict[str, Any],
    nine: datetime,
    request: pytest.FixtureRequest,
) -> None:
    leave = TimeOffFactory(doctor=dr_rao, start_at=nine + 9 * DAY, end_at=nine + 10 * DAY)
    client = sign_in(dr_lee.user if who == "lee" else request.getfixturevalue(who))

    looked = {client.get(url).status_code for url in (at("leave-of", dr_rao), at("leave-detail", leave))}
    entered = client.post(at("leave-of", dr_rao), away).status_code

    assert (looked, entered) == ({looks}, enters)
    assert TimeOff.objects.count() == 1 + (enters == 302)


def test_reception_sees_leave_without_a_form(sign_in: Any, reception: User, dr_rao: Doctor) -> None:
    answer = sign_in(reception).get(at("leave-of", dr_rao))

    assert "Enter leave" not in said(answer)
    assert sign_in(reception).post(LEAVE).status_code == 403


def test_leave_of_a_doctor_who_left_is_not_entered(
    sign_in: Any, admin: User, dr_rao: Doctor, away: dict[str, Any], now: datetime
) -> None:
    Doctor.objects.filter(pk=dr_rao.pk).update(archived_at=now)
    client = sign_in(admin)

    assert "Enter leave" not in said(client.get(at("leave-of", dr_rao)))
    assert client.post(at("leave-of", dr_rao), away).status_code == 404
    assert not TimeOff.objects.exists()
