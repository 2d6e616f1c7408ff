"""How SQLite notes a row, spelt as PostgreSQL's to_jsonb does, so that both databases tell the same story."""

from collections.abc import Sequence

from django.db.models import BinaryField, BooleanField, DateTimeField, Field, JSONField, Model, UUIDField

from .base import quoted

# A function takes at most 127 arguments, and a column is two of them.
MOST_COLUMNS = 63


def any_changed(columns: Sequence[str]) -> str:
    return " OR ".join(f"OLD.{quoted(c)} IS NOT NEW.{quoted(c)}" for c in columns) or "0"


def changes(event: str, model: type[Model], columns: Sequence[str]) -> str:
    """Old and new value by column; of an update only the columns that differ, one SELECT each."""
    fields = {field.column: field for field in model._meta.local_concrete_fields}
    pairs = {column: _pair(event, column, fields.get(column)) for column in columns}
    if event != "update" and len(pairs) <= MOST_COLUMNS:
        named = ", ".join(f"'{column}', {pair}" for column, pair in pairs.items())
        return f"json_object({named})"
    rows = " UNION ALL ".join(_row(event, column, pair) for column, pair in pairs.items())
    return f"(SELECT json_group_object(name, json(pair)) FROM ({rows}))"


def _row(event: str, column: str, pair: str) -> str:
    where = f" WHERE OLD.{quoted(column)} IS NOT NEW.{quoted(column)}" if event == "update" else ""
    return f"SELECT '{column}' AS name, {pair} AS pair{where}"


def _pair(event: str, column: str, field: Field | None) -> str:
    old = "NULL" if event == "insert" else _as_json(f"OLD.{quoted(column)}", field)
    new = "NULL" if event == "delete" else _as_json(f"NEW.{quoted(column)}", field)
    return f"json_array({old}, {new})"


def _as_json(value: str, field: Field | None) -> str:
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
