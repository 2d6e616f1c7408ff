import uuid

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("scheduling", "0004_fill_public_ids_of_rules")]

    operations = [
        migrations.AlterField(
            model_name="availabilityrule",
            name="public_id",
            field=models.UUIDField(default=uuid.uuid4, editable=False, unique=True, verbose_name="public id"),
        ),
    ]
