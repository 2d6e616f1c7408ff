"""What the file holds: its tables, their columns, and by which names of people each row is known."""

from dataclasses import dataclass
from datetime import date, time
from typing import Any

from django.db.models import Model

from accounts.models import Department, Doctor, Location
from clinical.models import MedicalRecord, NoteTemplate
from scheduling.models import AppointmentType, AvailabilityOverride, AvailabilityRule

FORMAT = 1
WEEKDAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
SPELT = {
    str: "a text",
    int: "a whole number",
    bool: "true or false",
    date: "a day",
    time: "a time",
    list: "a list",
}


@dataclass(frozen=True)
class Column:
    """One value of a row: what it is called in the file and in the model, and the table that it names a row of."""

    name: str
    kind: type = str
    field: str = ""
    refers: str = ""
    # How the file says that there is none.
    empty: Any = None

    @property
    def attribute(self) -> str:
        return self.field or self.name


@dataclass(frozen=True)
class Table:
    name: str
    model: type[Model]
    columns: tuple[Column, ...]
    # Without these a row is nothing.
    required: tuple[str, ...]
    lists: tuple[str, ...] = ()

    def column(self, name: str) -> Column | None:
        return next((column for column in self.columns if column.name == name), None)


def texts(*names: str) -> tuple[Column, ...]:
    return tuple(Column(name) for name in names)


def numbers(*names: str) -> tuple[Column, ...]:
    return tuple(Column(name, int) for name in names)


DEPARTMENT = Column("department", refers="departments")
LOCATION = Column("location", refers="locations")
MINUTES = ("minutes", "step_minutes", "buffer_before_minutes", "buffer_after_minutes", "lead_minutes")
LIMITS = ("horizon_days", "cancel_notice_minutes", "move_notice_minutes", "max_moves")

DEPARTMENTS = Table(
    "departments",
    Department,
    (
        Column("name"),
        Column("part_of", field="parent", refers="departments", empty=""),
        *texts("description", "opening_hours", "phone"),
    ),
    required=("name",),
)
LOCATIONS = Table(
    "locations",
    Location,
    texts("name", "address", "city", "state", "postal_code", "phone", "time_zone"),
    required=("name",),
)
TYPES = Table(
    "appointment_types",
    AppointmentType,
    (
        *texts("code", "name", "description", "preparation", "mode"),
        *numbers(*MINUTES, *LIMITS),
        Column("daily_limit", int, empty=0),
        Column("needs_approval", bool),
        Column("patients_may_book", bool),
    ),
    required=("code", "name", "minutes", "step_minutes"),
)
DOCTORS = Table(
    "doctors",
    Doctor,
    (
        *texts("licence_number", "title", "given_name", "family_name", "gender", "specialty"),
        DEPARTMENT,
        Column("location", refers="locations", empty=""),
        *texts("languages", "biography"),
    ),
    required=("given_name", "specialty", "department"),
    lists=("hours", "exceptions"),
)
TEMPLATES = Table(
    "note_templates",
    NoteTemplate,
    (
        Column("name"),
        Column("appointment_type", refers="appointment_types", empty=""),
        Column("is_active", bool),
        *texts(*MedicalRecord.SECTIONS),
    ),
    required=("name",),
)
HOURS = Table(
    "hours",
    AvailabilityRule,
    (
        Column("weekday"),
        Column("start_time", time),
        Column("end_time", time),
        DEPARTMENT,
        LOCATION,
        Column("types", list, refers="appointment_types"),
        Column("valid_from", date),
        Column("valid_until", date),
        Column("every_weeks", int),
        Column("anchor_date", date),
    ),
    required=("weekday", "start_time", "end_time"),
)
EXCEPTIONS = Table(
    "exceptions",
    AvailabilityOverride,
    (
        Column("date", date),
        Column("kind"),
        Column("start_time", time),
        Column("end_time", time),
        DEPARTMENT,
        LOCATION,
        Column("note"),
    ),
    required=("date", "kind"),
)
TABLES = {table.name: table for table in (DEPARTMENTS, LOCATIONS, TYPES, DOCTORS, TEMPLATES)}
LISTS = {table.name: table for table in (HOURS, EXCEPTIONS)}

Key = tuple[str, ...]


def keys_of(table: str, value: Any) -> list[Key]:
    """The names by which a row is known, the best first; `value` tells each column."""
    if table == "appointment_types":
        return [("code", value("code"))]
    if table != "doctors":
        return [("name", value("name"))]
    licence = value("licence_number")
    person = ("person", value("given_name"), value("family_name") or "", str(value("department") or ""))
    return [("licence", licence), person] if licence else [person]


def spoken(key: Key) -> str:
    """A key as people say it."""
    if key[0] == "person":
        return f"{key[1]} {key[2]}".strip() + f", {key[3]}"
    return str(key[1])
