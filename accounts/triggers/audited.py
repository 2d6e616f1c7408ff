from collections.abc import Collection

from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.models import Model

from . import noting_postgresql, noting_sqlite
from .base import (
    Rule,
    TableRule,
    TableShape,
    column_of,
    is_postgresql,
    key_of,
    path_fields,
    path_needs,
    path_value,
    postgresql_trigger,
    quoted,
    sqlite_trigger,
)
from .context import value_sql

AUDIT_TABLE = "accounts_auditevent"
AUDIT_COLUMNS = (
    "recorded_at",
    "actor_id",
    "role",
    "action",
    "target_table",
    "target_id",
    "patient_id",
    "changes",
    "reason",
    "source",
    "batch_id",
    "db_role",
    "request_id",
)
ACTIONS = {"insert": "create", "update": "update", "delete": "delete"}


class AuditRows(TableRule):
    """Writes one audit row for each row added, changed or deleted, with only the columns that changed.

    `patient` is the path to the patient concerned ("self" on the patient's own table); the values of
    `exclude` are never written down.
    """

    outside = True
    options = ("patient", "exclude")

    def __init__(
        self,
        *,
        name: str,
        patient: str | None = None,
        exclude: Collection[str] = (),
        violation_error_code: str | None = None,
        violation_error_message: str | None = None,
    ) -> None:
        self.patient, self.exclude = patient, list(exclude)
        super().__init__(
            name=name,
            violation_error_code=violation_error_code,
            violation_error_message=violation_error_message,
        )

    def rules(self, shape: TableShape, connection: BaseDatabaseWrapper) -> list[Rule]:
        if not is_postgresql(connection):
            return [self._sqlite(event, shape, connection) for event in ACTIONS]
        rules = [self._postgresql(event, shape, connection) for event in ACTIONS]
        return [*rules, self.refuse_truncate("audited row by row", shape.name)]

    def needs(self, model: type[Model]) -> dict[str, set[str]]:
        needs = {AUDIT_TABLE: set(AUDIT_COLUMNS)}
        if self.patient in (None, "self"):
            return needs
        return needs | path_needs(path_fields(model, self.patient))

    def _columns(self, shape: TableShape) -> list[str]:
        excluded = {column_of(shape.model, name) for name in self.exclude}
        return [column for column in shape.columns if column not in excluded]

    def _patient_sql(self, row: str, model: type[Model]) -> str:
        if self.patient is None:
            return "NULL"
        if self.patient == "self":
            return f"{row}.{quoted(key_of(model))}"
        return path_value(row, path_fields(model, self.patient))

    def _values(
        self, event: str, row: str, shape: TableShape, connection: BaseDatabaseWrapper
    ) -> dict[str, str]:
        """What both databases write alike."""
        return {
            "actor_id": value_sql("actor", connection),
            "role": value_sql("role", connection),
            "action": f"'{ACTIONS[event]}'",
            "target_table": f"'{shape.name}'",
            "target_id": f"CAST({row}.{quoted(key_of(shape.model))} AS TEXT)",
            "patient_id": self._patient_sql(row, shape.model),
            "reason": value_sql("reason", connection),
            "source": "'trigger'",
            "batch_id": value_sql("batch", connection),
            "request_id": "''",
        }

    def _sqlite(self, event: str, shape: TableShape, connection: BaseDatabaseWrapper) -> Rule:
        columns, row = self._columns(shape), "OLD" if event == "delete" else "NEW"
        values = self._values(event, row, shape, connection) | {
            "recorded_at": "strftime('%Y-%m-%d %H:%M:%f', 'now')",
            "changes": noting_sqlite.changes(event, shape.model, columns),
            "db_role": "'sqlite'",
        }
        names, parts = ", ".join(values), ", ".join(values.values())
        return sqlite_trigger(
            f"{self.prefix}{self.name}_{event}",
            f"AFTER {event.upper()}",
            shape.name,
            when=noting_sqlite.any_changed(columns) if event == "update" else "1",
            action=f"INSERT INTO {AUDIT_TABLE} ({names}) VALUES ({parts})",
        )

    def _postgresql(self, event: str, shape: TableShape, connection: BaseDatabaseWrapper) -> Rule:
        name, row = f"{self.prefix}{self.name}_{event}", noting_postgresql.row_of(event)
        values = self._values(event, row, shape, connection) | {
            "recorded_at": "clock_timestamp()",
            "db_role": "session_user",
        }
        return postgresql_trigger(
            name,
            f"AFTER {event.upper()}",
            shape.name,
            function=name,
            body=noting_postgresql.body(event, AUDIT_TABLE, self._columns(shape), values),
            each=noting_postgresql.each(event),
            security=_as_owner(name),
        )


def _as_owner(function: str) -> str:
    """The writer needs no right on the audit table, and no temporary table can stand in for it."""
    return f"""
DO $do$ BEGIN
  ALTER FUNCTION {function}() SECURITY DEFINER;
  EXECUTE format('ALTER FUNCTION {function}() SET search_path = %I, pg_temp', current_schema());
  ALTER FUNCTION {function}() SET timezone = 'UTC';
END $do$"""
