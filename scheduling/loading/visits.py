"""Visits that another system brings: history as it was, visits to come under the rules of the calendar."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from django.db.models import Model
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.loading.cells import Cells, within_reach
from accounts.loading.house.keys import Get
from accounts.loading.house.kinds import HouseKind
from accounts.loading.kinds import Parent, Row
from accounts.loading.known import Known
from accounts.loading.numbers import MOST_DIGITS
from accounts.models import Doctor, Patient
from scheduling import slots
from scheduling.loading import changes, clashes
from scheduling.loading.places import WHO_AND_WHERE, hold, is_writing
from scheduling.loading.settling import LATE, OUTSIDE, REPEATED, VISIT, Around, Fault, settle
from scheduling.loading.statuses import status_of
from scheduling.models import Appointment, AppointmentEvent
from scheduling.services.covering import Stay, uncovered
from scheduling.services.occupancy import read_hours
from scheduling.states import ACTIVE

LONGEST_MINUTES = 60 * 24 * 3660
DATE_ONLY = len("2027-01-12")


class Appointments(HouseKind):
    """No message is sent about them."""

    name = table = "appointments"
    model = Appointment
    required = ("START",)
    optional = ("END", "DURATION", "STATUS", "REASON", "CANCEL_REASON")
    parents = (
        Parent("patient", "PATIENT", "patients"),
        Parent("doctor", "DOCTOR", "doctors"),
        Parent("type", "TYPE", "types"),
        Parent("location", "LOCATION", "locations", required=False),
        Parent("department", "DEPARTMENT", "departments", required=False),
    )
    synonyms = WHO_AND_WHERE | {
        "ID": ("APPOINTMENT ID", "VISIT ID", "BOOKING ID", "APPT ID", "REFERENCE"),
        "PATIENT": ("PATIENT ID", "MRN", "PATIENT NO", "PATIENT NUMBER", "PID", "RECORD NUMBER"),
        "TYPE": ("VISIT TYPE", "APPOINTMENT TYPE", "SERVICE", "KIND"),
        "START": (
            "START TIME",
            "DATE",
            "DATETIME",
            "DATE TIME",
            "WHEN",
            "APPOINTMENT DATE",
            "STARTS AT",
            "BEGIN",
        ),
        "END": ("STOP", "END TIME", "ENDS AT", "UNTIL"),
        "DURATION": ("MINUTES", "LENGTH", "DURATION MINUTES", "MINS"),
        "STATUS": ("STATE", "OUTCOME"),
        "REASON": ("REASON FOR VISIT", "COMPLAINT", "NOTES", "COMMENT"),
        "CANCEL_REASON": ("CANCELLATION REASON", "REASON OF THE CANCELLATION"),
    }
    samples = (
        {"ID": "V1", "PATIENT": "P1", "DOCTOR": "D1", "TYPE": "consultation", "START": "2027-01-12T09:00"}
        | {"DURATION": "20", "STATUS": "booked", "REASON": "Chest pain"},
        {
            "ID": "V2",
            "PATIENT": "P2",
            "DOCTOR": "D1",
            "TYPE": "consultation",
            "START": "2019-03-04T10:00:00+00:00",
        }
        | {"END": "2019-03-04T10:20:00+00:00", "STATUS": "fulfilled"},
    )

    def parse(self, cells: Cells) -> dict[str, Any]:
        return {
            "start_at": moment(cells, "START", required=True),
            "end_at": moment(cells, "END"),
            "minutes": minutes(cells),
            "status": status_of(cells),
            "patient_reason": cells.text("REASON", 500),
            "cancel_reason": cells.text("CANCEL_REASON", 500),
        }

    def refusals(self, rows: Sequence[Row], known: Known) -> dict[str, Fault]:
        """Under the locks of all doctors and patients who have a visit to come, so that nothing comes between."""
        now = timezone.now()
        around, standing = Around.of(rows, now), changes.standing_visits(rows)
        found: dict[str, Fault] = {}
        for row in rows:
            fault = settle(row, around)
            if fault is None and row.target_id in standing:
                fault = changes.refused(row, standing[row.target_id])
            if fault is not None:
                found[row.key] = fault
        good = [row for row in rows if row.key not in found]
        taken = known.kept.setdefault(self.name, clashes.Taken())
        taken.left |= {row.target_id: row.number for row in good if changes.leaves(row, standing)}
        ahead = [row for row in good if row.values[VISIT]["status"] in ACTIVE]
        return found | self._taken(ahead, taken, now) if ahead else found

    def _taken(self, rows: Sequence[Row], taken: clashes.Taken, now: datetime) -> dict[str, Fault]:
        asked = [wanted(row) for row in rows]
        hold(Doctor, (one.doctor for one in asked))
        hold(Patient, (one.patient for one in asked))
        if is_writing():
            clashes.let_go(asked, now)
        met = clashes.judge(asked, taken, now)
        mark_outside(row for row in rows if row.number not in met)
        said = {"DOCTOR": "doctor", "PATIENT": "patient"}
        return {
            row.key: (column, row.parents[said[column]], words)
            for row in rows
            if row.number in met
            for column, words in [met[row.number]]
        }

    def warnings(self, row: Row, facts: dict[str, Any]) -> list[str]:
        """Nothing of a row that was loaded before and says the same still."""
        visit = row.values.get(VISIT)
        if visit is None:
            return []
        told = {
            REPEATED: _("an hour that the clocks repeat; the first one was taken"),
            LATE: _("visit after the patient's death; loaded"),
            OUTSIDE: _("outside the hours, on leave or while closed; loaded as an exception"),
        }
        found = [words for name, words in told.items() if name in row.values]
        if visit["status"] in ACTIVE:
            found.append(_("visits to come: nobody is sent a message about them"))
        return found

    def before(self, rows: Sequence[Row]) -> list[tuple[type[Model], int, list[str]]]:
        return [(self.model, row.target_id, list(changes.CHANGED)) for row in rows]

    def create(self, rows: Sequence[Row]) -> list[int]:
        visits = Appointment.objects.bulk_create(changes.made(row) for row in rows)
        AppointmentEvent.objects.bulk_create(changes.event(visit) for visit in visits)
        return [visit.pk for visit in visits]

    def update(self, rows: Sequence[Row]) -> Sequence[Model]:
        standing = Appointment.objects.select_for_update(of=("self",)).in_bulk(
            [row.target_id for row in rows]
        )
        leaving = [standing[row.target_id] for row in rows if changes.leaves(row, standing)]
        events = [event for row in rows for event in changes.apply(row, standing[row.target_id])]
        # One after the other, in the file's order: a time must be left before another visit comes to it.
        for visit in leaving:
            visit.save(update_fields=changes.CHANGED)
        staying = [visit for visit in standing.values() if visit not in leaving]
        Appointment.objects.bulk_update(staying, changes.CHANGED)
        return AppointmentEvent.objects.bulk_create(events)


def wanted(row: Row) -> clashes.Wanted:
    visit = row.values[VISIT]
    block, times = (visit["block_start"], visit["block_end"]), (visit["start_at"], visit["end_at"])
    return clashes.Wanted(row.number, row.target_id, visit["doctor_id"], visit["patient_id"], block, times)


def mark_outside(rows: Any) -> None:
    """Those that lie outside the hours, or meet leave or a closure; three queries."""
    by_number = {row.number: row for row in rows}
    stays = [as_stay(row) for row in by_number.values()]
    if stays:
        times = [row.values[VISIT]["start_at"] for row in by_number.values()]
        hours = read_hours({stay.doctor_id for stay in stays}, min(times), max(times) + timedelta(minutes=1))
        for number in uncovered(stays, hours):
            by_number[number].values[OUTSIDE] = True


def as_stay(row: Row) -> Stay:
    visit = row.values[VISIT]
    start, end = slots.to_minutes(visit["start_at"]), slots.to_minutes(visit["end_at"])
    return Stay(row.number, visit["doctor_id"], visit["type_id"], visit["location_id"], start, end)


def moment(cells: Cells, column: str, *, required: bool = False) -> datetime | None:
    """An instant; without an offset and a zone for the whole file, a time of the place's clock, which comes later."""
    text = cells.text(column, 40, required=required)
    try:
        found = within_reach(datetime.fromisoformat(text)) if len(text) > DATE_ONLY else None
        if found and not found.tzinfo and cells.options.time_zone:
            found = found.replace(tzinfo=ZoneInfo(cells.options.time_zone))
    except (ValueError, OverflowError):
        found = None
    if text and found is None:
        cells.refuse(column, _("This is not a time like 2027-01-12T09:00."))
    return found


def minutes(cells: Cells) -> int | None:
    text = cells.get("DURATION")
    if not text:
        return None
    is_number = text.isascii() and text.isdecimal() and len(text) <= MOST_DIGITS
    if not (is_number and 0 < int(text) <= LONGEST_MINUTES):
        cells.refuse("DURATION", _("This is not a number of minutes like 20."))
        return None
    return int(text)


def visit(get: Get) -> str:
    """The natural key of a visit: who, with whom, when. One that is moved is then another: give visits keys."""
    return "|".join(get(name) for name in ("PATIENT", "DOCTOR", "START"))
