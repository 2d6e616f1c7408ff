"""What every database rule shares: its place in Meta, its spelling in SQL, a Q as a condition on one row."""

from collections.abc import Callable, Iterable, Mapping
from copy import copy
from dataclasses import dataclass
from typing import Any, ClassVar, NamedTuple, Self, cast

from django.db import DEFAULT_DB_ALIAS
from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.backends.base.schema import BaseDatabaseSchemaEditor
from django.db.backends.ddl_references import Statement, Table
from django.db.models import BaseConstraint, Field, ForeignKey, Model, Q
from django.db.models.sql.query import Query

RIDING, OUTSIDE = "riding_", "outside_"
# PostgreSQL cuts identifiers at 63 bytes; the prefix and "_truncate" take the rest.
LONGEST_NAME = 44


class TableShape(NamedTuple):
    """A table as it stands: under migration its name and columns may differ from the model's."""

    model: type[Model]
    name: str
    columns: tuple[str, ...]


@dataclass(frozen=True)
class Rule:
    """One object in the database: how to make it, and what the catalogue says of it when it is whole."""

    name: str
    table: str
    create: str
    definition: str
    function: str = ""

    @property
    def is_trigger(self) -> bool:
        """Exclusion constraints are part of their table, triggers can be made at any time."""
        return self.create.startswith("CREATE")


class DeferredRule(Statement):
    """Built when it is run, because SQLite makes the table under another name and renames it before that."""

    def __init__(self, build: Callable[[str], str], table: Table) -> None:
        super().__init__("", table=table)
        self.build = build

    def __str__(self) -> str:
        return self.build(self.parts["table"].table)


class TableRule(BaseConstraint):
    """A rule kept by the database; `outside` rules know other tables or all columns, the rest ride along."""

    outside: bool = False
    options: ClassVar[tuple[str, ...]] = ()

    def __init__(self, *, name: str, **kwargs: Any) -> None:
        if len(name) > LONGEST_NAME:
            raise ValueError(f"The name of a rule has at most {LONGEST_NAME} letters: {name}")
        super().__init__(name=name, **kwargs)

    @property
    def prefix(self) -> str:
        return OUTSIDE if self.outside else RIDING

    def rules(self, shape: TableShape, connection: BaseDatabaseWrapper) -> list[Rule]:
        raise NotImplementedError

    def refuse_truncate(self, kind: str, table: str) -> Rule:
        """PostgreSQL's TRUNCATE passes by the triggers of rows."""
        name = f"{self.prefix}{self.name}_truncate"
        body = f"BEGIN {postgresql_refusal(kind, self.name)} END"
        each = "FOR EACH STATEMENT"
        return postgresql_trigger(name, "BEFORE TRUNCATE", table, function=name, body=body, each=each)

    def needs(self, model: type[Model]) -> Mapping[str, set[str]]:
        """Tables with the columns that must be there before the rule can be made."""
        return {}

    def constraint_sql(self, model: Any, schema_editor: Any) -> str:
        if not self.outside:
            schema_editor.deferred_sql.extend(self._deferred(model, schema_editor))
        return ""

    def create_sql(self, model: Any, schema_editor: Any) -> str:
        """Empty where there is nothing to run now: Django may put the answer into `deferred_sql` unasked."""
        if self.outside or not is_postgresql(schema_editor.connection):
            self.constraint_sql(model, schema_editor)
            return ""
        return "; ".join(rule.create for rule in self.rules(shape_of(model), schema_editor.connection))

    def remove_sql(self, model: Any, schema_editor: Any) -> str:
        if self.outside:
            return ""
        rules = self.rules(shape_of(model), schema_editor.connection)
        dropped = [drop_trigger_sql(rule.name, rule.table, schema_editor.connection) for rule in rules]
        functions = sorted({rule.function for rule in rules if rule.function})
        return "; ".join([*dropped, *(f"DROP FUNCTION IF EXISTS {function}()" for function in functions)])

    def validate(
        self,
        model: type[Model],
        instance: Model,
        exclude: Iterable[str] | None = None,
        using: str = DEFAULT_DB_ALIAS,
    ) -> None:
        """Nothing to say before the write: only the database sees the row as it was."""

    def deconstruct(self) -> tuple[str, Any, dict[str, Any]]:
        path, args, kwargs = super().deconstruct()
        # The package is the public place: a class may move inside it, migrations may not change.
        if path.startswith("accounts.triggers."):
            path = f"accounts.triggers.{type(self).__name__}"
        return path, args, kwargs | {option: getattr(self, option) for option in self.options}

    def clone(self) -> Self:
        """With what no migration knows; Django clones the constraints of every model."""
        return copy(self)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, TableRule) and self.deconstruct() == other.deconstruct()

    def __hash__(self) -> int:
        return hash((type(self), self.name))

    def __repr__(self) -> str:
        return f"<{type(self).__name__}: {self.name}>"

    def _deferred(self, model: type[Model], schema_editor: BaseDatabaseSchemaEditor) -> list[DeferredRule]:
        shape, connection = shape_of(model), schema_editor.connection

        def builder(index: int) -> Callable[[str], str]:
            return lambda table: self.rules(shape._replace(name=table), connection)[index].create

        count = len(self.rules(shape, connection))
        table = model._meta.db_table
        return [DeferredRule(builder(i), Table(table, schema_editor.quote_name)) for i in range(count)]


def shape_of(model: type[Model], columns: Iterable[str] | None = None) -> TableShape:
    """Columns in the order of their names: a rebuilt table may have them in another."""
    declared = [str(field.column) for field in model._meta.local_concrete_fields]
    return TableShape(model, model._meta.db_table, tuple(sorted(declared if columns is None else columns)))


def quoted(name: str) -> str:
    return '"{}"'.format(name.replace('"', '""'))


def literal(value: object, connection: BaseDatabaseWrapper) -> str:
    return str(connection.schema_editor().quote_value(value))


def is_postgresql(connection: BaseDatabaseWrapper) -> bool:
    return connection.vendor == "postgresql"


def differs(column: str, connection: BaseDatabaseWrapper) -> str:
    operator = "IS DISTINCT FROM" if is_postgresql(connection) else "IS NOT"
    return f"OLD.{quoted(column)} {operator} NEW.{quoted(column)}"


def condition_columns(model: type[Model], condition: Q) -> set[str]:
    references = cast(Any, model)._get_expr_references(condition)
    return {column_of(model, name) for name, *__ in references}


def condition_sql(model: type[Model], condition: Q, connection: BaseDatabaseWrapper) -> str:
    """The condition over unqualified columns, with its values written in."""
    query = Query(model, alias_cols=False)
    where = query.build_where(condition)
    sql, params = where.as_sql(query.get_compiler(connection=connection), connection)
    return sql % tuple(literal(param, connection) for param in params)


def row_matches(row: str, model: type[Model], condition: Q, connection: BaseDatabaseWrapper) -> str:
    """Whether OLD or NEW satisfies the condition."""
    columns = sorted(condition_columns(model, condition))
    values = ", ".join(f"{row}.{quoted(column)} AS {quoted(column)}" for column in columns)
    where = condition_sql(model, condition, connection)
    return f"EXISTS (SELECT 1 FROM (SELECT {values}) AS judged WHERE {where})"


def path_fields(model: type[Model], path: str) -> list[ForeignKey]:
    """The foreign keys along a path such as "prescription__encounter"."""
    fields = []
    for name in path.split("__"):
        field = cast(ForeignKey, model._meta.get_field(name))
        fields.append(field)
        model = field.related_model
    return fields


def path_value(row: str, fields: list[ForeignKey]) -> str:
    """The key at the end of the path, read through the tables between."""
    sql = f"{row}.{quoted(fields[0].column)}"
    for before, field in zip(fields, fields[1:], strict=False):
        parent, key = quoted(field.model._meta.db_table), quoted(str(before.target_field.column))
        sql = f"(SELECT {quoted(field.column)} FROM {parent} WHERE {key} = {sql})"
    return sql


def path_needs(fields: list[ForeignKey]) -> dict[str, set[str]]:
    return {field.model._meta.db_table: {field.column} for field in fields}


def column_of(model: type[Model], name: str) -> str:
    return str(cast(Field, model._meta.get_field(name)).column)


def key_of(model: type[Model]) -> str:
    return str(model._meta.pk.column)


def drop_trigger_sql(name: str, table: str, connection: BaseDatabaseWrapper) -> str:
    on = f" ON {quoted(table)}" if is_postgresql(connection) else ""
    return f"DROP TRIGGER IF EXISTS {quoted(name)}{on}"


def sqlite_trigger(name: str, event: str, table: str, *, when: str = "1", action: str) -> Rule:
    sql = (
        f"CREATE TRIGGER {quoted(name)} {event} ON {quoted(table)} FOR EACH ROW "
        f"WHEN {when} BEGIN {action}; END"
    )
    return Rule(name, table, sql, sql)


def sqlite_refusal(message: str) -> str:
    return "SELECT RAISE(ABORT, '{}')".format(message.replace("'", "''"))


def postgresql_trigger(
    name: str,
    event: str,
    table: str,
    *,
    function: str,
    body: str,
    each: str = "FOR EACH ROW",
    security: str = "",
) -> Rule:
    """The trigger is spelt as pg_get_triggerdef spells it, so that the inventory can compare."""
    trigger = f"CREATE TRIGGER {name} {event} ON {table} {each} EXECUTE FUNCTION {function}()"
    routine = (
        f"CREATE OR REPLACE FUNCTION {function}() RETURNS trigger LANGUAGE plpgsql AS $rule${body}$rule$"
    )
    return Rule(
        name, table, "; ".join(filter(None, [routine, security, trigger])), f"{trigger}\n{body}", function
    )


def postgresql_refusal(kind: str, name: str) -> str:
    """Raised as a broken constraint, so that Django sees an IntegrityError as on SQLite."""
    return (
        f"RAISE EXCEPTION '{kind}: {name}' "
        f"USING ERRCODE = 'integrity_constraint_violation', CONSTRAINT = '{name}';"
    )
