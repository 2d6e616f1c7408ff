"""Carrying the plan out: in one transaction, in somebody's name, under the rules that the pages have too."""

from collections.abc import Iterator
from datetime import datetime
from typing import Any, NamedTuple

from django.core.exceptions import NON_FIELD_ERRORS, ValidationError
from django.db import IntegrityError, transaction
from django.db.models import ForeignKey
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.audit import acting, record_event
from accounts.errors import DomainError, StaleVersion
from accounts.models import Doctor, User
from accounts.rules import demand
from accounts.services import archiving
from hospital.setup_file.planning import Plan, planned
from hospital.setup_file.reading import Fault, read
from hospital.setup_file.shapes import LISTS, TABLES
from hospital.setup_file.steps import ABSENT, ADDED, BACK, Step
from scheduling.errors import InTwoPlaces
from scheduling.models import Appointment
from scheduling.services import hours, types
from scheduling.services.calendar import locked, patiently
from scheduling.services.checking import outside_hours

LOAD = "accounts.load_data"
COMING = (*TABLES, *LISTS)
# What goes first, so that nothing hangs on what goes later.
GOING = ("exceptions", "hours", "note_templates", "doctors", "appointment_types", "locations", "departments")


class Meanwhile(DomainError):
    message = gettext_lazy("Somebody changed the set-up meanwhile. Look at the changes again.")


class Outcome(NamedTuple):
    plan: Plan
    # Booked visits that lie outside the hours of the doctors concerned, and stay.
    outside: int

    @property
    def is_well(self) -> bool:
        return not self.plan.faults


@patiently
def apply(
    *,
    text: str,
    actor: User | None,
    now: datetime,
    removing: bool = False,
    dry_run: bool = False,
    seen: str = "",
) -> Outcome:
    """Makes the house as the file says; with a fault, or for a dry run, nothing is kept.

    `seen` is the fingerprint of the plan that was looked at: another one raises Meanwhile.
    """
    if actor is not None:
        demand(actor, LOAD)
    setup, today = read(text), timezone.localdate(now)
    with acting(actor, reason="set-up file"):
        plan = planned(setup, today=today, removing=removing)
        locked(Doctor, plan.doctors)
        plan = as_looked_at(planned(setup, today=today, removing=removing), seen or plan.fingerprint)
        told = {fault[:2] for fault in plan.faults}
        # With faults too: it is taken back, and finds the others.
        plan.faults += [fault for fault in Carrying(plan, actor, now).out() if fault[:2] not in told]
        plan.faults.sort(key=Fault.position)
        outside = 0 if plan.faults else visits_outside(plan, now)
        if dry_run or plan.faults:
            transaction.set_rollback(True)
        elif plan.writes:
            record_event(actor=actor, action="load", reason=f"set-up file: {len(plan.writes)} rows")
    return Outcome(plan, outside)


def as_looked_at(plan: Plan, fingerprint: str) -> Plan:
    if plan.fingerprint != fingerprint:
        raise Meanwhile
    return plan


def visits_outside(plan: Plan, now: datetime) -> int:
    return len(outside_hours(now, Appointment.objects.filter(doctor__in=plan.doctors))) if plan.doctors else 0


class Carrying:
    """Goes on after a fault, so that all of them are told; whoever called takes everything back then."""

    def __init__(self, plan: Plan, actor: User | None, now: datetime) -> None:
        self.plan, self.actor, self.now = plan, actor, now
        self.faults: list[Fault] = []
        self.saved: set[Step] = set()

    def out(self) -> list[Fault]:
        coming = [step for step in self.plan.writes if step.verb != ABSENT]
        for step in sorted(coming, key=lambda step: (COMING.index(step.table), depth(step.row))):
            self.attempt(step, self.save)
        going = [step for step in self.plan.writes if step.verb == ABSENT]
        for step in sorted(going, key=lambda step: (GOING.index(step.table), -depth(step.row))):
            self.attempt(step, self.remove)
        for step in coming:
            if step.doctor and step in self.saved:
                self.attempt(step, check_places)
        return self.faults

    def attempt(self, step: Step, act: Any) -> None:
        try:
            with transaction.atomic():
                act(step)
        except ValidationError as refusal:
            self.faults += in_words(step, refusal)
        except StaleVersion as refusal:
            raise Meanwhile from refusal
        except InTwoPlaces as refusal:
            self.faults.append(step.fault("location", refusal))
        except (DomainError, IntegrityError) as refusal:
            self.faults.append(step.fault("", refusal))

    def save(self, step: Step) -> None:
        row, refused = step.row, refused_targets(step)
        if refused:
            # What it belongs to was refused, and that is told; what else is wrong is told now.
            row.full_clean(exclude=refused)
            return
        if step.verb == BACK:
            self.bring_back(step)
        row.full_clean()
        if step.verb != ADDED:
            row.claim_version(row.version)
        row.save()
        if step.types is not None:
            row.types.set(step.types)
        self.saved.add(step)

    def bring_back(self, step: Step) -> None:
        actor, row = self.somebody(), step.row
        fields = ["version", "archived_at"]
        if step.table == "doctors":
            archiving.reactivate_doctor(doctor=row, actor=actor, now=self.now)
        elif step.table == "appointment_types":
            types.restore(type=row, actor=actor)
        else:
            archiving.restore_place(place=row, actor=actor, now=self.now)
        row.refresh_from_db(fields=fields)

    def remove(self, step: Step) -> None:
        actor, row = self.somebody(), step.row
        match step.table:
            case "hours":
                day = timezone.localdate(self.now)
                hours.end_rule(rule=row, day=day, version=row.version, actor=actor)
            case "exceptions":
                hours.remove_override(override=row, version=row.version, actor=actor)
            case "note_templates":
                row.claim_version(row.version)
                row.is_active = False
                row.save(update_fields=["is_active"])
            case "doctors":
                archiving.deactivate_doctor(doctor=row, actor=actor, now=self.now)
            case "appointment_types":
                types.archive(type=row, actor=actor, now=self.now)
            case _:
                archiving.archive_place(place=row, actor=actor, now=self.now)

    def somebody(self) -> User:
        if self.actor is None:
            raise DomainError(_("This is done in somebody's name only: say --actor EMAIL."))
        return self.actor


def depth(row: Any) -> int:
    """How far down the tree of departments; 0 for everything else."""
    found = 0
    while (row := getattr(row, "parent", None)) is not None:
        found += 1
    return found


def refused_targets(step: Step) -> set[str]:
    """Fields that name rows without a key; those that were saved just now have theirs."""
    found = set()
    for field in step.row._meta.concrete_fields:
        if isinstance(field, ForeignKey) and field.is_cached(step.row):
            target = field.get_cached_value(step.row)
            setattr(step.row, field.name, target)
            if target is not None and target.pk is None:
                found.add(field.name)
    return found | ({"types"} if any(kind.pk is None for kind in step.types or ()) else set())


def check_places(step: Step) -> None:
    kinds = frozenset(kind.pk for kind in step.types or ())
    hours.check_places(step.doctor, step.row, [step.row], kinds)


def in_words(step: Step, refusal: ValidationError) -> Iterator[Fault]:
    columns = {column.attribute: column.name for column in step.item.table.columns} if step.item else {}
    for name, words in refusal.message_dict.items():
        for word in words:
            yield step.fault("" if name == NON_FIELD_ERRORS else columns.get(name, name), word)
