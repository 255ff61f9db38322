"""Say how far the tasks of a project follow a change of its rules."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("projects", "0005_stale_zones"),
    ]

    operations = [
        migrations.AddField(
            model_name="projectcounters",
            name="rules_overlap",
            field=models.BooleanField(default=False, help_text="It concerns the annotations that tasks need."),
        ),
        migrations.AddField(
            model_name="projectcounters",
            name="rules_position",
            field=models.BigIntegerField(
                help_text="Number up to which tasks follow new overlap or skip queue; null: all do.",
                null=True,
            ),
        ),
    ]
