"""Weekly hours and single days as their services change them."""

from datetime import date, datetime, time, timedelta
from typing import Any

import pytest

from accounts.errors import NotAllowed, StaleVersion
from accounts.models import Doctor, Patient, User
from accounts.tests.factories import LocationFactory
from scheduling.errors import InTwoPlaces
from scheduling.models import AppointmentType, AvailabilityOverride, AvailabilityRule
from scheduling.services.availability import free_slots
from scheduling.services.booking import book
from scheduling.services.hours import (
    end_rule,
    preview_change,
    remove_override,
    save_override,
    save_rule,
)
from scheduling.tests.factories import AppointmentTypeFactory, AvailabilityRuleFactory
from scheduling.tests.refusal import refused

TUESDAY, DAY = date(2027, 1, 12), timedelta(days=1)


@pytest.fixture
def mornings(dr_rao: Doctor, visit_type: AppointmentType) -> AvailabilityRule:
    """Dr Rao's Tuesdays from nine to twelve."""
    return AvailabilityRuleFactory(doctor=dr_rao, weekday=1)


def new_rule(doctor: Doctor, **changes: Any) -> AvailabilityRule:
    """Tuesdays from one to five, not saved."""
    given: dict[str, Any] = {
        "doctor": doctor,
        "department": doctor.department,
        "location": doctor.location,
        "weekday": 1,
        "start_time": time(13),
        "end_time": time(17),
    }
    return AvailabilityRule(**given | changes)


def count(doctor: Doctor, type: AppointmentType, viewer: User, now: datetime) -> int:
    found = free_slots(doctors=[doctor], type=type, start=now, end=now + 14 * DAY, viewer=viewer, now=now)
    return len(found)


def test_hours_are_added_with_their_types(dr_rao: Doctor, visit_type: AppointmentType) -> None:
    rule = save_rule(rule=new_rule(dr_rao), types=[visit_type], actor=dr_rao.user)

    assert list(AvailabilityRule.objects.filter(doctor=dr_rao)) == [rule]
    assert list(rule.types.all()) == [visit_type]


def test_new_hours_end_the_old_on_the_day_before(mornings: AvailabilityRule, dr_rao: Doctor) -> None:
    rule = new_rule(dr_rao, valid_from=date(2027, 2, 1))

    save_rule(rule=rule, types=[], actor=dr_rao.user, replaces=mornings, version=mornings.version)

    mornings.refresh_from_db()
    assert (mornings.valid_until, rule.valid_from) == (date(2027, 1, 31), date(2027, 2, 1))


def test_hours_that_have_not_begun_are_replaced_altogether(
    mornings: AvailabilityRule, dr_rao: Doctor
) -> None:
    AvailabilityRule.objects.filter(pk=mornings.pk).update(valid_from=date(2027, 3, 1))
    mornings.refresh_from_db()

    rule = new_rule(dr_rao, valid_from=date(2027, 2, 1))
    save_rule(rule=rule, types=[], actor=dr_rao.user, replaces=mornings)

    assert list(AvailabilityRule.objects.filter(doctor=dr_rao)) == [rule]


def test_d9_hours_changed_meanwhile_are_not_replaced(mornings: AvailabilityRule, dr_rao: Doctor) -> None:
    AvailabilityRule.objects.filter(pk=mornings.pk).update(version=5)

    with refused(StaleVersion):
        save_rule(rule=new_rule(dr_rao), types=[], actor=dr_rao.user, replaces=mornings, version=1)


def test_hours_end_on_a_day(mornings: AvailabilityRule, dr_rao: Doctor) -> None:
    end_rule(rule=mornings, day=TUESDAY, version=mornings.version, actor=dr_rao.user)

    mornings.refresh_from_db()
    assert mornings.valid_until == TUESDAY - DAY


def test_a_doctor_changes_nobody_elses_hours(
    mornings: AvailabilityRule, dr_rao: Doctor, dr_lee: Doctor, reception: User, ana: Patient
) -> None:
    for actor in (dr_lee.user, reception, ana.user):
        with refused(NotAllowed):
            save_rule(rule=new_rule(dr_rao), types=[], actor=actor)
        with refused(NotAllowed):
            end_rule(rule=mornings, day=TUESDAY, version=mornings.version, actor=actor)
        with refused(NotAllowed):
            save_override(override=closed(dr_rao), actor=actor)


def test_an_administrator_changes_everybodys_hours(dr_rao: Doctor, admin: User) -> None:
    assert save_rule(rule=new_rule(dr_rao), types=[], actor=admin).pk is not None


def test_a_doctor_is_in_one_place_at_a_time(mornings: AvailabilityRule, dr_rao: Doctor) -> None:
    annexe = LocationFactory(name="Annexe")

    with refused(InTwoPlaces):
        save_rule(rule=new_rule(dr_rao, location=annexe, start_time=time(11)), types=[], actor=dr_rao.user)


def test_b2_hours_at_one_place_may_overlap(mornings: AvailabilityRule, dr_rao: Doctor) -> None:
    save_rule(rule=new_rule(dr_rao, start_time=time(11)), types=[], actor=dr_rao.user)

    assert AvailabilityRule.objects.filter(doctor=dr_rao).count() == 2


def test_b10_alternate_weeks_at_two_places_do_not_meet(dr_rao: Doctor) -> None:
    odd = new_rule(dr_rao, every_weeks=2, anchor_date=TUESDAY)
    even = new_rule(dr_rao, every_weeks=2, anchor_date=TUESDAY + 7 * DAY, location=LocationFactory())
    save_rule(rule=odd, types=[], actor=dr_rao.user)

    save_rule(rule=even, types=[], actor=dr_rao.user)

    with refused(InTwoPlaces):
        save_rule(rule=new_rule(dr_rao, location=LocationFactory()), types=[], actor=dr_rao.user)


def closed(doctor: Doctor, **changes: Any) -> AvailabilityOverride:
    given: dict[str, Any] = {
        "doctor": doctor,
        "department": doctor.department,
        "location": doctor.location,
        "date": TUESDAY,
        "kind": "close",
    }
    return AvailabilityOverride(**given | changes)


def test_a_day_is_closed_and_opened_again(
    mornings: AvailabilityRule, dr_rao: Doctor, visit_type: AppointmentType, ana: Patient, now: datetime
) -> None:
    before = count(dr_rao, visit_type, ana.user, now)

    override = save_override(override=closed(dr_rao), actor=dr_rao.user)
    without = count(dr_rao, visit_type, ana.user, now)
    remove_override(override=override, version=override.version, actor=dr_rao.user)

    assert (before, without, count(dr_rao, visit_type, ana.user, now)) == (18, 9, 18)


def test_the_preview_equals_the_list_after_saving(
    mornings: AvailabilityRule, dr_rao: Doctor, visit_type: AppointmentType, ana: Patient, now: datetime
) -> None:
    rule = new_rule(dr_rao)

    seen = preview_change(doctor=dr_rao, type=visit_type, now=now, adds=[rule], drops=[mornings])
    save_rule(rule=rule, types=[], actor=dr_rao.user, replaces=mornings)

    asked = {"doctors": [dr_rao], "type": visit_type, "viewer": ana.user}
    lead = now - timedelta(minutes=visit_type.lead_minutes)
    listed = free_slots(**asked, start=now, end=now + 14 * DAY, now=lead)
    assert seen.slots == listed
    assert len(listed) == 24


def test_the_preview_names_the_visits_that_would_fall_out(
    mornings: AvailabilityRule,
    order: dict[str, Any],
    dr_rao: Doctor,
    visit_type: AppointmentType,
    now: datetime,
) -> None:
    """The order's own fixture opens every day as well; only Tuesdays stay here."""
    visit = book(**order)
    AvailabilityRule.objects.exclude(pk=mornings.pk).delete()

    seen = preview_change(doctor=dr_rao, type=visit_type, now=now, adds=[new_rule(dr_rao)], drops=[mornings])
    kept = preview_change(doctor=dr_rao, type=visit_type, now=now, adds=[new_rule(dr_rao)])

    assert (seen.outside, kept.outside) == ([visit], [])


def test_the_preview_of_hours_for_other_types_names_the_visits_too(
    mornings: AvailabilityRule,
    order: dict[str, Any],
    dr_rao: Doctor,
    visit_type: AppointmentType,
    now: datetime,
) -> None:
    visit = book(**order)
    AvailabilityRule.objects.exclude(pk=mornings.pk).delete()
    rule = new_rule(dr_rao, start_time=time(9), end_time=time(12))
    change = {"doctor": dr_rao, "type": visit_type, "now": now, "adds": [rule], "drops": [mornings]}

    seen = preview_change(**change, type_ids=frozenset({AppointmentTypeFactory().pk}))

    assert (seen.outside, preview_change(**change).outside) == ([visit], [])


def test_the_preview_writes_nothing(
    mornings: AvailabilityRule, dr_rao: Doctor, visit_type: AppointmentType, now: datetime
) -> None:
    preview_change(doctor=dr_rao, type=visit_type, now=now, adds=[closed(dr_rao)], drops=[mornings])

    assert list(AvailabilityRule.objects.all()) == [mornings]
    assert not AvailabilityOverride.objects.exists()
