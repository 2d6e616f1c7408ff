"""From what a row says to a visit of the house: its place, its instants on the clock there, its state."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from django.utils.translation import gettext as _

from accounts.loading.kinds import Row
from accounts.models import Patient
from scheduling.constraints import LONGEST_BLOCK
from scheduling.loading.places import Home, homes, zones
from scheduling.loading.statuses import fits
from scheduling.models import AppointmentType, Status
from scheduling.states import ACTIVE

Fault = tuple[str, str, str]
# A date of death is the start of that day, so only the next day is after it.
A_DAY = timedelta(days=1)
# What was found out about a row besides its fields; none of these is a field of a visit.
VISIT, REPEATED, OUTSIDE, LATE = "visit", "repeated_hour", "outside", "after_death"


@dataclass(frozen=True)
class Around:
    """The rows of the house that a chunk names."""

    now: datetime
    homes: Mapping[int, Home]
    zones: Mapping[int, str]
    types: Mapping[int, AppointmentType]
    patients: Mapping[int, Patient]

    @classmethod
    def of(cls, rows: Sequence[Row], now: datetime) -> "Around":
        """Four queries."""
        named = [row.parent_ids for row in rows]
        own = homes(one["doctor"] for one in named)
        places = {one["location"] for one in named} | {home.location_id for home in own.values()}
        return cls(
            now,
            own,
            zones(places),
            AppointmentType.objects.in_bulk({one["type"] for one in named}),
            Patient.objects.in_bulk({one["patient"] for one in named}),
        )


def settle(row: Row, around: Around) -> Fault | None:
    """Leaves the fields of the visit with the row, or says what speaks against it."""
    home, kind = around.homes[row.parent_ids["doctor"]], around.types[row.parent_ids["type"]]
    place = row.parent_ids["location"] or home.location_id
    if place is None:
        return "LOCATION", row.parents["location"], _("Give the doctor a location first, or name one here.")
    start = on_clock(row.values["start_at"], around.zones[place], row)
    if start is None:
        return "START", str(row.values["start_at"]), _("The clocks skip this time on that day.")
    end = on_clock(row.values["end_at"], around.zones[place], row) if row.values["end_at"] else None
    end = end or start + timedelta(minutes=row.values["minutes"] or kind.minutes)
    if end <= start:
        return "END", str(row.values["end_at"]), _("The end lies before the start.")
    row.values[VISIT] = {
        "doctor_id": row.parent_ids["doctor"],
        "patient_id": row.parent_ids["patient"],
        "type_id": kind.pk,
        "location_id": place,
        "department_id": row.parent_ids["department"] or home.department_id,
        "start_at": start,
        "end_at": end,
        "block_start": start - timedelta(minutes=kind.buffer_before_minutes),
        "block_end": end + timedelta(minutes=kind.buffer_after_minutes),
    }
    return settle_state(row, around, home)


def settle_state(row: Row, around: Around, home: Home) -> Fault | None:
    visit = row.values[VISIT]
    is_over, has_begun = visit["end_at"] <= around.now, visit["start_at"] <= around.now
    status = row.values["status"] or Status.BOOKED
    if words := fits(status, is_over=is_over, has_begun=has_begun):
        return "STATUS", row.values["status"], words
    visit["status"] = str(status)
    visit |= {name: row.values[name] for name in ("patient_reason", "cancel_reason")}
    if status in ACTIVE:
        return refused_ahead(row, around, home)
    died = around.patients[row.parent_ids["patient"]].deceased_at
    if died and visit["start_at"] >= died + A_DAY:
        row.values[LATE] = True
    return None


def refused_ahead(row: Row, around: Around, home: Home) -> Fault | None:
    """What speaks against a visit to come, whoever books it."""
    visit, patient = row.values[VISIT], around.patients[row.parent_ids["patient"]]
    whose = row.parents["patient"]
    if patient.deceased_at is not None:
        return "PATIENT", whose, _("The patient has died. No visit can be booked.")
    if patient.is_archived or patient.merged_into_id is not None:
        return "PATIENT", whose, _("This patient's file is closed. Book with the patient's current file.")
    if home.is_archived:
        return "DOCTOR", row.parents["doctor"], _("This doctor no longer sees patients here.")
    if visit["block_end"] - visit["block_start"] > LONGEST_BLOCK:
        return "END", "", _("A visit with its preparation may take at most 24 hours.")
    return None


def on_clock(moment: Any, zone: str, row: Row) -> datetime | None:
    """An instant in UTC; a time without an offset is one of the place's clock. None for one that the clock skips."""
    if moment.tzinfo is not None:
        return moment.astimezone(UTC)
    first, second = (moment.replace(tzinfo=ZoneInfo(zone), fold=side) for side in (0, 1))
    if first.utcoffset() != second.utcoffset():
        if first.astimezone(UTC).astimezone(ZoneInfo(zone)).replace(tzinfo=None) != moment:
            return None
        row.values[REPEATED] = True
    return first.astimezone(UTC)
