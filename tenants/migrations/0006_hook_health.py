"""Keep how the hooks of plugins do, over all processes."""

import django.contrib.postgres.fields
import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("tenants", "0005_audit_user_agent"),
    ]

    operations = [
        migrations.CreateModel(
            name="HookHealth",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("created_at", models.DateTimeField(auto_now_add=True, help_text="When the row was made (UTC).")),
                ("updated_at", models.DateTimeField(auto_now=True, help_text="When the row was last changed (UTC).")),
                ("plugin", models.CharField(help_text="Slug of the plugin.", max_length=31)),
                ("hook", models.CharField(help_text="Name of the hook.", max_length=63)),
                (
                    "hour",
                    models.DateTimeField(
                        help_text="Beginning of the hour (UTC); null in the row that counts ever.", null=True
                    ),
                ),
                ("calls", models.BigIntegerField(default=0, help_text="Calls that were made.")),
                (
                    "failures",
                    models.BigIntegerField(default=0, help_text="Of these, those that raised or returned nonsense."),
                ),
                ("timeouts", models.BigIntegerField(default=0, help_text="Of these, those that were ended.")),
                (
                    "skipped",
                    models.BigIntegerField(
                        default=0, help_text="Calls that were not made because the breaker was open."
                    ),
                ),
                ("opened", models.BigIntegerField(default=0, help_text="How often the breaker opened.")),
                ("seconds", models.FloatField(default=0, help_text="Time in the calls together.")),
                (
                    "buckets",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.BigIntegerField(),
                        help_text="Calls by time; platform_core.plugins.statistics.BOUNDS.",
                        size=None,
                    ),
                ),
                ("open_until", models.DateTimeField(help_text="Until when the breaker is open (UTC).", null=True)),
                (
                    "organization",
                    models.ForeignKey(
                        db_index=False,
                        help_text="Where; null in the row that counts everywhere.",
                        null=True,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="+",
                        to="tenants.organization",
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(
                        fields=("organization", "plugin", "hook", "hour"),
                        name="hook_health_unique",
                        nulls_distinct=False,
                    )
                ],
            },
        ),
    ]
