"""What labelling leaves behind beside annotations: who works on a task now, drafts, and how annotations changed."""

from django.db import models

from platform_core.members.models import Member
from platform_core.projects.models import Project
from platform_core.tasks.models.tasks import Task
from platform_core.tasks.models.work import Annotation
from tenants.records import TimestampedModel


class TaskLock(TimestampedModel):
    """A task that a member was given to work on; it counts against the overlap until it expires."""

    task = models.ForeignKey(
        Task,
        on_delete=models.DO_NOTHING,
        db_index=False,
        db_constraint=False,
        related_name="+",
        help_text="The task; a lock of a deleted task is swept when it has expired.",
    )
    project = models.ForeignKey(
        Project,
        on_delete=models.DO_NOTHING,
        db_index=False,
        db_constraint=False,
        related_name="+",
        help_text="Its project.",
    )
    member = models.ForeignKey(
        Member, on_delete=models.CASCADE, db_index=False, related_name="+", help_text="Who works on it."
    )
    expires_at = models.DateTimeField(help_text="Others may have the task from then on (UTC).")

    class Meta:
        constraints = [models.UniqueConstraint(fields=["task", "member"], name="task_lock_unique")]
        indexes = [models.Index(fields=["member", "project"], name="task_lock_of_member")]


class TaskAssignee(TimestampedModel):
    """A member to whom a task is assigned: it is handed out to its assignees only, and to them first."""

    task = models.ForeignKey(
        Task,
        on_delete=models.DO_NOTHING,
        db_index=False,
        db_constraint=False,
        related_name="+",
        help_text="The task.",
    )
    project = models.ForeignKey(
        Project,
        on_delete=models.DO_NOTHING,
        db_index=False,
        db_constraint=False,
        related_name="+",
        help_text="Its project.",
    )
    member = models.ForeignKey(
        Member, on_delete=models.CASCADE, db_index=False, related_name="+", help_text="Who is to do it."
    )

    class Meta:
        constraints = [models.UniqueConstraint(fields=["task", "member"], name="task_assignee_unique")]
        indexes = [models.Index(fields=["member", "project", "task"], name="task_assignee_of_member")]


class AnnotationDraft(TimestampedModel):
    """Work on a task, or on an annotation, that is not submitted yet; only its author sees it."""

    task = models.ForeignKey(
        Task, on_delete=models.CASCADE, db_index=False, related_name="drafts", help_text="The task."
    )
    project = models.ForeignKey(
        Project, on_delete=models.CASCADE, db_index=False, related_name="+", help_text="Its project."
    )
    annotation = models.ForeignKey(
        Annotation,
        null=True,
        on_delete=models.CASCADE,
        related_name="drafts",
        help_text="Annotation that it changes; null for a new one.",
    )
    member = models.ForeignKey(
        Member, on_delete=models.CASCADE, db_index=False, related_name="+", help_text="Whose draft it is."
    )
    result = models.JSONField(default=list, help_text="Regions.")
    lead_time = models.FloatField(null=True, help_text="Seconds spent so far.")
    was_postponed = models.BooleanField(default=False, help_text="The task is put off until others are done.")
    version = models.PositiveIntegerField(default=1, help_text="Grows with each save.")

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["task", "member", "annotation"], nulls_distinct=False, name="annotation_draft_unique"
            )
        ]
        indexes = [models.Index(fields=["member", "project"], name="annotation_draft_of_member")]


class AnnotationHistory(models.Model):
    """One change of an annotation; kept when the annotation or its task is deleted, gone with the project."""

    id = models.BigAutoField(primary_key=True, help_text="Identifier.")
    project = models.ForeignKey(
        Project, on_delete=models.CASCADE, db_index=False, related_name="+", help_text="Its project."
    )
    task_id = models.BigIntegerField(help_text="The task, which may be gone.")
    annotation_id = models.BigIntegerField(help_text="The annotation, which may be gone.")
    member = models.ForeignKey(
        Member, null=True, on_delete=models.DO_NOTHING, db_index=False, related_name="+", help_text="Who changed it."
    )
    action = models.CharField(max_length=32, help_text="submitted, updated, skipped or deleted.")
    previous_result = models.JSONField(null=True, help_text="Regions before; null where the annotation was made.")
    was_cancelled = models.BooleanField(help_text="Whether it is skipped afterwards.")
    ground_truth = models.BooleanField(help_text="Whether it is ground truth afterwards.")
    lead_time = models.FloatField(null=True, help_text="Seconds spent, as of then.")
    task_finished = models.BooleanField(help_text="Whether the task has all it needs afterwards.")
    task_begun = models.BooleanField(help_text="Whether the task has any annotation afterwards.")
    draft_created_at = models.DateTimeField(null=True, help_text="When the work on this change was begun (UTC).")
    created_at = models.DateTimeField(auto_now_add=True, help_text="When it happened (UTC).")
    updated_at = models.DateTimeField(auto_now=True, help_text="The same; rows are never changed.")

    class Meta:
        indexes = [models.Index(fields=["task_id", "annotation_id"], name="annotation_history_of_task")]

    def __str__(self) -> str:
        return f"{self.action} of annotation {self.annotation_id}"
