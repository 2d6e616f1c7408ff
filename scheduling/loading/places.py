"""Where doctors are at home, and the locks that every write to the calendar takes."""

from collections.abc import Iterable
from typing import Any, NamedTuple

from django.db import connection

from accounts.models import Doctor, Location
from accounts.triggers.context import current

# What files call the columns that say whose time it is, and where.
WHO_AND_WHERE = {
    "DOCTOR": (
        "DOCTOR ID",
        "DOCTOR NAME",
        "PROVIDER",
        "PROVIDER ID",
        "PHYSICIAN",
        "CLINICIAN",
        "LICENCE NUMBER",
    ),
    "LOCATION": ("SITE", "BUILDING", "CLINIC", "PLACE"),
    "DEPARTMENT": ("DEPT", "UNIT"),
}


class Home(NamedTuple):
    """What a row means that names no place: the doctor's own."""

    location_id: int | None
    department_id: int
    is_archived: bool


def homes(doctor_ids: Iterable[Any]) -> dict[int, Home]:
    """One query."""
    found = Doctor.objects.filter(pk__in=set(doctor_ids) - {None})
    rows = found.values_list("pk", "location_id", "department_id", "archived_at")
    return {pk: Home(place, unit, gone is not None) for pk, place, unit, gone in rows}


def zones(location_ids: Iterable[Any]) -> dict[int, str]:
    """One query."""
    places = Location.objects.filter(pk__in=set(location_ids) - {None})
    return dict(places.values_list("pk", "time_zone"))


def is_writing() -> bool:
    """Whether rows are judged inside the transaction that is about to write them."""
    return current(connection).batch is not None


def hold(model: Any, keys: Iterable[Any]) -> None:
    """Locks the rows in the order of their keys, as all writes to the calendar do, if they are to be written."""
    if is_writing():
        rows = model.objects.select_for_update(no_key=True).filter(pk__in=set(keys) - {None})
        list(rows.order_by("pk").values_list("pk", flat=True))
