from django.db import migrations, models

import platform_core.sdk.fields


class Migration(migrations.Migration):
    initial = True

    dependencies = [
        ("members", "0001_initial"),
        ("tasks", "0001_initial"),
    ]

    operations = [
        migrations.CreateModel(
            name="Contribution",
            fields=[
                (
                    "event_id",
                    models.UUIDField(
                        help_text="The event that told of the annotation.", primary_key=True, serialize=False
                    ),
                ),
                ("occurred_at", models.DateTimeField(help_text="When it was made (UTC).")),
                ("created_at", models.DateTimeField(auto_now_add=True, help_text="When it was counted (UTC).")),
                ("updated_at", models.DateTimeField(auto_now=True, help_text="When the row was last changed (UTC).")),
                ("member", platform_core.sdk.fields.CoreForeignKey(help_text="Who made it.", to="members.member")),
            ],
            options={
                "constraints": [
                    platform_core.sdk.fields.CoreForeignKeyConstraint(
                        field="member", name="quality_contribution_member_fk", on_delete="CASCADE"
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="Note",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "kind",
                    models.CharField(
                        help_text="One of the kinds in the plugin's settings when it was written.", max_length=40
                    ),
                ),
                ("text", models.CharField(help_text="What is doubtful.", max_length=2000)),
                (
                    "resolved_at",
                    models.DateTimeField(help_text="When it was closed (UTC); null while it is open.", null=True),
                ),
                ("created_at", models.DateTimeField(auto_now_add=True, help_text="When it was written (UTC).")),
                ("updated_at", models.DateTimeField(auto_now=True, help_text="When it was last changed (UTC).")),
                (
                    "author",
                    platform_core.sdk.fields.CoreForeignKey(
                        help_text="Who wrote it; null when their row is gone.", null=True, to="members.member"
                    ),
                ),
                (
                    "task",
                    platform_core.sdk.fields.CoreForeignKey(
                        help_text="The task that the note is about.", to="tasks.task"
                    ),
                ),
            ],
            options={
                "ordering": ("-id",),
                "indexes": [models.Index(fields=["resolved_at", "kind"], name="quality_note_open")],
                "constraints": [
                    platform_core.sdk.fields.CoreForeignKeyConstraint(
                        field="task", name="quality_note_task_fk", on_delete="CASCADE"
                    ),
                    platform_core.sdk.fields.CoreForeignKeyConstraint(
                        field="author", name="quality_note_author_fk", on_delete="SET NULL"
                    ),
                ],
            },
        ),
    ]
