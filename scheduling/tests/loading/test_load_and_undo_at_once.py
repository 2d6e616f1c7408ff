"""Visits that came by a load go with it; a load that is undone while it runs writes nothing more."""

from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone

from accounts.loading import pipeline
from accounts.loading.undo import undo_load
from accounts.models import LoadBatch, SourceReference
from scheduling.models import Appointment, AppointmentEvent

pytestmark = pytest.mark.django_db
NINE, TEN = "2027-01-12T09:00", "2027-01-12T10:00"


def test_visits_and_their_events_go_with_their_load_and_come_again(load: Any, admin: Any) -> None:
    rows = ({"STATUS": "booked", "START": NINE}, {"STATUS": "fulfilled", "START": "2026-12-01T09:00"})
    load(*rows)
    assert (Appointment.objects.count(), AppointmentEvent.objects.count()) == (2, 2)

    undo_load(batch=LoadBatch.objects.get(), reason="Wrong file", actor=admin, now=timezone.now())

    left = (Appointment.objects.count(), AppointmentEvent.objects.count(), SourceReference.objects.count())
    assert left == (0, 0, 0)
    assert load(*rows).summary == (2, 0, 0, 0)


def test_a_load_that_was_undone_meanwhile_writes_nothing_more(
    load: Any, ben: Any, admin: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    told = pipeline.Load._tell

    def undo_after_the_first_chunk(running: Any, phase: str, kind: str, rows: int) -> None:
        if phase == "write" and Appointment.objects.count() == 1:
            silent = timezone.now() - timedelta(hours=2)
            LoadBatch.objects.filter(pk=running.batch.pk).update(heartbeat_at=silent)
            undo_load(batch=running.batch, reason="Wrong file", actor=admin, now=timezone.now())
        told(running, phase, kind, rows)

    monkeypatch.setattr(pipeline, "CHUNK", 1)
    monkeypatch.setattr(pipeline.Load, "_tell", undo_after_the_first_chunk)

    ran = load({"STATUS": "booked", "START": NINE}, {"STATUS": "booked", "START": TEN, "PATIENT": ben.mrn})

    batch = LoadBatch.objects.get()
    assert (ran.code, "undone meanwhile" in ran.err) == (2, True)
    assert (batch.status, Appointment.objects.count(), SourceReference.objects.count()) == ("undone", 0, 0)


@pytest.mark.parametrize(
    ("row", "column"),
    [
        ({"START": "9999-12-31T23:50"}, "START"),
        ({"START": "0001-01-01T00:00:00+14:00", "STATUS": "cancelled"}, "START"),
        ({"START": NINE, "DURATION": "00000520000000000000000000"}, "DURATION"),
    ],
)
def test_what_no_clock_can_reckon_is_refused_in_words(load: Any, row: dict[str, str], column: str) -> None:
    ran = load({"STATUS": "booked"} | row)

    assert (ran.code, f"row 2, {column} “" in ran.err, Appointment.objects.count()) == (2, True, 0)
