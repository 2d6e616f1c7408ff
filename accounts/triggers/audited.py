from collections.abc import Collection

from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.models import BinaryField, BooleanField, DateTimeField, Field, JSONField, Model, UUIDField

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
        if is_postgresql(connection):
            return self._postgresql(shape, connection)
        return [self._sqlite(event, shape, connection) for event in ACTIONS]

    def needs(self, model: type[Model]) -> dict[str, set[str]]:
        needs = {AUDIT_TABLE: set(AUDIT_COLUMNS)}
        if self.patient in (None, "self"):
            return needs
        return needs | path_needs(path_fields(model, self.patient))

    def _excluded(self, model: type[Model]) -> list[str]:
        return sorted(column_of(model, name) for name in self.exclude)

    def _patient_sql(self, row: str, model: type[Model]) -> str:
        if self.patient is None:
            return "NULL"
        if self.patient == "self":
            return f"{row}.{quoted(key_of(model))}"
        return path_value(row, path_fields(model, self.patient))

    def _sqlite(self, event: str, shape: TableShape, connection: BaseDatabaseWrapper) -> Rule:
        excluded = self._excluded(shape.model)
        columns = [column for column in shape.columns if column not in excluded]
        row = "OLD" if event == "delete" else "NEW"
        values = {
            "recorded_at": "strftime('%Y-%m-%d %H:%M:%f', 'now')",
            "action": f"'{ACTIONS[event]}'",
            "target_id": f"CAST({row}.{quoted(key_of(shape.model))} AS TEXT)",
            "patient_id": self._patient_sql(row, shape.model),
            "changes": _changes(event, shape.model, columns),
            "db_role": "'sqlite'",
        } | _same_on_both(shape, connection)
        names, parts = ", ".join(values), ", ".join(values.values())
        return sqlite_trigger(
            f"{self.prefix}{self.name}_{event}",
            f"AFTER {event.upper()}",
            shape.name,
            when=_any_changed(columns) if event == "update" else "1",
            action=f"INSERT INTO {AUDIT_TABLE} ({names}) VALUES ({parts})",
        )

    def _postgresql(self, shape: TableShape, connection: BaseDatabaseWrapper) -> list[Rule]:
        name = self.prefix + self.name
        return [
            postgresql_trigger(
                name,
                "AFTER INSERT OR DELETE OR UPDATE",
                shape.name,
                function=name,
                body=self._body(shape, connection),
                security=_as_owner(name),
            ),
            self.refuse_truncate("audited row by row", shape.name),
        ]

    def _body(self, shape: TableShape, connection: BaseDatabaseWrapper) -> str:
        excluded = ", ".join(f"'{column}'" for column in self._excluded(shape.model))
        values = {
            "recorded_at": "clock_timestamp()",
            "action": "CASE TG_OP WHEN 'INSERT' THEN 'create' ELSE lower(TG_OP) END",
            "target_id": "target",
            "patient_id": "subject",
            "changes": "changed",
            "db_role": "session_user",
        } | _same_on_both(shape, connection)
        key = quoted(key_of(shape.model))
        return f"""
DECLARE
  was jsonb := '{{}}';
  becomes jsonb := '{{}}';
  changed jsonb;
  target text;
  subject bigint;
BEGIN
  IF TG_OP <> 'INSERT' THEN was := to_jsonb(OLD) - ARRAY[{excluded}]::text[]; END IF;
  IF TG_OP <> 'DELETE' THEN becomes := to_jsonb(NEW) - ARRAY[{excluded}]::text[]; END IF;
  SELECT jsonb_object_agg(k, jsonb_build_array(was -> k, becomes -> k)) INTO changed
    FROM jsonb_object_keys(was || becomes) AS k
    WHERE TG_OP <> 'UPDATE' OR (was -> k) IS DISTINCT FROM (becomes -> k);
  IF changed IS NULL THEN RETURN NULL; END IF;
  IF TG_OP = 'DELETE' THEN
    target := OLD.{key};
    subject := {self._patient_sql("OLD", shape.model)};
  ELSE
    target := NEW.{key};
    subject := {self._patient_sql("NEW", shape.model)};
  END IF;
  INSERT INTO {AUDIT_TABLE} ({", ".join(values)}) VALUES ({", ".join(values.values())});
  RETURN NULL;
END
"""


def _same_on_both(shape: TableShape, connection: BaseDatabaseWrapper) -> dict[str, str]:
    return {
        "actor_id": value_sql("actor", connection),
        "role": value_sql("role", connection),
        "target_table": f"'{shape.name}'",
        "reason": value_sql("reason", connection),
        "source": "'trigger'",
        "batch_id": value_sql("batch", connection),
        "request_id": "''",
    }


def _as_owner(function: str) -> str:
    """The writer needs no right on the audit table, and no temporary table can stand in for it."""
    return f"""
DO $do$ BEGIN
  ALTER FUNCTION {function}() SECURITY DEFINER;
  EXECUTE format('ALTER FUNCTION {function}() SET search_path = %I, pg_temp', current_schema());
  ALTER FUNCTION {function}() SET timezone = 'UTC';
END $do$"""


def _any_changed(columns: list[str]) -> str:
    return " OR ".join(f"OLD.{quoted(c)} IS NOT NEW.{quoted(c)}" for c in columns) or "0"


def _changes(event: str, model: type[Model], columns: list[str]) -> str:
    """One SELECT a column, because a SQLite function takes at most 127 arguments."""
    fields = {field.column: field for field in model._meta.local_concrete_fields}
    pairs = [_pair(event, column, fields.get(column)) for column in columns]
    rows = " UNION ALL ".join(pairs)
    return f"(SELECT json_group_object(name, json(pair)) FROM ({rows}))"


def _pair(event: str, column: str, field: Field | None) -> str:
    old = "NULL" if event == "insert" else _as_json(f"OLD.{quoted(column)}", field)
    new = "NULL" if event == "delete" else _as_json(f"NEW.{quoted(column)}", field)
    where = f" WHERE OLD.{quoted(column)} IS NOT NEW.{quoted(column)}" if event == "update" else ""
    return f"SELECT '{column}' AS name, json_array({old}, {new}) AS pair{where}"


def _as_json(value: str, field: Field | None) -> str:
    """Spelt as PostgreSQL's to_jsonb does, so that both databases tell the same story."""
    match field:
        case BooleanField():
            return f"json(CASE {value} WHEN 1 THEN 'true' WHEN 0 THEN 'false' END)"
        case JSONField():
            return f"json({value})"
        case DateTimeField():
            return f"replace({value}, ' ', 'T') || '+00:00'"
        case UUIDField():
            cuts = ((1, 8), (9, 4), (13, 4), (17, 4), (21, 12))
            return " || '-' || ".join(f"substr({value}, {start}, {length})" for start, length in cuts)
        case BinaryField():
            return f"CASE WHEN {value} IS NOT NULL THEN '\\x' || lower(hex({value})) END"
        case _:
            return value
