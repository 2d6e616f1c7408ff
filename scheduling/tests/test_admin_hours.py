"""Hours, exceptions and closures in the back office: one place at a time, under the doctor's lock."""

import re
from datetime import date, datetime, timedelta
from typing import Any

import pytest
from django.contrib.messages import get_messages
from django.db import connection
from django.test.utils import CaptureQueriesContext

from accounts.errors import Busy
from accounts.models import Doctor, Location, User
from accounts.tests.factories import DoctorFactory, LocationFactory
from scheduling.admin import entries
from scheduling.models import AvailabilityOverride, AvailabilityRule, ClinicClosure
from scheduling.tests.factories import (
    AvailabilityOverrideFactory,
    AvailabilityRuleFactory,
    ClinicClosureFactory,
)
from scheduling.tests.office import closed, errors, one_day, page, weekly

pytestmark = pytest.mark.usefixtures("frozen")

ORDER = 'ORDER BY "accounts_doctor"."id" ASC'


@pytest.fixture
def office(sign_in: Any, admin: User) -> Any:
    return sign_in(admin)


@pytest.fixture
def elsewhere(db: Any) -> Location:
    return LocationFactory(name="Branch")


def locks(queries: Any) -> list[str]:
    """The statements that lock doctors; on SQLite the transaction itself is the lock."""
    return [sql for query in queries if " IN (" in (sql := query["sql"]) and sql.count(ORDER)]


# Two places at once


@pytest.mark.parametrize("kind", ["rule", "override"])
def test_hours_in_two_places_at_once_are_refused_on_the_location(
    kind: str, office: Any, hours: Doctor, elsewhere: Location
) -> None:
    if kind == "rule":
        url, typed = page("availabilityrule", "add"), weekly(hours, location=elsewhere.pk)
    else:
        times = {"kind": "open", "start_time": "16:00", "end_time": "18:00"}
        url, typed = page("availabilityoverride", "add"), one_day(hours, location=elsewhere.pk, **times)
    before = AvailabilityRule.objects.count(), AvailabilityOverride.objects.count()

    answer = office.post(url, typed)

    assert errors(answer).keys() == {"location"}
    assert "A doctor is in one place at a time." in errors(answer)["location"][0]
    assert (AvailabilityRule.objects.count(), AvailabilityOverride.objects.count()) == before


def test_a_rule_does_not_stand_in_its_own_way(office: Any, dr_rao: Doctor, elsewhere: Location) -> None:
    rule = AvailabilityRuleFactory(doctor=dr_rao, weekday=2)

    answer = office.post(
        page("availabilityrule", "change", rule.pk), weekly(dr_rao, location=elsewhere.pk, version=1)
    )

    assert answer.status_code == 302
    assert AvailabilityRule.objects.get().location == elsewhere


def test_a_day_is_closed_wherever_the_hours_are(office: Any, hours: Doctor, elsewhere: Location) -> None:
    answer = office.post(page("availabilityoverride", "add"), one_day(hours, location=elsewhere.pk))

    assert answer.status_code == 302
    assert AvailabilityOverride.objects.get().date == date(2027, 1, 12)


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"kind": "open"}, "__all__"),
        ({"start_time": "09:00"}, "__all__"),
        ({"start_time": "09:00", "end_time": "09:00"}, "end_time"),
        ({"date": ""}, "date"),
        ({"kind": "other"}, "kind"),
    ],
)
def test_an_exception_without_sense_is_refused(
    changes: dict[str, str], field: str, office: Any, hours: Doctor
) -> None:
    answer = office.post(page("availabilityoverride", "add"), one_day(hours, **changes))

    assert errors(answer).keys() == {field}
    assert AvailabilityOverride.objects.count() == 0


# Locks


def held_by(post: Any) -> list[list[int]]:
    """Which doctors each lock of this request named, in order."""
    with CaptureQueriesContext(connection) as seen:
        post()
    return [
        [int(key) for key in re.findall(r"\d+", sql.split(" IN (")[1].split(")")[0])] for sql in locks(seen)
    ]


def test_a_rule_that_changes_its_doctor_locks_both(office: Any, dr_rao: Doctor, dr_lee: Doctor) -> None:
    rule = AvailabilityRuleFactory(doctor=dr_lee, weekday=2)
    url = page("availabilityrule", "change", rule.pk)

    held = held_by(lambda: office.post(url, weekly(dr_rao, version=1)))

    assert AvailabilityRule.objects.get().doctor == dr_rao
    assert sorted({dr_rao.pk, dr_lee.pk}) in [sorted(keys) for keys in held]


def test_removing_hours_locks_the_doctor(office: Any, dr_rao: Doctor) -> None:
    rule, day = (
        AvailabilityRuleFactory(doctor=dr_rao, valid_from=date(2027, 1, 12)),
        AvailabilityOverrideFactory(doctor=dr_rao, date=date(2027, 1, 12)),
    )
    urls = [page("availabilityrule", "delete", rule.pk), page("availabilityoverride", "delete", day.pk)]

    held = [held_by(lambda url=url: office.post(url, {"post": "yes"})) for url in urls]

    assert (AvailabilityRule.objects.count(), AvailabilityOverride.objects.count()) == (0, 0)
    assert held == [[[dr_rao.pk]], [[dr_rao.pk]]]


def test_a_closure_locks_everyone_with_hours_at_the_place(
    office: Any, dr_rao: Doctor, dr_lee: Doctor, elsewhere: Location
) -> None:
    absent = DoctorFactory(location=elsewhere)
    AvailabilityRuleFactory(doctor=dr_lee)
    AvailabilityOverrideFactory(doctor=dr_rao, date=date(2027, 1, 12))

    here = held_by(lambda: office.post(page("clinicclosure", "add"), closed(dr_rao.location)))
    everywhere = held_by(lambda: office.post(page("clinicclosure", "add"), closed(None)))

    assert [sorted(keys) for keys in here] == [sorted([dr_rao.pk, dr_lee.pk])]
    assert [sorted(keys) for keys in everywhere] == [sorted([dr_rao.pk, dr_lee.pk, absent.pk])]


def test_a_closure_that_moves_locks_both_places(
    office: Any, dr_rao: Doctor, elsewhere: Location, now: datetime
) -> None:
    there = AvailabilityRuleFactory(doctor=DoctorFactory(location=elsewhere)).doctor
    AvailabilityRuleFactory(doctor=dr_rao)
    closure = ClinicClosureFactory(location=elsewhere, start_at=now, end_at=now + timedelta(days=1))

    url = page("clinicclosure", "change", closure.pk)
    held = held_by(lambda: office.post(url, closed(dr_rao.location, version=1)))

    assert [sorted(keys) for keys in held] == [sorted([dr_rao.pk, there.pk])]
    assert ClinicClosure.objects.get().location == dr_rao.location


def test_a_busy_doctor_is_said_in_words_and_nothing_is_written(
    office: Any, dr_rao: Doctor, monkeypatch: pytest.MonkeyPatch
) -> None:
    rule = AvailabilityRuleFactory(doctor=dr_rao)

    def busy(doctors: Any) -> None:
        raise Busy

    monkeypatch.setattr(entries, "lock", busy)
    added = office.post(page("availabilityrule", "add"), weekly(dr_rao))
    removed = office.post(page("availabilityrule", "delete", rule.pk), {"post": "yes"})

    assert ["The calendar is busy" in words for words in errors(added)["__all__"]] == [True]
    assert [str(message) for message in get_messages(removed.wsgi_request)] == [str(Busy())]
    assert removed.url == page("availabilityrule", "delete", rule.pk)
    assert list(AvailabilityRule.objects.all()) == [rule]
