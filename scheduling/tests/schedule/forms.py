"""What is typed into the forms of hours, days and leave."""

from typing import Any

from accounts.models import Doctor
from scheduling.models import AppointmentType


def rule_form(doctor: Doctor, kind: AppointmentType, **changes: Any) -> dict[str, Any]:
    """Tuesdays from one to five, from Monday 11 January 2027 on."""
    typed = {
        "weekday": "1",
        "start_time": "13:00",
        "end_time": "17:00",
        "location": doctor.location.public_id,
        "department": doctor.department.public_id,
        "valid_from": "2027-01-11",
        "every_weeks": "1",
        "type": kind.public_id,
    }
    return typed | changes


def day_form(doctor: Doctor, kind: AppointmentType, **changes: Any) -> dict[str, Any]:
    """Nobody is seen on Tuesday 12 January 2027."""
    typed = {
        "date": "2027-01-12",
        "kind": "close",
        "note": "congress",
        "location": doctor.location.public_id,
        "department": doctor.department.public_id,
        "type": kind.public_id,
    }
    return typed | changes


def leave_form(key: Any, **changes: Any) -> dict[str, Any]:
    """Away on Tuesday 12 January 2027, the whole day."""
    typed = {
        "key": key,
        "first_day": "2027-01-12",
        "last_day": "2027-01-12",
        "kind": "sick",
        "reason": "a private matter",
    }
    return typed | changes


def review_form(answer: Any, every: str = "", **choices: str) -> dict[str, Any]:
    """What the review page sends; `choices` by the public id of the visit, its dashes left out."""
    page = answer.context["review"]
    sent = {name: value for name, value in answer.context["leave_form"].data.items() if value}
    for row in page.rows:
        name = str(row.visit.public_id)
        sent[f"{name}-choice"] = choices.get(row.visit.public_id.hex, "")
        sent[f"{name}-proposal"] = row.form["proposal"].value()
    return sent | {"apply": "1", "every": every}
