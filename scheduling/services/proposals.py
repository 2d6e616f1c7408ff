"""New times for visits that leave stands in the way of: the same doctor, else the same specialty, the soonest."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from scheduling import slots
from scheduling.errors import SlotTaken
from scheduling.models import Appointment
from scheduling.services.occupancy import (
    Counts,
    Hours,
    Minute,
    MinuteAfter,
    below_limit,
    busy_blocks,
    day_counts,
    local_day,
    longest,
    read_hours,
)
from scheduling.slots import Busy, Closed, Range, Rule, Slot

WEEK = timedelta(days=7)
FOUR_WEEKS = timedelta(days=28)
NEW = 0  # no visit's key: a time that was handed out just now


@dataclass
class Finder:
    """The calendars of some doctors while times are handed out: what is taken here is taken for all that follow."""

    rules: dict[int, list[Rule]]
    closed: list[Closed]
    zones: dict[int, str]
    busy: dict[int, list[Busy]]
    counts: dict[int, Counts]
    now: datetime
    visits: dict[int, list[tuple[int, Range]]] = field(default_factory=dict)  # of each patient: visit, time

    def first(self, visit: Appointment, doctor_ids: Iterable[int]) -> Slot | None:
        """The soonest time with any of the doctors that is not before the old one; searched week by week."""
        rules = [rule for key in doctor_ids for rule in self.rules.get(key, ())]
        at, last = earliest(visit, self.now), latest(visit, self.now)
        while rules and at < last:
            if found := self.free(visit, rules, at, min(at + WEEK, last)):
                return found[0]
            at += WEEK
        return None

    def free(self, visit: Appointment, rules: list[Rule], start: datetime, end: datetime) -> list[Slot]:
        """The visit's own old time does not stand in its way: a colleague may be free at that very time."""
        others = [times for key, times in self.visits.get(visit.patient_id, ()) if key != visit.pk]
        closed = [*self.closed, *(Closed(*times) for times in others)]
        found = slots.free_slots(rules, self.busy, visit.type.shape, start, end, closed)
        return below_limit(found, visit.type, self.counts[visit.type_id], self.zones)

    def claim(self, visit: Appointment, doctor_id: int, start: datetime) -> Slot:
        """Exactly this time, if it is still free; SlotTaken when it is not."""
        rules = self.rules.get(doctor_id, [])
        slot = next(iter(self.free(visit, rules, start, start + slots.MINUTE)), None)
        if slot is None or start < self.now:
            raise SlotTaken
        self.take(visit, slot)
        return slot

    def take(self, visit: Appointment, slot: Slot) -> None:
        kind = visit.type
        block = (slot.start - kind.buffer_before_minutes, slot.end + kind.buffer_after_minutes)
        self.busy.setdefault(slot.doctor_id, []).append(block)
        self.visits.setdefault(visit.patient_id, []).append((NEW, (slot.start, slot.end)))
        self.counts[kind.pk][slot.doctor_id, local_day(slot, self.zones)] += 1


def earliest(visit: Appointment, now: datetime) -> datetime:
    """Never before the old time: who is told by e-mail cannot be expected to come sooner."""
    return max(visit.start_at, now + timedelta(minutes=visit.type.lead_minutes))


def latest(visit: Appointment, now: datetime) -> datetime:
    return max(now + timedelta(days=visit.type.horizon_days), visit.start_at + FOUR_WEEKS)


def finder(
    visits: list[Appointment], doctor_ids: Iterable[int], now: datetime, closed: Iterable[Closed] = ()
) -> Finder:
    """Reads the calendars of the doctors once, for all of these visits; `closed` adds leave not yet written."""
    ids = list(doctor_ids)
    low = min(earliest(visit, now) for visit in visits)
    high = max(latest(visit, now) for visit in visits)
    types = {visit.type_id: visit.type for visit in visits}
    hours = read_hours(ids, low, high)
    busy = busy_blocks(ids, longest(types.values()), low, high, now)
    counts = {pk: day_counts(ids, kind, low, high, now) for pk, kind in types.items()}
    return Finder(
        rules=by_doctor(hours),
        closed=[*hours.closed, *closed],
        zones=hours.zones(),
        busy=dict(busy.items()),  # type: ignore[arg-type]
        counts=counts,
        now=now,
        visits=visits_of_patients(visits, low, high, now),
    )


def by_doctor(hours: Hours) -> dict[int, list[Rule]]:
    found: dict[int, list[Rule]] = defaultdict(list)
    for rule in hours.rules:
        found[rule.doctor_id].append(rule)
    return found


def visits_of_patients(
    visits: list[Appointment], low: datetime, high: datetime, now: datetime
) -> dict[int, list[tuple[int, Range]]]:
    """When these patients are with any doctor, the visits that are to be resolved among them; one query."""
    rows = Appointment.objects.occupying(now).filter(start_at__lt=high, end_at__gt=low)
    rows = rows.filter(patient__in={visit.patient_id for visit in visits})
    columns = ("patient_id", "pk", Minute("start_at"), MinuteAfter("end_at"))
    found: dict[int, list[tuple[int, Range]]] = defaultdict(list)
    for patient_id, pk, start, end in rows.order_by().values_list(*columns):
        found[patient_id].append((pk, (start, end)))
    return dict(found)
