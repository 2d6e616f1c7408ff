"""A search for free times, as the pickers, the check and the conflict page ask it."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from django.utils import timezone

from accounts.models import Doctor, Patient
from scheduling.models import Appointment, AppointmentType
from scheduling.services.availability import Opening, Viewer, bookable_range, first_free, free_slots
from scheduling.slots import MINUTE
from scheduling.views.choices import MOST_TIMES, Times, one_page

NEAREST = 3
AROUND = timedelta(days=7)


@dataclass(frozen=True)
class Search:
    """With whom, for what and for whom; `exclude` is the visit that is to move, which stands in no way."""

    doctor: Doctor
    kind: AppointmentType
    patient: Patient
    viewer: Viewer
    now: datetime
    exclude: Appointment | None = None

    @property
    def zone(self) -> ZoneInfo:
        place = self.doctor.location
        return place.zone if place else ZoneInfo(timezone.get_default_timezone_name())

    @property
    def today(self) -> date:
        return self.now.astimezone(self.zone).date()

    @property
    def limits(self) -> tuple[datetime, datetime]:
        return bookable_range(type=self.kind, viewer=self.viewer, now=self.now)

    def first(self, count: int = 1, start: datetime | None = None) -> list[Opening]:
        found = first_free(
            doctors=[self.doctor],
            types=[self.kind],
            viewer=self.viewer,
            now=self.now,
            start=start,
            count=count,
            patient=self.patient,
            exclude=self.exclude,
        )
        return found.get(self.doctor.pk, [])

    def page(self, start: datetime) -> Times:
        return one_page(self.first(MOST_TIMES + 1, start))

    def between(self, start: datetime, end: datetime) -> list[Opening]:
        found = free_slots(
            doctors=[self.doctor],
            type=self.kind,
            start=start,
            end=end,
            viewer=self.viewer,
            now=self.now,
            exclude=self.exclude,
            patient=self.patient,
        )
        return [Opening(self.kind, slot) for slot in found]

    def at(self, start: datetime) -> Opening | None:
        """Exactly this start, if it is free."""
        return next((found for found in self.between(start, start + MINUTE) if found.start == start), None)

    def nearest(self, start: datetime) -> list[Opening]:
        """Close to the wanted time, and when there are none, the next at all."""
        wanted = min(max(start, self.now), self.limits[1])
        around = self.between(wanted - AROUND, wanted + AROUND)
        closest = sorted(around, key=lambda opening: abs(opening.start - wanted))[:NEAREST]
        return sorted(closest, key=lambda opening: opening.start) or self.first(NEAREST)
