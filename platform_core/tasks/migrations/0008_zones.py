"""Zones of tasks, by which lists of big projects are counted; an index for completion."""

import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("members", "0003_identity"),
        ("projects", "0005_stale_zones"),
        ("tasks", "0007_annotation_of_member"),
    ]

    operations = [
        migrations.CreateModel(
            name="TaskZone",
            fields=[
                ("created_at", models.DateTimeField(auto_now_add=True, help_text="When the row was made (UTC).")),
                ("updated_at", models.DateTimeField(auto_now=True, help_text="When the row was last changed (UTC).")),
                (
                    "pk",
                    models.CompositePrimaryKey(
                        "project_id", "number", blank=True, editable=False, primary_key=True, serialize=False
                    ),
                ),
                (
                    "project",
                    models.ForeignKey(
                        db_constraint=False,
                        db_index=False,
                        help_text="Its project.",
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        to="projects.project",
                    ),
                ),
                ("number", models.IntegerField(help_text="Which stretch of `inner_id`, from 0.")),
                ("tasks", models.IntegerField(help_text="Tasks.")),
                ("annotations", models.BigIntegerField(help_text="Their annotations.")),
                ("predictions", models.BigIntegerField(help_text="Their predictions.")),
                ("finished_tasks", models.IntegerField(help_text="Tasks that need no more annotations.")),
                ("finished_annotations", models.BigIntegerField(help_text="Annotations of those.")),
                ("finished_predictions", models.BigIntegerField(help_text="Predictions of those.")),
                ("completed_tasks", models.IntegerField(help_text="Tasks with an annotation that is not skipped.")),
                ("completed_predictions", models.BigIntegerField(help_text="Predictions of those.")),
                ("first_id", models.BigIntegerField(help_text="Lowest id.", null=True)),
                ("last_id", models.BigIntegerField(help_text="Highest id.", null=True)),
                ("first_created", models.DateTimeField(help_text="When the oldest was made (UTC).", null=True)),
                ("last_created", models.DateTimeField(help_text="When the newest was made (UTC).", null=True)),
                ("first_completed", models.DateTimeField(help_text="Earliest completion (UTC).", null=True)),
                ("last_completed", models.DateTimeField(help_text="Latest completion (UTC).", null=True)),
            ],
            options={
                "abstract": False,
            },
        ),
        migrations.AddIndex(
            model_name="task",
            index=models.Index(
                condition=models.Q(("completed_at__isnull", False)),
                fields=["project", "completed_at"],
                include=("total_annotations", "total_predictions"),
                name="task_completed",
            ),
        ),
    ]
