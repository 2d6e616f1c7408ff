"""The back office of the calendar: services behind every write, words instead of crashes."""

from datetime import datetime
from typing import Any
from uuid import uuid4

import pytest
from django.contrib.messages import get_messages
from django.urls import reverse

from accounts.models import Patient, User
from scheduling.models import Appointment, AppointmentEvent, AppointmentType, AvailabilityRule
from scheduling.services.booking import book
from scheduling.tests.factories import AppointmentTypeFactory, visits_in_a_row

ADD = "admin:scheduling_appointment_add"
LIST = "admin:scheduling_appointment_changelist"


pytestmark = pytest.mark.usefixtures("frozen")


@pytest.fixture
def desk(sign_in: Any, reception: User) -> Any:
    return sign_in(reception)


@pytest.fixture
def form(order: dict[str, Any]) -> dict[str, Any]:
    """What reception types to book Ana tomorrow at nine."""
    return {
        "doctor": order["doctor"].pk,
        "patient": order["patient"].pk,
        "type": order["type"].pk,
        "start_0": "2027-01-12",
        "start_1": "09:00",
        "patient_reason": "By phone",
        "key": str(uuid4()),
    }


def words_of(answer: Any) -> list[str]:
    return [str(message) for message in get_messages(answer.wsgi_request)]


def test_reception_books_through_the_service(desk: Any, form: dict[str, Any], reception: User) -> None:
    answer = desk.post(reverse(ADD), form)

    visit = Appointment.objects.get()
    assert answer.status_code == 302
    assert (visit.source, visit.booked_by, visit.patient_reason) == ("admin", reception, "By phone")
    assert list(visit.events.values_list("to_status", "actor")) == [("booked", reception.pk)]


def test_c2_the_same_form_sent_twice_is_one_visit(desk: Any, form: dict[str, Any]) -> None:
    answers = [desk.post(reverse(ADD), form) for _ in range(2)]

    assert [answer.status_code for answer in answers] == [302, 302]
    assert (Appointment.objects.count(), AppointmentEvent.objects.count()) == (1, 1)


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"start_1": "09:07"}, "does not see patients at this time"),
        ({"start_0": "2020-01-12"}, "too soon"),
        ({"start_0": "2039-01-12"}, "too far ahead"),
        ({"start_0": "9999-12-31"}, "too far ahead"),
        ({"start_0": "0001-01-01"}, "too soon"),
        ({"doctor": 999_999}, "Select a valid choice"),
        ({"patient_reason": "x" * 5000}, "at most 500 characters"),
    ],
)
def test_c3_a_refusal_stands_on_the_form(
    desk: Any, form: dict[str, Any], changes: dict[str, Any], words: str
) -> None:
    answer = desk.post(reverse(ADD), form | changes)

    assert answer.status_code == 200
    assert words in answer.content.decode()
    assert Appointment.objects.count() == 0


def test_a_taken_time_names_free_ones(
    desk: Any, form: dict[str, Any], order: dict[str, Any], ben: Patient
) -> None:
    book(**order | {"patient": ben, "actor": ben.user})

    page = desk.post(reverse(ADD), form).content.decode()

    assert "Someone else has taken this time." in page
    assert "Tuesday 12 January 2027, 9:20am" in page


def test_nothing_of_a_visit_is_typed_over(desk: Any, booked: Appointment) -> None:
    url = reverse("admin:scheduling_appointment_change", args=[booked.pk])
    typed = {"status": "fulfilled", "start_at": "2027-02-01", "staff_note": "Brings papers", "version": 1}
    typed |= {"events-TOTAL_FORMS": 0, "events-INITIAL_FORMS": 0}

    answer = desk.post(url, typed)

    visit = Appointment.objects.get()
    assert answer.status_code == 302
    assert (visit.status, visit.start_at, visit.staff_note) == ("booked", booked.start_at, "Brings papers")


def test_d9_a_stale_note_is_a_conflict(desk: Any, booked: Appointment) -> None:
    Appointment.objects.update(version=2, staff_note="Theirs")
    url = reverse("admin:scheduling_appointment_change", args=[booked.pk])
    typed = {"staff_note": "Mine", "version": 1, "events-TOTAL_FORMS": 0, "events-INITIAL_FORMS": 0}

    answer = desk.post(url, typed)

    assert answer.status_code == 409
    assert Appointment.objects.get().staff_note == "Theirs"


def test_arrivals_are_marked_row_by_row(desk: Any, order: dict[str, Any]) -> None:
    visits = visits_in_a_row(order["doctor"], order["start"], 3)
    Appointment.objects.filter(pk=visits[1].pk).update(status="cancelled")
    chosen = [visit.pk for visit in visits]

    answer = desk.post(reverse(LIST), {"action": "mark_arrived", "_selected_action": chosen})

    statuses = [Appointment.objects.get(pk=pk).status for pk in chosen]
    assert statuses == ["arrived", "cancelled", "arrived"]
    assert "2 visits changed." in words_of(answer)
    assert any("Cancelled" in words for words in words_of(answer))


def test_nobody_is_marked_absent_too_early(desk: Any, booked: Appointment) -> None:
    answer = desk.post(reverse(LIST), {"action": "mark_noshow", "_selected_action": [booked.pk]})

    assert Appointment.objects.get().status == "booked"
    assert any("should have started" in words for words in words_of(answer))


def test_cancelling_asks_for_the_reason(desk: Any, booked: Appointment) -> None:
    form = {"action": "cancel_visits", "_selected_action": [booked.pk]}

    asked = desk.post(reverse(LIST), form)
    empty = desk.post(reverse(LIST), form | {"apply": "1", "reason": " "})

    assert "The times become free" in asked.content.decode()
    assert "Say why the visit is cancelled." in empty.content.decode()
    assert Appointment.objects.get().status == "booked"


def test_cancelling_frees_the_time(desk: Any, booked: Appointment) -> None:
    form = {"action": "cancel_visits", "_selected_action": [booked.pk], "apply": "1", "reason": "Ill"}

    desk.post(reverse(LIST), form | {"code": "oth-weath"})

    visit = Appointment.objects.get()
    assert (visit.status, visit.cancelled_by, visit.cancel_reason) == ("cancelled", "clinic", "Ill")
    assert visit.cancel_code == "oth-weath"


def test_visits_are_never_deleted(sign_in: Any, admin: User, booked: Appointment) -> None:
    answer = sign_in(admin).post(
        reverse("admin:scheduling_appointment_delete", args=[booked.pk]), {"post": "yes"}
    )

    assert answer.status_code == 403
    assert Appointment.objects.count() == 1


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("day=2027-01-12", 1),
        ("day=2027-01-13", 0),
        ("day=nonsense", 1),
        ("status__exact=booked", 1),
        ("doctor_state=archived", 0),
        ("q=silva", 1),
        ("q=Rao", 1),
        ("q=nobody", 0),
    ],
)
def test_the_list_is_narrowed(desk: Any, booked: Appointment, query: str, found: int) -> None:
    answer = desk.get(f"{reverse(LIST)}?{query}")

    assert answer.context["cl"].result_count == found


def test_every_list_and_form_opens(sign_in: Any, admin: User, booked: Appointment) -> None:
    client, rule = sign_in(admin), AvailabilityRule.objects.first()
    pages = [
        reverse(f"admin:scheduling_{name}_changelist")
        for name in ("appointment", "appointmenttype", "availabilityrule", "appointmentevent")
    ]
    pages += [reverse(f"admin:scheduling_{name}_add") for name in ("appointmenttype", "availabilityrule")]
    pages += [
        f"{reverse(ADD)}?doctor={booked.doctor_id}",
        reverse("admin:scheduling_appointment_change", args=[booked.pk]),
        reverse("admin:scheduling_appointmenttype_change", args=[booked.type_id]),
        reverse("admin:scheduling_availabilityrule_change", args=[rule.pk]),
        reverse("admin:scheduling_appointmentevent_change", args=[booked.events.get().pk]),
    ]

    assert {url: client.get(url).status_code for url in pages} == dict.fromkeys(pages, 200)


def test_a_rule_is_entered_and_opens_times(sign_in: Any, admin: User, dr_lee: Any, visit_type: Any) -> None:
    form = {
        "doctor": dr_lee.pk,
        "department": dr_lee.department_id,
        "location": dr_lee.location_id,
        "weekday": 2,
        "start_time": "09:00",
        "end_time": "12:00",
        "every_weeks": 1,
    }

    answer = sign_in(admin).post(reverse("admin:scheduling_availabilityrule_add"), form)

    assert answer.status_code == 302, answer.context["errors"]
    assert AvailabilityRule.objects.get().doctor == dr_lee


def test_a_kind_of_visit_is_put_away_and_offered_again(sign_in: Any, admin: User, now: datetime) -> None:
    kind, client = AppointmentTypeFactory(), sign_in(admin)
    url = reverse("admin:scheduling_appointmenttype_changelist")

    client.post(url, {"action": "archive", "_selected_action": [kind.pk]})
    archived_at = AppointmentType.objects.get().archived_at
    client.post(url, {"action": "restore", "_selected_action": [kind.pk]})

    assert (archived_at, AppointmentType.objects.get().archived_at) == (now, None)
