"""Short words for leave in tests."""

from collections.abc import Callable
from datetime import timedelta

from accounts.models import Message
from scheduling.models import Appointment, TimeOff
from scheduling.services.leave import (
    Affected,
    Decision,
)

DAY, TWENTY = timedelta(days=1), timedelta(minutes=20)
MOVE, OFFER, CANCEL, KEEP = "move", "offer", "cancel", "keep"

Enter = Callable[..., TimeOff]


def decided(found: list[Affected], choice: str) -> dict[int, Decision]:
    return {row.visit.pk: Decision(choice, row.doctor, row.start) for row in found}


def kinds() -> list[tuple[str, str]]:
    rows = Message.objects.exclude(kind="appointment-booked").order_by("pk")
    return [(message.kind, message.recipient.email) for message in rows]


def fresh(visit: Appointment) -> Appointment:
    return Appointment.objects.with_people().get(pk=visit.pk)
