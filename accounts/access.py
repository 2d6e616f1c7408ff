"""Which rows a user may see: one question, asked by every list, page, form and permission check."""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, Self

from django.db.models import Q, QuerySet

from accounts.roles import Reach, reach

Relationship = Callable[[Any], Q]
NOTHING = Q(pk__in=[])


@dataclass
class Relationships:
    """What ties a clinician to a patient, told by the upper apps: functions user → Q on Patient."""

    known: dict[Reach, dict[str, Relationship]] = field(default_factory=dict)

    def register(self, reach: Reach, name: str) -> Callable[[Relationship], Relationship]:
        def keep(relationship: Relationship) -> Relationship:
            self.known.setdefault(reach, {})[name] = relationship
            return relationship

        return keep

    def patients(self, reach: Reach, user: Any) -> Q:
        """Patients whom any relationship of this reach opens; nobody while none is registered."""
        found = NOTHING
        for relationship in self.known.get(reach, {}).values():
            found |= relationship(user)
        return found

    def rows(self, reach: Reach, user: Any, path: str) -> Q:
        """The same asked of rows that have such a patient at `path`, so that nobody looks through all patients."""
        return at_path(path, self.patients(reach, user))


relationships = Relationships()


def at_path(path: str, condition: Q) -> Q:
    """A condition on a row, said of a row that leads to it."""
    parts: list[Any] = condition.children
    moved = [
        at_path(path, part) if isinstance(part, Q) else (f"{path}__{part[0]}", part[1]) for part in parts
    ]
    return Q(*moved, _connector=condition.connector, _negated=condition.negated)


class VisibleQuerySet(QuerySet):
    """Rows that open by role; a model says in `within` what each reach means for it."""

    permission = ""

    def visible_to(self, user: Any, permission: str = "") -> Self:
        """Rows on which the user's role carries the permission (by default the one to view)."""
        how_far = reach(user, permission or self.view_permission())
        if how_far in (None, Reach.NONE):
            return self.none()
        if how_far is Reach.ALL:
            return self.all()
        return self.filter(self.within(how_far, user))

    def view_permission(self) -> str:
        options = self.model._meta
        return self.permission or f"{options.app_label}.view_{options.model_name}"

    def within(self, how_far: Reach, user: Any) -> Q:
        """Nothing, until the model says otherwise: a reach that nobody thought of opens no row."""
        return NOTHING
