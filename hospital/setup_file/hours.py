"""The hours and exceptions of one doctor: those of the file beside those of the house."""

from collections.abc import Callable, Iterator
from datetime import date
from typing import Any

from django.utils.translation import gettext as _

from hospital.setup_file.names import Names
from hospital.setup_file.reading import Fault, Item
from hospital.setup_file.references import refer
from hospital.setup_file.shapes import LISTS, WEEKDAYS, Column
from hospital.setup_file.steps import ABSENT, ADDED, CHANGED, OVER, SAME, Change, Step, label_of, shown
from scheduling.models import AvailabilityOverride, AvailabilityRule

Values = dict[str, Any]
# By what an entry that differs is taken for the same one, changed.
ALIKE = {"hours": ("weekday", "start_time", "valid_from"), "exceptions": ("date", "start_time")}
NEARLY = {"hours": ("weekday", "start_time"), "exceptions": ("date",)}


class Hours:
    """Entries are whole sentences: what one does not say is not so, or is as it is with the doctor."""

    def __init__(self, item: Item, names: Names, today: date, faults: list[Fault]) -> None:
        self.item, self.names, self.today, self.faults = item, names, today, faults
        self.doctor = names.meant[item]

    def steps(self) -> Iterator[Step]:
        for name, items in self.item.lists.items():
            wanted = [(item, self.values(item)) for item in items]
            stored = [(row, values_of(row)) for row in self.stored(name)]
            yield from self.compared(name, wanted, stored)

    def stored(self, name: str) -> list[Any]:
        """Also those that are over, so that a file of last year finds them."""
        if self.doctor.pk is None:
            return []
        model: Any = LISTS[name].model
        return list(model.objects.filter(doctor=self.doctor.pk).with_places().order_by("pk"))

    def values(self, item: Item) -> Values:
        values: Values = {column.attribute: None for column in item.table.columns}
        for name, value in item.values.items():
            column = item.table.column(name)
            if column is not None:
                values[column.attribute] = self.value(column, value, item)
        for place in ("department", "location"):
            if place not in item.values:
                values[place] = getattr(self.doctor, place, None) if self.has(place) else None
                if values[place] is None and not self.is_faulty(place):
                    self.faults.append(
                        item.fault(place, _("This is needed: the doctor has none of their own."))
                    )
        return values | defaults(item, values)

    def has(self, place: str) -> bool:
        return place in self.doctor._state.fields_cache

    def is_faulty(self, place: str) -> bool:
        """Whether the doctor's own was not understood, which is told already."""
        return bool(self.item.value(place))

    def value(self, column: Column, value: Any, item: Item) -> Any:
        if column.name == "weekday":
            if value.casefold() in WEEKDAYS:
                return WEEKDAYS.index(value.casefold())
            words = _("“%(value)s” is no day of the week: write %(days)s.")
            self.faults.append(item.fault("weekday", words % {"value": value, "days": ", ".join(WEEKDAYS)}))
            return None
        return refer(column, value, item, self.names, self.faults) if column.refers else value

    def compared(
        self, name: str, wanted: list[tuple[Item, Values]], stored: list[tuple[Any, Values]]
    ) -> Iterator[Step]:
        pairs: dict[Item, tuple[Any, Values] | None] = {}
        tests: list[Callable[[Item, Values, Any, Values], bool]] = [
            lambda item, _new, row, _old: item.id is not None and item.id == row.public_id,
            lambda _item, new, _row, old: signature(new) == signature(old),
            lambda _item, new, row, old: alike(ALIKE[name], new, old) and not self.is_over(old),
            lambda _item, new, row, old: alike(NEARLY[name], new, old) and not self.is_over(old),
        ]
        for fits in tests:
            for item, new in wanted:
                if item not in pairs:
                    match = next((pair for pair in stored if fits(item, new, *pair)), None)
                    if match is not None:
                        stored.remove(match)
                        pairs[item] = match
        for item, new in wanted:
            yield self.step(name, item, new, pairs.get(item))
        for row, old in stored:
            if not self.is_over(old):
                yield Step(name, ABSENT, row, self.label(name, old), doctor=self.doctor)

    def step(self, name: str, item: Item, new: Values, pair: tuple[Any, Values] | None) -> Step:
        label = self.label(name, new)
        if pair is not None and signature(pair[1]) == signature(new):
            return Step(name, SAME, pair[0], label, item=item, doctor=self.doctor)
        if self.is_over(new):
            return Step(name, OVER, None, label, item=item, doctor=self.doctor)
        if pair is not None:
            row, old = pair
            changes = [
                Change(label_of(field, type(row)), shown(old[field]), shown(new[field]))
                for field in new
                if signature({field: old[field]}) != signature({field: new[field]})
            ]
            return self.filled(Step(name, CHANGED, row, self.label(name, old), changes, item), new)
        row = LISTS[name].model(public_id=item.id) if item.id else LISTS[name].model()
        return self.filled(Step(name, ADDED, row, label, item=item), new)

    def filled(self, step: Step, values: Values) -> Step:
        step.row.doctor = step.doctor = self.doctor
        step.types = values.get("types")
        for field, value in values.items():
            if field != "types":
                setattr(step.row, field, value)
        return step

    def is_over(self, values: Values) -> bool:
        last = values["date"] if "date" in values else values["valid_until"]
        return last is not None and last < self.today

    def label(self, name: str, values: Values) -> str:
        if name == "hours":
            day = WEEKDAYS[values["weekday"]].capitalize() if values["weekday"] is not None else "…"
        else:
            day = shown(values["date"])
        clock = f" {shown(values['start_time'])}–{shown(values['end_time'])}" if values["start_time"] else ""
        return f"{self.doctor}, {day}{clock}"


def defaults(item: Item, values: Values) -> Values:
    if item.table.name == "exceptions":
        return {"note": values["note"] or ""}
    weeks, anchor = values["every_weeks"] or 1, values["anchor_date"]
    return {"every_weeks": weeks, "types": values["types"] or [], "anchor_date": anchor}


def values_of(row: AvailabilityRule | AvailabilityOverride) -> Values:
    table = LISTS["hours" if isinstance(row, AvailabilityRule) else "exceptions"]
    values = {column.attribute: getattr(row, column.attribute) for column in table.columns}
    return values | ({"types": list(row.types.all())} if isinstance(row, AvailabilityRule) else {})


def signature(values: Values) -> tuple[Any, ...]:
    """What says the same is equal: rows by their ids, kinds of visit in any order."""
    return tuple(sign(value) for value in values.values())


def sign(value: Any) -> Any:
    if isinstance(value, list):
        return frozenset(one.public_id for one in value)
    return getattr(value, "public_id", value)


def alike(fields: tuple[str, ...], new: Values, old: Values) -> bool:
    return all(new[field] == old[field] for field in fields)
