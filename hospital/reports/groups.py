"""By what the rows of a report are made, and how a row is called."""

from collections import defaultdict
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any

from django.db.models import F
from django.db.models.functions import ExtractIsoWeekDay
from django.utils.translation import gettext_lazy as _

from accounts.models import Department, Doctor
from scheduling.models import AppointmentType
from scheduling.models.availability import DAYS

# From the key of a row to what it is sorted by and its name.
Names = dict[int, tuple[Any, str]]


def doctor_names(keys: Iterable[int]) -> Names:
    doctors = Doctor.objects.filter(pk__in=set(keys))
    return {
        doctor.pk: ((doctor.family_name.casefold(), doctor.given_name.casefold(), doctor.pk), str(doctor))
        for doctor in doctors
    }


def department_names(keys: Iterable[int]) -> Names:
    return named(Department.objects.filter(pk__in=set(keys)))


def type_names(keys: Iterable[int]) -> Names:
    return named(AppointmentType.objects.filter(pk__in=set(keys)))


def named(rows: Any) -> Names:
    return {row.pk: ((row.name.casefold(), row.pk), row.name) for row in rows}


def weekday_names(keys: Iterable[int]) -> Names:
    """Monday is 1, as ISO 8601 counts."""
    return {number + 1: (number, str(name)) for number, name in DAYS}


@dataclass(frozen=True)
class Group:
    label: Any
    key: Any
    names: Callable[[Iterable[int]], Names]


GROUPS = {
    "doctor": Group(_("Doctor"), F("doctor_id"), doctor_names),
    "department": Group(_("Department"), F("department_id"), department_names),
    "type": Group(_("Type of visit"), F("type_id"), type_names),
    # By the hospital's clock.
    "weekday": Group(_("Weekday"), ExtractIsoWeekDay("start_at"), weekday_names),
}


def in_order(keys: Iterable[int], names: Names) -> list[int]:
    """By name, in an order that no database decides."""
    return sorted(keys, key=lambda key: names[key][0])


def gathered(pairs: Iterable[tuple[Any, int]]) -> dict[Any, list[int]]:
    """Values by key."""
    found: dict[Any, list[int]] = defaultdict(list)
    for key, value in pairs:
        found[key].append(value)
    return found
