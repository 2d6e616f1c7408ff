"""Single days that differ from the weekly hours."""

from datetime import date, datetime, time, timedelta
from typing import Any

import pytest

from accounts.models import Doctor
from scheduling.models import AppointmentType, AvailabilityOverride
from scheduling.tests.factories import (
    AppointmentFactory,
    AvailabilityOverrideFactory,
)
from scheduling.tests.refusal import everything
from scheduling.tests.schedule.forms import day_form
from scheduling.tests.schedule.pages import at, counts, said

pytestmark = pytest.mark.usefixtures("frozen")
OWN, DAY = "/schedule/", timedelta(days=1)
MONDAY, TUESDAY = date(2027, 1, 11), date(2027, 1, 12)


@pytest.fixture
def closing(dr_rao: Doctor, visit_type: AppointmentType) -> dict[str, Any]:
    """Nobody is seen on Tuesday."""
    return day_form(dr_rao, visit_type)


def test_b5_a_day_is_looked_at_and_closed(
    rao: Any, dr_rao: Doctor, tuesdays: Any, closing: dict[str, Any], nine: datetime
) -> None:
    visit = AppointmentFactory(doctor=dr_rao, start_at=nine)
    before = everything()

    seen = rao.post(at("override-add", dr_rao), closing)
    unchanged = everything() == before
    urls = [rao.post(at("override-add", dr_rao), closing | {"save": "1"}).url for _ in range(2)]

    override = AvailabilityOverride.objects.get()
    assert unchanged and urls == [OWN, OWN]
    assert (override.date, override.kind, override.start_time, override.note) == (
        TUESDAY,
        "close",
        None,
        "congress",
    )
    assert (counts(seen.context["meaning"].weeks)[TUESDAY], seen.context["meaning"].outside) == (0, [visit])
    assert "Tuesday 12 January 2027: Closed, all day, Main building" in said(seen)


def test_b5_a_closed_weekday_is_opened(rao: Any, dr_rao: Doctor, closing: dict[str, Any]) -> None:
    opening = closing | {"kind": "open", "start_time": "10:00", "end_time": "12:00"}

    seen = counts(rao.post(at("override-add", dr_rao), opening).context["meaning"].weeks)
    rao.post(at("override-add", dr_rao), opening | {"save": "1"})

    assert (seen[TUESDAY], sum(seen.values())) == (6, 6)
    assert counts(rao.get(OWN).context["weeks"])[TUESDAY] == 6


def test_a_day_far_ahead_is_shown_as_it_would_be(
    rao: Any, dr_rao: Doctor, tuesdays: Any, closing: dict[str, Any]
) -> None:
    answer = rao.post(at("override-add", dr_rao), closing | {"date": "2027-06-08"})

    found = counts(answer.context["meaning"].weeks)
    assert (found[date(2027, 6, 8)], found[date(2027, 6, 15)]) == (0, 9)


def test_the_form_is_ready_to_close_a_day(rao: Any, dr_rao: Doctor, visit_type: AppointmentType) -> None:
    form = rao.get(at("override-add", dr_rao)).context["form"]

    held = {name: form[name].value() for name in ("kind", "location", "department", "type")}
    assert held == {
        "kind": "close",
        "location": dr_rao.location.public_id,
        "department": dr_rao.department.public_id,
        "type": visit_type.public_id,
    }


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"date": ""}, "There is a problem Enter a day."),
        ({"date": "2027-01-10"}, "the past cannot be changed"),
        ({"date": "9999-12-31"}, "Check the year"),
        ({"kind": ""}, "What is different: Choose one from the list."),
        ({"start_time": "09:00"}, "Give both times, or none to close the whole day."),
        ({"kind": "open"}, "Say from when until when you see patients."),
        ({"start_time": "09:00", "end_time": "09:00"}, "Give an end that differs from the start."),
        ({"note": "é" * 201}, "Note for colleagues"),
        ({"location": ""}, "Place: Choose one from the list."),
    ],
)
def test_a_day_that_cannot_be_is_refused_in_words(
    changes: dict[str, str], words: str, rao: Any, dr_rao: Doctor, closing: dict[str, Any]
) -> None:
    answer = rao.post(at("override-add", dr_rao), closing | {"save": "1"} | changes)

    assert (answer.status_code, AvailabilityOverride.objects.count()) == (422, 0)
    assert words in said(answer)


def test_an_exception_is_removed_after_a_look(rao: Any, dr_rao: Doctor, nine: datetime) -> None:
    extra = AvailabilityOverrideFactory(
        doctor=dr_rao, date=TUESDAY, kind="open", start_time=time(9), end_time=time(12)
    )
    visit = AppointmentFactory(doctor=dr_rao, start_at=nine)

    page = rao.get(at("override-remove", extra))
    still_there = AvailabilityOverride.objects.exists()
    answer = rao.post(at("override-remove", extra), {"version": extra.version})

    assert (still_there, page.context["outside"], answer.url) == (True, [visit], OWN)
    assert not AvailabilityOverride.objects.exists()


@pytest.mark.parametrize(("version", "status"), [("9", 409), ("", 422), ("junk", 422)])
def test_d9_an_exception_changed_meanwhile_stays(version: str, status: int, rao: Any, dr_rao: Doctor) -> None:
    extra = AvailabilityOverrideFactory(doctor=dr_rao, date=TUESDAY)

    assert rao.post(at("override-remove", extra), {"version": version}).status_code == status
    assert AvailabilityOverride.objects.exists()
