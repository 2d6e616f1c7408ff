"""No two active rows of one doctor (patient, room) at one time, kept by the database itself."""

import re
from collections.abc import Collection, Iterable
from datetime import timedelta
from typing import Any, cast

from django.apps import apps
from django.core.checks import CheckMessage
from django.core.exceptions import ValidationError
from django.db import DEFAULT_DB_ALIAS, DatabaseError
from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.backends.base.schema import BaseDatabaseSchemaEditor
from django.db.migrations.operations.base import Operation
from django.db.migrations.state import ProjectState
from django.db.models import Model, Q, UniqueConstraint
from django.utils.translation import gettext_lazy as _

from accounts.triggers.base import (
    Rule,
    TableRule,
    TableShape,
    column_of,
    condition_sql,
    is_postgresql,
    key_of,
    quoted,
    row_matches,
    shape_of,
    sqlite_refusal,
    sqlite_trigger,
)

LONGEST_BLOCK = timedelta(hours=24)
LENGTH_SUFFIX = "_length"


class NoOverlapConstraint(TableRule):
    """Rows alike in `equal` may not overlap in [start, end) while both meet the condition.

    Rows alike in `unequal` too (one group visit) may. PostgreSQL: an exclusion constraint; SQLite: triggers
    that read only blocks begun in the last 24 hours, which is why longer blocks are refused on both. A row
    with an empty column in `equal` or `unequal` never conflicts. That the end is after the start is for a
    check constraint of the model.
    """

    options = ("equal", "start", "end", "unequal", "condition")
    default_violation_error_message = _("This time is already taken.")
    too_long_message = _("A visit with its preparation may take at most 24 hours.")

    def __init__(
        self,
        *,
        name: str,
        equal: Collection[str],
        start: str,
        end: str,
        unequal: Collection[str] = (),
        condition: Q | None = None,
        violation_error_code: str | None = None,
        violation_error_message: str | None = None,
    ) -> None:
        self.equal, self.unequal = list(equal), list(unequal)
        self.start, self.end, self.condition = start, end, condition
        super().__init__(
            name=name,
            violation_error_code=violation_error_code or "overlap",
            violation_error_message=violation_error_message,
        )

    def rules(self, shape: TableShape, connection: BaseDatabaseWrapper) -> list[Rule]:
        if is_postgresql(connection):
            return self._postgresql(shape, connection)
        return [self._trigger(event, shape, connection) for event in ("insert", "update")]

    def needs(self, model: type[Model]) -> dict[str, set[str]]:
        return {model._meta.db_table: {column_of(model, name) for name in self._field_names(model)}}

    def constraint_sql(self, model: Any, schema_editor: Any) -> str:
        if not is_postgresql(schema_editor.connection):
            return super().constraint_sql(model, schema_editor)
        rules = self._postgresql(shape_of(model), schema_editor.connection)
        return ", ".join(rule.create for rule in rules)

    def create_sql(self, model: Any, schema_editor: Any) -> str:
        if not is_postgresql(schema_editor.connection):
            return super().create_sql(model, schema_editor)
        rules = self._postgresql(shape_of(model), schema_editor.connection)
        added = ", ".join(f"ADD {rule.create}" for rule in rules)
        return f"ALTER TABLE {quoted(model._meta.db_table)} {added}"

    def remove_sql(self, model: Any, schema_editor: Any) -> str:
        if not is_postgresql(schema_editor.connection):
            return super().remove_sql(model, schema_editor)
        rules = self._postgresql(shape_of(model), schema_editor.connection)
        dropped = ", ".join(f"DROP CONSTRAINT {quoted(rule.name)}" for rule in rules)
        return f"ALTER TABLE {quoted(model._meta.db_table)} {dropped}"

    def validate(
        self,
        model: type[Model],
        instance: Model,
        exclude: Iterable[str] | None = None,
        using: str = DEFAULT_DB_ALIAS,
    ) -> None:
        """One query as long as all is well, so that a form speaks before the database refuses."""
        names = [*self.equal, self.start, self.end, *self.unequal]
        values = {name: getattr(instance, cast(Any, model._meta.get_field(name)).attname) for name in names}
        if self._field_names(model) & set(exclude or ()) or None in values.values():
            return
        if values[self.end] - values[self.start] > LONGEST_BLOCK:
            fault = ValidationError(self.too_long_message, code="too-long")
        elif self._conflicts(model, instance, values, using):
            fault = ValidationError(self.get_violation_error_message(), code=self.violation_error_code)
        else:
            return
        if self._applies(model, instance, using):
            raise fault

    def _check(self, model: type[Model], connection: BaseDatabaseWrapper) -> list[CheckMessage]:
        names = {*self.equal, self.start, self.end, *self.unequal}
        return cast(Any, model)._check_local_fields(names, "constraints")

    def _field_names(self, model: type[Model]) -> set[str]:
        references = cast(Any, model)._get_expr_references(self.condition) if self.condition else ()
        return {*self.equal, self.start, self.end, *self.unequal, *(name for name, *__ in references)}

    def _applies(self, model: type[Model], instance: Model, using: str) -> bool:
        if self.condition is None:
            return True
        values = cast(Any, instance)._get_field_expression_map(meta=model._meta)
        return self.condition.check(values, using=using)

    def _conflicts(self, model: type[Model], instance: Model, values: dict[str, Any], using: str) -> bool:
        rows = model._base_manager.using(using).filter(self.condition or Q())
        rows = rows.filter(**{name: values[name] for name in self.equal})
        since = values[self.start] - LONGEST_BLOCK
        rows = rows.filter(**{f"{self.start}__lt": values[self.end], f"{self.start}__gte": since})
        rows = rows.filter(**{f"{self.end}__gt": values[self.start]})
        for name in self.unequal:
            rows = rows.exclude(**{name: values[name]})
        return rows.exclude(pk=instance.pk).exists() if instance.pk else rows.exists()

    def _postgresql(self, shape: TableShape, connection: BaseDatabaseWrapper) -> list[Rule]:
        model = shape.model
        start, end = quoted(column_of(model, self.start)), quoted(column_of(model, self.end))
        where, unless = "", ""
        if self.condition is not None:
            condition = condition_sql(model, self.condition, connection)
            where, unless = f" WHERE ({condition})", f"NOT ({condition}) OR "
        length = f"CHECK ({unless}{end} - {start} <= interval '24 hours')"
        return [
            _constraint(
                self.name, shape.name, f"{self._exclusion(model, quoted)}{where}", self._exclusion(model, str)
            ),
            _constraint(self.name + LENGTH_SUFFIX, shape.name, length, length),
        ]

    def _exclusion(self, model: type[Model], spell: Any) -> str:
        parts = [f"{spell(column_of(model, name))} WITH =" for name in self.equal]
        start, end = spell(column_of(model, self.start)), spell(column_of(model, self.end))
        parts.append(f"tstzrange({start}, {end}, '[)'::text) WITH &&")
        parts += [f"{spell(column_of(model, name))} WITH <>" for name in self.unequal]
        return f"EXCLUDE USING gist ({', '.join(parts)})"

    def _trigger(self, event: str, shape: TableShape, connection: BaseDatabaseWrapper) -> Rule:
        refusal = sqlite_refusal(f"overlap constraint failed: {self.name}")
        too_long = sqlite_refusal(f"overlap constraint failed: {self.name}{LENGTH_SUFFIX}")
        return sqlite_trigger(
            f"{self.prefix}{self.name}_{event}",
            f"BEFORE {event.upper()}",
            shape.name,
            when=self._new_row_counts(shape.model, connection),
            action=f"{refusal} WHERE {self._unreadable(shape.model)}; "
            f"{too_long} WHERE {self._too_long(shape.model)}; "
            f"{refusal} WHERE EXISTS ({self._others(event, shape, connection)})",
        )

    def _new_row_counts(self, model: type[Model], connection: BaseDatabaseWrapper) -> str:
        if self.condition is None:
            return "1"
        sql = row_matches("NEW", model, self.condition, connection)
        if "%" in sql:
            raise ValueError(f"The condition of {self.name} may hold no percent sign.")
        return sql

    def _unreadable(self, model: type[Model]) -> str:
        """Instants are compared as text, which is right only in the one spelling that Django writes."""
        instants = [f"NEW.{quoted(column_of(model, name))}" for name in (self.start, self.end)]
        shapes = [f"{at} NOT GLOB '????-??-?? ??:??:??*'" for at in instants]
        return " OR ".join(shapes + [f"substr({at}, 20) GLOB '*[^.0-9]*'" for at in instants])

    def _too_long(self, model: type[Model]) -> str:
        return f"NEW.{quoted(column_of(model, self.end))} > {_a_day_from(model, self.start, '+')}"

    def _others(self, event: str, shape: TableShape, connection: BaseDatabaseWrapper) -> str:
        """As text, an instant without microseconds stands before every later one of the same second."""
        model = shape.model
        start, end = quoted(column_of(model, self.start)), quoted(column_of(model, self.end))
        tests = [f"{quoted(c)} = NEW.{quoted(c)}" for c in (column_of(model, name) for name in self.equal)]
        tests += [f"{start} < NEW.{end}", f"{start} >= {_a_day_from(model, self.start, '-')}"]
        tests += [f"{end} > NEW.{start}"]
        tests += [f"{quoted(c)} <> NEW.{quoted(c)}" for c in (column_of(model, n) for n in self.unequal)]
        key = quoted(key_of(model))
        tests.append(f"{key} <> {'OLD' if event == 'update' else 'NEW'}.{key}")
        if self.condition is not None:
            tests.append(f"({condition_sql(model, self.condition, connection)})")
        return f"SELECT 1 FROM {quoted(shape.name)} WHERE {' AND '.join(tests)}"


def _a_day_from(model: type[Model], name: str, sign: str) -> str:
    """SQLite counts whole seconds here; the fraction is carried over as it is written."""
    instant = f"NEW.{quoted(column_of(model, name))}"
    return f"datetime(substr({instant}, 1, 19), '{sign}1 day') || substr({instant}, 20)"


def _constraint(name: str, table: str, clause: str, definition: str) -> Rule:
    return Rule(name, table, f"CONSTRAINT {quoted(name)} {clause}", definition)


class BtreeGist(Operation):
    """Lets an exclusion constraint compare keys; a trusted extension, so the database's owner may add it."""

    reversible = True

    def state_forwards(self, app_label: str, state: ProjectState) -> None:
        """The models do not change."""

    def database_forwards(
        self, app_label: str, schema_editor: BaseDatabaseSchemaEditor, from_state: Any, to_state: Any
    ) -> None:
        if is_postgresql(schema_editor.connection):
            schema_editor.execute("CREATE EXTENSION IF NOT EXISTS btree_gist")

    def database_backwards(
        self, app_label: str, schema_editor: BaseDatabaseSchemaEditor, from_state: Any, to_state: Any
    ) -> None:
        """Stays: other tables may use it."""

    def describe(self) -> str:
        return "Adds btree_gist on PostgreSQL"


def violated_constraint(error: DatabaseError) -> str | None:
    """The name of the constraint or rule that refused, on either database, or None."""
    diagnosis = getattr(error.__cause__, "diag", None)
    name = diagnosis.constraint_name if diagnosis else _name_in_words(str(error))
    return name.removesuffix(LENGTH_SUFFIX) if name else None


def _name_in_words(message: str) -> str | None:
    kinds = "overlap constraint failed|append-only|immutable|audited row by row|CHECK constraint failed"
    if found := re.search(rf"(?:{kinds}): (\w+)", message):
        return found[1]
    if found := re.search(r"UNIQUE constraint failed: index '(\w+)'", message):
        return found[1]
    found = re.search(r"UNIQUE constraint failed: ([\w., ]+)", message)
    return _unique_constraint_on(set(found[1].split(", "))) if found else None


def _unique_constraint_on(columns: set[str]) -> str | None:
    """SQLite names the columns of a broken unique constraint and not the constraint."""
    for model in apps.get_models():
        for constraint in model._meta.constraints:
            if isinstance(constraint, UniqueConstraint) and columns == _columns(model, constraint.fields):
                return constraint.name
    return None


def _columns(model: type[Model], fields: Iterable[str]) -> set[str]:
    return {f"{model._meta.db_table}.{column_of(model, name)}" for name in fields}
