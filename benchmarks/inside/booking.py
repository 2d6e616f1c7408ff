"""Times that can be booked, and what was booked of them."""

from datetime import date, datetime, timedelta
from itertools import chain, islice, zip_longest

from django.utils import timezone

from accounts.models import Doctor, User
from benchmarks.hours import FARTHEST_DAYS, NEAR_DAYS, midnight
from benchmarks.seeding.people import BOOKED_KIND
from scheduling import slots
from scheduling.models import Appointment, AppointmentType
from scheduling.services.availability import free_slots

# The key and the public id of a doctor, and a start.
Place = tuple[int, str, str]


def doctor_ids() -> dict[int, str]:
    return {pk: str(public_id) for pk, public_id in Doctor.objects.values_list("pk", "public_id")}


def type_id() -> str:
    """Public id of the kind of visit that is booked."""
    return str(AppointmentType.objects.get(pk=BOOKED_KIND).public_id)


def places(doctors: list[int], count: int, first: date) -> list[Place]:
    """Free times as the list shows them to a patient, of each doctor in turn, beyond the days of the searches.

    No patient has a seeded visit there, so that each may take any of them.
    """
    per_doctor = (times_of(doctor, first) for doctor in Doctor.objects.filter(pk__in=doctors).order_by("pk"))
    in_turn = chain.from_iterable(zip_longest(*per_doctor))
    found = list(islice((place for place in in_turn if place is not None), count))
    if len(found) < count:
        raise ValueError(f"{len(doctors)} doctors have only {len(found)} of {count} free times.")
    return found


def times_of(doctor: Doctor, first: date) -> list[Place]:
    found = free_slots(
        doctors=[doctor],
        type=AppointmentType.objects.get(pk=BOOKED_KIND),
        start=midnight(first + timedelta(days=NEAR_DAYS + 4)),
        end=midnight(first + timedelta(days=FARTHEST_DAYS - 4)),
        viewer=User.objects.get(pk=1),
        now=timezone.now(),
    )
    return [(doctor.pk, str(doctor.public_id), slots.from_minutes(slot.start).isoformat()) for slot in found]


def count_booked(asked: list[Place]) -> int:
    """Visits of these doctors at these times that the database holds."""
    wanted = {(doctor, datetime.fromisoformat(start)) for doctor, _, start in asked}
    near = Appointment.objects.active().filter(start_at__gte=min(start for _, start in wanted))
    return sum(pair in wanted for pair in near.values_list("doctor_id", "start_at"))
