"""The rules of every model, after the tables have been altered in each way that Django knows."""

import pytest
from django.apps import apps
from django.core.checks import Tags, run_checks
from django.core.management.sql import emit_pre_migrate_signal
from django.db import connection, models, transaction
from django.db.migrations import AddField, AlterField, RemoveField, RenameField
from django.db.migrations.operations.base import Operation
from django.db.migrations.state import ProjectState

from accounts.inventory import (
    check_inventory,
    drop_rules,
    expected_rules,
    install_rules,
    installed_rules,
    missing_rules,
    without_rules,
)
from accounts.tests.migrating import migrating
from accounts.triggers import AppendOnly, AuditRows, ImmutableWhen
from accounts.triggers.base import OUTSIDE, RIDING, TableRule
from scheduling.constraints import NoOverlapConstraint

RULED = [
    model._meta.label_lower
    for model in apps.get_models()
    if any(isinstance(constraint, TableRule) for constraint in model._meta.constraints)
]


def rules_of(model: str, *kinds: type[TableRule]) -> list[TableRule]:
    constraints = apps.get_model(model)._meta.constraints
    return [constraint for constraint in constraints if isinstance(constraint, kinds or TableRule)]


def walk(label: str, *operations: Operation) -> None:
    """The operations one by one, and back again."""
    app, __ = label.split(".")
    states = [ProjectState.from_apps(apps)]
    for operation in operations:
        states.append(states[-1].clone())
        operation.state_forwards(app, states[-1])
    steps = list(zip(operations, states, states[1:], strict=False))
    for operation, before, after in steps:
        with connection.schema_editor() as editor:
            operation.database_forwards(app, editor, before, after)
        assert riding_rules_missing() == []
    for operation, before, after in reversed(steps):
        with connection.schema_editor() as editor:
            operation.database_backwards(app, editor, after, before)
        assert riding_rules_missing() == []


def riding_rules_missing() -> list[str]:
    return [name for name in missing_rules(connection) if not name.startswith(OUTSIDE)]


def throwaway_operations(label: str) -> list[Operation]:
    """SQLite adds the first kind of column in place and rebuilds the table for all the others."""
    model = apps.get_model(label)
    name = label.split(".")[1]
    own = next(field for field in model._meta.local_concrete_fields if is_free(model, field))
    altered = own.clone()
    altered.db_index = not own.db_index
    return [
        AlterField(name, own.name, altered),
        AddField(name, "plain", models.CharField(max_length=5, null=True)),
        AddField(name, "filled", models.CharField(max_length=5, default="x")),
        AddField(name, "linked", models.ForeignKey("accounts.Department", models.PROTECT, null=True)),
        AlterField(name, "filled", models.CharField(max_length=9, default="y", db_index=True)),
        AlterField(name, "plain", models.TextField(null=True)),
        RenameField(name, "plain", "renamed"),
        RemoveField(name, "renamed"),
        RemoveField(name, "linked"),
        RemoveField(name, "filled"),
    ]


def is_free(model: type[models.Model], field: models.Field) -> bool:
    """On PostgreSQL Django takes a partial unique index for the field's own and drops it with that."""
    unique = [rule.fields for rule in model._meta.constraints if isinstance(rule, models.UniqueConstraint)]
    return not field.unique and not any(field.name in fields for fields in unique)


def constraints_on(label: str) -> set[str]:
    """What Django itself keeps for the table: checks and unique constraints by their names."""
    model = apps.get_model(label)
    with connection.cursor() as cursor:
        names = connection.introspection.get_constraints(cursor, model._meta.db_table)
    return names.keys() & {rule.name for rule in model._meta.constraints}


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("label", RULED)
def test_the_rules_survive_every_alteration_forward_and_back(label: str) -> None:
    before = constraints_on(label)

    with migrating():
        walk(label, *throwaway_operations(label))

    assert missing_rules(connection) == []
    assert constraints_on(label) == before


@pytest.mark.django_db(transaction=True)
def test_without_a_plan_the_rules_stay_through_a_migration() -> None:
    emit_pre_migrate_signal(0, False, "default", plan=[])

    assert missing_rules(connection) == []


@pytest.mark.django_db(transaction=True)
def test_a_rule_that_no_model_declares_any_more_goes_with_the_next_migration() -> None:
    [rule, *__] = [rule for name, rule in expected_rules(connection).items() if name.startswith(OUTSIDE)]
    old = rule.create.replace(rule.name, f"{OUTSIDE}old")
    run(old)

    with migrating():
        pass

    assert f"{OUTSIDE}old" not in installed_rules(connection)


def test_the_project_declares_each_kind_of_rule() -> None:
    declared = {type(rule) for label in RULED for rule in rules_of(label)}

    assert declared == {AppendOnly, AuditRows, ImmutableWhen, NoOverlapConstraint}


def test_every_rule_that_the_models_declare_stands_in_the_database(db: None) -> None:
    declared = {rule.prefix + rule.name for label in RULED for rule in rules_of(label)}
    names = set(expected_rules(connection))

    found = {name for name in declared if any(other.startswith(name) for other in names)}
    overlaps = {RIDING + rule.name for label in RULED for rule in rules_of(label, NoOverlapConstraint)}
    assert declared - found <= (overlaps if connection.vendor == "postgresql" else set())
    assert missing_rules(connection) == []


def test_each_dropped_rule_is_found(db: None) -> None:
    for rule in expected_rules(connection).values():
        with transaction.atomic():
            drop = drop_sql(rule.name, rule.table, is_trigger=rule.is_trigger)
            run(drop)
            found = missing_rules(connection)
            transaction.set_rollback(True)

        assert found == [rule.name]


def drop_sql(name: str, table: str, *, is_trigger: bool) -> str:
    if not is_trigger:
        return f'ALTER TABLE {table} DROP CONSTRAINT "{name}"'
    return f'DROP TRIGGER "{name}"' + (f" ON {table}" if connection.vendor == "postgresql" else "")


def test_a_weakened_rule_is_found(db: None) -> None:
    rule = expected_rules(connection)["riding_audit_is_append_only" + sqlite_suffix("_update")]
    run(drop_sql(rule.name, rule.table, is_trigger=True))
    run(
        rule.create.replace("RAISE EXCEPTION", "RAISE NOTICE")
        .replace(", CONSTRAINT = 'audit_is_append_only'", "")
        .replace("WHEN 1 ", "WHEN 0 ")
    )

    assert rule.name in missing_rules(connection)


def sqlite_suffix(suffix: str) -> str:
    return suffix if connection.vendor == "sqlite" else ""


def test_a_trigger_that_is_switched_off_is_found(db: None) -> None:
    if connection.vendor != "postgresql":
        pytest.skip("SQLite cannot switch a trigger off")
    run("ALTER TABLE accounts_auditevent DISABLE TRIGGER riding_audit_is_append_only")

    with pytest.raises(RuntimeError, match="riding_audit_is_append_only"):
        check_inventory(connection)


def test_missing_rules_are_told_by_the_system_check_and_made_by_migrate(db: None) -> None:
    drop_rules(connection, OUTSIDE, RIDING)
    before = [message.id for message in run_checks(tags=[Tags.database], databases=["default"])]

    install_rules(connection)

    after = [message.id for message in run_checks(tags=[Tags.database], databases=["default"])]
    assert (before, after) == (["accounts.W001"], [])


def test_the_rules_come_back_after_a_flush_that_failed(db: None) -> None:
    with pytest.raises(ValueError, match="no"), without_rules(connection):
        raise ValueError("no")

    assert missing_rules(connection) == []


def test_a_table_that_is_not_there_yet_is_expected_to_have_no_rule(db: None) -> None:
    before = set(expected_rules(connection))
    drop_rules(connection, OUTSIDE, RIDING)
    with transaction.atomic():
        run("ALTER TABLE accounts_auditevent RENAME TO kept_apart")
        expected = set(expected_rules(connection))
        transaction.set_rollback(True)

    assert not any("audited" in name or "audit_is" in name for name in expected)
    assert expected < before


def run(sql: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute(sql)
