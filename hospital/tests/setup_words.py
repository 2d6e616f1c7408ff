"""What the tests of the set-up file share."""

from datetime import datetime
from typing import Any

from accounts.models import User
from hospital.setup_file.exporting import export
from hospital.setup_file.writing import Outcome, apply

SMALL = """
format = 1

[[departments]]
name = "Surgery"

[[departments]]
name = "Hand surgery"
part_of = "Surgery"
phone = "020 7946 0199"

[[locations]]
name = "North wing"
time_zone = "Europe/London"

[[appointment_types]]
code = "check"
name = "Check"
minutes = 20
step_minutes = 20

[[doctors]]
licence_number = "L-1"
given_name = "Ida"
family_name = "Berg"
specialty = "Hand surgery"
department = "Hand surgery"
location = "North wing"
languages = "English"

[[doctors.hours]]
weekday = "monday"
start_time = 09:00:00
end_time = 12:00:00
types = ["check"]

[[doctors.hours]]
weekday = "tuesday"
start_time = 13:00:00
end_time = 17:00:00

[[doctors.exceptions]]
date = 2027-02-01
kind = "close"

[[note_templates]]
name = "Hand"
appointment_type = "check"
examination = "Left:\\nRight:"
"""


def applied(text: str, now: datetime, actor: User | None = None, **how: Any) -> Outcome:
    return apply(text=text, actor=actor, now=now, **how)


def made(text: str, now: datetime, actor: User | None = None, **how: Any) -> Outcome:
    """Applied without a fault."""
    outcome = applied(text, now, actor, **how)
    assert [str(fault) for fault in outcome.plan.faults] == []
    return outcome


def faults(text: str, now: datetime, actor: User | None = None, **how: Any) -> list[str]:
    return [str(fault) for fault in applied(text, now, actor, **how).plan.faults]


def told(outcome: Outcome) -> list[tuple[str, str, str, list[str]]]:
    """What differs: the table, what becomes of the row, the row, and each change in words."""
    return [(step.table, step.verb, step.label, list(map(str, step.changes))) for step in outcome.plan.shown]


def exported(now: datetime, **how: Any) -> str:
    return export(today=now.date(), **how)
