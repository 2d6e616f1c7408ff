"""What was decided about the visits in the way of leave is carried out, all or nothing."""

from datetime import datetime, timedelta
from typing import Any
from uuid import uuid4

import pytest

from accounts.errors import Busy
from accounts.models import Doctor, Message, User
from accounts.tests.factories import DoctorFactory
from scheduling.models import Appointment, TimeOff, TimeOffDecision
from scheduling.tests.factories import AppointmentFactory, open_every_day
from scheduling.tests.refusal import everything
from scheduling.tests.schedule.forms import review_form
from scheduling.tests.schedule.pages import at, said
from scheduling.views import leave as pages

pytestmark = pytest.mark.usefixtures("frozen")
LEAVE, DAY, TWENTY = "/schedule/leave/", timedelta(days=1), timedelta(minutes=20)


def standing() -> list[tuple[str, datetime]]:
    """Ana's and Ben's visits as they stand."""
    rows = Appointment.objects.exclude(status__in=["held", "expired"]).order_by("pk")
    return list(rows.values_list("status", "start_at"))


# Carrying it out


@pytest.mark.parametrize(
    ("every", "state"),
    [("move", ("booked", DAY)), ("cancel", ("cancelled", 0 * DAY)), ("keep", ("booked", 0 * DAY))],
)
def test_b6_one_choice_applies_to_all(
    every: str, state: tuple[str, timedelta], rao: Any, review: Any, nine: datetime
) -> None:
    answer = rao.post(LEAVE, review_form(review, every))

    status, later = state
    assert answer.url == at("leave-detail", TimeOff.objects.get())
    assert standing() == [(status, nine + later), (status, nine + TWENTY + later)]
    assert [row.choice for row in TimeOffDecision.objects.all()] == [every, every]


def test_b6_an_offer_keeps_the_visit_and_holds_the_new_time(rao: Any, review: Any, nine: datetime) -> None:
    rao.post(LEAVE, review_form(review, "offer"))

    held = Appointment.objects.filter(status="held").values_list("start_at", flat=True)
    assert standing() == [("booked", nine), ("booked", nine + TWENTY)]
    assert sorted(held) == [nine + DAY, nine + DAY + TWENTY]
    assert Message.objects.filter(kind="appointment-doctor-away").count() == 2


def test_b6_a_row_may_be_decided_otherwise(
    rao: Any, review: Any, booked: Appointment, nine: datetime
) -> None:
    rao.post(LEAVE, review_form(review, "move", **{booked.public_id.hex: "cancel"}))

    assert standing() == [("cancelled", nine), ("booked", nine + TWENTY + DAY)]
    assert TimeOff.objects.count() == 1


def test_b6_each_row_decided_needs_no_choice_for_all(
    rao: Any, review: Any, booked: Appointment, bens: Appointment, nine: datetime
) -> None:
    choices = {booked.public_id.hex: "keep", bens.public_id.hex: "move"}

    answer = rao.post(LEAVE, review_form(review, **choices))

    assert answer.status_code == 302
    assert standing() == [("booked", nine), ("booked", nine + TWENTY + DAY)]


def test_c2_the_review_sent_twice_changes_nothing_more(rao: Any, review: Any) -> None:
    sent = review_form(review, "move")
    rao.post(LEAVE, sent)
    before = everything()

    answer = rao.post(LEAVE, sent)

    assert answer.url == at("leave-detail", TimeOff.objects.get())
    assert everything() == before


def test_b6_nothing_is_dropped_silently(rao: Any, review: Any) -> None:
    before = everything()

    answer = rao.post(LEAVE, review_form(review))

    assert answer.status_code == 422
    assert "Choose what becomes of the visits, or decide about each of them." in said(answer)
    assert "<title>Error: Visits in the way" in answer.content.decode()
    assert everything() == before


def test_b6_a_visit_without_a_new_time_has_to_be_decided(
    rao: Any, booked: Appointment, away: dict[str, Any], nine: datetime
) -> None:
    answer = rao.post(LEAVE, away | {"last_day": "2027-12-31"})
    before = everything()

    refused = rao.post(LEAVE, review_form(answer, "move"))
    unchanged = everything() == before
    done = rao.post(LEAVE, review_form(answer, "move", **{booked.public_id.hex: "cancel"}))

    words = "Ana Silva, Tuesday 12 January 2027, 9am: there is no new time. Cancel the visit or keep it."
    assert "1 visit has no new time" in said(answer)
    assert (refused.status_code, words in said(refused), unchanged) == (422, True, True)
    assert (done.status_code, standing()) == (302, [("cancelled", nine)])


def test_b6_a_colleague_of_the_specialty_takes_over(
    rao: Any, hours: Doctor, booked: Appointment, away: dict[str, Any], nine: datetime
) -> None:
    colleague = DoctorFactory(specialty=hours.specialty, location=hours.location, family_name="Zee")
    open_every_day(colleague)

    review = rao.post(LEAVE, away | {"last_day": "2027-12-31"})
    rao.post(LEAVE, review_form(review, "move"))

    booked.refresh_from_db()
    assert (booked.doctor, booked.start_at) == (colleague, nine)
    assert "Dr Dana Zee" in said(review)


# What happened meanwhile, and what is forged


def test_a_visit_booked_meanwhile_brings_the_review_again(
    rao: Any, review: Any, booked: Appointment, order: dict[str, Any], nine: datetime
) -> None:
    sent = review_form(review, "move", **{booked.public_id.hex: "cancel"})
    other = AppointmentFactory(doctor=order["doctor"], start_at=nine + 3 * TWENTY, type=order["type"])
    before = everything()

    answer = rao.post(LEAVE, sent)

    rows = answer.context["review"].rows
    assert answer.status_code == 409
    assert "Visits have changed since this page was opened." in said(answer)
    assert [row.visit for row in rows][-1] == other
    assert [row.form["choice"].value() for row in rows] == ["cancel", "", ""]
    assert answer.context["form"]["every"].value() == "move"
    assert everything() == before


def test_a_new_time_taken_meanwhile_brings_another(
    rao: Any, review: Any, order: dict[str, Any], nine: datetime
) -> None:
    sent = review_form(review, "move")
    AppointmentFactory(doctor=order["doctor"], start_at=nine + DAY)
    before = everything()

    answer = rao.post(LEAVE, sent)
    unchanged = everything() == before
    again = rao.post(LEAVE, review_form(answer, "move"))

    starts = [row.affected.start for row in answer.context["review"].rows]
    assert (answer.status_code, unchanged, again.status_code) == (409, True, 302)
    assert "Someone else has taken this time. Nothing was entered." in said(answer)
    assert starts == [nine + DAY + TWENTY, nine + DAY + 2 * TWENTY]
    assert [start for _status, start in standing()][:2] == starts


def forged(sent: dict[str, Any], visit: Appointment, proposal: str) -> dict[str, Any]:
    return sent | {f"{visit.public_id}-proposal": proposal}


def test_c3_a_start_that_is_not_free_is_refused(
    rao: Any, review: Any, booked: Appointment, hours: Doctor, nine: datetime
) -> None:
    sent, before = review_form(review, "move"), everything()
    starts = [nine + DAY + timedelta(minutes=7), nine, nine - 2 * DAY, nine + timedelta(hours=12)]

    for start in starts:
        answer = rao.post(LEAVE, forged(sent, booked, f"{hours.public_id} {start.isoformat()}"))
        assert (start, answer.status_code, everything() == before) == (start, 409, True)


def test_a_doctor_who_was_not_proposed_is_refused(
    rao: Any, review: Any, booked: Appointment, dr_lee: Doctor, nine: datetime
) -> None:
    Doctor.objects.filter(pk=dr_lee.pk).update(specialty="Dermatology")
    open_every_day(dr_lee)
    before = everything()

    for doctor in (dr_lee.public_id, uuid4()):
        sent = forged(review_form(review, "offer"), booked, f"{doctor} {nine.isoformat()}")
        assert rao.post(LEAVE, sent).status_code == 409
        assert everything() == before


@pytest.mark.parametrize("junk", ["", "junk", "a b c", "\0", "9" * 999, "2027-01-13T09:00:00+00:00"])
def test_a_proposal_that_is_none_is_refused(junk: str, rao: Any, review: Any, booked: Appointment) -> None:
    before = everything()

    answer = rao.post(LEAVE, forged(review_form(review, "move"), booked, junk))

    assert (answer.status_code, everything() == before) == (422, True)


def test_a_visit_of_another_doctor_is_refused(rao: Any, review: Any, dr_lee: Doctor, nine: datetime) -> None:
    foreign = AppointmentFactory(doctor=dr_lee, start_at=nine)
    before = everything()

    sent = review_form(review, "keep") | {f"{foreign.public_id}-choice": "cancel"}
    answer = rao.post(LEAVE, sent)

    assert (answer.status_code, everything() == before) == (409, True)
    assert foreign.patient.full_name not in said(answer)


def test_a_choice_that_is_none_is_refused(rao: Any, review: Any, booked: Appointment) -> None:
    before = everything()

    answers = [
        rao.post(LEAVE, review_form(review, "shoo")),
        rao.post(LEAVE, review_form(review, "move", **{booked.public_id.hex: "shoo"})),
    ]

    assert [answer.status_code for answer in answers] == [422, 422]
    assert everything() == before


def test_a_visit_left_out_of_the_answer_is_not_overlooked(rao: Any, review: Any, bens: Appointment) -> None:
    sent, before = review_form(review, "cancel"), everything()
    del sent[f"{bens.public_id}-choice"]

    answer = rao.post(LEAVE, sent)

    assert (answer.status_code, everything() == before) == (409, True)


def test_d10_a_busy_calendar_keeps_the_choices(
    rao: Any, review: Any, booked: Appointment, monkeypatch: pytest.MonkeyPatch
) -> None:
    def busy(**order: Any) -> None:
        raise Busy

    monkeypatch.setattr(pages, "add_time_off", busy)

    answer = rao.post(LEAVE, review_form(review, "keep", **{booked.public_id.hex: "cancel"}))

    assert answer.status_code == 503
    assert answer.context["form"]["every"].value() == "keep"
    assert "The calendar is busy just now." in said(answer)


def test_an_administrator_enters_leave_for_a_doctor(
    sign_in: Any, admin: User, hours: Doctor, booked: Appointment, away: dict[str, Any]
) -> None:
    client, url = sign_in(admin), at("leave-of", hours)

    review = client.post(url, away)
    answer = client.post(url, review_form(review, "cancel"))

    leave = TimeOff.objects.get()
    assert (answer.url, leave.entered_by, leave.doctor) == (at("leave-detail", leave), admin, hours)
    assert [status for status, _start in standing()] == ["cancelled"]
