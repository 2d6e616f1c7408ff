"""What has held, or is used, is not deleted from the back office; the page says why and what happens instead."""

from datetime import date, datetime, timedelta
from typing import Any

import pytest
from django.db import IntegrityError
from django.db.models.deletion import ProtectedError

from accounts.models import Doctor, User
from accounts.tests.pages import text_of
from scheduling.models import (
    AppointmentType,
    AvailabilityOverride,
    AvailabilityRule,
    ClinicClosure,
)
from scheduling.tests.factories import (
    AppointmentFactory,
    AppointmentTypeFactory,
    AvailabilityOverrideFactory,
    AvailabilityRuleFactory,
    ClinicClosureFactory,
)
from scheduling.tests.office import page

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("frozen")]
YES = {"post": "yes"}


@pytest.fixture
def office(sign_in: Any, admin: User) -> Any:
    return sign_in(admin)


def told(answer: Any) -> str:
    return " ".join(str(message) for message in answer.context["messages"])


def test_hours_that_have_held_end_yesterday_and_stay(office: Any, dr_rao: Doctor, now: datetime) -> None:
    rule = AvailabilityRuleFactory(doctor=dr_rao)
    url = page("availabilityrule", "delete", rule.pk)

    asked = text_of(office.get(url))
    answer = office.post(url, YES, follow=True)

    rule.refresh_from_db()
    assert "It will end now and not be deleted" in asked
    assert "has ended. What was before stays." in told(answer)
    assert (rule.valid_until, rule.version) == (now.date() - timedelta(days=1), 2)


def test_hours_that_are_over_cannot_be_deleted(office: Any, dr_rao: Doctor, now: datetime) -> None:
    rule = AvailabilityRuleFactory(doctor=dr_rao, valid_until=now.date() - timedelta(days=1))
    url = page("availabilityrule", "delete", rule.pk)

    office.post(url, YES)

    assert "Its time is over." in text_of(office.get(url))
    assert list(AvailabilityRule.objects.all()) == [rule]


def test_hours_to_come_are_deleted(office: Any, dr_rao: Doctor, now: datetime) -> None:
    rule = AvailabilityRuleFactory(doctor=dr_rao, valid_from=now.date() + timedelta(days=1))

    office.post(page("availabilityrule", "delete", rule.pk), YES)

    assert AvailabilityRule.objects.count() == 0


def test_hours_entered_by_mistake_today_are_deleted(office: Any, dr_rao: Doctor, frozen: Any) -> None:
    """The note of a row's birth is written by the clock of the database, so that this day is the real one."""
    frozen.move_to(datetime.now().astimezone().replace(year=2000))
    rule = AvailabilityRuleFactory(doctor=dr_rao)

    office.post(page("availabilityrule", "delete", rule.pk), YES)

    assert AvailabilityRule.objects.count() == 0


@pytest.mark.parametrize(("days", "left"), [(-1, 1), (0, 0), (1, 0)])
def test_an_exception_of_a_day_that_is_over_stays(
    office: Any, dr_rao: Doctor, now: datetime, days: int, left: int
) -> None:
    day = AvailabilityOverrideFactory(doctor=dr_rao, date=now.date() + timedelta(days=days))

    office.post(page("availabilityoverride", "delete", day.pk), YES)

    assert AvailabilityOverride.objects.count() == left


@pytest.mark.parametrize(
    ("start", "end", "stands"),
    [(-3, -1, (-3, -1)), (-1, 1, (-1, 0)), (1, 2, None)],
    ids=["over", "begun", "to come"],
)
def test_a_closure_ends_at_this_moment_once_it_has_begun(
    office: Any, now: datetime, start: int, end: int, stands: tuple[int, int] | None
) -> None:
    closure = ClinicClosureFactory(start_at=now + timedelta(hours=start), end_at=now + timedelta(hours=end))

    office.post(page("clinicclosure", "delete", closure.pk), YES)

    found = ClinicClosure.objects.first()
    hours = found and tuple((at - now) // timedelta(hours=1) for at in (found.start_at, found.end_at))
    assert hours == stands


def test_a_kind_of_visit_that_was_booked_is_put_away(office: Any, now: datetime) -> None:
    kind = AppointmentFactory(start_at=now).type
    url = page("appointmenttype", "delete", kind.pk)

    asked = text_of(office.get(url))
    office.post(url, YES)

    assert "will not be deleted but archived" in asked
    assert AppointmentType.objects.get(pk=kind.pk).archived_at == now


def test_a_kind_that_only_weekly_hours_name_is_put_away_too(
    office: Any, dr_rao: Doctor, now: datetime
) -> None:
    """Deleted, it would leave the hours open for every other kind."""
    kind, rule = AppointmentTypeFactory(), AvailabilityRuleFactory(doctor=dr_rao)
    rule.types.set([kind])

    office.post(page("appointmenttype", "delete", kind.pk), YES)

    assert AppointmentType.objects.get(pk=kind.pk).archived_at == now
    assert list(rule.types.all()) == [kind]


def test_an_unused_kind_is_deleted(office: Any) -> None:
    kind = AppointmentTypeFactory()

    office.post(page("appointmenttype", "delete", kind.pk), YES)

    assert AppointmentType.objects.count() == 0


@pytest.mark.parametrize("refusal", [ProtectedError("held", set()), IntegrityError("immutable: a_rule")])
def test_a_refusal_that_comes_late_is_told_in_words(
    office: Any, dr_rao: Doctor, monkeypatch: pytest.MonkeyPatch, refusal: Exception
) -> None:
    rule = AvailabilityRuleFactory(doctor=dr_rao, valid_from=date(2027, 2, 1))

    def refuse(row: Any, *args: Any, **kwargs: Any) -> None:
        raise refusal

    monkeypatch.setattr(AvailabilityRule, "delete", refuse)
    answer = office.post(page("availabilityrule", "delete", rule.pk), YES, follow=True)

    assert "because others rely on it. Nothing was changed." in told(answer)
    assert "object" not in told(answer)
    assert list(AvailabilityRule.objects.all()) == [rule]


def test_a_rule_of_the_database_refuses_a_change_in_words(
    office: Any, dr_rao: Doctor, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(*args: Any, **kwargs: Any) -> None:
        raise IntegrityError("immutable: a_rule")

    kind = AppointmentTypeFactory(name="Check")
    fields = ["code", "mode", "minutes", "step_minutes", "buffer_before_minutes", "buffer_after_minutes"]
    fields += ["lead_minutes", "horizon_days", "cancel_notice_minutes", "move_notice_minutes", "max_moves"]
    typed = {name: getattr(kind, name) for name in [*fields, "version"]} | {"name": "Check-up"}
    monkeypatch.setattr(AppointmentType, "claim_version", refuse)

    answer = office.post(page("appointmenttype", "change", kind.pk), typed, follow=True)

    assert "Nothing was changed." in told(answer)
    assert AppointmentType.objects.get().name == "Check"
