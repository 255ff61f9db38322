"""Tasks."""

from django.db import models

from platform_core.members.models import Member
from platform_core.projects.models import Project
from tenants.records import TimestampedModel


class Task(TimestampedModel):
    """One thing to label."""

    project = models.ForeignKey(
        Project, on_delete=models.CASCADE, db_index=False, related_name="tasks", help_text="Its project."
    )
    data = models.JSONField(help_text="What is shown, by the variables of the label config.")
    meta = models.JSONField(null=True, default=dict, help_text="Facts about the task that are not shown.")
    inner_id = models.BigIntegerField(help_text="Number of the task in its project, in order of ids.")
    overlap = models.PositiveIntegerField(default=1, help_text="Annotations the task needs.")
    is_labeled = models.BooleanField(default=False, help_text="Has as many annotations as it needs.")
    allow_skip = models.BooleanField(default=True, help_text="Annotators may skip it.")
    total_annotations = models.IntegerField(default=0, help_text="Annotations that are not skipped.")
    cancelled_annotations = models.IntegerField(default=0, help_text="Skipped annotations.")
    total_predictions = models.IntegerField(default=0, help_text="Predictions.")
    completed_at = models.DateTimeField(null=True, help_text="Latest annotation that is not skipped (UTC).")
    # Without a constraint: imports of bodies would pay for a check that finds nothing. The service that deletes files
    # empties it.
    file_upload = models.ForeignKey(
        "tasks.FileUpload",
        null=True,
        on_delete=models.DO_NOTHING,
        db_constraint=False,
        db_index=False,
        related_name="+",
        help_text="File it came from.",
    )
    storage_filename = models.TextField(null=True, help_text="Object the task came from.")
    updated_by = models.ForeignKey(
        Member, null=True, on_delete=models.SET_NULL, db_index=False, related_name="+", help_text="Who changed it last."
    )

    class Meta:
        indexes = [
            # It holds what counts of filtered lists add up, so that a million tasks are counted without their data.
            models.Index(
                fields=["project", "id"],
                include=["total_annotations", "total_predictions", "completed_at", "created_at"],
                name="task_project_list",
            ),
            models.Index(
                fields=["file_upload"], condition=models.Q(file_upload__isnull=False), name="task_file_upload"
            ),
            # Counting and ordering by completion, where it does not go along with the order of tasks.
            models.Index(
                fields=["project", "completed_at"],
                include=["total_annotations", "total_predictions"],
                condition=models.Q(completed_at__isnull=False),
                name="task_completed",
            ),
            # What is handed out comes from these two, so that finished tasks cost nothing, however many there are.
            models.Index(fields=["project", "id"], condition=models.Q(is_labeled=False), name="task_unfinished"),
            models.Index(
                fields=["project", "id"],
                condition=models.Q(is_labeled=False, total_annotations__gt=0),
                name="task_begun",
            ),
        ]
        constraints = [models.UniqueConstraint(fields=["project", "inner_id"], name="task_inner_id_unique")]
