"""A number on the desk, and the address of the list that proves it."""

from dataclasses import dataclass
from typing import Any

from django.urls import reverse
from django.utils.formats import number_format
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.backoffice.paging import COUNTED

WAITS, TODAY = gettext_lazy("Waiting for you"), gettext_lazy("Visits today")
LOADS, PEOPLE = gettext_lazy("Loads"), gettext_lazy("People")
NOTED, ACCESS = gettext_lazy("Noted in the past 7 days"), gettext_lazy("Access to patients")


@dataclass(frozen=True)
class Figure:
    """`calls`: somebody has to do something about each of them."""

    label: Any
    number: int
    url: str
    group: Any
    calls: bool = False

    @property
    def needs_action(self) -> bool:
        return self.calls and self.number > 0

    @property
    def shown(self) -> str:
        """As the list says it: “128”, or “more than 10,000”."""
        if self.number <= COUNTED:
            return number_format(self.number, force_grouping=True)
        return _("more than %(number)s") % {"number": number_format(COUNTED, force_grouping=True)}


@dataclass(frozen=True)
class Fact:
    """Something that is no number: when a thing was last done. Without a list, there is no address."""

    label: Any
    words: Any
    url: str = ""
    needs_action: bool = False


def waiting(label: Any, number: int, url: str) -> Figure:
    return Figure(label, number, url, WAITS, calls=True)


def how_many(rows: Any) -> int:
    """At most one more than the lists count, so that the database stops there."""
    return int(rows.order_by()[: COUNTED + 1].count())


def proof(changelist: str, query: str = "") -> str:
    url = reverse(f"admin:{changelist}_changelist")
    return f"{url}?{query}" if query else url
