"""Keep what an admin agreed to, what an upgrade asks beyond it, and settings of single projects."""

import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("members", "0003_identity"),
        ("plugins", "0003_sealed_settings"),
        ("projects", "0004_revision"),
    ]

    operations = [
        migrations.RemoveConstraint(
            model_name="pluginsettings",
            name="plugin_settings_version_unique",
        ),
        migrations.AddField(
            model_name="activation",
            name="consent",
            field=models.JSONField(
                help_text="What was agreed to, by whom and when; null: before it was kept.", null=True
            ),
        ),
        migrations.AddField(
            model_name="activation",
            name="withheld",
            field=models.JSONField(
                default=list, null=True, help_text="Codenames that an upgrade asked for and nobody has granted."
            ),
        ),
        migrations.AddField(
            model_name="pluginsettings",
            name="project",
            field=models.ForeignKey(
                db_index=False,
                help_text="For which project alone; null: for all that set nothing else.",
                null=True,
                on_delete=django.db.models.deletion.CASCADE,
                related_name="+",
                to="projects.project",
            ),
        ),
        migrations.AddField(
            model_name="pluginsettings",
            name="secret_changes",
            field=models.JSONField(
                default=dict, null=True, help_text="Path of a secret -> set or removed; never a secret."
            ),
        ),
        migrations.AddConstraint(
            model_name="pluginsettings",
            constraint=models.UniqueConstraint(
                fields=("slug", "project", "version"), name="plugin_settings_version_unique", nulls_distinct=False
            ),
        ),
    ]
