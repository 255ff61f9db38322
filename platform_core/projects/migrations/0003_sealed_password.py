"""Seal the password for task media. What stood there in plain text, and was never used, goes with its column."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("projects", "0002_fewer_indexes")]

    operations = [
        migrations.RemoveField(model_name="project", name="task_data_password"),
        migrations.AddField(
            model_name="project",
            name="task_data_password",
            field=models.TextField(blank=True, null=True, help_text="Password for task media; sealed, never answered."),
        ),
    ]
