"""Tables of the labelling flow: locks, drafts, history of annotations; indexes of unfinished tasks."""

import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("members", "0002_fewer_indexes"),
        ("projects", "0002_fewer_indexes"),
        ("tasks", "0002_fewer_indexes"),
    ]

    operations = [
        migrations.CreateModel(
            name="AnnotationDraft",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("created_at", models.DateTimeField(auto_now_add=True, help_text="When the row was made (UTC).")),
                ("updated_at", models.DateTimeField(auto_now=True, help_text="When the row was last changed (UTC).")),
                ("result", models.JSONField(default=list, help_text="Regions.")),
                ("lead_time", models.FloatField(help_text="Seconds spent so far.", null=True)),
                (
                    "was_postponed",
                    models.BooleanField(default=False, help_text="The task is put off until others are done."),
                ),
                ("version", models.PositiveIntegerField(default=1, help_text="Grows with each save.")),
            ],
        ),
        migrations.CreateModel(
            name="AnnotationHistory",
            fields=[
                ("id", models.BigAutoField(help_text="Identifier.", primary_key=True, serialize=False)),
                ("task_id", models.BigIntegerField(help_text="The task, which may be gone.")),
                ("annotation_id", models.BigIntegerField(help_text="The annotation, which may be gone.")),
                ("action", models.CharField(help_text="submitted, updated, skipped or deleted.", max_length=32)),
                (
                    "previous_result",
                    models.JSONField(help_text="Regions before; null where the annotation was made.", null=True),
                ),
                ("was_cancelled", models.BooleanField(help_text="Whether it is skipped afterwards.")),
                ("ground_truth", models.BooleanField(help_text="Whether it is ground truth afterwards.")),
                ("lead_time", models.FloatField(help_text="Seconds spent, as of then.", null=True)),
                ("task_finished", models.BooleanField(help_text="Whether the task has all it needs afterwards.")),
                ("task_begun", models.BooleanField(help_text="Whether the task has any annotation afterwards.")),
                (
                    "draft_created_at",
                    models.DateTimeField(help_text="When the work on this change was begun (UTC).", null=True),
                ),
                ("created_at", models.DateTimeField(auto_now_add=True, help_text="When it happened (UTC).")),
                ("updated_at", models.DateTimeField(auto_now=True, help_text="The same; rows are never changed.")),
            ],
        ),
        migrations.CreateModel(
            name="TaskLock",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("created_at", models.DateTimeField(auto_now_add=True, help_text="When the row was made (UTC).")),
                ("updated_at", models.DateTimeField(auto_now=True, help_text="When the row was last changed (UTC).")),
                ("expires_at", models.DateTimeField(help_text="Others may have the task from then on (UTC).")),
            ],
        ),
        migrations.AlterField(
            model_name="prediction",
            name="project",
            field=models.ForeignKey(
                db_index=False,
                help_text="Its project.",
                on_delete=django.db.models.deletion.CASCADE,
                related_name="+",
                to="projects.project",
            ),
        ),
        migrations.AddIndex(
            model_name="prediction",
            index=models.Index(fields=["project", "score"], name="prediction_project_score"),
        ),
        migrations.AddIndex(
            model_name="task",
            index=models.Index(
                condition=models.Q(("is_labeled", False)), fields=["project", "id"], name="task_unfinished"
            ),
        ),
        migrations.AddIndex(
            model_name="task",
            index=models.Index(
                condition=models.Q(("is_labeled", False), ("total_annotations__gt", 0)),
                fields=["project", "id"],
                name="task_begun",
            ),
        ),
        migrations.AddField(
            model_name="annotationdraft",
            name="annotation",
            field=models.ForeignKey(
                help_text="Annotation that it changes; null for a new one.",
                null=True,
                on_delete=django.db.models.deletion.CASCADE,
                related_name="drafts",
                to="tasks.annotation",
            ),
        ),
        migrations.AddField(
            model_name="annotationdraft",
            name="member",
            field=models.ForeignKey(
                db_index=False,
                help_text="Whose draft it is.",
                on_delete=django.db.models.deletion.CASCADE,
                related_name="+",
                to="members.member",
            ),
        ),
        migrations.AddField(
            model_name="annotationdraft",
            name="project",
            field=models.ForeignKey(
                db_index=False,
                help_text="Its project.",
                on_delete=django.db.models.deletion.CASCADE,
                related_name="+",
                to="projects.project",
            ),
        ),
        migrations.AddField(
            model_name="annotationdraft",
            name="task",
            field=models.ForeignKey(
                db_index=False,
                help_text="The task.",
                on_delete=django.db.models.deletion.CASCADE,
                related_name="drafts",
                to="tasks.task",
            ),
        ),
        migrations.AddField(
            model_name="annotationhistory",
            name="member",
            field=models.ForeignKey(
                db_index=False,
                help_text="Who changed it.",
                null=True,
                on_delete=django.db.models.deletion.DO_NOTHING,
                related_name="+",
                to="members.member",
            ),
        ),
        migrations.AddField(
            model_name="annotationhistory",
            name="project",
            field=models.ForeignKey(
                db_index=False,
                help_text="Its project.",
                on_delete=django.db.models.deletion.CASCADE,
                related_name="+",
                to="projects.project",
            ),
        ),
        migrations.AddField(
            model_name="tasklock",
            name="member",
            field=models.ForeignKey(
                db_index=False,
                help_text="Who works on it.",
                on_delete=django.db.models.deletion.CASCADE,
                related_name="+",
                to="members.member",
            ),
        ),
        migrations.AddField(
            model_name="tasklock",
            name="project",
            field=models.ForeignKey(
                db_constraint=False,
                db_index=False,
                help_text="Its project.",
                on_delete=django.db.models.deletion.DO_NOTHING,
                related_name="+",
                to="projects.project",
            ),
        ),
        migrations.AddField(
            model_name="tasklock",
            name="task",
            field=models.ForeignKey(
                db_constraint=False,
                db_index=False,
                help_text="The task; a lock of a deleted task is swept when it has expired.",
                on_delete=django.db.models.deletion.DO_NOTHING,
                related_name="+",
                to="tasks.task",
            ),
        ),
        migrations.AddIndex(
            model_name="annotationdraft",
            index=models.Index(fields=["member", "project"], name="annotation_draft_of_member"),
        ),
        migrations.AddConstraint(
            model_name="annotationdraft",
            constraint=models.UniqueConstraint(
                fields=("task", "member", "annotation"), name="annotation_draft_unique", nulls_distinct=False
            ),
        ),
        migrations.AddIndex(
            model_name="annotationhistory",
            index=models.Index(fields=["task_id", "annotation_id"], name="annotation_history_of_task"),
        ),
        migrations.AddIndex(
            model_name="tasklock",
            index=models.Index(fields=["member", "project"], name="task_lock_of_member"),
        ),
        migrations.AddConstraint(
            model_name="tasklock",
            constraint=models.UniqueConstraint(fields=("task", "member"), name="task_lock_unique"),
        ),
    ]
