"""Leave is entered together with what becomes of the visits in its way."""

from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import uuid4

import pytest

from accounts.models import Doctor
from accounts.tests.factories import PatientFactory
from scheduling.models import Appointment, TimeOff
from scheduling.tests.factories import AppointmentFactory, TimeOffFactory
from scheduling.tests.refusal import everything
from scheduling.tests.schedule.pages import at, said
from scheduling.views import leave as pages

pytestmark = pytest.mark.usefixtures("frozen")
LEAVE, DAY, TWENTY = "/schedule/leave/", timedelta(days=1), timedelta(minutes=20)


# Nothing in the way


def test_leave_with_nothing_in_the_way_takes_one_click(
    rao: Any, hours: Doctor, away: dict[str, Any], nine: datetime
) -> None:
    answer = rao.post(LEAVE, away)

    leave = TimeOff.objects.get()
    assert (answer.status_code, answer.url) == (302, at("leave-detail", leave))
    assert (leave.doctor, leave.kind, leave.reason) == (hours, "sick", "a private matter")
    assert (leave.start_at, leave.end_at) == (nine.replace(hour=0), nine.replace(hour=0) + DAY)


def test_b8_leave_may_have_times(
    rao: Any, booked: Appointment, bens: Appointment, away: dict[str, Any], nine: datetime
) -> None:
    until_nine = rao.post(LEAVE, away | {"end_time": "09:00"})
    rest = rao.post(LEAVE, away | {"start_time": "9:40", "key": uuid4()})

    assert [answer.status_code for answer in (until_nine, rest)] == [302, 302]
    ends = list(TimeOff.objects.order_by("pk").values_list("start_at", "end_at"))
    midnight = nine.replace(hour=0)
    assert ends == [(midnight, nine), (nine + 2 * TWENTY, midnight + DAY)]


def test_a9_days_are_days_at_the_doctors_place(rao: Any, hours: Doctor, away: dict[str, Any]) -> None:
    type(hours.location).objects.filter(pk=hours.location.pk).update(time_zone="Asia/Kathmandu")

    rao.post(LEAVE, away)

    leave = TimeOff.objects.get()
    assert leave.start_at == datetime(2027, 1, 11, 18, 15, tzinfo=UTC)
    assert leave.end_at - leave.start_at == DAY


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"first_day": ""}, "First day away: Enter a day."),
        ({"last_day": "junk"}, "Enter the day like 27 3 2027."),
        ({"last_day": "2027-01-11"}, "The last day is before the first."),
        ({"last_day": "9999-12-31"}, "Leave lasts three years at most."),
        ({"first_day": "9999-12-30", "last_day": "9999-12-31"}, "Check the year of the first day."),
        ({"first_day": "0001-01-01"}, "Check the year of the first day."),
        ({"first_day": "2027-01-10", "last_day": "2027-01-10"}, "This leave is over already."),
        ({"start_time": "10:00", "end_time": "10:00"}, "Leave ends after it starts."),
        ({"end_time": "99"}, "Enter the time like 9:30 or 14:00."),
        ({"kind": "hooky"}, "Kind of leave"),
        ({"reason": "é" * 301}, "The reason may have at most 300 characters. It has 301."),
        ({"key": "junk"}, "There is a problem"),
    ],
)
def test_leave_that_cannot_be_is_refused_in_words(
    changes: dict[str, str], words: str, rao: Any, away: dict[str, Any]
) -> None:
    answer = rao.post(LEAVE, away | changes)

    assert (answer.status_code, TimeOff.objects.count()) == (422, 0)
    assert words in said(answer)
    assert "<title>Error: My leave" in answer.content.decode()


def test_leave_within_leave_is_refused(rao: Any, hours: Doctor, away: dict[str, Any], nine: datetime) -> None:
    TimeOffFactory(doctor=hours, start_at=nine - 2 * DAY, end_at=nine + 2 * DAY)

    answer = rao.post(LEAVE, away)

    assert (answer.status_code, TimeOff.objects.count()) == (422, 1)
    assert "Leave is entered for all of this time already." in said(answer)


def test_c2_the_same_form_twice_is_one_leave(rao: Any, away: dict[str, Any]) -> None:
    urls = [rao.post(LEAVE, away).url for _ in range(2)]

    assert urls == [at("leave-detail", TimeOff.objects.get())] * 2


# The review


def test_b6_the_review_lists_every_visit_with_its_new_time_and_writes_nothing(
    rao: Any, booked: Appointment, bens: Appointment, away: dict[str, Any], nine: datetime
) -> None:
    before = everything()

    answer = rao.post(LEAVE, away)

    rows = answer.context["review"].rows
    assert answer.status_code == 200
    assert [(row.visit, row.affected.start) for row in rows] == [
        (booked, nine + DAY),
        (bens, nine + DAY + TWENTY),
    ]
    assert "Tuesday 12 January 2027, 9am Consultation Ana Silva Wednesday 13 January 2027, 9am" in said(
        answer
    )
    assert everything() == before


def test_patients_who_get_no_message_are_to_be_called(
    rao: Any, hours: Doctor, away: dict[str, Any], nine: datetime
) -> None:
    known = PatientFactory(given_name="Cleo", family_name="Diaz", phone="+442079460999")
    for number, patient in enumerate([known, PatientFactory()]):
        AppointmentFactory(doctor=hours, patient=patient, start_at=nine + number * TWENTY)

    text = said(rao.post(LEAVE, away))

    assert "2 patients get no message and have to be called." in text
    assert "Cleo Diaz Has no account: call +442079460999" in text
    assert "Has no account: call (no phone known)" in text


def test_those_already_here_are_mentioned(
    rao: Any, hours: Doctor, booked: Appointment, now: datetime, away: dict[str, Any]
) -> None:
    AppointmentFactory(
        doctor=hours,
        patient=PatientFactory(given_name="Cleo"),
        start_at=now,
        status="arrived",
        arrived_at=now,
    )

    answer = rao.post(LEAVE, away | {"first_day": "2027-01-11"})

    assert "is here already (Waiting). Leave does not change that visit" in said(answer)
    assert [row.visit for row in answer.context["review"].rows] == [booked]


def test_what_waits_for_approval_is_cancelled_or_kept(
    rao: Any, booked: Appointment, away: dict[str, Any]
) -> None:
    Appointment.objects.update(status="pending")

    answer = rao.post(LEAVE, away)

    (row,) = answer.context["review"].rows
    assert [value for value, _words in row.form.fields["choice"].choices] == ["", "cancel", "keep"]
    assert "Waits for your answer: no new time is proposed" in said(answer)


def test_the_review_asks_as_often_for_three_visits_as_for_one(
    rao: Any, hours: Doctor, away: dict[str, Any], nine: datetime, django_assert_num_queries: Any
) -> None:
    first = AppointmentFactory(doctor=hours, start_at=nine)
    rao.post(LEAVE, away)
    with django_assert_num_queries(16):
        rao.post(LEAVE, away)
    for number in (1, 2):
        AppointmentFactory(doctor=hours, start_at=nine + number * TWENTY, type=first.type)

    with django_assert_num_queries(16):
        assert len(rao.post(LEAVE, away).context["review"].rows) == 3


def test_too_many_visits_for_one_page_are_refused_in_words(
    rao: Any, booked: Appointment, bens: Appointment, away: dict[str, Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(pages, "MOST_VISITS", 1)

    answer = rao.post(LEAVE, away)

    assert (answer.status_code, TimeOff.objects.count()) == (422, 0)
    assert "2 visits are in the way. Enter this leave in shorter parts." in said(answer)
