from django.db.backends.base.base import BaseDatabaseWrapper

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


class AppendOnly(TableRule):
    """Rows are added and never changed; on SQLite `recursive_triggers` keeps INSERT OR REPLACE out too."""

    def rules(self, shape: TableShape, connection: BaseDatabaseWrapper) -> list[Rule]:
        name = self.prefix + self.name
        if is_postgresql(connection):
            return self._postgresql(name, shape.name)
        refusal = sqlite_refusal(f"append-only: {self.name}")
        return [
            sqlite_trigger(f"{name}_{event}", f"BEFORE {event.upper()}", shape.name, action=refusal)
            for event in ("update", "delete")
        ]

    def _postgresql(self, name: str, table: str) -> list[Rule]:
        body = f"BEGIN {postgresql_refusal('append-only', self.name)} END"
        return [
            postgresql_trigger(name, "BEFORE DELETE OR UPDATE", table, function=name, body=body),
            self.refuse_truncate("append-only", table),
        ]
