import uuid

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("scheduling", "0002_leave_exceptions_and_limits")]

    operations = [
        migrations.AddField(
            model_name="availabilityrule",
            name="public_id",
            field=models.UUIDField(default=uuid.uuid4, editable=False, null=True, verbose_name="public id"),
        ),
    ]
