"""The set-up as it stands, written so that the same set-up always makes the same file."""

from collections import Counter
from collections.abc import Iterable, Iterator
from datetime import date
from typing import Any

import tomli_w

from accounts.models import Doctor
from hospital.setup_file.hours import values_of
from hospital.setup_file.names import SELECTED
from hospital.setup_file.reading import tidy
from hospital.setup_file.shapes import EXCEPTIONS, FORMAT, HOURS, TABLES, WEEKDAYS, Column, Table
from scheduling.models import AvailabilityOverride, AvailabilityRule

TITLE = "# The set-up of a hospital. How to read and apply it: docs/setup.md\n"
PLACES = ("department", "location")


def export(*, today: date, ids: bool = False) -> str:
    """All that is in use from today on; `ids` lets an edited file rename rows."""
    writing = Writing(today, ids)
    held = {"format": FORMAT} | {name: writing.table(table) for name, table in TABLES.items()}
    return TITLE + tomli_w.dumps(held, multiline_strings=True)


class Writing:
    def __init__(self, today: date, ids: bool) -> None:
        self.today, self.ids = today, ids
        self.twins: dict[str, set[str]] = {}

    def table(self, table: Table) -> list[dict[str, Any]]:
        rows = list(in_use(table))
        column = "code" if table.name == "appointment_types" else "name"
        names = Counter(getattr(row, column, row.pk) for row in rows)
        self.twins[table.name] = {name for name, number in names.items() if number > 1}
        doctors = twin_doctors(rows) if table.name == "doctors" else set()
        written = [
            self.row(table, row, getattr(row, column, row.pk) in self.twins[table.name]) for row in rows
        ]
        for row, one in zip(rows, written, strict=True):
            if row.pk in doctors:
                one |= {"id": str(row.public_id)}
        return sorted(written, key=sorting)

    def row(self, table: Table, row: Any, is_twin: bool) -> dict[str, Any]:
        found: dict[str, Any] = {"id": str(row.public_id)} if self.ids or is_twin else {}
        for column in table.columns:
            found[column.name] = self.value(column, getattr(row, column.attribute))
        if isinstance(row, Doctor):
            found |= self.hours(row)
        return found

    def value(self, column: Column, value: Any) -> Any:
        if value is None:
            return column.empty
        if column.refers:
            return self.name(column.refers, value)
        return tidy(value)

    def name(self, table: str, row: Any) -> str:
        """Its name, or its id where the name is not enough."""
        name = row.code if table == "appointment_types" else row.name
        is_known = name not in self.twins.get(table, ()) and getattr(row, "archived_at", None) is None
        return str(tidy(name)) if is_known or table not in self.twins else str(row.public_id)

    def hours(self, doctor: Doctor) -> dict[str, Any]:
        rules = AvailabilityRule.objects.filter(doctor=doctor).current(self.today).with_places()
        days = AvailabilityOverride.objects.filter(doctor=doctor, date__gte=self.today).with_places()
        return {
            "hours": self.entries(HOURS, rules, doctor),
            "exceptions": self.entries(EXCEPTIONS, days, doctor),
        }

    def entries(self, table: Table, rows: Iterable[Any], doctor: Doctor) -> list[dict[str, Any]]:
        written = sorted((self.entry(table, row, doctor) for row in rows), key=sorting_entries)
        return [{name: spelt(name, value) for name, value in one.items()} for one in written]

    def entry(self, table: Table, row: Any, doctor: Doctor) -> dict[str, Any]:
        """Without what goes without saying."""
        found: dict[str, Any] = {"id": str(row.public_id)} if self.ids else {}
        for name, value in values_of(row).items():
            column = table.column(name)
            if column is None or value in (None, "", []) or (name == "every_weeks" and value == 1):
                continue
            if name in PLACES and value.pk == getattr(doctor, f"{name}_id"):
                continue
            found[name] = self.entry_value(column, value)
        return found

    def entry_value(self, column: Column, value: Any) -> Any:
        if isinstance(value, list):
            return sorted(self.name(column.refers, kind) for kind in value)
        return self.value(column, value)


def in_use(table: Table) -> Iterator[Any]:
    rows = table.model._default_manager.select_related(*SELECTED.get(table.name, [])).order_by("pk")
    return (row for row in rows.iterator() if not getattr(row, "archived_at", None))


def twin_doctors(rows: list[Any]) -> set[int]:
    """Those whose licence or, without one, whose name in the department is another's too."""
    keys = {
        row.pk: row.licence_number or (row.given_name, row.family_name, row.department_id) for row in rows
    }
    numbers = Counter(keys.values())
    return {pk for pk, key in keys.items() if numbers[key] > 1}


def spelt(name: str, value: Any) -> Any:
    return WEEKDAYS[value] if name == "weekday" else value


def sorting(row: dict[str, Any]) -> tuple[str, ...]:
    """By names and not by keys, which differ from database to database."""
    names = ("family_name", "given_name", "licence_number", "code", "name", "id")
    return tuple(str(row.get(name, "")) for name in names)


def sorting_entries(row: dict[str, Any]) -> tuple[str, ...]:
    return tuple(str(row.get(name, "")) for name in ("date", "weekday", "start_time", "valid_from")) + (
        repr(row),
    )
