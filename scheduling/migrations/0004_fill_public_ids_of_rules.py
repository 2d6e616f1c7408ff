import uuid
from typing import Any

from django.db import migrations


def fill(apps: Any, schema_editor: Any) -> None:
    """Adding the column gave every row the same id: each gets its own."""
    rules = apps.get_model("scheduling", "AvailabilityRule").objects
    for pk in rules.values_list("pk", flat=True):
        rules.filter(pk=pk).update(public_id=uuid.uuid4())


class Migration(migrations.Migration):
    dependencies = [("scheduling", "0003_rules_get_a_public_id")]

    operations = [migrations.RunPython(fill, migrations.RunPython.noop)]
