"""October 2026 in a small house in London, at the borders of days, months and clock changes."""

from datetime import UTC, datetime, time, timedelta
from typing import Any

from django.test import Client
from django.urls import reverse

from accounts.models import Doctor
from hospital.reports.registry import REPORTS
from scheduling.models import Appointment, Status
from scheduling.tests.factories import AppointmentFactory, AppointmentTypeFactory, AvailabilityRuleFactory

OCTOBER = {"from": "2026-10-01", "to": "2026-10-31"}
Seen = list[list[str]]


def at(text: str) -> datetime:
    """By UTC: London is an hour ahead until 25 October 2026, 01:00."""
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


def visit(doctor: Doctor, start: str, status: str = Status.BOOKED, **fields: Any) -> Appointment:
    """Twenty minutes, booked two days before, unless told otherwise."""
    fields.setdefault("type", AppointmentTypeFactory(code="visit", name="Visit"))
    fields.setdefault("recorded_at", at(start) - timedelta(days=2))
    return AppointmentFactory(doctor=doctor, start_at=at(start), status=status, **fields)


def waited(doctor: Doctor, start: str, minutes: float, status: str = Status.FULFILLED) -> Appointment:
    arrived = at(start) - timedelta(minutes=5)
    times = {"arrived_at": arrived, "started_at": arrived + timedelta(minutes=minutes)}
    return visit(doctor, start, status, **times)


def hours(doctor: Doctor, weekday: int, start: int = 9, end: int = 12, **fields: Any) -> None:
    AvailabilityRuleFactory(
        doctor=doctor, weekday=weekday, start_time=time(start), end_time=time(end), **fields
    )


def sheet(client: Client, slug: str, **asked: Any) -> Seen:
    """What the page of a report shows, with its header and totals; October 2026 unless told otherwise."""
    report = next(one for one in REPORTS if one.slug == slug)
    days = OCTOBER if report.has_days else {}
    answer = client.get(reverse(f"admin:{report.url_name}"), days | asked)
    assert answer.status_code == 200, answer.content
    return answer.context["sheet"].lines
