"""How PostgreSQL notes rows: all that a statement adds or deletes at once, each changed one by itself."""

from collections.abc import Mapping, Sequence

from .base import quoted

# The rows that a statement added or deleted.
ROWS = "noted"
TABLES = {"insert": "NEW", "delete": "OLD"}
# A function takes at most 100 arguments, and a column is two of them.
MOST_COLUMNS = 50


def row_of(event: str) -> str:
    return ROWS if event in TABLES else "NEW"


def each(event: str) -> str:
    """Once for each of what, and under which name the rows are read: after ON in CREATE TRIGGER."""
    return (
        f"REFERENCING {TABLES[event]} TABLE AS {ROWS} FOR EACH STATEMENT"
        if event in TABLES
        else "FOR EACH ROW"
    )


def body(event: str, table: str, columns: Sequence[str], values: Mapping[str, str]) -> str:
    """`values` are those of the note, but for what changed."""
    if event == "update":
        return _one(table, columns, {**values, "changes": "changed"})
    noted = {**values, "changes": _whole(event, columns)}
    names, parts = ", ".join(noted), ", ".join(noted.values())
    return f"\nBEGIN\n  INSERT INTO {table} ({names}) SELECT {parts} FROM {ROWS};\n  RETURN NULL;\nEND\n"


def _whole(event: str, columns: Sequence[str]) -> str:
    pairs = [f"'{column}', {_pair(event, column)}" for column in columns]
    groups = [pairs[start : start + MOST_COLUMNS] for start in range(0, len(pairs), MOST_COLUMNS)]
    return " || ".join(f"jsonb_build_object({', '.join(group)})" for group in groups)


def _pair(event: str, column: str) -> str:
    value = f"{ROWS}.{quoted(column)}"
    pair = f"NULL, {value}" if event == "insert" else f"{value}, NULL"
    return f"jsonb_build_array({pair})"


def _one(table: str, columns: Sequence[str], values: Mapping[str, str]) -> str:
    """Nothing is noted of a row in which nothing changed."""
    named = ", ".join(f"'{column}'" for column in columns)
    return f"""
DECLARE
  was jsonb := to_jsonb(OLD);
  becomes jsonb := to_jsonb(NEW);
  changed jsonb;
BEGIN
  SELECT jsonb_object_agg(k, jsonb_build_array(was -> k, becomes -> k)) INTO changed
    FROM unnest(ARRAY[{named}]::text[]) AS k
    WHERE (was -> k) IS DISTINCT FROM (becomes -> k);
  IF changed IS NOT NULL THEN
    INSERT INTO {table} ({", ".join(values)}) VALUES ({", ".join(values.values())});
  END IF;
  RETURN NULL;
END
"""
