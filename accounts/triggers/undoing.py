"""What lets a row go that else must stay: the load that made it is being taken back, and the database sees so."""

from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.models import ForeignKey, Model

from .base import TableShape, is_postgresql, key_of, quoted
from .context import value_sql

AUDIT_TABLE, CHANGE_TABLE = "accounts_auditevent", "accounts_loadchange"
AUDIT_NEEDS = {AUDIT_TABLE: {"target_table", "target_id", "action", "source", "batch_id"}}
CHANGE_NEEDS = {CHANGE_TABLE: {"batch_id", "model", "target_id"}}


def goes_with_its_load(shape: TableShape, connection: BaseDatabaseWrapper) -> str:
    """Whether the load that is being undone made the row OLD, by the audit's own word for it."""
    return _under_undo(_made(shape.name, f"OLD.{quoted(key_of(shape.model))}", connection), connection)


def goes_with_its_parent(field: ForeignKey, shape: TableShape, connection: BaseDatabaseWrapper) -> str:
    """Whether that load made the parent of OLD, or noted in its journal that it added OLD to a parent."""
    parent = _made(field.related_model._meta.db_table, f"OLD.{quoted(field.column)}", connection)
    added = _added(shape.model, f"OLD.{quoted(key_of(shape.model))}", connection)
    return _under_undo(f"({parent} OR {added})", connection)


def _under_undo(proof: str, connection: BaseDatabaseWrapper) -> str:
    return f"({value_sql('undo', connection)} IS NOT NULL AND {proof})"


def _made(table: str, key: str, connection: BaseDatabaseWrapper) -> str:
    text = f"{key}::text" if is_postgresql(connection) else f"CAST({key} AS TEXT)"
    return (
        f"EXISTS (SELECT 1 FROM {AUDIT_TABLE} WHERE target_table = '{table}' AND target_id = {text} "
        f"AND action = 'create' AND source = 'trigger' AND batch_id = {value_sql('undo', connection)})"
    )


def _added(model: type[Model], key: str, connection: BaseDatabaseWrapper) -> str:
    return (
        f"EXISTS (SELECT 1 FROM {CHANGE_TABLE} WHERE model = '{model._meta.label_lower}' "
        f"AND target_id = {key} AND batch_id = {value_sql('undo', connection)})"
    )
