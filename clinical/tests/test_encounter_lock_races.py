"""Whoever writes in a visit waits for a merge of its patient, and then writes in the file that stands."""

import threading
import time
from datetime import datetime

import pytest
from django.db import DatabaseError, connection

from accounts.audit import acting
from accounts.tests.factories import PatientFactory
from clinical.models import Encounter, MedicalRecord
from clinical.services.records import save_draft


@pytest.mark.django_db(transaction=True)
@pytest.mark.skipif("connection.vendor == 'sqlite'", reason="SQLite has one writer at a time")
def test_a_draft_that_waited_for_a_merge_is_saved(encounter: Encounter, now: datetime) -> None:
    survivor, moved, errors = PatientFactory(), threading.Event(), []

    def move() -> None:
        with acting(None, reason="merge", merge=True):
            Encounter.objects.filter(pk=encounter.pk).update(patient=survivor)
            moved.set()
            time.sleep(0.5)
        connection.close()

    def write() -> None:
        moved.wait()
        try:
            told = {"version": 0, "sections": {"complaint": "Headache"}, "diagnoses": [], "items": []}
            save_draft(encounter=encounter, actor=encounter.doctor.user, now=now, **told)
        except DatabaseError as error:
            errors.append(error)
        connection.close()

    both = [threading.Thread(target=work) for work in (move, write)]
    for thread in both:
        thread.start()
    for thread in both:
        thread.join()

    assert errors == []
    assert [record.patient for record in MedicalRecord.objects.all()] == [survivor]
