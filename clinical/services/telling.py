"""Who is told that there is something new to read."""

from datetime import datetime

from django.db.models import Model

from accounts.models import PatientAccess
from accounts.outbox import enqueue


def tell_readers(kind: str, row: Model, *, patient_id: int, at: datetime | None, now: datetime) -> None:
    """A message, sent once it is time, to every account that may read the row as the patient or for the patient."""
    if at is None:
        return
    kinds = [PatientAccess.Kind.SELF, PatientAccess.Kind.PROXY]
    grants = PatientAccess.objects.open_at(now).of_the_living(now)
    for access in grants.filter(patient=patient_id, kind__in=kinds).select_related("user"):
        if "records" in access.scopes:
            enqueue(kind, row, recipient=access.user, at=at)
