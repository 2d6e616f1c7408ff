"""Leave in the back office: looked at and withdrawn, entered on the site, its reason kept private."""

from datetime import datetime, timedelta
from typing import Any

import pytest
from django.urls import reverse

from accounts.models import Doctor, Message, User
from accounts.tests.pages import queries
from scheduling.admin import leave as leave_admin
from scheduling.models import Appointment, TimeOff
from scheduling.services.leave import Leave, add_time_off
from scheduling.tests.factories import AppointmentFactory, TimeOffFactory
from scheduling.tests.office import page

pytestmark = pytest.mark.usefixtures("frozen")
WHY = "Knee operation"


@pytest.fixture
def leave(booked: Appointment, nine: datetime, now: datetime) -> TimeOff:
    """Dr Rao is away while Ana's visit would be; Ana is offered another time."""
    rao = booked.doctor
    wanted = Leave(rao, nine - timedelta(hours=1), nine + timedelta(hours=8), reason=WHY)
    return add_time_off(leave=wanted, actor=rao.user, now=now, on_conflict="propose")


def change(leave: TimeOff) -> str:
    return page("timeoff", "change", leave.pk)


def no_decisions(**typed: Any) -> dict[str, Any]:
    return {"decisions-TOTAL_FORMS": 0, "decisions-INITIAL_FORMS": 0, **typed}


def told(answer: Any) -> list[tuple[str, str]]:
    return [(message.level_tag, str(message)) for message in answer.context["messages"]]


def test_the_page_says_what_became_of_each_visit(
    sign_in: Any, reception: User, leave: TimeOff, booked: Appointment
) -> None:
    words = sign_in(reception).get(change(leave)).content.decode()

    told_of = ["Ana Silva", "Offer", "Tuesday 12 January 2027, 9am", "Wednesday 13 January 2027, 9am"]
    assert [part for part in told_of if part not in words] == []
    assert booked.get_absolute_url() in words


def test_d7_reception_never_reads_why(sign_in: Any, reception: User, leave: TimeOff) -> None:
    client = sign_in(reception)
    pages = [change(leave), page("timeoff", "changelist"), page("timeoff", "history", leave.pk)]

    assert [WHY in client.get(url).content.decode() for url in pages] == [False] * 3
    guess = client.get(page("timeoff", "changelist"), {"reason__startswith": WHY[:3]})
    search = client.get(page("timeoff", "changelist"), {"q": WHY})
    assert (guess.status_code, search.context["cl"].result_count) == (400, 0)


def test_administrators_change_the_reason_and_nothing_else(
    sign_in: Any, admin: User, leave: TimeOff, dr_lee: Doctor
) -> None:
    client, before = sign_in(admin), TimeOff.objects.values().get()
    assert WHY in client.get(change(leave)).content.decode()

    typed = {"reason": "Private", "version": leave.version, "doctor": dr_lee.pk, "kind": "sick"}
    answer = client.post(change(leave), no_decisions(**typed, start_at_0="2027-02-01", start_at_1="09:00"))

    assert answer.status_code == 302
    assert TimeOff.objects.values().get() == before | {"reason": "Private", "version": leave.version + 1}


def test_d9_a_second_tab_does_not_write_over_the_reason(sign_in: Any, admin: User, leave: TimeOff) -> None:
    client = sign_in(admin)

    answers = [
        client.post(change(leave), no_decisions(reason=words, version=leave.version)).status_code
        for words in ("First", "Second")
    ]

    assert answers == [302, 409]
    assert TimeOff.objects.get().reason == "First"


def test_leave_is_entered_on_the_site(sign_in: Any, admin: User, reception: User, dr_rao: Doctor) -> None:
    add = page("timeoff", "add")
    client = sign_in(admin)

    bare, named, unknown = (
        client.get(f"{add}{query}") for query in ("", f"?doctor={dr_rao.pk}", "?doctor=x")
    )

    assert bare.url == unknown.url == reverse("scheduling:leave")
    assert named.url == reverse("scheduling:leave-of", args=[dr_rao.public_id])
    assert sign_in(reception).get(add).status_code == 403
    assert TimeOff.objects.count() == 0


def test_leave_is_never_deleted(sign_in: Any, admin: User, leave: TimeOff) -> None:
    answer = sign_in(admin).post(page("timeoff", "delete", leave.pk), {"post": "yes"})

    assert (answer.status_code, TimeOff.objects.count()) == (403, 1)


def withdraw(client: Any, *rows: TimeOff) -> Any:
    chosen = {"action": "withdraw", "_selected_action": [row.pk for row in rows]}
    return client.post(page("timeoff", "changelist"), chosen, follow=True)


def test_leave_is_withdrawn_row_by_row(
    sign_in: Any, admin: User, leave: TimeOff, dr_lee: Doctor, now: datetime, booked: Appointment
) -> None:
    other = TimeOffFactory(doctor=dr_lee, start_at=now, end_at=now + timedelta(hours=1))
    Message.objects.all().delete()

    answer = withdraw(sign_in(admin), leave, other)

    assert [level for level, _ in told(answer)] == ["success", "success"]
    assert set(TimeOff.objects.values_list("archived_at", flat=True)) == {now}
    assert Message.objects.get().kind == "appointment-booked"
    assert booked.decisions.get().answer == "declined"


def test_c20_one_leave_that_is_refused_stops_no_other(
    sign_in: Any, admin: User, dr_rao: Doctor, dr_lee: Doctor, now: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    bad, good = (
        TimeOffFactory(doctor=doctor, start_at=now, end_at=now + timedelta(hours=1))
        for doctor in (dr_rao, dr_lee)
    )
    withdraw_time_off = leave_admin.withdraw_time_off

    def stale(*, time_off: TimeOff, **who_and_when: Any) -> Any:
        """Somebody else changed the one row a moment ago."""
        if time_off.pk == bad.pk:
            time_off.claim_version(99)
        return withdraw_time_off(time_off=time_off, **who_and_when)

    monkeypatch.setattr(leave_admin, "withdraw_time_off", stale)

    answer = withdraw(sign_in(admin), bad, good)

    archived = dict(TimeOff.objects.values_list("pk", "archived_at"))
    assert archived == {bad.pk: None, good.pk: now}
    assert sorted(level for level, _ in told(answer)) == ["error", "success"]


def test_reception_does_not_withdraw(sign_in: Any, reception: User, leave: TimeOff) -> None:
    withdraw(sign_in(reception), leave)

    assert TimeOff.objects.get().archived_at is None


def test_the_list_counts_the_visits_in_the_way(sign_in: Any, reception: User, leave: TimeOff) -> None:
    client, url = sign_in(reception), page("timeoff", "changelist")

    rows = {
        query: client.get(f"{url}?{query}").context["cl"]
        for query in ("", "q=rao", "q=lee", "state=archived")
    }

    assert [row.number for row in rows[""].result_list] == [1]
    assert {query: page.result_count for query, page in rows.items()} == {
        "": 1,
        "q=rao": 1,
        "q=lee": 0,
        "state=archived": 0,
    }


def test_the_page_asks_as_often_for_many_decisions_as_for_one(
    sign_in: Any, reception: User, leave: TimeOff, nine: datetime, now: datetime, hours: Doctor
) -> None:
    client = sign_in(reception)
    few, _ = queries(client, change(leave))
    visits = [AppointmentFactory(doctor=hours, start_at=nine + timedelta(days=7, hours=n)) for n in range(3)]
    wanted = Leave(hours, nine + timedelta(days=7), nine + timedelta(days=7, hours=4))
    many_leave = add_time_off(leave=wanted, actor=hours.user, now=now, on_conflict="propose")

    many, answer = queries(client, change(many_leave))

    assert (len(visits), many_leave.decisions.count()) == (3, 3)
    assert few == many <= 10
