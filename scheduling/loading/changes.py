"""What a file may change of a visit that was loaded before, and the events that tell of it."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from typing import Any

from django.db import connection
from django.utils.translation import gettext as _

from accounts.loading.kinds import Row
from accounts.triggers.context import current
from scheduling.loading.settling import OUTSIDE, VISIT, Fault
from scheduling.loading.statuses import TO_COME, way
from scheduling.models import Appointment, AppointmentEvent, Status
from scheduling.states import ACTIVE, NEW

MOVED = ("start_at", "end_at", "doctor_id", "location_id", "type_id")
CHANGED = (
    *("doctor", "location", "department", "type", "start_at", "end_at", "block_start", "block_end"),
    *("status", "patient_reason", "cancel_reason", "overlap_reason", "version"),
)
# The house knows more than the file about a visit that has begun here.
BEGUN = frozenset({Status.ARRIVED, Status.CHECKED_IN})


def refused(row: Row, standing: Appointment) -> Fault | None:
    visit = row.values[VISIT]
    if visit["patient_id"] != standing.patient_id:
        words = _("A visit does not change its patient. Cancel it, and load another.")
        return "PATIENT", row.parents["patient"], words
    is_moved = has_moved(visit, standing)
    if standing.status not in TO_COME and is_moved:
        return "START", str(row.values["start_at"]), _("This visit has begun or is over: it cannot be moved.")
    if steps(standing.status, visit["status"]) is None:
        words = _("This visit is marked “%(now)s” here, which the file cannot take back.")
        return "STATUS", row.values["status"], words % {"now": standing.get_status_display()}
    return None


def leaves(row: Row, standing: Mapping[int, Appointment]) -> bool:
    """Whether the row cancels or moves a visit that stands, so that its time is free again."""
    before = standing.get(row.target_id or 0)
    if before is None or before.status not in ACTIVE:
        return False
    visit = row.values[VISIT]
    return visit["status"] not in ACTIVE or has_moved(visit, before)


def has_moved(visit: dict[str, Any], standing: Appointment) -> bool:
    return any(visit[name] != getattr(standing, name) for name in MOVED)


def steps(before: str, after: str) -> list[str] | None:
    """None is no way; a visit that has begun here stays as it is while the file still says that it is to come."""
    if before == after or (before in BEGUN and after in TO_COME):
        return []
    return way(before, after)


def apply(row: Row, standing: Appointment) -> Iterator[AppointmentEvent]:
    """Brings the visit to what the row says; its events, the first of which tells of a move."""
    visit = row.values[VISIT]
    passed, is_moved = steps(standing.status, visit["status"]) or [], has_moved(visit, standing)
    if is_moved and not passed:
        passed = [standing.status]
    old = {"old_start_at": standing.start_at, "old_doctor_id": standing.doctor_id} if is_moved else {}
    before = standing.status
    for name, value in visit.items():
        if name != "status" and (standing.status in TO_COME or name.endswith("_reason")):
            setattr(standing, name, value)
    standing.overlap_reason = overlap_reason(row) or standing.overlap_reason
    standing.version += 1
    for status in passed:
        standing.status = status
        yield event(standing, before, **old)
        before, old = status, {}


def made(row: Row) -> Appointment:
    actor = current(connection).actor
    return Appointment(
        **row.values[VISIT],
        source=Appointment.Source.COMMAND,
        booked_by_id=actor,
        overlap_reason=overlap_reason(row),
    )


def overlap_reason(row: Row) -> str:
    return _("Loaded from another system, outside the hours kept here") if OUTSIDE in row.values else ""


def event(visit: Appointment, before: str = NEW, **old: Any) -> AppointmentEvent:
    """The doctor and time stand in the first event of a visit, and in one that moves it."""
    is_told = before == NEW or bool(old)
    return AppointmentEvent(
        appointment=visit,
        happened_at=happened_at(visit),
        actor_id=current(connection).actor,
        from_status=before,
        to_status=visit.status,
        new_start_at=visit.start_at if is_told else None,
        new_doctor_id=visit.doctor_id if is_told else None,
        reason=_("Loaded from another system"),
        **old,
    )


def happened_at(visit: Appointment) -> datetime:
    """When it was loaded: what the other system did, and when, is not known here."""
    return visit.recorded_at


def standing_visits(rows: Sequence[Row]) -> dict[int, Appointment]:
    return Appointment.objects.in_bulk({row.target_id for row in rows if row.target_id})
