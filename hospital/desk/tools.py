"""Ways from the desk to the tools of the back office: those that are there and that the account may use."""

from dataclasses import dataclass
from typing import Any

from django.urls import NoReverseMatch, reverse
from django.utils.translation import gettext_lazy as _

TOOLS = [
    (_("Reports"), "admin:reports", "accounts.view_report"),
    (_("Load data"), "admin:accounts_loadbatch_add", "accounts.load_data"),
    (_("Set-up in one file"), "admin:setup", "accounts.load_data"),
    (_("See as a role"), "accounts:see-as", "accounts.see_as"),
    (_("Day list"), "scheduling:appointment-list", "scheduling.arrive_appointment"),
    (_("Book a visit"), "admin:scheduling_appointment_add", "scheduling.book_appointment"),
    (_("Free times"), "scheduling:free-times", "scheduling.view_free_times"),
]


@dataclass(frozen=True)
class Tool:
    label: Any
    url: str


def tools(user: Any) -> list[Tool]:
    """Asks the table of roles, never the database."""
    permitted = [(label, name) for label, name, permission in TOOLS if user.has_perm(permission)]
    found = [Tool(label, address(name)) for label, name in permitted]
    return [tool for tool in found if tool.url]


def address(name: str) -> str:
    """Empty for a page that this house does not have."""
    try:
        return reverse(name)
    except NoReverseMatch:
        return ""
