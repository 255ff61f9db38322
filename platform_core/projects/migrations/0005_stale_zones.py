"""Note which zones of tasks were changed since they were counted."""

import django.contrib.postgres.fields
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("projects", "0004_revision"),
    ]

    operations = [
        migrations.AddField(
            model_name="projectcounters",
            name="stale_zones",
            field=django.contrib.postgres.fields.ArrayField(
                base_field=models.IntegerField(),
                help_text="Zones whose tasks were changed since they were counted; null: all, or none was counted.",
                null=True,
                size=None,
            ),
        ),
    ]
