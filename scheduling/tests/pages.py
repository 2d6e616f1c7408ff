"""Where the pages of the calendar are, and what their lists show."""

import re
from typing import Any
from urllib.parse import urlencode

from django.urls import reverse

from accounts.models import Doctor
from scheduling.models import Appointment

LIST = "/appointments/"


def url(name: str, visit: Appointment) -> str:
    return reverse(f"scheduling:appointment-{name}", args=[visit.public_id])


def picker(doctor: Doctor, **query: str) -> str:
    return f"{reverse('scheduling:appointment-book', args=[doctor.public_id])}?{urlencode(query)}"


def listed(client: Any, query: str = "") -> list[str]:
    """The public ids of the visits on the list."""
    page = client.get(f"{LIST}{query}").content.decode()
    return re.findall(r'href="/appointments/([0-9a-f-]{36})/"', page)
