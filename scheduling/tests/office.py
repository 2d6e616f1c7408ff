"""What the tests of the calendar's back office share: its addresses, what is typed there, what it says."""

import re
from typing import Any

from django.urls import reverse

from accounts.models import Doctor, Location


def page(model: str, name: str, *args: Any) -> str:
    return reverse(f"admin:scheduling_{model}_{name}", args=args)


def weekly(doctor: Doctor, **changes: Any) -> dict[str, Any]:
    """Wednesdays from 9 to 12, as the form is typed."""
    typed = {"doctor": doctor.pk, "department": doctor.department_id, "location": doctor.location_id}
    return typed | {"weekday": 2, "start_time": "09:00", "end_time": "12:00", "every_weeks": 1} | changes


def one_day(doctor: Doctor, **changes: Any) -> dict[str, Any]:
    """The whole of Tuesday closed, as the form is typed."""
    typed = {"doctor": doctor.pk, "department": doctor.department_id, "location": doctor.location_id}
    return typed | {"date": "2027-01-12", "kind": "close"} | changes


def closed(location: Location | None, **changes: Any) -> dict[str, Any]:
    """Tuesday, as the form is typed."""
    days = {"start_at_0": "2027-01-12", "start_at_1": "00:00", "end_at_0": "2027-01-13", "end_at_1": "00:00"}
    return {"location": location.pk if location else "", "reason": "Holiday"} | days | changes


def errors(answer: Any) -> dict[str, list[str]]:
    return dict(answer.context["adminform"].form.errors)


def warned(answer: Any) -> tuple[str, str]:
    """The words of the warning, and where it leads."""
    (words,) = [str(message) for message in answer.context["messages"] if message.level_tag == "warning"]
    found = re.search(r'^(.*?) <a href="([^"]+)">', words)
    assert found is not None, words
    return found[1], found[2].replace("&amp;", "&")
