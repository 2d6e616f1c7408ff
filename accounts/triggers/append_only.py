from typing import cast

from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.models import ForeignKey, Model

from .base import (
    Rule,
    TableRule,
    TableShape,
    is_postgresql,
    postgresql_refusal,
    postgresql_trigger,
    sqlite_refusal,
    sqlite_trigger,
)
from .undoing import AUDIT_NEEDS, CHANGE_NEEDS, goes_with_its_parent


class AppendOnly(TableRule):
    """Rows are added and never changed; on SQLite `recursive_triggers` keeps INSERT OR REPLACE out too.

    `undone_with` names the parent with whose load a row may be taken back. It is nothing that a migration knows:
    such a rule reads other tables and is made anew after every one.
    """

    def __init__(self, *, name: str, undone_with: str = "", **kwargs: str) -> None:
        super().__init__(name=name, **kwargs)
        self.undone_with, self.outside = undone_with, bool(undone_with)

    def rules(self, shape: TableShape, connection: BaseDatabaseWrapper) -> list[Rule]:
        name, stays = self.prefix + self.name, self._stays(shape, connection)
        if is_postgresql(connection):
            return self._postgresql(name, shape.name, stays)
        refusal = sqlite_refusal(f"append-only: {self.name}")
        return [
            sqlite_trigger(
                f"{name}_{event}", f"BEFORE {event.upper()}", shape.name, when=when, action=refusal
            )
            for event, when in (("update", "1"), ("delete", stays or "1"))
        ]

    def needs(self, model: type[Model]) -> dict[str, set[str]]:
        return AUDIT_NEEDS | CHANGE_NEEDS if self.undone_with else {}

    def _stays(self, shape: TableShape, connection: BaseDatabaseWrapper) -> str:
        """Empty where every row does."""
        if not self.undone_with:
            return ""
        field = cast(ForeignKey, shape.model._meta.get_field(self.undone_with))
        return f"NOT {goes_with_its_parent(field, shape, connection)}"

    def _postgresql(self, name: str, table: str, stays: str) -> list[Rule]:
        body = refuse = postgresql_refusal("append-only", self.name)
        if stays:
            body = f"IF TG_OP = 'UPDATE' OR {stays} THEN {refuse} END IF; RETURN OLD;"
        return [
            postgresql_trigger(
                name, "BEFORE DELETE OR UPDATE", table, function=name, body=f"BEGIN {body} END"
            ),
            self.refuse_truncate("append-only", table),
        ]
