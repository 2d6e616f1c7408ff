"""check_calendar: each kind of damage is found, named by the visit's public id, and nothing is changed."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date, datetime, timedelta
from typing import Any

import pytest
from django.core.management import call_command
from django.db import OperationalError, connection
from django.test.utils import CaptureQueriesContext

from accounts.inventory import without_rules
from accounts.models import Doctor, Patient
from accounts.tests.factories import DoctorFactory, LocationFactory
from scheduling.models import Appointment, AppointmentType, ClinicClosure, TimeOff
from scheduling.services import checking
from scheduling.services.booking import book
from scheduling.services.holds import hold
from scheduling.services.leave import Leave, add_time_off
from scheduling.services.orders import Beyond
from scheduling.tests.factories import AppointmentFactory, AvailabilityRuleFactory, open_every_day
from scheduling.tests.refusal import everything

pytestmark = pytest.mark.usefixtures("frozen")


def found(now: datetime) -> list[tuple[str, Any]]:
    return [(finding.kind.value, finding.public_id) for finding in checking.findings(now)]


def run(capsys: Any, *options: str) -> tuple[int, list[str]]:
    """How the command ended, and what it said."""
    try:
        call_command("check_calendar", *options)
        code = 0
    except SystemExit as end:
        code = int(str(end.code))
    return code, capsys.readouterr().out.splitlines()


@contextmanager
def without_constraints(*names: str) -> Iterator[None]:
    """As a hand in the database or a broken disk would write; on PostgreSQL they come back with the test's end."""
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
            for name in names:
                cursor.execute(f'ALTER TABLE scheduling_appointment DROP CONSTRAINT "{name}"')
            yield
            return
        cursor.execute("PRAGMA ignore_check_constraints = ON")
        with without_rules(connection):
            yield
        cursor.execute("PRAGMA ignore_check_constraints = OFF")


def damage(visit: Appointment, **fields: Any) -> None:
    with without_constraints(
        "a_doctor_is_in_one_visit", "a_patient_is_in_one_place", "a_block_covers_its_visit"
    ):
        Appointment.objects.filter(pk=visit.pk).update(**fields)


def times(start: datetime) -> dict[str, datetime]:
    """Of a visit of twenty minutes."""
    end = start + timedelta(minutes=20)
    return {"start_at": start, "end_at": end, "block_start": start, "block_end": end}


def test_a_sound_calendar_has_no_findings(booked: Appointment, capsys: Any) -> None:
    before = everything()

    code, lines = run(capsys)

    assert (code, len(lines)) == (0, 1)
    assert lines[0].startswith("calendar: 0 doctor-overlap, 0 patient-overlap, 0 block, 0 forgotten-hold")
    assert everything() == before


def test_a_doctor_in_two_visits_at_once(booked: Appointment, now: datetime, nine: datetime) -> None:
    other = AppointmentFactory(doctor=booked.doctor, start_at=nine + timedelta(hours=1))

    damage(other, **times(nine + timedelta(minutes=10)))

    findings = [one for one in checking.findings(now) if one.kind == "doctor-overlap"]
    assert [(one.public_id, one.with_id) for one in findings] == [(other.public_id, booked.public_id)]


def test_a_patient_in_two_places_at_once(
    booked: Appointment, ana: Patient, dr_lee: Doctor, now: datetime, nine: datetime
) -> None:
    open_every_day(dr_lee)
    other = AppointmentFactory(doctor=dr_lee, patient=ana, start_at=nine + timedelta(hours=1))

    damage(other, **times(nine + timedelta(minutes=10)))

    assert found(now) == [("patient-overlap", other.public_id)]


def test_a_long_visit_meets_each_that_follows(dr_rao: Doctor, now: datetime, nine: datetime) -> None:
    """Also those behind a short one: the end that counts is the latest of all before."""
    open_every_day(dr_rao)
    long, *short = (AppointmentFactory(doctor=dr_rao, start_at=nine + timedelta(hours=n)) for n in range(3))

    damage(long, end_at=nine + timedelta(hours=3), block_end=nine + timedelta(hours=3))

    pairs = [(one.public_id, one.with_id) for one in checking.findings(now) if one.kind == "doctor-overlap"]
    assert pairs == [(visit.public_id, long.public_id) for visit in short]


def test_an_overlap_with_permission_is_none(booked: Appointment, nine: datetime, now: datetime) -> None:
    AppointmentFactory(
        doctor=booked.doctor, start_at=nine, doctor_overlap_allowed=True, overlap_reason="Emergency"
    )

    assert found(now) == []


def test_a_cancelled_visit_overlaps_nothing(booked: Appointment, nine: datetime, now: datetime) -> None:
    AppointmentFactory(doctor=booked.doctor, patient=booked.patient, start_at=nine, status="cancelled")

    assert found(now) == []


def test_a_block_that_does_not_cover_its_visit(booked: Appointment, now: datetime) -> None:
    damage(booked, block_end=booked.end_at - timedelta(minutes=5))

    assert found(now) == [("block", booked.public_id)]


@pytest.mark.parametrize(("late", "finds"), [(timedelta(minutes=59), 0), (timedelta(hours=1), 1)])
def test_c15_a_hold_forgotten_for_an_hour(
    late: timedelta, finds: int, order: dict[str, Any], now: datetime
) -> None:
    held = hold(**order)

    assert found(held.hold_expires_at + late) == [("forgotten-hold", held.public_id)] * finds


def test_an_offer_that_nobody_was_made(order: dict[str, Any], now: datetime) -> None:
    held = hold(**order)

    Appointment.objects.update(booked_by=None)

    assert found(now) == [("offer-without-decision", held.public_id)]


def away(doctor: Doctor, day: datetime, on_conflict: Any, now: datetime) -> TimeOff:
    leave = Leave(doctor, day - timedelta(hours=1), day + timedelta(hours=8))
    return add_time_off(leave=leave, actor=doctor.user, now=now, on_conflict=on_conflict)


def test_an_offer_of_a_leave_is_sound_and_so_is_a_visit_that_was_kept(
    booked: Appointment, order: dict[str, Any], nine: datetime, now: datetime
) -> None:
    kept = book(**order | {"start": nine + timedelta(days=7)})
    away(booked.doctor, nine, "propose", now)
    away(booked.doctor, kept.start_at, "keep", now)

    # The visit with the offer has not moved yet: somebody has to look after it.
    assert found(now) == [("in-leave", booked.public_id)]


def test_b6_a_visit_in_leave_that_nobody_decided_about(
    booked: Appointment, nine: datetime, now: datetime
) -> None:
    TimeOff.objects.create(doctor=booked.doctor, start_at=nine, end_at=nine + timedelta(hours=1))

    assert found(now) == [("in-leave", booked.public_id)]


def test_b4_a_visit_whose_hours_were_deleted(booked: Appointment, now: datetime) -> None:
    booked.doctor.rules.filter(weekday=1).delete()

    assert found(now) == [("outside-hours", booked.public_id)]


@pytest.mark.parametrize("scope", ["here", "everywhere", "elsewhere", "day"])
def test_b9_a_visit_in_a_closure(scope: str, booked: Appointment, nine: datetime, now: datetime) -> None:
    places = {"here": booked.location, "everywhere": None, "elsewhere": LocationFactory()}
    if scope == "day":
        place = {"department": booked.department, "location": booked.location}
        booked.doctor.overrides.create(date=nine.date(), kind="close", **place)
    else:
        ClinicClosure.objects.create(location=places[scope], start_at=nine, end_at=nine + timedelta(hours=1))

    assert found(now) == [("outside-hours", booked.public_id)] * (scope != "elsewhere")


def test_a_visit_for_which_the_hours_are_not_meant(booked: Appointment, now: datetime) -> None:
    other = AppointmentType.objects.create(name="Other", code="other", minutes=20, step_minutes=20)
    for rule in booked.doctor.rules.all():
        rule.types.set([other])

    assert found(now) == [("outside-hours", booked.public_id)]


def test_a_visit_that_staff_put_outside_the_hours_is_meant_so(
    order: dict[str, Any], reception: Any, nine: datetime, now: datetime
) -> None:
    beyond = Beyond(hours=True, reason="After work")
    book(**order | {"actor": reception, "start": nine + timedelta(hours=10), "beyond": beyond})

    assert found(now) == []


@pytest.mark.parametrize("status", ["arrived", "checked-in", "fulfilled", "cancelled", "noshow"])
def test_what_is_under_way_or_over_lies_outside_nothing(
    status: str, booked: Appointment, now: datetime
) -> None:
    booked.doctor.rules.all().delete()
    Appointment.objects.update(status=status)

    assert found(now) == []


def test_c17_a_visit_with_a_doctor_who_has_left(booked: Appointment, now: datetime) -> None:
    Doctor.objects.filter(pk=booked.doctor_id).update(archived_at=now)

    assert found(now) == [("doctor-left", booked.public_id)]


def test_hours_at_a_place_that_is_no_longer_used(dr_rao: Doctor, now: datetime) -> None:
    place = LocationFactory(archived_at=now)
    row = {"department": dr_rao.department, "location": place}
    rule = AvailabilityRuleFactory(doctor=dr_rao, **row)
    AvailabilityRuleFactory(doctor=dr_rao, valid_until=date(2027, 1, 10), **row)
    AvailabilityRuleFactory(doctor=DoctorFactory(archived_at=now), location=place)

    assert found(now) == [("archived-place", rule.public_id)]


def test_each_finding_is_a_line_and_the_last_line_counts(
    booked: Appointment, order: dict[str, Any], nine: datetime, now: datetime, capsys: Any
) -> None:
    Doctor.objects.filter(pk=booked.doctor_id).update(archived_at=now)
    before = everything()

    code, lines = run(capsys)

    assert (code, len(lines)) == (1, 2)
    assert lines[0] == f"doctor-left {booked.public_id}: booked with a doctor who has left"
    assert lines[1].endswith("0 outside-hours, 0 in-leave, 1 doctor-left, 0 archived-place")
    assert everything() == before


def test_an_overlap_names_both_visits(booked: Appointment, nine: datetime, capsys: Any) -> None:
    other = AppointmentFactory(doctor=booked.doctor, start_at=nine + timedelta(hours=1))
    damage(other, **times(nine + timedelta(minutes=10)))

    told = f"doctor-overlap {other.public_id} (and {booked.public_id}): the doctor is in two visits at once"
    assert run(capsys)[1][0] == told


def test_machines_get_one_object(booked: Appointment, now: datetime, capsys: Any) -> None:
    Doctor.objects.filter(pk=booked.doctor_id).update(archived_at=now)

    code, lines = run(capsys, "--json")

    told = json.loads("".join(lines))
    assert (code, len(lines)) == (1, 1)
    assert told["findings"] == [{"kind": "doctor-left", "id": str(booked.public_id)}]
    assert {kind: number for kind, number in told["calendar"].items() if number} == {"doctor-left": 1}
    assert set(told["calendar"]) == set(checking.Kind.values)


def test_without_a_database_nothing_could_be_done(monkeypatch: pytest.MonkeyPatch, capsys: Any) -> None:
    def away_from(now: datetime) -> None:
        raise OperationalError("no such table")

    monkeypatch.setattr("scheduling.management.commands.check_calendar.findings", away_from)

    assert run(capsys) == (2, [])


def test_no_name_is_printed(booked: Appointment, ana: Patient, now: datetime, capsys: Any) -> None:
    booked.doctor.rules.all().delete()

    _code, lines = run(capsys)

    words = " ".join(lines)
    assert str(booked.public_id) in words
    assert [name for name in (ana.given_name, ana.family_name, ana.mrn, "Rao") if name in words] == []


def test_the_check_asks_as_often_for_three_doctors_as_for_one(
    booked: Appointment, nine: datetime, now: datetime
) -> None:
    asked = []
    for number in (1, 2):
        AppointmentFactory.create_batch(number, start_at=nine)
        with CaptureQueriesContext(connection) as seen:
            checking.findings(now)
        asked.append(len(seen))

    assert asked == [13, 13]
    assert len(found(now)) == 3
