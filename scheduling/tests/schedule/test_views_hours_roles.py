"""Who may change whose hours."""

from datetime import date, datetime, timedelta
from typing import Any

import pytest

from accounts.models import Doctor, User
from accounts.tests.factories import DoctorFactory
from scheduling.models import AppointmentType, AvailabilityRule
from scheduling.tests.factories import (
    AvailabilityOverrideFactory,
    AvailabilityRuleFactory,
)
from scheduling.tests.refusal import everything
from scheduling.tests.schedule.forms import day_form, rule_form
from scheduling.tests.schedule.pages import at

pytestmark = pytest.mark.usefixtures("frozen")
OWN, DAY = "/schedule/", timedelta(days=1)
MONDAY, TUESDAY = date(2027, 1, 11), date(2027, 1, 12)


@pytest.fixture
def places_to_write(tuesdays: AvailabilityRule, dr_rao: Doctor) -> list[str]:
    extra = AvailabilityOverrideFactory(doctor=dr_rao, date=TUESDAY)
    return [
        at("rule-add", dr_rao),
        at("rule-change", tuesdays),
        at("rule-end", tuesdays),
        at("override-add", dr_rao),
        at("override-remove", extra),
    ]


@pytest.mark.parametrize(
    ("who", "status"), [("lee", 404), ("reception", 403), ("nurse", 403), ("ana_user", 403), ("privacy", 403)]
)
@pytest.mark.usefixtures("reception", "nurse", "ana_user", "privacy")
def test_nobody_else_changes_a_doctors_hours(
    who: str,
    status: int,
    sign_in: Any,
    places_to_write: list[str],
    dr_rao: Doctor,
    visit_type: AppointmentType,
    dr_lee: Doctor,
    request: pytest.FixtureRequest,
) -> None:
    client = sign_in(dr_lee.user if who == "lee" else request.getfixturevalue(who))
    typed = day_form(dr_rao, visit_type) | rule_form(dr_rao, visit_type)
    before, sent = everything(), typed | {"day": "2027-01-19", "version": "1", "save": "1"}

    statuses = {
        getattr(client, method)(url, sent).status_code
        for url in places_to_write
        for method in ("get", "post")
    }

    assert statuses == {status}
    assert everything() == before


def test_an_administrator_changes_them_and_comes_back_to_that_doctor(
    sign_in: Any, places_to_write: list[str], dr_rao: Doctor, visit_type: AppointmentType, admin: User
) -> None:
    client = sign_in(admin)

    answer = client.post(places_to_write[0], rule_form(dr_rao, visit_type, save="1"))

    assert answer.url == at("schedule-of", dr_rao)
    assert {client.get(url).status_code for url in places_to_write} == {200}


def test_hours_of_a_doctor_who_left_are_not_changed(sign_in: Any, admin: User, now: datetime) -> None:
    gone = DoctorFactory(archived_at=now)
    rule = AvailabilityRuleFactory(doctor=gone)
    client = sign_in(admin)

    pages_of_old = [
        at("rule-add", gone),
        at("override-add", gone),
        at("rule-change", rule),
        at("rule-end", rule),
    ]
    assert {client.get(url).status_code for url in pages_of_old} == {404}
