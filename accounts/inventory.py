"""Proves that every database rule the models declare stands in the database, whole and switched on."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any, NamedTuple

from django.apps import apps
from django.core.checks import CheckMessage, Tags, Warning, register
from django.db import connections, transaction
from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.backends.signals import connection_created
from django.db.models import Model
from django.db.models.signals import post_migrate, pre_migrate

from accounts.triggers.base import (
    OUTSIDE,
    RIDING,
    Rule,
    TableRule,
    drop_trigger_sql,
    is_postgresql,
    quoted,
    shape_of,
)
from accounts.triggers.context import register_functions

Columns = dict[str, set[str]]


class Trigger(NamedTuple):
    name: str
    table: str
    definition: str
    function: str
    is_enabled: bool


# Columns that the database computes are left out: a BEFORE trigger does not see them yet.
POSTGRESQL_COLUMNS = """
    SELECT c.relname, a.attname FROM pg_class c JOIN pg_attribute a ON a.attrelid = c.oid
    WHERE c.relkind IN ('r', 'p') AND pg_table_is_visible(c.oid)
    AND a.attnum > 0 AND NOT a.attisdropped AND a.attgenerated = ''
"""
SQLITE_COLUMNS = (
    "SELECT m.name, c.name FROM sqlite_master m, pragma_table_info(m.name) c WHERE m.type = 'table'"
)
SQLITE_TRIGGERS = "SELECT name, tbl_name, sql, '', 1 FROM sqlite_master WHERE type = 'trigger'"
POSTGRESQL_TRIGGERS = """
    SELECT t.tgname, c.relname, pg_get_triggerdef(t.oid, true) || chr(10) || p.prosrc, p.proname,
        t.tgenabled IN ('O', 'A')
    FROM pg_trigger t JOIN pg_class c ON c.oid = t.tgrelid JOIN pg_proc p ON p.oid = t.tgfoid
    WHERE NOT t.tgisinternal AND pg_table_is_visible(c.oid)
"""
POSTGRESQL_CONSTRAINTS = """
    SELECT conname, split_part(pg_get_constraintdef(n.oid, true), ' WHERE (', 1)
    FROM pg_constraint n JOIN pg_class c ON c.oid = n.conrelid
    WHERE n.contype IN ('x', 'c') AND n.convalidated AND pg_table_is_visible(c.oid)
"""


def expected_rules(connection: BaseDatabaseWrapper) -> dict[str, Rule]:
    """By name; a rule whose table or columns have not been migrated yet is not expected."""
    columns = _columns(connection)
    rules: dict[str, Rule] = {}
    for model in apps.get_models(include_auto_created=True):
        for constraint in model._meta.constraints:
            if isinstance(constraint, TableRule) and _is_ready(constraint, model, columns):
                shape = shape_of(model, columns[model._meta.db_table])
                rules |= {rule.name: rule for rule in constraint.rules(shape, connection)}
    return rules


def installed_rules(connection: BaseDatabaseWrapper) -> dict[str, str]:
    """Name and definition of each rule that is switched on, as the catalogue tells it."""
    found = {row.name: row.definition for row in _triggers(connection) if row.is_enabled}
    return found | dict(_rows(connection, POSTGRESQL_CONSTRAINTS) if is_postgresql(connection) else ())


def missing_rules(connection: BaseDatabaseWrapper) -> list[str]:
    """Names of the rules that are absent, switched off or not as the models declare them."""
    installed = installed_rules(connection)
    expected = expected_rules(connection).values()
    missing = [rule.name for rule in expected if not _is_whole(rule, installed.get(rule.name))]
    if connection.vendor == "sqlite" and not _rows(connection, "PRAGMA recursive_triggers")[0][0]:
        missing.append("PRAGMA recursive_triggers")
    return sorted(missing)


def check_inventory(connection: BaseDatabaseWrapper) -> None:
    if missing := missing_rules(connection):
        raise RuntimeError(f"Database rules are missing or altered: {', '.join(missing)}. Run migrate.")


def drop_rules(connection: BaseDatabaseWrapper, *prefixes: str) -> None:
    """Drops by prefix and not by declaration, so that a rule no model declares any more goes too."""
    triggers = [row for row in _triggers(connection) if row.name.startswith(prefixes)]
    _run(connection, [drop_trigger_sql(row.name, row.table, connection) for row in triggers])
    functions = sorted({row.function for row in triggers if row.function})
    _run(connection, [f"DROP FUNCTION IF EXISTS {quoted(name)}()" for name in functions])


def drop_overtaken(connection: BaseDatabaseWrapper, expected: Mapping[str, Rule]) -> None:
    """A migration made it to ride with its table; the model declares another in its place, or none any more."""
    tables = {model._meta.db_table for model in apps.get_models(include_auto_created=True)}
    for row in _triggers(connection):
        if row.name.startswith(RIDING) and row.table in tables and row.name not in expected:
            drop_rules(connection, row.name)


def install_rules(connection: BaseDatabaseWrapper) -> None:
    """Makes each trigger that is not whole; an exclusion constraint is the migrations' own."""
    with transaction.atomic(using=connection.alias):
        drop_rules(connection, OUTSIDE)
        expected = expected_rules(connection)
        drop_overtaken(connection, expected)
        installed = installed_rules(connection)
        for rule in expected.values():
            if rule.is_trigger and not _is_whole(rule, installed.get(rule.name)):
                _run(connection, [drop_trigger_sql(rule.name, rule.table, connection), rule.create])


@contextmanager
def without_rules(connection: BaseDatabaseWrapper) -> Iterator[None]:
    """For a test that empties its tables; in one transaction, so nobody else ever sees the rules gone."""
    with transaction.atomic(using=connection.alias):
        drop_rules(connection, OUTSIDE, RIDING)
        yield
        install_rules(connection)


def connect() -> None:
    """Called once the apps are loaded: the signals come once per app, and only the outermost ones count."""
    configs = [config for config in apps.get_app_configs() if config.models_module is not None]
    connection_created.connect(register_functions, dispatch_uid="hospital_functions")
    pre_migrate.connect(_before_migrating, sender=configs[0], dispatch_uid="hospital_rules")
    post_migrate.connect(_after_migrating, sender=configs[-1], dispatch_uid="hospital_rules")


@register(Tags.database)
def rules_are_whole(databases: Sequence[str] | None = None, **kwargs: object) -> list[CheckMessage]:
    """Only a warning, because `migrate`, which makes the rules whole again, runs this check first."""
    missing = {alias: missing_rules(connections[alias]) for alias in databases or ()}
    return [
        Warning(
            f"Database rules are missing or altered: {', '.join(names)}.",
            hint="Run migrate.",
            id="accounts.W001",
        )
        for names in missing.values()
        if names
    ]


def _before_migrating(*, using: str, plan: Sequence[object] | None = None, **kwargs: object) -> None:
    """With nothing to migrate the rules stay: other processes may be writing at this moment."""
    if plan:
        drop_rules(connections[using], OUTSIDE)


def _after_migrating(*, using: str, **kwargs: object) -> None:
    install_rules(connections[using])
    check_inventory(connections[using])


def _is_ready(constraint: TableRule, model: type[Model], columns: Columns) -> bool:
    if model._meta.proxy or model._meta.db_table not in columns:
        return False
    return all(needed <= columns.get(table, set()) for table, needed in constraint.needs(model).items())


def _is_whole(rule: Rule, installed: str | None) -> bool:
    if installed is None:
        return False
    # PostgreSQL writes a check in its own words; that it stands is all that can be compared.
    return (
        rule.definition == installed or rule.definition.startswith("CHECK") and installed.startswith("CHECK")
    )


def _triggers(connection: BaseDatabaseWrapper) -> list[Trigger]:
    if is_postgresql(connection):
        return [Trigger(*row) for row in _rows(connection, POSTGRESQL_TRIGGERS)]
    return [Trigger(*row) for row in _rows(connection, SQLITE_TRIGGERS)]


def _columns(connection: BaseDatabaseWrapper) -> Columns:
    columns: Columns = {}
    for table, column in _rows(
        connection, POSTGRESQL_COLUMNS if is_postgresql(connection) else SQLITE_COLUMNS
    ):
        columns.setdefault(table, set()).add(column)
    return columns


def _rows(connection: BaseDatabaseWrapper, sql: str) -> list[tuple[Any, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(sql)
        return cursor.fetchall()


def _run(connection: BaseDatabaseWrapper, statements: Iterable[str]) -> None:
    with connection.cursor() as cursor:
        for sql in statements:
            cursor.execute(sql)
