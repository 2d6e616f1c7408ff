from typing import Any

from django.db import migrations

from accounts.names import sound_key

CHUNK = 2000


def fill(apps: Any, schema_editor: Any) -> None:
    """In chunks by key, so that a large house neither holds all rows in memory nor waits for one statement."""
    patients = apps.get_model("accounts", "Patient").objects
    last = 0
    while rows := list(patients.filter(pk__gt=last).order_by("pk").only("given_name", "family_name")[:CHUNK]):
        for patient in rows:
            patient.name_sounds = sound_key(patient.given_name, patient.family_name)
        patients.bulk_update(rows, ["name_sounds"])
        last = rows[-1].pk


class Migration(migrations.Migration):
    dependencies = [("accounts", "0003_one_true_patient")]

    operations = [migrations.RunPython(fill, migrations.RunPython.noop)]
