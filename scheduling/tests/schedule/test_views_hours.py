"""Weekly hours: typed, looked at, saved, changed."""

from datetime import date, datetime, time, timedelta
from typing import Any

import pytest

from accounts.errors import Busy
from accounts.models import Doctor
from accounts.tests.factories import LocationFactory
from scheduling.models import AppointmentType, AvailabilityRule
from scheduling.tests.factories import (
    AppointmentFactory,
    AppointmentTypeFactory,
)
from scheduling.tests.refusal import everything
from scheduling.tests.schedule.forms import rule_form
from scheduling.tests.schedule.pages import at, counts, said
from scheduling.views import hours as pages

pytestmark = pytest.mark.usefixtures("frozen")
OWN, DAY = "/schedule/", timedelta(days=1)
MONDAY, TUESDAY = date(2027, 1, 11), date(2027, 1, 12)


@pytest.fixture
def typed(dr_rao: Doctor, visit_type: AppointmentType) -> dict[str, Any]:
    """Tuesdays from one to five, from today on."""
    return rule_form(dr_rao, visit_type)


def facts(rule: AvailabilityRule) -> tuple[Any, ...]:
    return (rule.weekday, rule.start_time, rule.end_time, rule.valid_from, rule.valid_until)


AFTERNOONS = (1, time(13), time(17), MONDAY, None)


# Adding


def test_the_form_knows_place_department_and_today(
    rao: Any, dr_rao: Doctor, visit_type: AppointmentType
) -> None:
    form = rao.get(at("rule-add", dr_rao)).context["form"]

    held = {
        name: form[name].value() for name in ("location", "department", "valid_from", "every_weeks", "type")
    }
    assert held == {
        "location": dr_rao.location.public_id,
        "department": dr_rao.department.public_id,
        "valid_from": MONDAY,
        "every_weeks": 1,
        "type": visit_type.public_id,
    }


def test_the_preview_writes_nothing_and_keeps_what_was_typed(
    rao: Any, dr_rao: Doctor, typed: dict[str, Any]
) -> None:
    before = everything()

    answer = rao.post(at("rule-add", dr_rao), typed)

    assert answer.status_code == 200
    assert "Tuesday, 1pm to 5pm, Main building, from 11 January 2027" in said(answer)
    assert 'value="13:00"' in answer.content.decode()
    assert everything() == before


def test_saving_adds_the_hours_with_their_kinds(
    rao: Any, dr_rao: Doctor, typed: dict[str, Any], visit_type: AppointmentType
) -> None:
    answer = rao.post(at("rule-add", dr_rao), typed | {"types": visit_type.public_id, "save": "1"})

    rule = AvailabilityRule.objects.get()
    assert (answer.status_code, answer.url) == (302, OWN)
    assert facts(rule) == AFTERNOONS
    assert (rule.doctor, list(rule.types.all())) == (dr_rao, [visit_type])


def test_the_preview_equals_the_page_after_saving(
    rao: Any, dr_rao: Doctor, typed: dict[str, Any], tuesdays: Any, visit_type: AppointmentType
) -> None:
    AppointmentFactory(doctor=dr_rao, start_at=datetime.fromisoformat("2027-01-12T13:00Z"), type=visit_type)

    promised = rao.post(at("rule-add", dr_rao), typed).context["meaning"]
    rao.post(at("rule-add", dr_rao), typed | {"save": "1"})

    assert counts(promised.weeks) == counts(rao.get(OWN).context["weeks"])
    assert counts(promised.weeks)[TUESDAY] == 9 + 11


def test_c2_the_same_hours_twice_are_one_rule(rao: Any, dr_rao: Doctor, typed: dict[str, Any]) -> None:
    urls = [rao.post(at("rule-add", dr_rao), typed | {"save": "1"}).url for _ in range(2)]

    assert urls == [OWN, OWN]
    assert AvailabilityRule.objects.count() == 1


def test_what_was_typed_over_after_the_look_is_looked_at_again(
    rao: Any, dr_rao: Doctor, typed: dict[str, Any]
) -> None:
    seen = rao.post(at("rule-add", dr_rao), typed).context["form"].fingerprint
    changed = typed | {"end_time": "18:00", "seen": seen, "save": "1"}

    answer = rao.post(at("rule-add", dr_rao), changed)

    assert (answer.status_code, AvailabilityRule.objects.count()) == (200, 0)
    assert "You changed something after you last looked." in said(answer)
    assert rao.post(at("rule-add", dr_rao), typed | {"seen": seen, "save": "1"}).status_code == 302


def test_a6_night_hours_are_explained(rao: Any, dr_rao: Doctor, typed: dict[str, Any]) -> None:
    answer = rao.post(at("rule-add", dr_rao), typed | {"start_time": "22:00", "end_time": "6am"})

    found = counts(answer.context["meaning"].weeks)
    assert "Tuesday, 10pm to 6am the next day" in said(answer)
    assert (found[TUESDAY], found[TUESDAY + DAY]) == (6, 18)


def test_b10_every_other_week_counts_from_the_first_day_unless_told_otherwise(
    rao: Any, dr_rao: Doctor, typed: dict[str, Any]
) -> None:
    other = typed | {"every_weeks": "2"}

    first = rao.post(at("rule-add", dr_rao), other)
    second = rao.post(at("rule-add", dr_rao), other | {"anchor_date": "2027-01-18"})

    assert "every 2 weeks, counted from the week of 11 January 2027" in said(first)
    firsts, seconds = (counts(answer.context["meaning"].weeks) for answer in (first, second))
    assert (firsts[TUESDAY], firsts[TUESDAY + 7 * DAY]) == (12, 0)
    assert (seconds[TUESDAY], seconds[TUESDAY + 7 * DAY]) == (0, 12)


def test_a1_the_preview_begins_with_the_first_day_and_marks_a_clock_change(
    rao: Any, dr_rao: Doctor, typed: dict[str, Any]
) -> None:
    answer = rao.post(at("rule-add", dr_rao), typed | {"valid_from": "2027-03-22"})

    found = counts(answer.context["meaning"].weeks)
    assert (min(found), found[date(2027, 3, 23)]) == (date(2027, 3, 22), 12)
    assert "28 Mar None The clocks go forward" in said(answer)


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"weekday": ""}, "Day of the week: Choose one from the list."),
        ({"weekday": "9"}, "Day of the week: Choose one from the list."),
        ({"start_time": ""}, "From: Enter a time."),
        ({"end_time": "25:00"}, "Until: Enter the time like 9:30 or 14:00."),
        ({"end_time": "13:00"}, "as long as a whole day"),
        ({"location": "nowhere"}, "Place: Choose one from the list."),
        ({"department": ""}, "Department: Choose one from the list."),
        ({"types": "junk"}, "Kinds of visit"),
        ({"type": ""}, "Count the free times for: Choose one from the list."),
        ({"valid_from": ""}, "From which day on: Enter a day."),
        ({"valid_from": "soon"}, "From which day on: Enter the day like 27 3 2027."),
        ({"valid_from": "2027-01-10"}, "the past cannot be changed"),
        ({"valid_from": "2270-01-01"}, "Check the year"),
        ({"valid_until": "9999-12-31"}, "Check the year"),
        ({"valid_until": "2027-01-10"}, "The last day is before the first."),
        ({"valid_until": "2027-01-11"}, "there is no Tuesday that counts"),
        ({"every_weeks": "0"}, "Every so many weeks"),
        ({"every_weeks": "53"}, "Every so many weeks"),
        ({"anchor_date": "0000-00-00"}, "Enter the day like 27 3 2027."),
    ],
)
def test_what_cannot_be_is_refused_in_words(
    changes: dict[str, str], words: str, rao: Any, dr_rao: Doctor, typed: dict[str, Any]
) -> None:
    answer = rao.post(at("rule-add", dr_rao), typed | {"save": "1"} | changes)

    page = answer.content.decode()
    assert (answer.status_code, AvailabilityRule.objects.count()) == (422, 0)
    assert words in said(answer)
    assert "<title>Error: Add weekly hours" in page and "There is a problem" in page


def test_a_doctor_is_in_one_place_at_a_time(
    rao: Any, dr_rao: Doctor, typed: dict[str, Any], tuesdays: Any
) -> None:
    annexe = {"location": LocationFactory(name="Annexe").public_id, "start_time": "11:00"}
    before = everything()

    answers = [rao.post(at("rule-add", dr_rao), typed | annexe | save) for save in ({}, {"save": "1"})]

    assert [answer.status_code for answer in answers] == [422, 422]
    assert all("A doctor is in one place at a time." in said(answer) for answer in answers)
    assert everything() == before


def test_d10_a_busy_calendar_says_so(
    rao: Any, dr_rao: Doctor, typed: dict[str, Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    def busy(**order: Any) -> None:
        raise Busy

    monkeypatch.setattr(pages, "save_rule", busy)

    answer = rao.post(at("rule-add", dr_rao), typed | {"save": "1"})

    assert answer.status_code == 503
    assert "The calendar is busy just now." in said(answer)
    assert 'value="13:00"' in answer.content.decode()


def test_kinds_no_longer_offered_are_no_choice(
    rao: Any, dr_rao: Doctor, typed: dict[str, Any], now: datetime
) -> None:
    old = AppointmentTypeFactory(archived_at=now)

    answer = rao.post(at("rule-add", dr_rao), typed | {"types": old.public_id, "save": "1"})

    assert (answer.status_code, AvailabilityRule.objects.count()) == (422, 0)
