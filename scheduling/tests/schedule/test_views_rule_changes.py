"""Weekly hours are changed from a day on, or end, once one has seen what that means."""

from datetime import date, datetime, time, timedelta
from typing import Any

import pytest

from accounts.models import Doctor
from scheduling.models import Appointment, AppointmentType, AvailabilityRule
from scheduling.tests.factories import (
    AppointmentFactory,
)
from scheduling.tests.refusal import everything
from scheduling.tests.schedule.forms import rule_form
from scheduling.tests.schedule.pages import at, counts, said

pytestmark = pytest.mark.usefixtures("frozen")
OWN, DAY = "/schedule/", timedelta(days=1)
MONDAY, TUESDAY = date(2027, 1, 11), date(2027, 1, 12)


@pytest.fixture
def typed(dr_rao: Doctor, visit_type: AppointmentType) -> dict[str, Any]:
    """Tuesdays from one to five, from today on."""
    return rule_form(dr_rao, visit_type)


def facts(rule: AvailabilityRule) -> tuple[Any, ...]:
    return (rule.weekday, rule.start_time, rule.end_time, rule.valid_from, rule.valid_until)


# Changing


@pytest.fixture
def change(tuesdays: AvailabilityRule, typed: dict[str, Any]) -> dict[str, Any]:
    """Tuesday's hours move to the afternoon, a week from now."""
    return typed | {"valid_from": "2027-01-18", "version": str(tuesdays.version)}


def test_the_form_of_a_change_holds_the_hours_as_they_are(
    rao: Any, tuesdays: AvailabilityRule, visit_type: AppointmentType
) -> None:
    tuesdays.types.add(visit_type)

    form = rao.get(at("rule-change", tuesdays)).context["form"]

    held = {
        name: form[name].value() for name in ("weekday", "start_time", "end_time", "valid_from", "version")
    }
    assert held == {
        "weekday": 1,
        "start_time": time(9),
        "end_time": time(12),
        "valid_from": MONDAY,
        "version": tuesdays.version,
    }
    assert form["types"].value() == [visit_type.public_id]


def test_a_change_takes_effect_from_the_chosen_day(
    rao: Any, tuesdays: AvailabilityRule, change: dict[str, Any]
) -> None:
    AvailabilityRule.objects.update(valid_from=date(2026, 1, 1))

    promised = rao.post(at("rule-change", tuesdays), change | {"valid_from": "2027-01-13"})
    answer = rao.post(at("rule-change", tuesdays), change | {"save": "1"})

    old, new = AvailabilityRule.objects.order_by("pk")
    assert answer.status_code == 302
    assert (facts(old)[-2:], facts(new)) == (
        (date(2026, 1, 1), date(2027, 1, 17)),
        (1, time(13), time(17), date(2027, 1, 18), None),
    )
    assert counts(promised.context["meaning"].weeks)[date(2027, 1, 19)] == 12
    found = counts(rao.get(OWN).context["weeks"])
    assert (found[TUESDAY], found[TUESDAY + 7 * DAY]) == (9, 12)


def test_hours_that_end_anyway_are_not_made_longer(
    rao: Any, tuesdays: AvailabilityRule, change: dict[str, Any]
) -> None:
    AvailabilityRule.objects.update(valid_until=TUESDAY)

    rao.post(at("rule-change", tuesdays), change | {"valid_from": "2027-02-01", "save": "1"})

    tuesdays.refresh_from_db()
    assert tuesdays.valid_until == TUESDAY


def test_b4_visits_that_a_change_leaves_outside_are_listed_and_stay(
    rao: Any, tuesdays: AvailabilityRule, change: dict[str, Any], nine: datetime, dr_rao: Doctor
) -> None:
    before = AppointmentFactory(doctor=dr_rao, start_at=nine)
    after = AppointmentFactory(doctor=dr_rao, start_at=nine + 7 * DAY)

    answer = rao.post(at("rule-change", tuesdays), change)
    rao.post(at("rule-change", tuesdays), change | {"save": "1"})

    assert answer.context["meaning"].outside == [after]
    assert "1 booked visit would be left outside the hours" in said(answer)
    assert after.patient.full_name in said(answer)
    assert {visit.status for visit in Appointment.objects.all()} == {"booked"}
    assert [row.visit for row in rao.get(OWN).context["outside"]] == [after]
    assert before.patient.full_name not in said(answer)


def test_d9_hours_changed_meanwhile_get_the_conflict_page(
    rao: Any, tuesdays: AvailabilityRule, change: dict[str, Any]
) -> None:
    AvailabilityRule.objects.update(version=5, end_time=time(11))
    before = everything()

    answer = rao.post(at("rule-change", tuesdays), change | {"save": "1"})

    assert answer.status_code == 409
    assert "Tuesday, 1pm to 5pm, Main building, from 18 January 2027, all kinds of visit" in said(answer)
    assert "Tuesday, 9am to 11am, Main building, all kinds of visit" in said(answer)
    assert everything() == before


def test_c2_the_same_change_twice_is_one(
    rao: Any, tuesdays: AvailabilityRule, change: dict[str, Any]
) -> None:
    for _ in range(2):
        answer = rao.post(at("rule-change", tuesdays), change | {"save": "1"})
        assert (answer.status_code, answer.url) == (302, OWN)

    assert AvailabilityRule.objects.count() == 2


# Ending


def test_the_page_says_what_ending_means_and_writes_nothing(
    rao: Any, tuesdays: AvailabilityRule, nine: datetime, dr_rao: Doctor
) -> None:
    first = AppointmentFactory(doctor=dr_rao, start_at=nine)
    second = AppointmentFactory(doctor=dr_rao, start_at=nine + 7 * DAY)
    before = everything()

    today = rao.get(at("rule-end", tuesdays))
    later = rao.get(at("rule-end", tuesdays), {"day": "2027-01-13"})

    assert (today.context["outside"], later.context["outside"]) == ([first, second], [second])
    assert "From Wednesday 13 January 2027 on there are no such hours" in said(later)
    assert everything() == before


def test_ended_hours_hold_until_the_day_before(rao: Any, tuesdays: AvailabilityRule) -> None:
    end = {"day": "2027-01-19", "version": tuesdays.version}

    urls = [rao.post(at("rule-end", tuesdays), end).url for _ in range(2)]

    tuesdays.refresh_from_db()
    assert (urls, tuesdays.valid_until) == ([OWN, OWN], date(2027, 1, 18))


def test_hours_not_begun_are_gone_at_once(rao: Any, tuesdays: AvailabilityRule) -> None:
    AvailabilityRule.objects.update(valid_from=date(2027, 2, 1))

    page = rao.get(at("rule-end", tuesdays))
    rao.post(at("rule-end", tuesdays), {"day": "2027-02-01", "version": tuesdays.version})

    assert "From Monday 1 February 2027 on" in said(page)
    assert not AvailabilityRule.objects.exists()


@pytest.mark.parametrize(
    ("sent", "status"),
    [
        ({"day": "2027-01-19", "version": "7"}, 409),
        ({"day": "2027-01-10", "version": "1"}, 422),
        ({"day": "2027-01-19", "version": "x"}, 422),
        ({"day": "", "version": "1"}, 422),
        ({}, 422),
    ],
)
def test_an_end_that_does_not_fit_is_refused(
    sent: dict[str, str], status: int, rao: Any, tuesdays: AvailabilityRule
) -> None:
    before = everything()

    assert rao.post(at("rule-end", tuesdays), sent).status_code == status
    assert everything() == before


def test_junk_for_the_day_shows_the_form_again(rao: Any, tuesdays: AvailabilityRule) -> None:
    answer = rao.get(at("rule-end", tuesdays), {"day": "9999-12-31"})

    assert answer.status_code == 422
    assert "Check the year" in said(answer)
    assert "btn-danger" not in answer.content.decode()
