"""What the file would change: step by step, in words, and nothing written."""

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from django.utils.translation import gettext as _

from hospital.setup_file.hours import Hours
from hospital.setup_file.names import Names, is_archived
from hospital.setup_file.reading import Fault, Item, Setup, tidy
from hospital.setup_file.references import refer
from hospital.setup_file.shapes import LISTS, TABLES
from hospital.setup_file.steps import ABSENT, ADDED, BACK, CHANGED, OVER, SAME, Change, Step, label_of, shown

COUNTED = {ADDED: "created", CHANGED: "updated", BACK: "updated", SAME: "unchanged", OVER: "skipped"}
OUTCOMES = ("created", "updated", "unchanged", "skipped", "refused", "removed", "absent")


@dataclass
class Plan:
    removing: bool = False
    steps: list[Step] = field(default_factory=list)
    faults: list[Fault] = field(default_factory=list)

    @property
    def fingerprint(self) -> str:
        """Another one as soon as the plan says anything else."""
        told = [(step.table, step.verb, step.label, step.changes) for step in self.steps]
        return hashlib.sha256(repr((self.removing, told)).encode()).hexdigest()

    @property
    def shown(self) -> list[Step]:
        """All but what stays as it is."""
        return [step for step in self.steps if step.verb != SAME]

    @property
    def writes(self) -> list[Step]:
        verbs = {ADDED, CHANGED, BACK} | ({ABSENT} if self.removing else set())
        return [step for step in self.steps if step.verb in verbs]

    @property
    def doctors(self) -> list[Any]:
        """Those whom a change of hours concerns, as far as they are known already."""
        found = {step.doctor.pk: step.doctor for step in self.writes if step.doctor and step.doctor.pk}
        return list(found.values())

    def counts(self) -> dict[str, dict[str, int]]:
        """By table, what becomes of its rows."""
        absent = "removed" if self.removing else "absent"
        found = nothing()
        for step in self.steps:
            found[step.table][COUNTED.get(step.verb, absent)] += 1
        return found

    def refused(self) -> dict[str, dict[str, int]]:
        """With a fault nothing is written: the rows that have faults, by table."""
        found = nothing()
        for table in {fault.place: fault.table for fault in self.faults if fault.table}.values():
            found[table]["refused"] += 1
        return found


def nothing() -> dict[str, dict[str, int]]:
    return {name: dict.fromkeys(OUTCOMES, 0) for name in (TABLES | LISTS)}


def planned(setup: Setup, *, today: date, removing: bool = False) -> Plan:
    names = Names(setup)
    plan = Plan(removing, faults=[*setup.faults, *names.faults])
    for name in TABLES:
        for item in setup.items(name):
            plan.steps.append(step_for(item, names, plan.faults))
    plan.faults += circles(setup, names)
    for item in setup.items("doctors"):
        plan.steps += Hours(item, names, today, plan.faults).steps()
    for name in setup.tables:
        plan.steps += absent(name, names)
    return plan


def step_for(item: Item, names: Names, faults: list[Fault]) -> Step:
    """Puts the values of the file on the row it means, and notes what differs."""
    row, changes = names.meant[item], []
    for name, value in item.values.items():
        column = item.table.column(name)
        if column is None:
            continue
        found = refer(column, value, item, names, faults) if column.refers else value
        found = None if column.empty is not None and value == column.empty else found
        before = getattr(row, column.attribute, None) if row.pk or not column.refers else None
        if not same(before, found):
            changes.append(Change(label_of(column.attribute, type(row)), shown(before), shown(found)))
            setattr(row, column.attribute, found)
    is_new = row.pk is None
    verb = ADDED if is_new else BACK if is_archived(row) else CHANGED if changes else SAME
    return Step(item.table.name, verb, row, str(row), [] if is_new else changes, item)


def same(before: Any, found: Any) -> bool:
    """Rows are compared by their ids, texts without regard to how their lines end."""
    if hasattr(before, "public_id") or hasattr(found, "public_id"):
        return getattr(before, "public_id", None) == getattr(found, "public_id", None)
    if isinstance(before, str):
        return bool(tidy(before) == found)
    return bool(before == found)


def circles(setup: Setup, names: Names) -> Iterator[Fault]:
    """Departments that would be part of themselves; they are cut loose, so that the tree has an end."""
    above = {row.public_id: getattr(row.parent, "public_id", None) for row in names.rows["departments"]}
    items = setup.items("departments")
    above |= {names.meant[item].public_id: parent_of(names.meant[item]) for item in items}
    for item in items:
        start = at = names.meant[item].public_id
        for _step in above:
            at = above.get(at)
            if at == start:
                names.meant[item].parent = None
                yield item.fault("part_of", _("A department cannot be part of itself."))
                break


def parent_of(row: Any) -> Any:
    return getattr(row.parent, "public_id", None)


def absent(name: str, names: Names) -> Iterator[Step]:
    """Rows in use of which the file does not speak, though it speaks of others of their kind."""
    meant = {id(row) for row in names.meant.values()}
    for row in names.rows[name]:
        if id(row) not in meant and not is_archived(row) and getattr(row, "is_active", True):
            yield Step(name, ABSENT, row, str(row))
