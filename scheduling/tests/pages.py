"""Where the pages of the calendar are, and what their lists show."""

import re
from typing import Any
from urllib.parse import urlencode

from django.urls import reverse

from accounts.models import Doctor
from scheduling.models import Appointment

LIST = "/appointments/"
TUESDAY = f"{LIST}?day=2027-01-12"


def url(name: str, visit: Appointment) -> str:
    return reverse(f"scheduling:appointment-{name}", args=[visit.public_id])


def picker(doctor: Doctor, **query: str) -> str:
    return f"{reverse('scheduling:appointment-book', args=[doctor.public_id])}?{urlencode(query)}"


def check(doctor: Doctor) -> str:
    return reverse("scheduling:appointment-check", args=[doctor.public_id])


def listed(client: Any, query: str = "") -> list[str]:
    """The public ids of the visits on the list."""
    page = client.get(f"{LIST}{query}").content.decode()
    return re.findall(r'href="/appointments/([0-9a-f-]{36})/"', page)


def words_of(answer: Any) -> str:
    """What the page says, without its tags."""
    return " ".join(re.sub(r"<[^>]+>", " ", answer.content.decode()).split())


def buttons(client: Any, page: str = TUESDAY) -> list[str]:
    """What the buttons of the list post to: the word of each address."""
    found = re.findall(r'<form method="post" action="([^"]+)"', rows_of(client, page))
    return [re.findall(r"/([a-z]+)(?=/)", address)[-1] for address in found]


def rows_of(client: Any, page: str = TUESDAY) -> str:
    return client.get(page).content.decode().split("<tbody>")[-1].split("</tbody>")[0]


def gaps(client: Any, page: str = TUESDAY) -> list[str]:
    return re.findall(r"Free from [^<]+", client.get(page).content.decode())
