"""Drop indexes that a constraint or nobody's query makes needless; each costs every new organization a millisecond."""

import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("events", "0002_append_only_audit"),
    ]

    operations = [
        migrations.AlterField(
            model_name="eventdelivery",
            name="event",
            field=models.ForeignKey(
                db_index=False,
                help_text="The event.",
                on_delete=django.db.models.deletion.CASCADE,
                related_name="deliveries",
                to="events.outboxevent",
            ),
        ),
    ]
