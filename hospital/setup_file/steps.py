"""One row of the plan: what becomes of it, and how that is said."""

from dataclasses import dataclass, field
from datetime import date, time
from typing import Any, NamedTuple

from django.db.models import Model
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from hospital.setup_file.reading import Fault, Item

ADDED, CHANGED, BACK, SAME, ABSENT, OVER = "added", "changed", "back", "same", "absent", "over"
WORDS = {
    ADDED: gettext_lazy("added"),
    CHANGED: gettext_lazy("changed"),
    BACK: gettext_lazy("brought back from the archive"),
    SAME: gettext_lazy("as it is"),
    ABSENT: gettext_lazy("not in the file"),
    OVER: gettext_lazy("over already, left out"),
}
REMOVED = {
    "hours": gettext_lazy("not in the file: ended"),
    "exceptions": gettext_lazy("not in the file: taken away"),
    "note_templates": gettext_lazy("not in the file: no longer offered"),
}
ARCHIVED = gettext_lazy("not in the file: archived")
TITLES = {
    "departments": gettext_lazy("departments"),
    "locations": gettext_lazy("locations"),
    "appointment_types": gettext_lazy("appointment types"),
    "doctors": gettext_lazy("doctors"),
    "hours": gettext_lazy("weekly hours"),
    "exceptions": gettext_lazy("exceptions to the weekly hours"),
    "note_templates": gettext_lazy("note templates"),
}


class Change(NamedTuple):
    """A value before and after, as people read them."""

    label: str
    before: str
    after: str

    def __str__(self) -> str:
        return f"{self.label}: {self.before} → {self.after}"


@dataclass(eq=False)
class Step:
    """What becomes of one row, which holds its new values already and is not saved yet."""

    table: str
    verb: str
    row: Any
    label: str
    changes: list[Change] = field(default_factory=list)
    item: Item | None = None
    # The doctor whose hours they are, and the kinds of visit that these are for.
    doctor: Any = None
    types: list[Any] | None = None

    def fault(self, column: str, reason: Any) -> Fault:
        return (
            self.item.fault(column, reason)
            if self.item
            else Fault(self.label, column, str(reason), self.table)
        )

    def words(self, removing: bool) -> str:
        if self.verb == ABSENT and removing:
            return str(REMOVED.get(self.table, ARCHIVED))
        return str(WORDS[self.verb])

    @property
    def title(self) -> str:
        return str(TITLES[self.table])


def label_of(field_name: str, model: type[Model]) -> str:
    return str(getattr(model._meta.get_field(field_name), "verbose_name", field_name))


def shown(value: Any) -> str:
    """Short enough for a line; texts of several lines are cut."""
    match value:
        case None | "":
            return _("nothing")
        case bool():
            return _("yes") if value else _("no")
        case int():
            return str(value)
        case time():
            return f"{value:%H:%M}"
        case date():
            return value.isoformat()
        case list() | tuple() | set() | frozenset():
            return ", ".join(sorted(map(str, value))) or _("all")
    words = " ".join(str(value).split())
    return f"“{words[:80]}…”" if len(words) > 80 else f"“{words}”"
