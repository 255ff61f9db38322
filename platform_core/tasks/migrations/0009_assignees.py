"""Tasks that are assigned to members."""

import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("members", "0003_identity"),
        ("projects", "0006_rules_position"),
        ("tasks", "0008_zones"),
    ]

    operations = [
        migrations.CreateModel(
            name="TaskAssignee",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("created_at", models.DateTimeField(auto_now_add=True, help_text="When the row was made (UTC).")),
                ("updated_at", models.DateTimeField(auto_now=True, help_text="When the row was last changed (UTC).")),
                (
                    "member",
                    models.ForeignKey(
                        db_index=False,
                        help_text="Who is to do it.",
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="+",
                        to="members.member",
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
                (
                    "task",
                    models.ForeignKey(
                        db_constraint=False,
                        db_index=False,
                        help_text="The task.",
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        to="tasks.task",
                    ),
                ),
            ],
            options={
                "indexes": [models.Index(fields=["member", "project", "task"], name="task_assignee_of_member")],
                "constraints": [models.UniqueConstraint(fields=("task", "member"), name="task_assignee_unique")],
            },
        ),
    ]
