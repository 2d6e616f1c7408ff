from typing import Any

from django.db import migrations

# A trusted extension, so the database's owner may add it; LIKE '%part%' finds its rows by three letters.
FORWARDS = [
    "CREATE EXTENSION IF NOT EXISTS pg_trgm",
    "CREATE INDEX IF NOT EXISTS patient_name_parts ON accounts_patient USING gin (search_name gin_trgm_ops)",
    "CREATE INDEX IF NOT EXISTS patient_email_start ON accounts_patient (lower(email) text_pattern_ops)",
]
# The extension stays: other tables may use it.
BACKWARDS = ["DROP INDEX IF EXISTS patient_email_start", "DROP INDEX IF EXISTS patient_name_parts"]


def run(statements: list[str]) -> Any:
    """For PostgreSQL alone: SQLite reads through the names fast enough."""

    def execute(apps: Any, schema_editor: Any) -> None:
        if schema_editor.connection.vendor == "postgresql":
            for statement in statements:
                schema_editor.execute(statement)

    return execute


class Migration(migrations.Migration):
    dependencies = [("accounts", "0004_fill_name_sounds")]

    operations = [migrations.RunPython(run(FORWARDS), run(BACKWARDS))]
