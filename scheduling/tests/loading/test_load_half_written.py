"""A load that stopped half-way stays one that can be completed or undone, whatever its next run meets."""

from typing import Any

import pytest
from django.db import DataError
from django.test import Client
from django.utils import timezone

from accounts.loading import pipeline
from accounts.loading.undo import undo_load
from accounts.tests.loads import checked, confirmation, page
from scheduling.loading.visits import Appointments
from scheduling.models import Appointment

pytestmark = pytest.mark.django_db
VISITS = """\
ID,PATIENT,DOCTOR,TYPE,START,STATUS
V1,{first},Asha Rao,consultation,2027-01-12T09:00,booked
V2,{second},Asha Rao,consultation,2027-01-12T10:00,booked
"""


@pytest.mark.usefixtures("hours")
def test_what_was_half_written_can_be_undone_after_a_refusal(
    client: Client, admin: Any, ana: Any, ben: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    client.force_login(admin)
    batch = checked(client, VISITS.format(first=ana.mrn, second=ben.mrn), kind="appointments")
    create = Appointments.create

    def fills_the_disk(kind: Appointments, rows: Any) -> Any:
        if rows[0].key == "V2":
            raise DataError("disk full")
        return create(kind, rows)

    monkeypatch.setattr(pipeline, "CHUNK", 1)
    with monkeypatch.context() as disk:
        disk.setattr(Appointments, "create", fills_the_disk)
        client.post(page("confirm", batch), confirmation(batch))
    ben.deceased_at = timezone.now()
    ben.save()
    client.post(page("result", batch))

    batch.refresh_from_db()
    assert (batch.status, bool(batch.file), Appointment.objects.count()) == ("stopped", True, 1)
    undo_load(batch=batch, reason="Wrong file", actor=admin, now=timezone.now())
    assert Appointment.objects.count() == 0
