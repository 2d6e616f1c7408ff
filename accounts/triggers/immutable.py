from collections.abc import Collection, Mapping, Sequence

from django.core.checks import CheckMessage, Error
from django.core.exceptions import FieldDoesNotExist
from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.models import Model, Q

from .base import (
    Rule,
    TableRule,
    TableShape,
    column_of,
    condition_columns,
    condition_sql,
    differs,
    is_postgresql,
    literal,
    path_fields,
    path_needs,
    path_value,
    postgresql_refusal,
    postgresql_trigger,
    quoted,
    row_matches,
    sqlite_refusal,
    sqlite_trigger,
)
from .context import no_batch_sql, no_merge_sql
from .undoing import AUDIT_NEEDS, goes_with_its_load

Moves = Sequence[tuple[object, object]]


class ImmutableWhen(TableRule):
    """Once the row (or its parent, `through` a path) meets the condition, only the named changes pass.

    `allow` names permitted (from, to) values, `once` columns that may be filled, `free` columns that may
    change, `moved` those that change inside a merge of patients; `guard_insert` refuses new children of
    such a parent outside a loading batch. `undone` lets a row be deleted with the load that made it, when that is
    taken back: nothing that a migration knows, because the rule is made anew after every one.
    """

    outside = True
    options = ("condition", "through", "allow", "once", "free", "moved", "guard_insert")

    def __init__(
        self,
        *,
        name: str,
        condition: Q,
        through: str | None = None,
        allow: Mapping[str, Moves] | None = None,
        once: Collection[str] = (),
        free: Collection[str] = (),
        moved: Collection[str] = (),
        guard_insert: bool = False,
        undone: bool = False,
        violation_error_code: str | None = None,
        violation_error_message: str | None = None,
    ) -> None:
        if guard_insert and not through:
            raise ValueError("guard_insert asks about a parent: name it in through.")
        self.condition, self.through, self.guard_insert = condition, through, guard_insert
        self.undone = undone
        self.allow = {column: [tuple(move) for move in moves] for column, moves in (allow or {}).items()}
        self.once, self.free, self.moved = list(once), list(free), list(moved)
        super().__init__(
            name=name,
            violation_error_code=violation_error_code,
            violation_error_message=violation_error_message,
        )

    def rules(self, shape: TableShape, connection: BaseDatabaseWrapper) -> list[Rule]:
        make = self._postgresql if is_postgresql(connection) else self._sqlite
        return make(shape, connection)

    def needs(self, model: type[Model]) -> dict[str, set[str]]:
        return self._own_needs(model) | (AUDIT_NEEDS if self.undone else {})

    def _own_needs(self, model: type[Model]) -> dict[str, set[str]]:
        if not self.through:
            return {model._meta.db_table: condition_columns(model, self.condition)}
        fields = path_fields(model, self.through)
        parent = fields[-1].related_model
        condition = condition_columns(parent, self.condition) | {str(fields[-1].target_field.column)}
        return path_needs(fields) | {parent._meta.db_table: condition}

    def _check(self, model: type[Model], connection: BaseDatabaseWrapper) -> list[CheckMessage]:
        names = [*self.allow, *self.once, *self.free, *self.moved]
        unknown = [name for name in names if not _has_field(model, name)]
        return [Error(f"{self.name} names the unknown field {name}.", obj=model) for name in unknown]

    def _locked(self, row: str, model: type[Model], connection: BaseDatabaseWrapper) -> str:
        if not self.through:
            return row_matches(row, model, self.condition, connection)
        fields = path_fields(model, self.through)
        parent = fields[-1].related_model
        key = f"{quoted(str(fields[-1].target_field.column))} = {path_value(row, fields)}"
        condition = condition_sql(parent, self.condition, connection)
        return f"EXISTS (SELECT 1 FROM {quoted(parent._meta.db_table)} WHERE {key} AND ({condition}))"

    def _update_refused(self, shape: TableShape, connection: BaseDatabaseWrapper) -> str:
        free = {column_of(shape.model, name) for name in self.free}
        changes = [self._forbidden(c, shape, connection) for c in shape.columns if c not in free]
        locked = self._locked("OLD", shape.model, connection)
        if self.through:
            locked = f"({locked} OR {self._locked('NEW', shape.model, connection)})"
        return f"({' OR '.join(changes) or '1 = 0'}) AND {locked}"

    def _forbidden(self, column: str, shape: TableShape, connection: BaseDatabaseWrapper) -> str:
        changed, old, new = differs(column, connection), f"OLD.{quoted(column)}", f"NEW.{quoted(column)}"
        if column in {column_of(shape.model, name) for name in self.once}:
            return f"({changed} AND {old} IS NOT NULL)"
        if column in {column_of(shape.model, name) for name in self.moved}:
            return f"({changed} AND {no_merge_sql(connection)})"
        for name, moves in self.allow.items():
            if column_of(shape.model, name) == column:
                pairs = [
                    f"({old} = {literal(a, connection)} AND {new} = {literal(b, connection)})"
                    for a, b in moves
                ]
                return f"({changed} AND ({' OR '.join(pairs)}) IS NOT TRUE)"
        return changed

    def _delete_refused(self, shape: TableShape, connection: BaseDatabaseWrapper) -> str:
        locked = self._locked("OLD", shape.model, connection)
        return f"{locked} AND NOT {goes_with_its_load(shape, connection)}" if self.undone else locked

    def _insert_refused(self, shape: TableShape, connection: BaseDatabaseWrapper) -> str:
        return f"{no_batch_sql(connection)} AND {self._locked('NEW', shape.model, connection)}"

    def _sqlite(self, shape: TableShape, connection: BaseDatabaseWrapper) -> list[Rule]:
        refused = {
            "update": self._update_refused(shape, connection),
            "delete": self._delete_refused(shape, connection),
        }
        if self.guard_insert:
            refused["insert"] = self._insert_refused(shape, connection)
        action = sqlite_refusal(f"immutable: {self.name}")
        name = self.prefix + self.name
        return [
            sqlite_trigger(f"{name}_{event}", f"BEFORE {event.upper()}", shape.name, when=when, action=action)
            for event, when in refused.items()
        ]

    def _postgresql(self, shape: TableShape, connection: BaseDatabaseWrapper) -> list[Rule]:
        name, events = self.prefix + self.name, "DELETE OR UPDATE"
        if self.guard_insert:
            events = "INSERT OR DELETE OR UPDATE"
        body = self._body(shape, connection)
        return [
            postgresql_trigger(name, f"BEFORE {events}", shape.name, function=name, body=body),
            self.refuse_truncate("immutable", shape.name),
        ]

    def _body(self, shape: TableShape, connection: BaseDatabaseWrapper) -> str:
        refuse = postgresql_refusal("immutable", self.name)
        insert = self._insert_refused(shape, connection) if self.guard_insert else "FALSE"
        return f"""
BEGIN
  IF TG_OP = 'DELETE' THEN
    {self._hold_parent("OLD", shape.model)}
    IF {self._delete_refused(shape, connection)} THEN {refuse} END IF;
    RETURN OLD;
  END IF;
  {self._hold_parent("NEW", shape.model)}
  IF TG_OP = 'UPDATE' THEN
    IF {self._update_refused(shape, connection)} THEN {refuse} END IF;
  ELSIF {insert} THEN {refuse} END IF;
  RETURN NEW;
END
"""

    def _hold_parent(self, row: str, model: type[Model]) -> str:
        """A shared lock, so that a parent being closed at this moment is waited for and then judged."""
        if not self.through:
            return ""
        fields = path_fields(model, self.through)
        parent = fields[-1].related_model
        table, key = quoted(parent._meta.db_table), quoted(str(fields[-1].target_field.column))
        return f"PERFORM 1 FROM {table} WHERE {key} = {path_value(row, fields)} FOR SHARE;"


def _has_field(model: type[Model], name: str) -> bool:
    try:
        model._meta.get_field(name)
    except FieldDoesNotExist:
        return False
    return True
