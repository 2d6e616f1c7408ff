"""The set-up file loses no field: what its tables hold is a column, or is left out here by name."""

import pytest

from hospital.setup_file.shapes import LISTS, TABLES, Table

# Kept by each house for itself.
OWN = {"id", "public_id", "version", "archived_at"}
# Whose hours they are is where they stand in the file; an account is an invitation's work.
ELSEWHERE = {
    "doctors": {"search_name", "user"},
    "hours": {"doctor"},
    "exceptions": {"doctor"},
}


@pytest.mark.parametrize("table", [*TABLES.values(), *LISTS.values()], ids=lambda table: table.name)
def test_every_field_is_a_column_or_left_out_by_name(table: Table) -> None:
    meta = table.model._meta
    fields = {field.name for field in (*meta.concrete_fields, *meta.many_to_many)}

    missing = fields - OWN - {column.attribute for column in table.columns}

    assert missing == ELSEWHERE.get(table.name, set())
